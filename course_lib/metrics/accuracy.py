"""How often a model is right, and how far off it is: means over the examples."""

import numpy as np

from course_lib import labels
from course_lib.errors import integer
from course_lib.metrics.base import Metric


class Accuracy(Metric):
    """Share of predictions equal to the labels: for class numbers, not for probabilities.

    ``metrics=["accuracy"]`` in ``compile`` is something else: the accuracy that fits the model.
    """

    direction = "up"

    def __init__(self, name="accuracy"):
        super().__init__(name)

    def values(self, y_true, y_pred):
        return (y_true == y_pred).astype(np.float32)


class SparseCategoricalAccuracy(Metric):
    """1 where the largest output is that of the true class; y_true holds class numbers."""

    direction = "up"

    def __init__(self, name="sparse_categorical_accuracy"):
        super().__init__(name)

    def check(self, y_true, output_shape):
        return labels.as_class_numbers(self.name, y_true, output_shape)

    def values(self, y_true, y_pred):
        guesses = y_pred.argmax(-1)
        return (guesses == y_true.reshape(guesses.shape)).astype(np.float32)


class CategoricalAccuracy(Metric):
    """1 where the largest output is that of the largest entry of the row of y_true."""

    direction = "up"

    def __init__(self, name="categorical_accuracy"):
        super().__init__(name)

    def values(self, y_true, y_pred):
        return (y_pred.argmax(-1) == y_true.argmax(-1)).astype(np.float32)


class BinaryAccuracy(Metric):
    """Share of outputs on the right side of ``threshold``; y_true holds 0 and 1."""

    direction = "up"

    def __init__(self, name="binary_accuracy", *, threshold=0.5):
        super().__init__(name)
        if not isinstance(threshold, (int, float)) or not 0 < threshold < 1:
            raise ValueError(
                f"{name}: threshold must be a number between 0 and 1, got {threshold!r}."
            )
        self.threshold = threshold

    def values(self, y_true, y_pred):
        return ((y_pred > self.threshold) == y_true).astype(np.float32)


class SparseTopKCategoricalAccuracy(Metric):
    """1 where the true class is among the ``k`` largest outputs; y_true holds class numbers."""

    direction = "up"

    def __init__(self, k=5, name="sparse_top_k_categorical_accuracy"):
        super().__init__(name)
        self.k = integer(type(self).__name__, "k", k, minimum=1)

    def check(self, y_true, output_shape):
        return labels.as_class_numbers(self.name, y_true, output_shape)

    def values(self, y_true, y_pred):
        own = np.take_along_axis(y_pred, y_true.reshape(*y_pred.shape[:-1], 1), -1)
        return ((y_pred > own).sum(-1) < self.k).astype(np.float32)


class TopKCategoricalAccuracy(Metric):
    """1 where the class of the largest entry of y_true is among the ``k`` largest outputs."""

    direction = "up"

    def __init__(self, k=5, name="top_k_categorical_accuracy"):
        super().__init__(name)
        self.k = integer(type(self).__name__, "k", k, minimum=1)

    def values(self, y_true, y_pred):
        own = np.take_along_axis(y_pred, y_true.argmax(-1)[..., None], -1)
        return ((y_pred > own).sum(-1) < self.k).astype(np.float32)


class MeanSquaredError(Metric):
    """Mean of (y_pred - y_true)**2."""

    direction = "down"

    def __init__(self, name="mean_squared_error"):
        super().__init__(name)

    def values(self, y_true, y_pred):
        return np.square(y_pred - y_true)


class MeanAbsoluteError(Metric):
    """Mean of abs(y_pred - y_true)."""

    direction = "down"

    def __init__(self, name="mean_absolute_error"):
        super().__init__(name)

    def values(self, y_true, y_pred):
        return np.abs(y_pred - y_true)


class FittingAccuracy(Metric):
    """What "accuracy" means: binary for one output, else by class numbers or by one-hot rows."""

    direction = "up"

    def check(self, y_true, output_shape):
        return self._fitting(np.shape(y_true), output_shape).check(y_true, output_shape)

    def values(self, y_true, y_pred):
        return self._fitting(y_true.shape, y_pred.shape).values(y_true, y_pred)

    def _fitting(self, y_shape, output_shape):
        if output_shape[-1] == 1:
            return BinaryAccuracy(self.name)
        if len(y_shape) < len(output_shape) or y_shape[-1] == 1:
            return SparseCategoricalAccuracy(self.name)
        return CategoricalAccuracy(self.name)
