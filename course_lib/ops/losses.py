"""Losses: one number per example that says how far a prediction is from the truth.

Each returns the loss of every example; training takes their mean. Arguments and formulas are those
of ``keras.losses``: probabilities unless ``from_logits``, clipped to [1e-7, 1 - 1e-7].
"""

from typing import NamedTuple

import numpy as np

from course_lib.ops import checks
from course_lib.ops.activations import softmax
from course_lib.ops.embedding import one_hot

EPSILON = 1e-7


class CrossentropyCache(NamedTuple):
    y_true: np.ndarray  # (..., classes), rows of weights that are often one-hot
    y_pred: np.ndarray  # (..., classes)
    from_logits: bool


class SquaredErrorCache(NamedTuple):
    difference: np.ndarray  # y_pred - y_true


def sparse_categorical_crossentropy(
    y_true: np.ndarray, y_pred: np.ndarray, from_logits: bool = False
) -> np.ndarray:
    """-log of the probability given to the true class; y_true (batch,) holds class numbers.

    y_pred (batch, classes) holds probabilities, or logits (before softmax) with ``from_logits``.
    """
    return sparse_categorical_crossentropy_forward(y_true, y_pred, from_logits)[0]


def sparse_categorical_crossentropy_forward(
    y_true: np.ndarray, y_pred: np.ndarray, from_logits: bool = False
) -> tuple:
    """`sparse_categorical_crossentropy` and its cache."""
    owner = "sparse_categorical_crossentropy"
    y_pred = _predictions(owner, y_pred)
    y_true = np.asarray(y_true)
    if y_true.shape == (*y_pred.shape[:-1], 1):  # a column of labels, as Keras allows
        y_true = y_true.reshape(y_pred.shape[:-1])
    if y_true.shape != y_pred.shape[:-1]:
        mend = ""
        if y_true.shape == y_pred.shape:
            mend = " These look one-hot: take y_true.argmax(-1), or use categorical_crossentropy."
        raise ValueError(
            f"{owner}: y_true must have shape {y_pred.shape[:-1]}, one label per row of y_pred "
            f"{y_pred.shape}, got {y_true.shape}.{mend}"
        )
    classes = y_pred.shape[-1]
    rows = one_hot(checks.labels(owner, "y_true", y_true, classes), classes, y_pred.dtype)
    return _crossentropy_forward(rows, y_pred, from_logits)


def sparse_categorical_crossentropy_backward(grad_losses: np.ndarray, cache: object) -> np.ndarray:
    """Gradient of y_pred, given one gradient per example."""
    return _crossentropy_backward("sparse_categorical_crossentropy_backward", grad_losses, cache)


def categorical_crossentropy(
    y_true: np.ndarray, y_pred: np.ndarray, from_logits: bool = False
) -> np.ndarray:
    """-sum of y_true * log(y_pred): y_true is (batch, classes), often one-hot."""
    return categorical_crossentropy_forward(y_true, y_pred, from_logits)[0]


def categorical_crossentropy_forward(
    y_true: np.ndarray, y_pred: np.ndarray, from_logits: bool = False
) -> tuple:
    """`categorical_crossentropy` and its cache."""
    owner = "categorical_crossentropy"
    y_pred = _predictions(owner, y_pred)
    (y_true,) = checks.as_floats(owner, y_true=y_true)
    if y_true.shape != y_pred.shape:
        mend = ""
        if y_true.shape == y_pred.shape[:-1]:
            mend = (
                " These look like class numbers: take one_hot(y_true, "
                f"{y_pred.shape[-1]}), or use sparse_categorical_crossentropy."
            )
        raise ValueError(
            f"{owner}: y_true must have shape {y_pred.shape}, that of y_pred, "
            f"got {y_true.shape}.{mend}"
        )
    good = np.isfinite(y_true) & (y_true >= 0)
    checks.hold(owner, "y_true", y_true, good, "numbers of 0 or more")
    y_true = y_true.astype(y_pred.dtype, copy=False)
    if from_logits:
        return _crossentropy_forward(y_true, y_pred, from_logits)
    logs = np.log(np.clip(_shares(y_pred), EPSILON, 1 - EPSILON))
    return -(y_true * logs).sum(-1), CrossentropyCache(y_true, y_pred, from_logits)


def categorical_crossentropy_backward(grad_losses: np.ndarray, cache: object) -> np.ndarray:
    """Gradient of y_pred, given one gradient per example.

    From probabilities p = y_pred / s, s their sum: with g = -t/p, and 0 where p was clipped, it is
    (g - sum(g p)) / s.
    """
    owner = "categorical_crossentropy_backward"
    y_true, y_pred, from_logits = cache
    if from_logits:
        return _crossentropy_backward(owner, grad_losses, cache)
    grad_losses = checks.gradient(
        owner, grad_losses, y_pred.shape[:-1], y_pred.dtype, "grad_losses", "the losses"
    )
    shares = _shares(y_pred)
    clipped = np.clip(shares, EPSILON, 1 - EPSILON)
    grad = -y_true / clipped * (clipped == shares)
    grad = (grad - (grad * shares).sum(-1, keepdims=True)) / y_pred.sum(-1, keepdims=True)
    return grad_losses[..., None] * grad


def _shares(y_pred):
    """Each row divided by its sum. Keras does so before it clips; the sparse loss clips first."""
    return y_pred / y_pred.sum(-1, keepdims=True)


def _crossentropy_forward(y_true, y_pred, from_logits):
    """-sum_k t_k log p_k, with p = softmax(logits) or p = clipped y_pred / its sum."""
    if from_logits:
        shifted = y_pred - y_pred.max(-1, keepdims=True)
        logs = shifted - np.log(np.exp(shifted).sum(-1, keepdims=True))
    else:
        clipped = np.clip(y_pred, EPSILON, 1 - EPSILON)
        logs = np.log(clipped / clipped.sum(-1, keepdims=True))
    return -(y_true * logs).sum(-1), CrossentropyCache(y_true, y_pred, from_logits)


def _crossentropy_backward(owner, grad_losses, cache):
    """From logits T*softmax - t; from probabilities T/sum(p) - t/p, 0 where p was clipped.

    T is the sum of t, 1 for a one-hot row.
    """
    y_true, y_pred, from_logits = cache
    grad_losses = checks.gradient(
        owner, grad_losses, y_pred.shape[:-1], y_pred.dtype, "grad_losses", "the losses"
    )
    total = y_true.sum(-1, keepdims=True)
    if from_logits:
        grad = total * softmax(y_pred) - y_true
    else:
        clipped = np.clip(y_pred, EPSILON, 1 - EPSILON)
        grad = total / clipped.sum(-1, keepdims=True) - y_true / clipped
        grad *= (y_pred >= EPSILON) & (y_pred <= 1 - EPSILON)
    return grad_losses[..., None] * grad


def mean_squared_error(y_true: np.ndarray, y_pred: np.ndarray) -> np.ndarray:
    """Mean of (y_pred - y_true)**2 over the last axis."""
    return mean_squared_error_forward(y_true, y_pred)[0]


def mean_squared_error_forward(y_true: np.ndarray, y_pred: np.ndarray) -> tuple:
    """`mean_squared_error` and its cache."""
    owner = "mean_squared_error"
    y_true, y_pred = checks.as_floats(owner, y_true=y_true, y_pred=y_pred)
    checks.same_shape(owner, "y_true", y_true, y_pred.shape, "y_pred")
    if y_pred.ndim < 1:
        raise ValueError(f"{owner}: y_pred must be an array, got a single number.")
    checks.hold(owner, "y_true", y_true, np.isfinite(y_true), "finite numbers")
    difference = y_pred - y_true
    return np.square(difference).mean(-1), SquaredErrorCache(difference)


def mean_squared_error_backward(grad_losses: np.ndarray, cache: object) -> np.ndarray:
    """Gradient of y_pred: 2 (y_pred - y_true) / count."""
    owner = "mean_squared_error_backward"
    (difference,) = cache
    grad_losses = checks.gradient(
        owner, grad_losses, difference.shape[:-1], difference.dtype, "grad_losses", "the losses"
    )
    return grad_losses[..., None] * difference * difference.dtype.type(2 / difference.shape[-1])


def _predictions(owner, y_pred):
    (y_pred,) = checks.as_floats(owner, y_pred=y_pred)
    if y_pred.ndim < 2:
        mend = f" Add the batch axis: y_pred.reshape{(1, *y_pred.shape)}." if y_pred.ndim else ""
        raise ValueError(
            f"{owner}: y_pred must have rank 2 or more (batch, ..., classes), "
            f"got shape {y_pred.shape}.{mend}"
        )
    return y_pred
