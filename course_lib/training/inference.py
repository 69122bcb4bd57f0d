"""A model at work without learning: part after part of the examples, and the calls in between.

The work is cut into parts of its own, so that neither its results nor the memory it takes depend on
the batch size; that only says how often callbacks are called.
"""

from collections.abc import Iterable
from contextlib import nullcontext

import numpy as np

from course_lib.callbacks.base import Calls, check_callbacks
from course_lib.model import Model
from course_lib.training import checks, data
from course_lib.training.shared_work import Forward


class Pass:
    """One pass over the examples of ``epochs``, an `data.Epochs`, as a context.

    ``kind`` is "test" or "predict", as in the names of the callbacks' methods; ``logs`` makes the
    dict of a batch from its slice of the piece of data it is in. Iterated over, it gives
    (piece, slice, function(network, piece, slice)) for every part.
    """

    def __init__(self, kind, model, function, epochs, batch_size, calls=None, verbose=0):
        self._kind, self._model, self._function = kind, model, function
        self._epochs, self._batch_size, self._verbose = epochs, batch_size, verbose
        self._calls = calls or (lambda *moment, logs=None: None)
        self.logs = lambda batch: {}
        self.last = {}  # what the callbacks hear at the end

    def __enter__(self):
        self._calls(f"on_{self._kind}_begin")
        return self

    def __exit__(self, kind, *error):
        if kind is None:
            self._calls(f"on_{self._kind}_end", logs=self.last)

    def __iter__(self):
        number = 0
        with bar(self._kind, self._verbose) as progress:
            for piece in self._epochs.pieces():
                work = self._work(piece)
                size = self._batch_size or len(piece[0])
                batches = data.parts(len(piece[0]), size)[::-1]
                with work:
                    for cut, found in work:
                        yield piece, cut, found
                        progress.update(cut.stop - cut.start)
                        while batches and batches[-1].stop <= cut.stop:
                            self._batch(number, batches.pop())
                            number += 1

    def _work(self, piece):
        function = self._function
        return Forward(
            self._model, lambda network, cut: function(network, piece, cut), len(piece[0])
        )

    def _batch(self, number, batch):
        self._calls(f"on_{self._kind}_batch_begin", number)
        self._calls(f"on_{self._kind}_batch_end", number, logs=self.logs(batch))


def predict(
    model: Model, x: np.ndarray | Iterable, batch_size: int | None = None,
    verbose: int | str = "auto", steps: int | None = None, callbacks: list | None = None,
) -> np.ndarray | list:  # fmt: skip
    """Outputs for all examples. A list of arrays where the model has several outputs."""
    size = checks.size("predict", "batch_size", batch_size)
    verbose = checks.verbosity(verbose)
    if data.is_stream(x):
        checks.stream_alone("predict", x, batch_size=batch_size)
        size = None
        source = data.Stream(x, lambda *batch: (checks.examples(model, batch[0]),), labelled=False)
    else:
        source = data.Arrays((checks.examples(model, x),), size)
    epochs = data.Epochs(source, checks.count("predict", "steps", steps))
    params = {"epochs": 1, "steps": data.known_length(epochs), "verbose": verbose}
    pieces, outputs, several = [], [], False

    def logs(batch):
        own = [whole[batch] for whole in outputs]
        return {"outputs": own if several else own[0]}

    def infer(network, piece, cut):
        return network.infer(network.cast(piece[0][cut]))

    with Calls(check_callbacks(callbacks), model, **params) as calls:
        run = Pass("predict", model, infer, epochs, size, calls, verbose)
        run.logs = logs
        with run:
            for piece, cut, found in run:
                several = isinstance(found, list)
                found = found if several else [found]
                if cut.start == 0:
                    shapes = [((len(piece[0]), *part.shape[1:]), part.dtype) for part in found]
                    outputs = [np.empty(*shape) for shape in shapes]
                    pieces.append(outputs)
                for whole, part in zip(outputs, found, strict=True):
                    whole[cut] = part
    if len(pieces) > 1:
        outputs = [np.concatenate(parts) for parts in zip(*pieces, strict=True)]
    return outputs if several else outputs[0]


def bar(kind, verbose):
    """A progress bar that shows itself only when the work takes more than a second."""
    if not verbose:
        return _NoBar()
    try:
        from tqdm.auto import tqdm
    except ImportError:
        return _NoBar()
    return tqdm(desc={"test": "evaluate"}.get(kind, kind), unit="example", delay=1, leave=False)


class _NoBar(nullcontext):
    def __enter__(self):
        return self

    def update(self, count):
        pass
