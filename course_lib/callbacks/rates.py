"""Callbacks that change the learning rate from epoch to epoch.

Both write it into the history, as "learning_rate". To change it from step to step give the
optimizer a schedule of `optimizers.schedules`.
"""

import inspect

from course_lib.callbacks.base import Callback
from course_lib.callbacks.monitor import Monitor
from course_lib.errors import integer, number


class LearningRateScheduler(Callback):
    """Before each epoch the learning rate becomes ``schedule(epoch, learning_rate)``.

    A function of the epoch alone will do. It must return a float.
    """

    def __init__(self, schedule, verbose=0):
        if not callable(schedule):
            raise TypeError(
                "LearningRateScheduler: schedule must be a function of (epoch, learning_rate), "
                f"got {schedule!r}."
            )
        self.schedule, self.verbose = schedule, verbose

    def on_epoch_begin(self, epoch, logs=None):
        arguments = (epoch, self.model.optimizer.learning_rate)
        try:
            inspect.signature(self.schedule).bind(*arguments)
        except TypeError:  # it takes the epoch only
            arguments = arguments[:1]
        rate = self.schedule(*arguments)
        if isinstance(rate, bool) or (not isinstance(rate, float) and not hasattr(rate, "dtype")):
            raise ValueError(
                "LearningRateScheduler: schedule must return a float, got "
                f"{rate!r} for epoch {epoch}."
            )
        self.model.optimizer.learning_rate = float(rate)
        if self.verbose:
            print(f"Epoch {epoch + 1}: learning rate {rate}")

    def on_epoch_end(self, epoch, logs=None):
        if logs is not None:
            logs["learning_rate"] = self.model.optimizer.learning_rate


class ReduceLROnPlateau(Monitor):
    """Multiply the learning rate by ``factor`` after ``patience`` epochs without improvement.

    ``cooldown``: epochs after a reduction before the counting begins again. ``min_lr``: never less.
    """

    def __init__(
        self, monitor="val_loss", factor=0.1, patience=10, verbose=0, mode="auto", min_delta=1e-4,
        cooldown=0, min_lr=0.0,
    ):  # fmt: skip
        super().__init__(monitor, mode, min_delta)
        if number("ReduceLROnPlateau", "factor", factor) >= 1:
            raise ValueError(f"ReduceLROnPlateau: factor must be less than 1, got {factor}.")
        self.factor, self.verbose = factor, verbose
        self.patience = integer("ReduceLROnPlateau", "patience", patience, minimum=0)
        self.cooldown = integer("ReduceLROnPlateau", "cooldown", cooldown, minimum=0)
        self.min_lr = number("ReduceLROnPlateau", "min_lr", min_lr, inclusive=True)

    def on_train_begin(self, logs=None):
        self.best, self.wait, self.cooldown_counter = None, 0, 0

    def on_epoch_end(self, epoch, logs=None):
        logs = {} if logs is None else logs
        logs["learning_rate"] = self.model.optimizer.learning_rate
        value = self.watched(logs)
        if value is None:
            return
        if self.cooldown_counter:
            self.cooldown_counter -= 1
            self.wait = 0
        if self.improved(value, self.best):
            self.best, self.wait = value, 0
        elif not self.cooldown_counter:
            self.wait += 1
            if self.wait >= self.patience:
                self._reduce(epoch)

    def _reduce(self, epoch):
        old = self.model.optimizer.learning_rate
        if old <= self.min_lr:
            return
        self.model.optimizer.learning_rate = max(old * self.factor, self.min_lr)
        self.cooldown_counter, self.wait = self.cooldown, 0
        if self.verbose:
            print(f"Epoch {epoch + 1}: learning rate {self.model.optimizer.learning_rate}")
