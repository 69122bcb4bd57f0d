"""Training: batches of examples, a gradient for each, a step of the optimizer after each.

One epoch is one round through all examples, in a new random order. The loss that is reported is
the mean over all examples of the epoch, each measured before the step of its own batch, with the
penalties of the regularizers.
"""

from contextlib import nullcontext

import numpy as np

from course_lib import losses, optimizers
from course_lib import metrics as all_metrics
from course_lib.callbacks.base import Calls, History, check_callbacks
from course_lib.callbacks.progress import Lines, ProgressBar
from course_lib.errors import integer
from course_lib.initializers import generator
from course_lib.training import checks, steps
from course_lib.training.shared_work import BatchSteps, Forward
from course_lib.training.workers import weights_of


class Trainer:
    """A model with its optimizer, loss and metrics: what `Model.compile` makes."""

    def __init__(self, model, optimizer="rmsprop", loss=None, metrics=None, weighted_metrics=None):
        if loss is None:
            raise ValueError(
                'compile: loss must be given, e.g. loss="sparse_categorical_crossentropy".'
            )
        self.model = model
        self.optimizer = optimizers.get(optimizer)
        self.loss = losses.get(loss)
        weighted = all_metrics.for_compile(weighted_metrics, "weighted_metrics")
        self.metrics = [*all_metrics.for_compile(metrics), *weighted]
        for metric in weighted:
            metric.weighted = True

    @property
    def names(self):
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
        self, x, y, batch_size=None, epochs=1, verbose="auto", callbacks=None, validation_split=0.0,
        validation_data=None, shuffle=True, class_weight=None, sample_weight=None, initial_epoch=0,
        validation_batch_size=None, validation_freq=1,
    ):  # fmt: skip
        """Train; returns the `History`. Arguments as in `Model.fit`."""
        batch_size = checks.size("fit", "batch_size", batch_size)
        epochs = integer("fit", "epochs", epochs, minimum=1)
        initial_epoch = integer("fit", "initial_epoch", initial_epoch, minimum=0)
        verbose = checks.verbosity(verbose)
        validated = checks.rounds("validation_freq", validation_freq)
        at_once = checks.size("fit", "validation_batch_size", validation_batch_size, batch_size)
        examples = self._checked(x, y, sample_weight, class_weight=class_weight)
        if validation_data is not None:
            validation_data = self._checked(
                *checks.triple(validation_data, "validation_data"), what="validation "
            )
        elif validation_split:
            examples, validation_data = checks.split_off(examples, validation_split)
        self._claim_weights()

        batches = len(steps.parts(len(examples[0]), batch_size))
        self.model.history, self.model.stop_training = History(), False
        calls = [*check_callbacks(callbacks), self.model.history]
        if verbose:
            calls.append(ProgressBar(epochs, batches) if verbose == 1 else Lines(epochs))
        calls = Calls(calls, self.model, epochs=epochs, steps=batches, verbose=verbose)
        with calls, self._batch_steps(*examples) as work:
            logs = {}
            calls("on_train_begin")
            for epoch in range(initial_epoch, epochs):
                calls("on_epoch_begin", epoch)
                logs = self._epoch(work, len(examples[0]), batch_size, shuffle, calls)
                if validation_data is not None and validated(epoch + 1):
                    scores = self._scores(*validation_data, batch_size=at_once, calls=calls)
                    logs |= {f"val_{name}": value for name, value in scores.items()}
                calls("on_epoch_end", epoch, logs=logs)
                if self.model.stop_training:
                    break
            calls("on_train_end", logs=logs)
        return self.model.history

    def _claim_weights(self):
        trainable = {id(array): n for n, array in self.model.trainable_parameters.items()}
        places = {trainable.get(id(holder[key])): holder for holder, key in weights_of(self.model)}
        places.pop(None, None)
        self.optimizer.follow(places)

    def _batch_steps(self, x, y, weights=None):
        return BatchSteps(self.model, x, y, self.loss, self.metrics, self.optimizer, weights)

    def _epoch(self, work, count, batch_size, shuffle, calls):
        """One round through the examples; returns the means of loss and metrics."""
        seed = int(generator().integers(2**63))
        order = generator().permutation(count) if shuffle else np.arange(count)
        running = self._running()
        cuts = steps.parts(count, batch_size)
        for number, cut in enumerate(cuts):
            calls("on_train_batch_begin", number)
            running.add(self._step(work, order[cut], (seed, number), len(cuts) - number))
            calls("on_train_batch_end", number, logs=running.means())
            if self.model.stop_training:
                break
        return running.means()

    def _step(self, work, batch, seed, left=0):
        """Gradient of the batch's mean loss, then one step of the optimizer."""
        part = work.step(work.gradients(batch, seed, left))
        self.model.assign_state(part.state)
        return part

    def train_on_batch(self, x, y, sample_weight=None, class_weight=None, return_dict=False):
        """One step on one batch; its loss and metrics before the step."""
        examples = self._checked(x, y, sample_weight, class_weight=class_weight)
        self._claim_weights()
        running = self._running()
        with self._batch_steps(*examples) as work:
            seed = (int(generator().integers(2**63)), 0)
            running.add(self._step(work, np.arange(len(examples[0])), seed))
        return _report(running.means(), return_dict)

    def test_on_batch(self, x, y, sample_weight=None, return_dict=False):
        """Loss and metrics of one batch, in inference mode."""
        return _report(self._scores(*self._checked(x, y, sample_weight)), return_dict)

    def evaluate(
        self, x, y, batch_size=None, verbose="auto", sample_weight=None, callbacks=None,
        return_dict=False,
    ):  # fmt: skip
        """Loss and metrics in inference mode."""
        batch_size = checks.size("evaluate", "batch_size", batch_size)
        verbose = checks.verbosity(verbose)
        examples = self._checked(x, y, sample_weight)
        batches = len(steps.parts(len(examples[0]), batch_size))
        calls = Calls(
            check_callbacks(callbacks), self.model, epochs=1, steps=batches, verbose=verbose
        )
        with calls:
            means = self._scores(*examples, batch_size=batch_size, verbose=verbose, calls=calls)
        return _report(means, return_dict)

    def _scores(self, x, y, weights=None, batch_size=32, verbose=0, calls=None):
        running = self._running()

        def scores(network, cut):
            own = None if weights is None else weights[cut]
            return steps.scores(network, x[cut], y[cut], self.loss, self.metrics, own)

        penalty = sum(self.model.losses)
        hooks = Batches("test", len(x), batch_size, calls)
        work = Forward(self.model, scores, len(x))
        with bar(len(x), "evaluate", verbose) as progress, work, hooks:
            for cut, part in work:
                running.add(part._replace(loss_sum=part.loss_sum + penalty * part.count))
                hooks.done(cut.stop, lambda batch: running.means())
                progress.update(cut.stop - cut.start)
            hooks.logs = running.means()
        return running.means()

    def _running(self):
        return Running(self.names, [None, *self.metrics])

    def _checked(self, x, y, sample_weight=None, class_weight=None, what=""):
        """(x, y, weights or None) as arrays that fit the model, the loss and the metrics."""
        x = checks.examples(self.model, x, f"{what}x")
        y = checks.labels(self.model, self.loss, y, len(x), f"{what}y", f"{what}x")
        for metric in self.metrics:
            metric.check(y, self.model.output_shape)
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


class Batches:
    """Calls the callbacks of "test" or "predict" at the borders of batches.

    The work is cut into parts of its own, so that its results do not depend on the batch size. A
    batch is begun and ended when the part with its last example is done.
    """

    def __init__(self, kind, count, batch_size, calls=None):
        self._kind = kind
        self._cuts = steps.parts(count, batch_size)[::-1]
        self._calls = calls or (lambda *moment, logs=None: None)
        self._number, self.logs = 0, {}

    def __enter__(self):
        self._calls(f"on_{self._kind}_begin")
        return self

    def __exit__(self, kind, *error):
        if kind is None:
            self._calls(f"on_{self._kind}_end", logs=self.logs)

    def done(self, stop, logs):
        """The examples up to ``stop`` are done; ``logs`` makes a batch's dict from its slice."""
        while self._cuts and self._cuts[-1].stop <= stop:
            cut = self._cuts.pop()
            self._calls(f"on_{self._kind}_batch_begin", self._number)
            self._calls(f"on_{self._kind}_batch_end", self._number, logs=logs(cut))
            self._number += 1


def predict(model, x, batch_size=None, verbose="auto", callbacks=None):
    """Outputs for all examples. A list of arrays where the model has several outputs."""
    batch_size = checks.size("predict", "batch_size", batch_size)
    verbose = checks.verbosity(verbose)
    x = checks.examples(model, x)
    outputs, several = [], False
    work = Forward(model, lambda network, cut: network.infer(network.cast(x[cut])), len(x))
    batches = len(steps.parts(len(x), batch_size))
    calls = Calls(check_callbacks(callbacks), model, epochs=1, steps=batches, verbose=verbose)
    hooks = Batches("predict", len(x), batch_size, calls)

    def logs(batch):
        own = [whole[batch] for whole in outputs]
        return {"outputs": own if several else own[0]}

    with calls, bar(len(x), "predict", verbose) as progress, work, hooks:
        for cut, found in work:
            several = isinstance(found, list)
            found = found if several else [found]
            if not outputs:
                outputs = [np.empty((len(x), *part.shape[1:]), part.dtype) for part in found]
            for whole, part in zip(outputs, found, strict=True):
                whole[cut] = part
            hooks.done(cut.stop, logs)
            progress.update(cut.stop - cut.start)
    return outputs if several else outputs[0]


def bar(count, title, verbose):
    """A progress bar that shows itself only when the work takes more than a second."""
    if not verbose:
        return _NoBar()
    from tqdm.auto import tqdm

    return tqdm(total=count, desc=title, unit="example", delay=1, leave=False)


class _NoBar(nullcontext):
    def __enter__(self):
        return self

    def update(self, count):
        pass


def _report(means, return_dict):
    """A dict, a list, or the loss alone where there are no metrics."""
    if return_dict:
        return means
    values = list(means.values())
    return values if len(values) > 1 else values[0]
