"""Training: batches of examples, a gradient for each, a step of the optimizer after each.

One epoch is one round through all examples, in a new random order. The loss that is reported is
the mean over all examples of the epoch, each measured before the step of its own batch.
"""

import numpy as np

from course_lib import losses, optimizers
from course_lib import metrics as all_metrics
from course_lib.errors import integer
from course_lib.initializers import generator
from course_lib.training import checks, steps
from course_lib.training.callbacks import History, Lines, ProgressBar, check_callbacks
from course_lib.training.shared_work import BatchSteps, Forward


class Trainer:
    """A model with its optimizer, loss and metrics: what `Model.compile` makes."""

    def __init__(self, model, optimizer="rmsprop", loss=None, metrics=None):
        if loss is None:
            raise ValueError(
                'compile: loss must be given, e.g. loss="sparse_categorical_crossentropy".'
            )
        if isinstance(metrics, str) or not isinstance(metrics or [], (list, tuple)):
            raise TypeError(f"compile: metrics must be a list, got {metrics!r}. Write [...].")
        self.model = model
        self.optimizer = optimizers.get(optimizer)
        self.loss = losses.get(loss)
        self.metrics = [all_metrics.get(metric) for metric in metrics or []]
        self._steps = 0

    @property
    def names(self):
        """Names of what is reported: loss, then the metrics."""
        return ["loss", *(metric.name for metric in self.metrics)]

    def fit(
        self, x, y, batch_size=32, epochs=1, verbose="auto", callbacks=None, validation_split=0.0,
        validation_data=None, shuffle=True, initial_epoch=0, validation_batch_size=None,
    ):  # fmt: skip
        """Train; returns the `History`. Arguments as in `Model.fit`."""
        batch_size = checks.size("batch_size", batch_size)
        epochs = integer("fit", "epochs", epochs, minimum=1)
        initial_epoch = integer("fit", "initial_epoch", initial_epoch, minimum=0)
        verbose = checks.verbosity(verbose)
        x, y = self._checked(x, y)
        if validation_data is not None:
            validation_data = self._checked(
                *checks.pair(validation_data, "validation_data"), what="validation "
            )
        elif validation_split:
            (x, y), validation_data = checks.split_off(x, y, validation_split)

        history = History()
        calls = [history, *check_callbacks(callbacks)]
        if verbose == 1:
            calls.append(ProgressBar(epochs, len(steps.parts(len(x), batch_size))))
        elif verbose == 2:
            calls.append(Lines(epochs))
        self.model.history, self.model.stop_training = history, False
        for call in calls:
            call.set_model(self.model)
        try:
            with self._batch_steps(x, y) as work:
                _tell(calls, "on_train_begin")
                for epoch in range(initial_epoch, epochs):
                    _tell(calls, "on_epoch_begin", epoch)
                    logs = self._epoch(work, len(x), batch_size, shuffle, calls)
                    if validation_data is not None:
                        scores = self._scores(*validation_data)
                        logs |= {f"val_{name}": value for name, value in scores.items()}
                    _tell(calls, "on_epoch_end", epoch, logs)
                    if self.model.stop_training:
                        break
                _tell(calls, "on_train_end")
        finally:
            for call in calls:
                getattr(call, "close", lambda: None)()
        return history

    def _batch_steps(self, x, y):
        return BatchSteps(self.model, x, y, self.loss, self.metrics, self.optimizer)

    def _epoch(self, work, count, batch_size, shuffle, calls):
        """One round through the examples; returns the means of loss and metrics."""
        seed = int(generator().integers(2**63))
        order = generator().permutation(count) if shuffle else np.arange(count)
        running = Running(self.names)
        cuts = steps.parts(count, batch_size)
        for number, cut in enumerate(cuts):
            _tell(calls, "on_train_batch_begin", number)
            running.add(self._step(work, order[cut], (seed, number), len(cuts) - number))
            _tell(calls, "on_train_batch_end", number, running.means())
            if self.model.stop_training:
                break
        return running.means()

    def _step(self, work, batch, seed, left=0):
        """Gradient of the batch's mean loss, then one step of the optimizer."""
        part = work.gradients(batch, seed, left)
        work.step(part)
        self.model.assign_state(part.state)
        return part

    def train_on_batch(self, x, y, return_dict=False):
        """One step on one batch; its loss and metrics before the step."""
        x, y = self._checked(x, y)
        running = Running(self.names)
        with self._batch_steps(x, y) as work:
            seed = (int(generator().integers(2**63)), 0)
            running.add(self._step(work, np.arange(len(x)), seed))
        return _report(running.means(), return_dict)

    def evaluate(self, x, y, batch_size=32, verbose="auto", return_dict=False):
        """Loss and metrics in inference mode."""
        checks.size("batch_size", batch_size)
        verbose = checks.verbosity(verbose)
        return _report(self._scores(*self._checked(x, y), verbose), return_dict)

    def _scores(self, x, y, verbose=0):
        running = Running(self.names)

        def scores(network, cut):
            return steps.scores(network, x[cut], y[cut], self.loss, self.metrics)

        work = Forward(self.model, scores, len(x))
        with bar(len(x), "evaluate", verbose) as progress, work:
            for cut, part in work:
                running.add(part)
                progress.update(cut.stop - cut.start)
        return running.means()

    def _checked(self, x, y, what=""):
        x = checks.examples(self.model, x, f"{what}x")
        return x, checks.labels(self.model, self.loss, y, len(x), f"{what}y", f"{what}x")


class Running:
    """Means of loss and metrics over the batches so far."""

    def __init__(self, names):
        self.names = names
        self.sums = [[0.0, 0] for _ in names]

    def add(self, part):
        news = [(part.loss_sum, part.count), *part.metric_sums]
        for sums, (value, count) in zip(self.sums, news, strict=True):
            sums[0] += value
            sums[1] += count

    def means(self):
        pairs = zip(self.names, self.sums, strict=True)
        return {name: total / count for name, (total, count) in pairs}


def predict(model, x, batch_size=32, verbose="auto"):
    """Outputs for all examples. A list of arrays where the model has several outputs."""
    checks.size("batch_size", batch_size)
    verbose = checks.verbosity(verbose)
    x = checks.examples(model, x)
    outputs = None
    work = Forward(model, lambda network, cut: network.infer(network.cast(x[cut])), len(x))
    with bar(len(x), "predict", verbose) as progress, work:
        for cut, found in work:
            several = isinstance(found, list)
            found = found if several else [found]
            if outputs is None:
                outputs = [np.empty((len(x), *part.shape[1:]), part.dtype) for part in found]
            for whole, part in zip(outputs, found, strict=True):
                whole[cut] = part
            progress.update(cut.stop - cut.start)
    return outputs if several else outputs[0]


def bar(count, title, verbose):
    """A progress bar that shows itself only when the work takes more than a second."""
    from tqdm.auto import tqdm

    return tqdm(total=count, desc=title, unit="example", delay=1, leave=False, disable=not verbose)


def _tell(calls, moment, *arguments):
    """Call the method ``moment`` of every callback that has it."""
    logs_last = arguments if arguments and isinstance(arguments[-1], dict) else (*arguments, {})
    for call in calls:
        method = getattr(call, moment, None)
        if method is not None:
            method(*logs_last)


def _report(means, return_dict):
    """A dict, a list, or the loss alone where there are no metrics."""
    if return_dict:
        return means
    values = list(means.values())
    return values if len(values) > 1 else values[0]
