"""Callbacks that end training: when nothing gets better any more, or nothing can."""

import math

from course_lib.callbacks.base import Callback
from course_lib.callbacks.monitor import Monitor
from course_lib.errors import integer


class EarlyStopping(Monitor):
    """Stop when ``monitor`` did not improve for ``patience`` epochs.

    ``baseline``: it must get better than this number too. ``restore_best_weights``: go back to the
    weights of the best epoch in the end. ``start_from_epoch``: epochs before it do not count.
    Afterwards ``stopped_epoch`` and ``best_epoch`` say where it stopped and what was best.
    """

    def __init__(
        self, monitor="val_loss", min_delta=0, patience=0, verbose=0, mode="auto", baseline=None,
        restore_best_weights=False, start_from_epoch=0,
    ):  # fmt: skip
        super().__init__(monitor, mode, min_delta)
        self.patience = integer("EarlyStopping", "patience", patience, minimum=0)
        self.verbose, self.baseline = verbose, baseline
        self.restore_best_weights = restore_best_weights
        self.start_from_epoch = integer("EarlyStopping", "start_from_epoch", start_from_epoch, 0)

    def on_train_begin(self, logs=None):
        self.wait = self.stopped_epoch = self.best_epoch = 0
        self.best = self.best_weights = None

    def on_epoch_end(self, epoch, logs=None):
        value = self.watched(logs)
        if value is None or epoch < self.start_from_epoch:
            return
        self.wait += 1
        if self.improved(value, self.best):
            self.best, self.best_epoch = value, epoch
            if self.baseline is None or self.improved(value, self.baseline):
                self.wait = 0
        if self.restore_best_weights and (self.best_epoch == epoch or self.best_weights is None):
            self.best_weights = self.model.get_weights()
        # Keras never stops after the first epoch.
        if self.best_epoch != epoch and self.wait >= self.patience and epoch > 0:
            self.stopped_epoch = epoch
            self.model.stop_training = True

    def on_train_end(self, logs=None):
        if self.stopped_epoch and self.verbose:
            print(f"Epoch {self.stopped_epoch + 1}: early stopping")
        if self.restore_best_weights and self.best_weights is not None:
            if self.verbose:
                print(f"Weights are those of the best epoch again, {self.best_epoch + 1}.")
            self.model.set_weights(self.best_weights)


class TerminateOnNaN(Callback):
    """Stop at once when the loss is no finite number; ``raise_error``: with a RuntimeError."""

    def __init__(self, raise_error=False):
        self.raise_error = raise_error

    def on_train_batch_end(self, batch, logs=None):
        loss = (logs or {}).get("loss")
        if loss is None or math.isfinite(loss):
            return
        if self.raise_error:
            raise RuntimeError(f"The loss is {loss} after batch {batch}.")
        print(f"Batch {batch}: the loss is {loss}, training ends.")
        self.model.stop_training = True
