"""Batch normalisation: each channel is brought to mean 0 and deviation 1, then scaled and moved.

In training the mean and the variance are those of the batch; at inference they are given, the
moving averages of training. (Ioffe and Szegedy, 2015.)
"""

from typing import NamedTuple

import numpy as np

from course_lib.errors import number
from course_lib.ops import checks
from course_lib.ops.dense import bias_gradient as column_sums


class BatchNormalizationCache(NamedTuple):
    normalized: np.ndarray  # (inputs - mean) / deviation
    mean: np.ndarray  # (channels,)
    variance: np.ndarray  # (channels,)
    scale: np.ndarray  # (channels,)
    inverse: np.ndarray  # 1 / deviation, (channels,)
    axis: int
    shape: tuple  # of the outputs
    from_batch: bool


def batch_normalization(
    inputs, mean=None, variance=None, axis=-1, offset=None, scale=None, epsilon=1e-3
):
    """(inputs - mean) / sqrt(variance + epsilon) * scale + offset, for every channel of ``axis``.

    ``mean``, ``variance``, ``offset`` (beta) and ``scale`` (gamma) have shape (channels,). Without
    mean and variance those of the batch are taken, over every other axis (the variance with 1/n).
    """
    return batch_normalization_forward(inputs, mean, variance, axis, offset, scale, epsilon)[0]


def batch_normalization_forward(
    inputs, mean=None, variance=None, axis=-1, offset=None, scale=None, epsilon=1e-3
):
    """`batch_normalization` and its cache, which holds the mean and variance that were used."""
    owner = "batch_normalization"
    (inputs,) = checks.as_floats(owner, inputs=inputs)
    axis = checks.axis_in(owner, axis, inputs.ndim)
    if (mean is None) != (variance is None):
        raise ValueError(f"{owner}: mean and variance must be given both or neither.")
    number(owner, "epsilon", epsilon)
    channels, dtype = inputs.shape[axis], inputs.dtype
    offset = _channel(owner, "offset", offset, channels, dtype, 0)
    scale = _channel(owner, "scale", scale, channels, dtype, 1)
    rows = _rows(inputs, axis)
    from_batch = mean is None
    if from_batch and not len(rows):
        raise ValueError(f"{owner}: inputs must have at least one example, got {inputs.shape}.")
    if from_batch:
        mean = column_sums(rows) / dtype.type(len(rows))
        centred = rows - mean
        variance = column_sums(np.square(centred)) / dtype.type(len(rows))
    else:
        mean = _channel(owner, "mean", mean, channels, dtype, 0)
        variance = _channel(owner, "variance", variance, channels, dtype, 1)
        checks.hold(owner, "variance", variance, variance >= 0, "numbers of 0 or more")
        centred = rows - mean
    inverse = 1 / np.sqrt(variance + dtype.type(epsilon))
    normalized = np.multiply(centred, inverse, out=centred)
    outputs = normalized * scale
    outputs += offset
    outputs = _unrows(outputs, inputs.shape, axis)
    cache = BatchNormalizationCache(
        normalized, mean, variance, scale, inverse, axis, inputs.shape, from_batch
    )
    return outputs, cache


def batch_normalization_backward(grad_outputs, cache):
    """(gradient of inputs, of scale, of offset).

    Where the batch gave mean and variance they depend on the inputs too: the parts of the gradient
    along 1 and along the normalised inputs fall away.
    """
    normalized, _, _, scale, inverse, axis, shape = cache[:7]
    grad_outputs = checks.gradient(
        "batch_normalization_backward", grad_outputs, shape, normalized.dtype
    )
    grad = _rows(grad_outputs, axis)
    grad_scale, grad_offset = column_sums(grad * normalized), column_sums(grad)
    if cache.from_batch:
        count = grad.dtype.type(len(grad))
        grad = grad - grad_offset / count
        grad -= normalized * (grad_scale / count)
    grad_inputs = _unrows(grad * (scale * inverse), grad_outputs.shape, axis)
    return grad_inputs, grad_scale, grad_offset


def _rows(array, axis):
    """(everything else, channels)"""
    moved = np.moveaxis(array, axis, -1)
    return moved.reshape(-1, moved.shape[-1])


def _unrows(rows, shape, axis):
    """The array of ``shape`` whose `_rows` are ``rows``."""
    moved = (*shape[:axis], *shape[axis + 1 :], shape[axis])
    return np.ascontiguousarray(np.moveaxis(rows.reshape(moved), -1, axis))


def _channel(owner, name, value, channels, dtype, default):
    if value is None:
        return np.full(channels, default, dtype)
    (value,) = checks.as_floats(owner, **{name: value})
    checks.same_shape(owner, name, value, (channels,), "the channels of inputs")
    return value.astype(dtype, copy=False)
