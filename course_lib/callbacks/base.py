"""The moments of training at which callbacks are called, and the history, which is one of them."""

from course_lib.errors import SaysWhatItTakes, unknown_argument

MOMENTS = tuple(
    f"on_{moment}_{edge}"
    for moment in (
        "train", "epoch", "train_batch", "test", "test_batch", "predict", "predict_batch",
    )
    for edge in ("begin", "end")
)  # fmt: skip


class Callback(metaclass=SaysWhatItTakes):
    """Base class; override what is needed.

    ``self.model`` is the model, ``self.params`` a dict with "epochs", "steps" (batches an epoch,
    None where unknown) and "verbose". Numbers of epochs and batches start at 0. The hooks of test
    are called by ``evaluate``, and by ``fit`` around each validation.
    """

    model = None
    params = None

    def set_model(self, model):
        self.model = model

    def set_params(self, params):
        self.params = params

    def on_train_begin(self, logs=None):
        pass

    def on_train_end(self, logs=None):
        pass

    def on_epoch_begin(self, epoch, logs=None):
        pass

    def on_epoch_end(self, epoch, logs=None):
        pass

    def on_train_batch_begin(self, batch, logs=None):
        self.on_batch_begin(batch, logs)

    def on_train_batch_end(self, batch, logs=None):
        self.on_batch_end(batch, logs)

    def on_batch_begin(self, batch, logs=None):
        """Another name of `on_train_batch_begin`, as in Keras."""

    def on_batch_end(self, batch, logs=None):
        """Another name of `on_train_batch_end`, as in Keras."""

    def on_test_begin(self, logs=None):
        pass

    def on_test_end(self, logs=None):
        pass

    def on_test_batch_begin(self, batch, logs=None):
        pass

    def on_test_batch_end(self, batch, logs=None):
        pass

    def on_predict_begin(self, logs=None):
        pass

    def on_predict_end(self, logs=None):
        pass

    def on_predict_batch_begin(self, batch, logs=None):
        pass

    def on_predict_batch_end(self, batch, logs=None):
        """``logs`` has the batch's "outputs"."""

    def close(self):
        """Called last, also when training was interrupted."""


class LambdaCallback(Callback):
    """A callback made of functions: ``LambdaCallback(on_epoch_end=lambda epoch, logs: ...)``.

    Every method of `Callback` may be given by its name.
    """

    def __init__(
        self, on_epoch_begin=None, on_epoch_end=None, on_train_begin=None, on_train_end=None,
        on_train_batch_begin=None, on_train_batch_end=None, **others,
    ):  # fmt: skip
        given = {
            "on_epoch_begin": on_epoch_begin, "on_epoch_end": on_epoch_end,
            "on_train_begin": on_train_begin, "on_train_end": on_train_end,
            "on_train_batch_begin": on_train_batch_begin, "on_train_batch_end": on_train_batch_end,
            **others,
        }  # fmt: skip
        for name, function in given.items():
            if name not in MOMENTS and name not in ("on_batch_begin", "on_batch_end"):
                raise unknown_argument("LambdaCallback", name, MOMENTS)
            if function is None:
                continue
            if not callable(function):
                raise TypeError(f"LambdaCallback: {name} must be a function, got {function!r}.")
            setattr(self, name, function)


class History(Callback):
    """What ``fit`` returns: ``history`` {name: [value per epoch]} and ``epoch`` [0, 1, ...]."""

    def __init__(self):
        self.history = {}

    def on_train_begin(self, logs=None):
        self.history = {}
        self.epoch = []

    def on_epoch_end(self, epoch, logs=None):
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)


class Calls:
    """The callbacks of one run, called together: ``calls("on_epoch_end", epoch, logs=logs)``."""

    def __init__(self, callbacks, model, **params):
        self._callbacks = list(callbacks)
        for callback in self._callbacks:
            callback.set_model(model)
            getattr(callback, "set_params", lambda params: None)(params)

    def __call__(self, moment, *place, logs=None):
        logs = {} if logs is None else logs
        for callback in self._callbacks:
            method = getattr(callback, moment, None)
            if method is not None:
                method(*place, logs)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        for callback in self._callbacks:
            getattr(callback, "close", lambda: None)()


def check_callbacks(callbacks):
    """A list of callbacks, from a list, one callback or None."""
    if callbacks is None:
        return []
    callbacks = list(callbacks) if isinstance(callbacks, (list, tuple)) else [callbacks]
    for callback in callbacks:
        if isinstance(callback, type):
            raise TypeError(
                f"callbacks must be callbacks.Callback objects, got the class {callback.__name__}. "
                f"Write {callback.__name__}(...), with brackets."
            )
        missing = [
            name
            for name in ("set_model", "on_epoch_begin", "on_epoch_end", "on_train_batch_end")
            if not hasattr(callback, name)
        ]
        if missing:
            raise TypeError(
                f"callbacks must be callbacks.Callback objects, got {type(callback).__name__}, "
                f"which has no method {missing[0]}."
            )
    return callbacks
