"""What ``fit`` shows while it trains: a bar per epoch, or a line per epoch."""

import importlib.util
import time

from course_lib.callbacks.base import Callback


def progress(epochs, batches, verbose):
    """What to show: a bar for ``verbose`` 1, lines for 2 and where tqdm is not installed."""
    if verbose == 1 and importlib.util.find_spec("tqdm"):
        return ProgressBar(epochs, batches)
    return Lines(epochs)


class ProgressBar(Callback):
    """A bar per epoch, in the terminal and in notebooks."""

    def __init__(self, epochs, batches):
        from tqdm.auto import tqdm

        self._tqdm, self._epochs, self._batches, self._bar = tqdm, epochs, batches, None

    def on_epoch_begin(self, epoch, logs=None):
        title = f"Epoch {epoch + 1}/{self._epochs}"
        self._bar = self._tqdm(total=self._batches, desc=title, unit="batch")

    def on_train_batch_end(self, batch, logs=None):
        self._bar.set_postfix_str(describe(logs), refresh=False)
        self._bar.update()

    def on_epoch_end(self, epoch, logs=None):
        self._bar.set_postfix_str(describe(logs))
        self.close()

    def close(self):
        if self._bar is not None:
            self._bar.close()
            self._bar = None


class Lines(Callback):
    """A line of text per epoch."""

    def __init__(self, epochs):
        self._epochs = epochs

    def on_epoch_begin(self, epoch, logs=None):
        self._start = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        seconds = time.perf_counter() - self._start
        print(f"Epoch {epoch + 1}/{self._epochs} - {seconds:.1f} s - {describe(logs, ' - ', ': ')}")


def describe(logs, separator=", ", colon=" "):
    """The numbers of ``logs`` in one line."""
    return separator.join(f"{name}{colon}{value:.4f}" for name, value in logs.items())
