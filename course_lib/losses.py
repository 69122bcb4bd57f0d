"""How wrong the predictions are: one number per example, averaged over the batch.

A loss goes forward to these numbers and back to the gradient of the predictions. Where a model
ends in softmax, crossentropy can be taken from the numbers *before* softmax, the logits: the
logarithm and the exponential cancel, nothing can underflow, and the gradient becomes as simple as
probabilities minus truth. Training does so by itself, as Keras does.

Names, arguments and formulas are those of ``keras.losses``.
"""

import numpy as np

from course_lib import labels
from course_lib.errors import SaysWhatItTakes, nearest
from course_lib.ops import losses as ops
from course_lib.ops.activations import sigmoid
from course_lib.ops.losses import (
    EPSILON,
    categorical_crossentropy,
    mean_squared_error,
    sparse_categorical_crossentropy,
)
from course_lib.unknown_names import told

__all__ = [
    "BinaryCrossentropy",
    "CategoricalCrossentropy",
    "Loss",
    "MeanSquaredError",
    "SparseCategoricalCrossentropy",
    "binary_crossentropy",
    "categorical_crossentropy",
    "get",
    "mean_squared_error",
    "sparse_categorical_crossentropy",
]
__getattr__ = told(__name__)


class Loss(metaclass=SaysWhatItTakes):
    """Base class. ``loss(y_true, y_pred)`` is the mean over all examples.

    >>> loss = SparseCategoricalCrossentropy()
    >>> round(loss([0, 1], [[0.5, 0.5], [0.25, 0.75]]), 4)
    0.4904
    >>> round(loss([0, 1], [[0.5, 0.5], [0.25, 0.75]], sample_weight=[2, 0]), 4)
    0.6931

    ``activation``: the activation whose inputs the loss can take instead of its outputs.
    """

    activation = None
    from_logits = False

    def __init__(self, name):
        self.name = name

    def check(self, y_true, output_shape: tuple) -> np.ndarray:
        """``y_true`` as an array, if it fits predictions of ``output_shape``; else ValueError."""
        return labels.as_rows(self.name, y_true, output_shape)

    def forward(self, y_true, y_pred, from_logits=False):
        """(loss of every example, cache)."""
        raise NotImplementedError(_unwritten(self))

    def backward(self, grad_losses, cache):
        """Gradient of ``y_pred``, given a gradient per example."""
        raise NotImplementedError(_unwritten(self))

    def __call__(self, y_true, y_pred, sample_weight=None) -> float:
        y_true = self.check(y_true, np.shape(y_pred))
        losses = self.forward(y_true, y_pred, self.from_logits)[0]
        if sample_weight is not None:
            losses = losses * labels.spread(sample_weight, losses)
        return float(losses.mean())

    def __repr__(self):
        return f"<loss {self.name}>"


class SparseCategoricalCrossentropy(Loss):
    """-log of the probability of the true class; y_true holds class numbers, (batch,).

    ``from_logits``: the model ends without softmax.
    """

    activation = "softmax"

    def __init__(self, from_logits=False, *, name="sparse_categorical_crossentropy"):
        super().__init__(name)
        self.from_logits = bool(from_logits)

    def check(self, y_true, output_shape: tuple) -> np.ndarray:
        return labels.as_class_numbers(self.name, y_true, output_shape)

    def forward(self, y_true, y_pred, from_logits=False):
        return ops.sparse_categorical_crossentropy_forward(y_true, y_pred, from_logits)

    def backward(self, grad_losses, cache):
        return ops.sparse_categorical_crossentropy_backward(grad_losses, cache)


class CategoricalCrossentropy(Loss):
    """-sum of y_true * log(y_pred); y_true holds a row per example, often one-hot.

    ``label_smoothing`` s mixes the rows with equal shares: y_true * (1 - s) + s / classes.
    """

    activation = "softmax"

    def __init__(self, from_logits=False, label_smoothing=0.0, *, name="categorical_crossentropy"):
        super().__init__(name)
        if not isinstance(label_smoothing, (int, float)) or not 0 <= label_smoothing <= 1:
            raise ValueError(
                f"{name}: label_smoothing must be a number from 0 to 1, got {label_smoothing!r}."
            )
        self.from_logits = bool(from_logits)
        self.label_smoothing = label_smoothing

    def forward(self, y_true, y_pred, from_logits=False):
        if self.label_smoothing:
            share = self.label_smoothing / y_true.shape[-1]
            y_true = np.asarray(y_true, np.float32) * (1 - self.label_smoothing) + share
        return ops.categorical_crossentropy_forward(y_true, y_pred, from_logits)

    def backward(self, grad_losses, cache):
        return ops.categorical_crossentropy_backward(grad_losses, cache)


class BinaryCrossentropy(Loss):
    """-(t log p + (1 - t) log(1 - p)), mean over the last axis; for outputs that end in sigmoid."""

    activation = "sigmoid"

    def __init__(self, from_logits=False, *, name="binary_crossentropy"):
        super().__init__(name)
        self.from_logits = bool(from_logits)

    def check(self, y_true, output_shape: tuple) -> np.ndarray:
        y_true = super().check(y_true, output_shape)
        if y_true.size and not 0 <= y_true.min() <= y_true.max() <= 1:
            raise ValueError(
                f"{self.name}: y must be from 0 to 1, got values from {y_true.min()} "
                f"to {y_true.max()}."
            )
        return y_true

    def forward(self, y_true, y_pred, from_logits=False):
        y_pred = np.asarray(y_pred)
        y_true = np.asarray(y_true, y_pred.dtype)
        if from_logits:  # log(1 + exp(-x)) without overflow
            losses = np.maximum(y_pred, 0) - y_pred * y_true + np.log1p(np.exp(-np.abs(y_pred)))
        else:
            p = np.clip(y_pred, EPSILON, 1 - EPSILON)
            losses = -(y_true * np.log(p) + (1 - y_true) * np.log(1 - p))
        return losses.mean(-1), (y_true, y_pred, from_logits)

    def backward(self, grad_losses, cache):
        y_true, y_pred, from_logits = cache
        if from_logits:
            grad = sigmoid(y_pred) - y_true
        else:
            p = np.clip(y_pred, EPSILON, 1 - EPSILON)
            grad = (p - y_true) / (p * (1 - p)) * (p == y_pred)
        return grad_losses[..., None] * grad / y_pred.dtype.type(y_pred.shape[-1])


class MeanSquaredError(Loss):
    """Mean of (y_pred - y_true)**2 over the last axis."""

    def __init__(self, *, name="mean_squared_error"):
        super().__init__(name)

    def forward(self, y_true, y_pred, from_logits=False):
        y_pred = np.asarray(y_pred)
        return ops.mean_squared_error_forward(np.asarray(y_true, y_pred.dtype), y_pred)

    def backward(self, grad_losses, cache):
        return ops.mean_squared_error_backward(grad_losses, cache)


def binary_crossentropy(y_true, y_pred, from_logits: bool = False) -> np.ndarray:
    """-(t log p + (1 - t) log(1 - p)), mean over the last axis: a number per example."""
    return BinaryCrossentropy().forward(y_true, y_pred, from_logits)[0]


def _unwritten(loss):
    return (
        f"{type(loss).__name__} is not complete: a loss needs forward(self, y_true, y_pred, "
        "from_logits), which returns the loss of every example and a cache, and "
        "backward(self, grad_losses, cache), which returns the gradient of y_pred."
    )


_NAMES = {
    "binary_crossentropy": BinaryCrossentropy,
    "categorical_crossentropy": CategoricalCrossentropy,
    "mean_squared_error": MeanSquaredError,
    "mse": MeanSquaredError,
    "sparse_categorical_crossentropy": SparseCategoricalCrossentropy,
}
_FUNCTIONS = [
    (binary_crossentropy, BinaryCrossentropy),
    (categorical_crossentropy, CategoricalCrossentropy),
    (mean_squared_error, MeanSquaredError),
    (sparse_categorical_crossentropy, SparseCategoricalCrossentropy),
]


def get(identifier) -> Loss:
    """A loss from its name, its class or function in this module, or an instance."""
    if isinstance(identifier, Loss):
        return identifier
    if isinstance(identifier, type) and issubclass(identifier, Loss):
        return identifier()
    by_class = {cls.__name__: cls for cls in _NAMES.values()}
    if isinstance(identifier, str) and identifier in _NAMES | by_class:
        return (_NAMES | by_class)[identifier]()
    for function, cls in _FUNCTIONS:
        if identifier is function:
            return cls()
    if callable(identifier) and not isinstance(identifier, type):
        raise ValueError(
            f"Unknown loss {identifier!r}: a function has no gradient here. Make a subclass of "
            "losses.Loss with forward(self, y_true, y_pred, from_logits) and backward(self, "
            "grad_losses, cache)."
        )
    close = nearest(identifier, _NAMES)
    meant = f" Do you mean {close[0]!r}?" if close else ""
    raise ValueError(
        f"Unknown loss {identifier!r}.{meant} Known: {', '.join(sorted(_NAMES))}, or an object "
        "such as losses.SparseCategoricalCrossentropy()."
    )
