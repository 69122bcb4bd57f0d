"""Normalisation: numbers are brought to mean 0 and deviation 1, then scaled and moved.

Batch normalisation does so for each channel, over all examples and places. In training the mean and
the variance are those of the batch; at inference they are given, the moving averages of training.
(Ioffe and Szegedy, 2015.)

Layer and group normalisation look at one example at a time: over its channels (Ba, Kiros and
Hinton, 2016), or over all places of a group of channels (Wu and He, 2018). So they are the same in
training and after, and whatever else is in the batch.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from course_lib.errors import integer, number
from course_lib.ops import checks
from course_lib.ops.meeting import over_batch
from course_lib.ops.sharing import do_each, each
from course_lib.ops.windows import CACHE, batches

RUN = 8192  # numbers that an operation goes over at a time
SHORT_RUN = 2048  # numbers whose sums all stay next to the processor
FAR = 16  # of a mean from 0, in variances: its square


class BatchNormalizationCache(NamedTuple):
    inputs: np.ndarray  # as `_runs`
    outputs: np.ndarray | None  # as `_runs`, where a relu cut them off
    mean: np.ndarray  # (channels,)
    variance: np.ndarray  # (channels,)
    count: np.ndarray | None  # of numbers that gave them, (channels,)
    scale: np.ndarray  # (channels,)
    inverse: np.ndarray  # 1 / deviation, (channels,)
    axis: int
    shape: tuple  # of the outputs
    with_added: bool

    @property
    def from_batch(self) -> bool:
        return self.count is not None


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
    added: np.ndarray | None = None,
    relu: bool = False,
) -> tuple:
    """`batch_normalization` and its cache, which holds the mean and variance that were used.

    What often follows can be done along with it: ``added``, an array like the outputs, is added to
    them, and ``relu`` cuts them off at 0.
    """
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
    from_batch = mean is None
    if from_batch:
        if not inputs.size // max(1, channels):
            raise ValueError(f"{owner}: inputs must have at least one example, got {inputs.shape}.")
        mean, variance, count = _mean_and_variance(runs, np.zeros(channels, dtype))
    else:
        count = None
        mean = _channel(owner, "mean", mean, channels, dtype, 0)
        variance = _channel(owner, "variance", variance, channels, dtype, 1)
        checks.hold(owner, "variance", variance, variance >= 0, "numbers of 0 or more")
    inverse = 1 / np.sqrt(variance + dtype.type(epsilon))
    origin = _origin(mean, variance)
    factor = _along_runs(inverse * scale, runs)
    shift = _along_runs(offset - (mean - origin) * inverse * scale, runs)
    if added is not None:
        added = checks.gradient(owner, added, inputs.shape, dtype, "added")
        added = _runs(_rows(added, axis))
    outputs, zeros = np.empty_like(runs), np.zeros_like(shift)

    def finish(block):
        found = np.multiply(_apart(runs[block], origin), factor, out=outputs[block])
        found += shift
        if added is not None:
            found += added[block]
        if relu:
            np.maximum(found, zeros, out=found)

    do_each(finish, _blocks(runs))
    cache = BatchNormalizationCache(
        runs, outputs if relu else None, mean, variance, count, scale, inverse, axis, inputs.shape,
        added is not None,
    )  # fmt: skip
    return _unrows(outputs, inputs.shape, axis), cache


def _mean_and_variance(runs, origin):
    """Of every channel, from one walk over the numbers: the mean, and the mean square less its own;
    and how many numbers they are of. Where the batch is cut, its parts add up before they divide.

    Where most digits of that difference cancel, a second walk takes the numbers from their mean.
    """

    channels = len(origin)

    def sums(block):
        apart = _short(_apart(runs[block], origin), channels)
        return np.stack([_sums(apart), _sums_of_products(apart, apart)])

    count = np.full((1, channels), runs.size // channels, runs.dtype)
    own = _per_channel(each(sums, _blocks(runs)), channels)
    total, squares, count = over_batch(np.concatenate([own, count]))
    mean = total / count
    variance = np.maximum(squares / count - mean * mean, 0)
    if not origin.any() and _origin(mean, variance).any():
        return _mean_and_variance(runs, mean)
    return origin + mean, variance, count


def _origin(mean, variance):
    """From where numbers are taken: 0 where that is near enough for their digits, or the mean."""
    return mean if (mean * mean > FAR * variance).any() else np.zeros_like(mean)


def _apart(runs, origin):
    return runs - _along_runs(origin, runs) if origin.any() else runs


def batch_normalization_backward(grad_outputs: np.ndarray, cache: object) -> tuple:
    """(gradient of inputs, of scale, of offset), and of what was added, if something was.

    Where the batch gave mean and variance they depend on the inputs too: the parts of the gradient
    along 1 and along the centred inputs fall away.
    """
    runs, outputs, mean, variance, count, scale, inverse, axis, shape, with_added = cache
    grad_outputs = checks.gradient("batch_normalization_backward", grad_outputs, shape, runs.dtype)
    grad, channels = _runs(_rows(grad_outputs, axis)), len(scale)
    grad_inputs, blocks = np.empty_like(grad), _blocks(grad)
    # what the relu lets pass; with nothing added it is not needed afterwards
    passed = grad if outputs is None else np.empty_like(grad) if with_added else grad_inputs
    origin = _origin(mean, variance)

    def sums(block):
        if outputs is not None:
            np.multiply(grad[block], (outputs[block] > 0).astype(grad.dtype), out=passed[block])
        apart = _short(_apart(runs[block], origin), channels)
        part = _short(passed[block], channels)
        return np.stack([_sums_of_products(part, apart), _sums(part)])

    along_inputs, grad_offset = _per_channel(each(sums, blocks), channels)
    grad_scale = (along_inputs - (mean - origin) * grad_offset) * inverse
    factor = _along_runs(scale * inverse, grad)
    if cache.from_batch:
        along_outputs, along_ones = over_batch(np.stack([grad_scale, grad_offset])) / count
        slope = -scale * inverse**2 * along_outputs
        shift = -scale * inverse * along_ones - slope * (mean - origin)
        slope, shift = _along_runs(slope, grad), _along_runs(shift, grad)

    def back(block):
        part = np.multiply(passed[block], factor, out=grad_inputs[block])
        if cache.from_batch:
            part += _apart(runs[block], origin) * slope
            part += shift

    do_each(back, blocks)
    found = _unrows(grad_inputs, shape, axis), grad_scale, grad_offset
    return (*found, _unrows(passed, shape, axis)) if with_added else found


def _sums(rows):
    """Of a matrix, column by column."""
    return np.ones(len(rows), rows.dtype) @ rows


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
    beside = _beside(count, RUN // max(1, channels))
    return rows.reshape(count // beside, beside * channels)


def _short(runs, channels):
    """The same numbers in shorter runs, for sums: these are fetched and kept once for each run."""
    in_run = runs.shape[1] // max(1, channels)
    beside = _beside(in_run, SHORT_RUN // max(1, channels))
    return runs.reshape(len(runs) * (in_run // beside), beside * channels)


@lru_cache(maxsize=512)
def _beside(count, most):
    """How many of ``count`` rows to put side by side: a divisor, ``most`` if that is one."""
    return next(number for number in range(max(1, most), 0, -1) if count % number == 0)


def _along_runs(vector, runs):
    """One number per channel, repeated for the rows that a run has side by side."""
    return np.tile(vector, runs.shape[1] // max(1, len(vector)))


def _per_channel(sums, channels):
    """The sum of column sums of runs, (..., beside * channels), for every channel."""
    total = sum(sums)
    return total.reshape(*total.shape[:-1], -1, channels).sum(-2)


def _blocks(runs):
    """Slices of the runs that stay in the cache, or near it, from one operation to the next."""
    return batches(len(runs), runs.shape[1] * runs.itemsize, 2 * CACHE) or [slice(0, 0)]


def _rows(array, axis):
    """(everything else, channels)"""
    moved = array if axis == array.ndim - 1 else np.moveaxis(array, axis, -1)
    return moved.reshape(-1, moved.shape[-1])


def _unrows(rows, shape, axis):
    """The array of ``shape`` whose `_rows` are ``rows``."""
    if axis == len(shape) - 1:
        return rows.reshape(shape)
    moved = (*shape[:axis], *shape[axis + 1 :], shape[axis])
    return np.ascontiguousarray(np.moveaxis(rows.reshape(moved), -1, axis))


def _channel(owner, name, value, channels, dtype, default):
    if value is None:
        return np.full(channels, default, dtype)
    (value,) = checks.as_floats(owner, **{name: value})
    checks.same_shape(owner, name, value, (channels,), "the channels of inputs")
    return value.astype(dtype, copy=False)
