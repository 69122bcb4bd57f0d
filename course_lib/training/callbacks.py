"""What happens around the training steps: the history, the progress bar, and one's own ideas.

A callback's methods are called by ``fit`` at the moments their names say, with ``logs``: a dict
{"loss": ..., "accuracy": ..., "val_loss": ...} of the numbers known by then. To stop training early
a callback sets ``self.model.stop_training = True``.
"""

import time


class Callback:
    """Base class; override what is needed. ``self.model`` is the model in training."""

    model = None

    def set_model(self, model):
        self.model = model

    def on_train_begin(self, logs=None):
        pass

    def on_train_end(self, logs=None):
        pass

    def on_epoch_begin(self, epoch, logs=None):
        pass

    def on_epoch_end(self, epoch, logs=None):
        pass

    def on_train_batch_begin(self, batch, logs=None):
        pass

    def on_train_batch_end(self, batch, logs=None):
        pass

    def close(self):
        """Called last, also when training was interrupted."""


class History(Callback):
    """What ``fit`` returns: ``history`` {name: [value per epoch]} and ``epoch`` [0, 1, ...]."""

    def on_train_begin(self, logs=None):
        self.history = {}
        self.epoch = []

    def on_epoch_end(self, epoch, logs=None):
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)


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


def check_callbacks(callbacks):
    """A list of callbacks, from a list, one callback or None."""
    if callbacks is None:
        return []
    callbacks = list(callbacks) if isinstance(callbacks, (list, tuple)) else [callbacks]
    for callback in callbacks:
        missing = [
            name
            for name in ("set_model", "on_epoch_begin", "on_epoch_end", "on_train_batch_end")
            if not hasattr(callback, name)
        ]
        if missing:
            raise TypeError(
                f"callbacks must be training.Callback objects, got {type(callback).__name__}, "
                f"which has no method {missing[0]}."
            )
    return callbacks
