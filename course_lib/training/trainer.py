"""Training: batches of examples, a gradient for each, a step of the optimizer after each.

One epoch is one round through all examples, in a new random order. The loss that is reported is
the mean over all examples of the epoch, each measured before the step of its own batch, with the
penalties of the regularizers.
"""

import warnings
from collections.abc import Callable, Iterable

import numpy as np

from course_lib import losses, optimizers
from course_lib import metrics as all_metrics
from course_lib.callbacks.base import Calls, History, check_callbacks
from course_lib.callbacks.progress import progress
from course_lib.errors import integer
from course_lib.initializers import generator
from course_lib.losses import Loss
from course_lib.model import Model
from course_lib.optimizers import Optimizer
from course_lib.training import checks, data, steps
from course_lib.training.inference import Pass
from course_lib.training.several_outputs import SumOfLosses, metrics_of
from course_lib.training.shared_work import BatchSteps
from course_lib.training.workers import weights_of

MANY = 100  # batches to go, where their number is not known


class Trainer:
    """A model with its optimizer, loss and metrics: what `Model.compile` makes."""

    def __init__(
        self, model: Model, optimizer: str | Optimizer = "rmsprop",
        loss: str | Loss | Callable | list | dict | None = None, metrics: list | dict | None = None,
        weighted_metrics: list | None = None, loss_weights: list | dict | None = None,
    ) -> None:  # fmt: skip
        if loss is None:
            raise ValueError(
                'compile: loss must be given, e.g. loss="sparse_categorical_crossentropy".'
            )
        self.model = model
        self.given = {
            "loss": loss, "metrics": metrics, "weighted_metrics": weighted_metrics,
            "loss_weights": loss_weights,
        }  # fmt: skip
        self.optimizer = optimizers.get(optimizer)
        several = len(model.outputs) > 1
        checks.only_for_several_outputs(several, loss, loss_weights)
        self.loss = SumOfLosses(model, loss, loss_weights) if several else losses.get(loss)
        weighted = all_metrics.for_compile(weighted_metrics, "weighted_metrics")
        own = metrics_of(model, self.loss, metrics) if several else all_metrics.for_compile(metrics)
        self.metrics = [*own, *weighted]
        for metric in weighted:
            metric.weighted = True
        self._looked_at = False  # whether loss and last layer were found to fit

    @property
    def names(self) -> list[str]:
        """Names of what is reported: loss, then the metrics."""
        names = ["loss"]
        for metric in self.metrics:
            name, number = metric.name, 0
            if name in names and metric.weighted:
                name = f"weighted_{name}"
            while name in names:
                number += 1
                name = f"{metric.name}_{number}"
            names.append(name)
        return names

    def fit(
        self, x: np.ndarray | Iterable | None, y: np.ndarray | list | dict | None,
        batch_size: int | None = None, epochs: int = 1, verbose: int | str = "auto",
        callbacks: list | None = None, validation_split: float = 0.0,
        validation_data: Iterable | None = None, shuffle: bool = True,
        class_weight: dict | None = None, sample_weight: np.ndarray | list | None = None,
        initial_epoch: int = 0, steps_per_epoch: int | None = None,
        validation_steps: int | None = None, validation_batch_size: int | None = None,
        validation_freq: int | list = 1,
    ) -> History:  # fmt: skip
        """Train; returns the `History`. Arguments as in `Model.fit`."""
        epochs = integer("fit", "epochs", epochs, minimum=1)
        initial_epoch = integer("fit", "initial_epoch", initial_epoch, minimum=0)
        verbose = checks.verbosity(verbose)
        validated = checks.rounds("validation_freq", validation_freq)
        size = checks.size("fit", "batch_size", batch_size)
        at_once = checks.size("fit", "validation_batch_size", validation_batch_size, size)
        weighing = {"sample_weight": sample_weight, "class_weight": class_weight}
        source = self._source("fit", x, y, batch_size=batch_size, shuffle=shuffle, **weighing)
        validation = None
        if validation_data is not None:
            validation = self._validation(validation_data, validation_batch_size, at_once)
        elif validation_split:
            source, validation = self._split(source, validation_split, size, shuffle, at_once)
        batches = data.Epochs(source, checks.count("fit", "steps_per_epoch", steps_per_epoch))
        if validation is not None:
            steps_of = checks.count("fit", "validation_steps", validation_steps)
            validation = data.Epochs(validation, steps_of)
        self._claim_weights()

        length = data.known_length(batches)
        self.model.history, self.model.stop_training = History(), False
        calls = [*check_callbacks(callbacks), self.model.history]
        if verbose:
            calls.append(progress(epochs, length, verbose))
        calls = Calls(calls, self.model, epochs=epochs, steps=length, verbose=verbose)
        with calls, self._batch_steps(source) as work:
            logs = {}
            calls("on_train_begin")
            for epoch in range(initial_epoch, epochs):
                calls("on_epoch_begin", epoch)
                try:
                    logs = self._epoch(work, source, batches, calls)
                except data.RanOut:
                    data.warn_ran_out(source, epoch - initial_epoch)
                    break
                if validation is not None and validated(epoch + 1):
                    scores = self._scores(validation, validation.batch_size, calls=calls)
                    logs |= {f"val_{name}": value for name, value in scores.items()}
                calls("on_epoch_end", epoch, logs=logs)
                if self.model.stop_training:
                    break
            calls("on_train_end", logs=logs)
        return self.model.history

    def _source(
        self, owner, x, y=None, sample_weight=None, batch_size=None, *, shuffle=False,
        class_weight=None, what="",
    ):  # fmt: skip
        """`data.Arrays` or a `data.Stream` of what the user gave."""
        if not data.is_stream(x):
            size = checks.size(owner, "batch_size", batch_size)
            return data.Arrays(
                self._checked(x, y, sample_weight, class_weight, what), size, shuffle
            )
        checks.stream_alone(owner, x, what, y=y, sample_weight=sample_weight, batch_size=batch_size)

        def check(x, y, weights):
            return self._checked(x, y, weights, class_weight, f"a batch's {what}")

        stream = data.Stream(x, check, f"{what}x", shuffle)
        if not self.model.built:
            stream.peek()
        return stream

    def _validation(self, given, batch_size, at_once):
        if data.is_stream(given):
            return self._source("fit", given, batch_size=batch_size, what="validation ")
        given = checks.triple(given, "validation_data")
        return self._source("fit", *given, at_once, what="validation ")

    def _split(self, source, share, batch_size, shuffle, at_once):
        if isinstance(source, data.Stream):
            raise ValueError(
                "validation_split needs arrays, from which it takes the last examples. Give the "
                "batches for validation as validation_data."
            )
        left, aside = checks.split_off(source.examples, share)
        return data.Arrays(left, batch_size, shuffle), data.Arrays(aside, at_once)

    def _claim_weights(self):
        trainable = {id(array): n for n, array in self.model.trainable_parameters.items()}
        if not trainable:
            mend = " layer.trainable = True thaws a frozen layer." if self.model.parameters else ""
            warnings.warn(
                f"{self.model.name}: no weight is trainable, so training changes nothing.{mend}",
                stacklevel=4,
            )
        places = {trainable.get(id(holder[key])): holder for holder, key in weights_of(self.model)}
        places.pop(None, None)
        self.optimizer.follow(places)

    def _batch_steps(self, source):
        examples = source.examples if isinstance(source, data.Arrays) else None
        return BatchSteps(self.model, examples, self.loss, self.metrics, self.optimizer)

    def _epoch(self, work, source, batches, calls):
        """The batches of one epoch; returns the means of loss and metrics."""
        seed = int(generator().integers(2**63))
        length = data.known_length(batches)
        running = self._running()
        for number, batch in enumerate(batches.epoch()):
            left = MANY if length is None else length - number
            calls("on_train_batch_begin", number)
            running.add(self._step(work, source.load(work, batch), (seed, number), left))
            calls("on_train_batch_end", number, logs=running.means())
            if self.model.stop_training:
                break
        return running.means()

    def _step(self, work, batch, seed, left=0):
        """Gradient of the batch's mean loss, then one step of the optimizer."""
        part = work.step(work.gradients(batch, seed, left))
        self.model.assign_state(part.state)
        return part

    def train_on_batch(
        self, x: np.ndarray | list[np.ndarray] | dict, y: np.ndarray | list | dict | None,
        sample_weight: np.ndarray | list | None = None, class_weight: dict | None = None,
        return_dict: bool = False,
    ) -> float | list | dict:  # fmt: skip
        """One step on one batch; its loss and metrics before the step."""
        source = data.Arrays(self._checked(x, y, sample_weight, class_weight), len(x))
        self._claim_weights()
        running = self._running()
        with self._batch_steps(source) as work:
            seed = (int(generator().integers(2**63)), 0)
            running.add(self._step(work, np.arange(source.count), seed))
        return _report(running.means(), return_dict)

    def test_on_batch(
        self, x: np.ndarray | list[np.ndarray] | dict, y: np.ndarray | list | dict | None,
        sample_weight: np.ndarray | list | None = None, return_dict: bool = False,
    ) -> float | list | dict:  # fmt: skip
        """Loss and metrics of one batch, in inference mode."""
        source = data.Arrays(self._checked(x, y, sample_weight), len(x))
        return _report(self._scores(data.Epochs(source), len(x)), return_dict)

    def evaluate(
        self, x: np.ndarray | Iterable | None, y: np.ndarray | list | dict | None,
        batch_size: int | None = None, verbose: int | str = "auto",
        sample_weight: np.ndarray | list | None = None, steps: int | None = None,
        callbacks: list | None = None, return_dict: bool = False,
    ) -> float | list | dict:  # fmt: skip
        """Loss and metrics in inference mode."""
        verbose = checks.verbosity(verbose)
        source = self._source("evaluate", x, y, sample_weight, batch_size)
        batches = data.Epochs(source, checks.count("evaluate", "steps", steps))
        length = data.known_length(batches)
        calls = Calls(
            check_callbacks(callbacks), self.model, epochs=1, steps=length, verbose=verbose
        )
        with calls:
            means = self._scores(batches, source.batch_size, verbose, calls)
        return _report(means, return_dict)

    def _scores(self, epochs, batch_size, verbose=0, calls=None):
        """Means of loss and metrics over the next of ``epochs``, in inference mode."""
        running, penalty = self._running(), sum(self.model.losses)

        def scores(network, piece, cut):
            x, y, weights = piece
            own = None if weights is None else weights[cut]
            return steps.scores(network, x[cut], y[cut], self.loss, self.metrics, own)

        run = Pass("test", self.model, scores, epochs, batch_size, calls, verbose)
        run.logs = lambda batch: running.means()
        with run:
            for _, _, part in run:
                running.add(part._replace(loss_sum=part.loss_sum + penalty * part.count))
            run.last = running.means()
        return running.means()

    def _running(self):
        return Running(self.names, [None, *self.metrics])

    def _checked(self, x, y, sample_weight=None, class_weight=None, what=""):
        """(x, y, weights or None) as arrays that fit the model, the loss and the metrics."""
        x = checks.examples(self.model, x, f"{what}x")
        y = checks.labels(self.model, self.loss, y, len(x), f"{what}y", f"{what}x")
        for metric in self.metrics:
            metric.check(y, self.model.output_shape)
        if not self._looked_at:
            self._looked_at = True
            checks.doubtful(self.model, self.loss)
        own = checks.weights(sample_weight, class_weight, y, len(x), f"{what}sample_weight")
        return x, y, own


class Running:
    """Means of loss and metrics over the batches so far."""

    def __init__(self, names, metrics):
        self._metrics = dict(zip(names, metrics, strict=True))
        self._sums = [np.zeros(2), *(0.0 for _ in metrics[1:])]

    def add(self, part):
        news = [np.array([part.loss_sum, part.count]), *part.metric_sums]
        self._sums = [a + b for a, b in zip(self._sums, news, strict=True)]

    def means(self):
        """{name: number}."""
        (loss, count), *others = self._sums
        (name, _), *metrics = self._metrics.items()
        pairs = zip(metrics, others, strict=True)
        return {name: float(loss / count), **{n: m.number(sums) for (n, m), sums in pairs}}


def _report(means, return_dict):
    """A dict, a list, or the loss alone where there are no metrics."""
    if return_dict:
        return means
    values = list(means.values())
    return values if len(values) > 1 else values[0]
