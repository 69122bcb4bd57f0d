"""Where the batches of an epoch come from: arrays, or anything that hands out batches.

`Arrays` holds all examples, and a batch is a list of their numbers. `Stream` asks for one batch
after the other: a generator, a ``keras.utils.Sequence`` or ``PyDataset`` (``__getitem__`` and
``__len__``), a ``tf.data.Dataset``, a PyTorch ``DataLoader``, or any iterable of (x, y) or
(x, y, sample_weight). Nothing is asked of a batch but that NumPy can read its parts.

A *round* goes through the data once, an *epoch* is what ``fit`` calls one: the same, unless
``steps_per_epoch`` says how many batches it has.
"""

import warnings

import numpy as np

from course_lib.initializers import generator


class RanOut(Exception):
    """There is no batch any more, and there never will be."""


class Arrays:
    """Batches of examples (x, y, weights or None), in a new order each round with ``shuffle``."""

    def __init__(self, examples, batch_size, shuffle=False):
        self.examples, self.batch_size, self._shuffle = examples, batch_size, shuffle
        self.count = len(examples[0])
        self._cuts = parts(self.count, batch_size)

    def __len__(self):
        return len(self._cuts)

    def round(self):
        """The numbers of the examples of each batch."""
        order = generator().permutation(self.count) if self._shuffle else np.arange(self.count)
        return (order[cut] for cut in self._cuts)

    def load(self, work, batch):
        """The batch as ``work``, which holds all examples, takes it."""
        return batch

    def first(self, count):
        """The examples of the first ``count`` batches; all for None."""
        last = self.count if count is None else self._cuts[min(count, len(self)) - 1].stop
        return tuple(None if part is None else part[:last] for part in self.examples)


class Stream:
    """Batches of ``data``, each checked by ``check(x, y, weights)``; ``what`` names it in errors.

    ``shuffle`` takes the batches of a sequence in a new order each round; what only hands out one
    batch after the other keeps its own.
    """

    batch_size = None  # each batch has its own

    def __init__(self, data, check, what="x", shuffle=False, labelled=True):
        self._data, self._check, self.what = data, check, what
        self._indexed = hasattr(data, "__getitem__") and hasattr(data, "__len__")
        self._shuffle, self._labelled = shuffle and self._indexed, labelled
        self._first = None  # a batch that was looked at before its round

    def __len__(self):
        """Batches in a round; TypeError where that is not known."""
        return len(self._data)

    def peek(self):
        """The first batch, checked; a generator hands it out again."""
        batches = iter(self.round())
        try:
            first = next(batches)
        except StopIteration:
            raise ValueError(f"fit: {self.what} has no batches.") from None
        if not self._indexed and iter(self._data) is self._data:
            self._first = first
        return first

    def round(self):
        """The batches, checked."""
        if self._first is not None:
            first, self._first = self._first, None
            yield first
        for number, batch in enumerate(self._batches()):
            yield self._check(*self._parts(batch, number))
        getattr(self._data, "on_epoch_end", lambda: None)()

    def load(self, work, batch):
        """Put the batch where ``work`` reads it."""
        return work.load(*batch)

    def _batches(self):
        if not self._indexed:
            return self._data
        order = generator().permutation(len(self)) if self._shuffle else range(len(self))
        return (self._data[int(number)] for number in order)

    def _parts(self, batch, number):
        """(x, y, weights) of what was handed out."""
        if not isinstance(batch, (tuple, list)):
            batch = (batch,)
        if not self._labelled:
            return as_arrays(batch[0]), None, None
        if len(batch) not in (2, 3):
            raise ValueError(
                f"{self.what} ({type(self._data).__name__}) must hand out batches (x, y) or "
                f"(x, y, sample_weight), got {len(batch)} things in batch {number}."
            )
        return tuple(as_arrays(part) for part in (*batch, None)[:3])


class Epochs:
    """The rounds of a source, cut into epochs of ``count`` batches, or of a round each if None.

    An epoch ends with a round, even if it has fewer than ``count`` batches then, as in Keras.
    """

    def __init__(self, source, count=None):
        self._source, self._count, self._round, self._taken = source, count, None, 0

    def __len__(self):
        """Batches of an epoch; TypeError where that is not known."""
        return len(self._source) if self._count is None else self._count

    @property
    def batch_size(self):
        return self._source.batch_size

    def pieces(self):
        """The examples of the first epoch as (x, y, weights), in as few pieces as there are."""
        if isinstance(self._source, Arrays):
            yield self._source.first(self._count)
            return
        self._round = None  # every evaluation begins anew
        try:
            yield from self.epoch()
        except RanOut:
            raise ValueError(
                f"{self._source.what} has no batches left. A generator can be gone through once: "
                "let it go on for ever (while True: ...) and say how many batches to take "
                "(validation_steps, steps), or give an object that can be gone through again."
            ) from None

    def epoch(self):
        """The batches of the next epoch. Raises `RanOut` when there is not even one."""
        taken = 0
        while self._count is None or taken < self._count:
            fresh = self._round is None
            if fresh:
                self._round, self._taken = iter(self._source.round()), 0
            try:
                batch = next(self._round)
            except StopIteration:
                self._round = None
                if taken:
                    return
                if fresh:
                    raise RanOut from None
                continue
            taken += 1
            self._taken += 1
            yield batch
        if known_length(self._source) == self._taken:
            self._round = None


def parts(count, size):
    """Slices of at most ``size`` that cover ``count`` examples."""
    return [slice(start, min(start + size, count)) for start in range(0, count, size)]


def is_stream(data):
    """Whether ``data`` hands out batches, and is no array, list or dictionary of arrays."""
    if data is None or isinstance(data, (list, tuple, dict, str)) or hasattr(data, "__array__"):
        return False
    return hasattr(data, "__iter__") or (hasattr(data, "__getitem__") and hasattr(data, "__len__"))


def known_length(source):
    """``len(source)``, or None where it has none."""
    try:
        return len(source)
    except (TypeError, AttributeError, NotImplementedError):
        return None


def as_arrays(part):
    """What NumPy can read as an array as one; lists, dictionaries and None go on as they are."""
    if isinstance(part, dict):
        return {name: as_arrays(value) for name, value in part.items()}
    if isinstance(part, (list, tuple)) and any(hasattr(value, "__array__") for value in part):
        return [as_arrays(value) for value in part]
    return np.asarray(part) if hasattr(part, "__array__") else part


def warn_ran_out(source, epochs):
    """Say that training ends after so many ``epochs``, before its time, and how to go on."""
    if not epochs:
        raise ValueError(f"fit: {source.what} has no batches.")
    warnings.warn(
        f"fit: {source.what} has no batches left after {epochs} epochs, so training ends. A "
        "generator can be gone through once: let it go on for ever (while True: ...) and give "
        "steps_per_epoch, or give an object that can be gone through again.",
        stacklevel=4,
    )
