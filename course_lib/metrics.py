"""What one likes to know of a model beside its loss: above all, how often it is right.

A metric gives a number per example; its result is their mean over all examples seen. Names are
those of ``keras.metrics``; "accuracy" is whichever accuracy fits the labels.
"""

import numpy as np


class Metric:
    """Base class: a mean over examples. ``values(y_true, y_pred)`` gives the number of each."""

    def __init__(self, name):
        self.name = name
        self.reset_state()

    def values(self, y_true, y_pred):
        raise NotImplementedError

    def update_state(self, y_true, y_pred):
        """Take a batch into the mean."""
        values = self.values(np.asarray(y_true), np.asarray(y_pred))
        self.total += float(values.sum())
        self.count += values.size

    def result(self):
        """The mean over all batches since the last reset; 0 before the first."""
        return self.total / self.count if self.count else 0.0

    def reset_state(self):
        self.total, self.count = 0.0, 0

    def __call__(self, y_true, y_pred):
        self.update_state(y_true, y_pred)
        return self.result()

    def __repr__(self):
        return f"<metric {self.name}>"


class SparseCategoricalAccuracy(Metric):
    """1 where the largest output is that of the true class; y_true holds class numbers."""

    def __init__(self, name="sparse_categorical_accuracy"):
        super().__init__(name)

    def values(self, y_true, y_pred):
        guesses = y_pred.argmax(-1)
        return (guesses == y_true.reshape(guesses.shape)).astype(np.float32)


class CategoricalAccuracy(Metric):
    """1 where the largest output is that of the largest entry of the row of y_true."""

    def __init__(self, name="categorical_accuracy"):
        super().__init__(name)

    def values(self, y_true, y_pred):
        return (y_pred.argmax(-1) == y_true.argmax(-1)).astype(np.float32)


class BinaryAccuracy(Metric):
    """Share of outputs on the right side of ``threshold``; y_true holds 0 and 1."""

    def __init__(self, name="binary_accuracy", *, threshold=0.5):
        super().__init__(name)
        if not isinstance(threshold, (int, float)) or not 0 < threshold < 1:
            raise ValueError(
                f"{name}: threshold must be a number between 0 and 1, got {threshold!r}."
            )
        self.threshold = threshold

    def values(self, y_true, y_pred):
        right = (y_pred > self.threshold) == (y_true.reshape(y_pred.shape) > self.threshold)
        return right.astype(np.float32).mean(-1)


class MeanSquaredError(Metric):
    """Mean of (y_pred - y_true)**2 over the last axis."""

    def __init__(self, name="mean_squared_error"):
        super().__init__(name)

    def values(self, y_true, y_pred):
        return np.square(y_pred - y_true.reshape(y_pred.shape)).mean(-1)


class MeanAbsoluteError(Metric):
    """Mean of abs(y_pred - y_true) over the last axis."""

    def __init__(self, name="mean_absolute_error"):
        super().__init__(name)

    def values(self, y_true, y_pred):
        return np.abs(y_pred - y_true.reshape(y_pred.shape)).mean(-1)


class Accuracy(Metric):
    """The accuracy that fits: binary for one output, else by class numbers or by one-hot rows."""

    def __init__(self, name="accuracy"):
        super().__init__(name)

    def values(self, y_true, y_pred):
        return _fitting(y_true, y_pred).values(y_true, y_pred)


def _fitting(y_true, y_pred):
    if y_pred.shape[-1] == 1:
        return BinaryAccuracy()
    if y_true.ndim < y_pred.ndim or y_true.shape[-1] == 1:
        return SparseCategoricalAccuracy()
    return CategoricalAccuracy()


_NAMES = {
    "acc": Accuracy,
    "accuracy": Accuracy,
    "binary_accuracy": BinaryAccuracy,
    "categorical_accuracy": CategoricalAccuracy,
    "mae": MeanAbsoluteError,
    "mean_absolute_error": MeanAbsoluteError,
    "mean_squared_error": MeanSquaredError,
    "mse": MeanSquaredError,
    "sparse_categorical_accuracy": SparseCategoricalAccuracy,
}


def get(identifier):
    """A metric from its name, its class or an instance."""
    if isinstance(identifier, Metric):
        return identifier
    if isinstance(identifier, type) and issubclass(identifier, Metric):
        return identifier()
    if isinstance(identifier, str) and identifier in _NAMES:
        return _NAMES[identifier](name=identifier)
    raise ValueError(f"Unknown metric {identifier!r}. Known: {', '.join(sorted(_NAMES))}.")
