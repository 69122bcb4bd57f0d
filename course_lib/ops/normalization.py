"""Normalisation: numbers are brought to mean 0 and deviation 1, then scaled and moved.

Batch normalisation does so for each channel, over all examples and places. In training the mean and
the variance are those of the batch; at inference they are given, the moving averages of training.
(Ioffe and Szegedy, 2015.)

Layer and group normalisation look at one example at a time: over its channels (Ba, Kiros and
Hinton, 2016), or over all places of a group of channels (Wu and He, 2018). So they are the same in
training and after, and whatever else is in the batch.
"""

from math import gcd
from typing import NamedTuple

import numpy as np

from course_lib.errors import integer, number
from course_lib.ops import checks
from course_lib.ops.sharing import do_each, each
from course_lib.ops.windows import batches

RUN = 1024  # numbers


class BatchNormalizationCache(NamedTuple):
    centred: np.ndarray  # inputs - mean, as `_runs`
    mean: np.ndarray  # (channels,)
    variance: np.ndarray  # (channels,)
    scale: np.ndarray  # (channels,)
    inverse: np.ndarray  # 1 / deviation, (channels,)
    axis: int
    shape: tuple  # of the outputs
    from_batch: bool


def batch_normalization(
    inputs: np.ndarray,
    mean: np.ndarray | None = None,
    variance: np.ndarray | None = None,
    axis: int = -1,
    offset: np.ndarray | None = None,
    scale: np.ndarray | None = None,
    epsilon: float = 1e-3,
) -> np.ndarray:
    """(inputs - mean) / sqrt(variance + epsilon) * scale + offset, for every channel of ``axis``.

    ``mean``, ``variance``, ``offset`` (beta) and ``scale`` (gamma) have shape (channels,). Without
    mean and variance those of the batch are taken, over every other axis (the variance with 1/n).
    """
    return batch_normalization_forward(inputs, mean, variance, axis, offset, scale, epsilon)[0]


def batch_normalization_forward(
    inputs: np.ndarray,
    mean: np.ndarray | None = None,
    variance: np.ndarray | None = None,
    axis: int = -1,
    offset: np.ndarray | None = None,
    scale: np.ndarray | None = None,
    epsilon: float = 1e-3,
) -> tuple:
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
    runs = _runs(_rows(inputs, axis))
    centred, outputs, blocks = np.empty_like(runs), np.empty_like(runs), _blocks(runs)
    from_batch, count = mean is None, dtype.type(inputs.size // max(1, channels))
    if from_batch and not count:
        raise ValueError(f"{owner}: inputs must have at least one example, got {inputs.shape}.")

    if from_batch:
        mean = _per_channel(each(lambda block: runs[block].sum(0), blocks), channels) / count
    else:
        mean = _channel(owner, "mean", mean, channels, dtype, 0)
        variance = _channel(owner, "variance", variance, channels, dtype, 1)
        checks.hold(owner, "variance", variance, variance >= 0, "numbers of 0 or more")
    along_mean = _along_runs(mean, runs)

    def centre(block):
        found = np.subtract(runs[block], along_mean, out=centred[block])
        return _sums_of_products(found, found) if from_batch else None

    squares = list(each(centre, blocks))
    if from_batch:
        variance = _per_channel(squares, channels) / count
    inverse = 1 / np.sqrt(variance + dtype.type(epsilon))
    factor, shift = _along_runs(inverse * scale, runs), _along_runs(offset, runs)

    def finish(block):
        np.multiply(centred[block], factor, out=outputs[block])
        outputs[block] += shift

    do_each(finish, blocks)
    outputs = _unrows(outputs, inputs.shape, axis)
    cache = BatchNormalizationCache(
        centred, mean, variance, scale, inverse, axis, inputs.shape, from_batch
    )
    return outputs, cache


def batch_normalization_backward(grad_outputs: np.ndarray, cache: object) -> tuple:
    """(gradient of inputs, of scale, of offset).

    Where the batch gave mean and variance they depend on the inputs too: the parts of the gradient
    along 1 and along the centred inputs fall away.
    """
    centred, _, _, scale, inverse, axis, shape = cache[:7]
    grad_outputs = checks.gradient(
        "batch_normalization_backward", grad_outputs, shape, centred.dtype
    )
    grad, channels = _runs(_rows(grad_outputs, axis)), len(scale)
    grad_inputs, blocks = np.empty_like(grad), _blocks(grad)

    def sums(block):
        return np.stack([_sums_of_products(grad[block], centred[block]), grad[block].sum(0)])

    along_centred, grad_offset = _per_channel(each(sums, blocks), channels)
    grad_scale = along_centred * inverse
    count = grad.dtype.type(max(1, grad.size // max(1, channels)))
    factor = _along_runs(scale * inverse, grad)
    slope = _along_runs(-scale * inverse**2 * grad_scale / count, grad)
    shift = _along_runs(-scale * inverse * grad_offset / count, grad)

    def back(block):
        part = np.multiply(grad[block], factor, out=grad_inputs[block])
        if cache.from_batch:
            part += centred[block] * slope
            part += shift

    do_each(back, blocks)
    grad_inputs = _unrows(grad_inputs, grad_outputs.shape, axis)
    return grad_inputs, grad_scale, grad_offset


def _sums_of_products(a, b):
    """Of two matrices, column by column, without an array for the products."""
    return np.einsum("ij,ij->j", a, b)


class NormalizationCache(NamedTuple):
    normalized: np.ndarray
    inverse: np.ndarray  # 1 / deviation, with axes of size 1 where the mean was taken
    scale: np.ndarray  # of a shape that goes with ``normalized``
    axes: tuple  # over which the mean was taken
    shape: tuple  # of the outputs


def layer_normalization(
    inputs: np.ndarray,
    scale: np.ndarray | None = None,
    offset: np.ndarray | None = None,
    axis: int | tuple[int, ...] = -1,
    epsilon: float = 1e-3,
) -> np.ndarray:
    """Every example (and place) brought to mean 0 and deviation 1 over ``axis``, one or several.

    ``scale`` (gamma) and ``offset`` (beta) have the sizes of these axes.
    """
    return layer_normalization_forward(inputs, scale, offset, axis, epsilon)[0]


def layer_normalization_forward(
    inputs: np.ndarray,
    scale: np.ndarray | None = None,
    offset: np.ndarray | None = None,
    axis: int | tuple[int, ...] = -1,
    epsilon: float = 1e-3,
) -> tuple:
    """`layer_normalization` and its cache."""
    owner = "layer_normalization"
    (inputs,) = checks.as_floats(owner, inputs=inputs)
    axes = tuple(sorted(checks.axes_in(owner, axis, inputs.ndim)))
    sizes = tuple(inputs.shape[a] for a in axes)
    along = tuple(n if a in axes else 1 for a, n in enumerate(inputs.shape))
    scale, offset = (
        _along(owner, name, value, sizes, along, inputs.dtype)
        for name, value in (("scale", scale), ("offset", offset))
    )
    return _normalize(owner, inputs, axes, scale, offset, epsilon)


def layer_normalization_backward(grad_outputs: np.ndarray, cache: object) -> tuple:
    """(gradient of inputs, of scale, of offset); those of scale and offset in their sizes."""
    grad_outputs = checks.gradient(
        "layer_normalization_backward", grad_outputs, cache.shape, cache.normalized.dtype
    )
    others = tuple(a for a in range(len(cache.shape)) if a not in cache.axes)
    grad_scale = (grad_outputs * cache.normalized).sum(others)
    return _normalize_backward(grad_outputs, cache), grad_scale, grad_outputs.sum(others)


def group_normalization(
    inputs: np.ndarray,
    groups: int,
    scale: np.ndarray | None = None,
    offset: np.ndarray | None = None,
    axis: int = -1,
    epsilon: float = 1e-3,
) -> np.ndarray:
    """Every group of channels of an example brought to mean 0 and deviation 1 over all its places.

    ``axis`` holds the channels, which are split into ``groups`` of neighbours; ``scale`` and
    ``offset`` have shape (channels,).
    """
    return group_normalization_forward(inputs, groups, scale, offset, axis, epsilon)[0]


def group_normalization_forward(
    inputs: np.ndarray,
    groups: int,
    scale: np.ndarray | None = None,
    offset: np.ndarray | None = None,
    axis: int = -1,
    epsilon: float = 1e-3,
) -> tuple:
    """`group_normalization` and its cache."""
    owner = "group_normalization"
    (inputs,) = checks.as_floats(owner, inputs=inputs)
    axis = checks.axis_in(owner, axis, inputs.ndim)
    channels, shape = inputs.shape[axis], inputs.shape
    groups = integer(owner, "groups", groups, minimum=1)
    if axis == 0 or channels % groups:
        raise ValueError(
            f"{owner}: groups must divide the channels, those of an axis other than the batch's, "
            f"got groups={groups} and axis={axis} for inputs of shape {shape}."
        )
    split = (*shape[:axis], groups, channels // groups, *shape[axis + 1 :])
    along = tuple(n if a in (axis, axis + 1) else 1 for a, n in enumerate(split))
    scale, offset = (
        _along(owner, name, value, (channels,), along, inputs.dtype)
        for name, value in (("scale", scale), ("offset", offset))
    )
    axes = tuple(a for a in range(1, len(split)) if a != axis)
    outputs, cache = _normalize(owner, inputs.reshape(split), axes, scale, offset, epsilon)
    return outputs.reshape(shape), cache._replace(shape=shape)


def group_normalization_backward(grad_outputs: np.ndarray, cache: object) -> tuple:
    """(gradient of inputs, of scale, of offset)."""
    grad_outputs = checks.gradient(
        "group_normalization_backward", grad_outputs, cache.shape, cache.normalized.dtype
    )
    grad = grad_outputs.reshape(cache.normalized.shape)
    others = tuple(a for a, n in enumerate(cache.scale.shape) if n == 1 and grad.shape[a] != 1)
    grad_scale, grad_offset = (grad * cache.normalized).sum(others), grad.sum(others)
    grad_inputs = _normalize_backward(grad, cache).reshape(cache.shape)
    return grad_inputs, grad_scale.reshape(-1), grad_offset.reshape(-1)


def _normalize(owner, inputs, axes, scale, offset, epsilon):
    """Mean 0 and deviation 1 over ``axes``, then scale and offset; and the cache."""
    number(owner, "epsilon", epsilon)
    centred = inputs - inputs.mean(axes, keepdims=True)
    variance = np.square(centred).mean(axes, keepdims=True)
    inverse = 1 / np.sqrt(variance + inputs.dtype.type(epsilon))
    normalized = np.multiply(centred, inverse, out=centred)
    cache = NormalizationCache(normalized, inverse, scale, axes, inputs.shape)
    return normalized * scale + offset, cache


def _normalize_backward(grad_outputs, cache):
    """Mean and variance depend on the inputs: the parts along 1 and along the outputs fall away."""
    normalized, inverse, scale, axes, _ = cache
    grad = grad_outputs * scale
    grad_along = (grad * normalized).mean(axes, keepdims=True)
    return inverse * (grad - grad.mean(axes, keepdims=True) - normalized * grad_along)


def _along(owner, name, value, sizes, shape, dtype):
    """Scale or offset of ``sizes`` in the ``shape`` that goes with the inputs."""
    if value is None:
        return np.full(shape, name == "scale", dtype)
    (value,) = checks.as_floats(owner, **{name: value})
    checks.same_shape(owner, name, value, sizes, "what is normalised")
    return value.reshape(shape).astype(dtype, copy=False)


def _runs(rows):
    """Some rows side by side: NumPy is slow where a vector of few channels meets many rows."""
    count, channels = rows.shape
    beside = gcd(count, max(1, RUN // max(1, channels))) or 1
    return rows.reshape(count // beside, beside * channels)


def _along_runs(vector, runs):
    """One number per channel, repeated for the rows that a run has side by side."""
    return np.tile(vector, runs.shape[1] // max(1, len(vector)))


def _per_channel(sums, channels):
    """The sum of column sums of runs, (..., beside * channels), for every channel."""
    total = sum(sums)
    return total.reshape(*total.shape[:-1], -1, channels).sum(-2)


def _blocks(runs):
    """Slices of the runs that stay in the cache from one operation to the next."""
    return batches(len(runs), 3 * runs.shape[1] * runs.itemsize) or [slice(0, 0)]


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
