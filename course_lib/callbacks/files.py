"""Callbacks that write files: the weights while training goes on, and a table of its numbers."""

import csv
import os

from course_lib.callbacks.base import Callback
from course_lib.callbacks.monitor import Monitor
from course_lib.errors import integer


class ModelCheckpoint(Monitor):
    """Save the model after each epoch, or with ``save_best_only`` when ``monitor`` improved.

    ``filepath`` ends in .npz and may have "{epoch:02d}", counted from 1, and names of ``logs`` such
    as "{val_loss:.2f}". ``save_weights_only``: by ``save_weights`` instead of ``save``.
    ``save_freq``: "epoch", or every so many batches. ``initial_value_threshold``: what the first
    value has to beat.
    """

    def __init__(
        self, filepath, monitor="val_loss", verbose=0, save_best_only=False,
        save_weights_only=False, mode="auto", save_freq="epoch", initial_value_threshold=None,
    ):  # fmt: skip
        super().__init__(monitor, mode, best=initial_value_threshold)
        self.filepath = os.fspath(filepath)
        if not self.filepath.endswith(".npz"):
            raise ValueError(f"ModelCheckpoint: filepath must end in .npz, got {self.filepath!r}.")
        if save_freq != "epoch":
            save_freq = integer("ModelCheckpoint", "save_freq", save_freq, minimum=1)
        self.save_freq, self.verbose = save_freq, verbose
        self.save_best_only, self.save_weights_only = save_best_only, save_weights_only
        self._batches, self._epoch = 0, 0

    def on_epoch_begin(self, epoch, logs=None):
        self._epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        if self.save_freq == "epoch":
            return
        self._batches += 1
        if self._batches >= self.save_freq:
            self._batches = 0
            self._save({"batch": batch + 1, **(logs or {})})

    def on_epoch_end(self, epoch, logs=None):
        if self.save_freq == "epoch":
            self._save(logs or {})

    def _save(self, logs):
        if self.save_best_only:
            value = self.watched(logs)
            if value is not None and not self.improved(value, self.best):
                return
            self.best = self.best if value is None else value
        path = self._path(logs)
        if folder := os.path.dirname(path):
            os.makedirs(folder, exist_ok=True)
        (self.model.save_weights if self.save_weights_only else self.model.save)(path)
        if self.verbose:
            print(f"Epoch {self._epoch + 1}: saved {path}")

    def _path(self, logs):
        try:
            return self.filepath.format(epoch=self._epoch + 1, **logs)
        except KeyError as error:
            known = ", ".join(["epoch", *logs])
            raise KeyError(
                f"ModelCheckpoint: filepath {self.filepath!r} has {error}, which is not among the "
                f"numbers known then: {known}."
            ) from None


class CSVLogger(Callback):
    """Write the numbers of each epoch as a line of the file ``filename``.

    ``append``: go on with a file that is there; else it is written anew.
    """

    def __init__(self, filename, separator=",", append=False):
        self.filename, self.sep, self.append = os.fspath(filename), separator, append
        self._file = self._writer = None

    def on_train_begin(self, logs=None):
        filled = os.path.exists(self.filename) and os.path.getsize(self.filename) > 0
        self._header = not (self.append and filled)
        mode = "a" if self.append else "w"
        self._file = open(self.filename, mode, newline="", encoding="utf-8")  # noqa: SIM115
        self._writer = None

    def on_epoch_end(self, epoch, logs=None):
        logs = logs or {}
        if self._writer is None:
            names = sorted(logs)
            if not any(name.startswith("val_") for name in names):
                names += [f"val_{name}" for name in names]
            self._writer = csv.DictWriter(
                self._file, ["epoch", *names], restval="NA", extrasaction="ignore",
                delimiter=self.sep, lineterminator="\n",
            )  # fmt: skip
            if self._header:
                self._writer.writeheader()
        self._writer.writerow({"epoch": epoch, **logs})
        self._file.flush()

    def close(self):
        if self._file is not None:
            self._file.close()
