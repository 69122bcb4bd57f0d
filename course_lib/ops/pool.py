"""Pooling: every window is replaced by its largest value, or by its mean, channel by channel.

Both work tap by tap: the cells that one corner of the window sees, over all places, are one strided
view of the input, and a 2x2 window has four such views.
"""

from itertools import product
from typing import NamedTuple

import numpy as np

from course_lib.errors import per_axis
from course_lib.ops import checks
from course_lib.ops.padding import crop, surround
from course_lib.ops.windows import Windows, windows


class MaxPoolCache(NamedTuple):
    padded: np.ndarray  # (n, *padded, c)
    outputs: np.ndarray  # (n, *outputs, c)
    window: Windows


class AveragePoolCache(NamedTuple):
    counts: np.ndarray  # real cells of every window, (*outputs, 1)
    shape: tuple  # of the outputs
    window: Windows


def max_pool(inputs, pool_size, strides=None, padding="valid"):
    """Largest value of every window of ``inputs`` (batch, *spatial, channels).

    ``strides`` is ``pool_size`` unless given. padding "valid" drops the cells that fill no whole
    window; "same" keeps them, in windows that hang over the edge.
    """
    return max_pool_forward(inputs, pool_size, strides, padding)[0]


def max_pool_forward(inputs, pool_size, strides=None, padding="valid"):
    """`max_pool` and its cache."""
    inputs, window = _prepare("max_pool", inputs, pool_size, strides, padding)
    padded = surround(inputs, window.pads, -np.inf)
    first, *others = _taps(padded, window)
    outputs = first.copy()
    for tap in others:
        np.maximum(outputs, tap, out=outputs)
    return outputs, MaxPoolCache(padded, outputs, window)


def max_pool_backward(grad_outputs, cache):
    """Gradient of the inputs: each window's gradient goes to its first largest cell."""
    padded, outputs, window = cache
    (grad_outputs,) = checks.as_floats("max_pool_backward", grad_outputs=grad_outputs)
    checks.same_shape(
        "max_pool_backward", "grad_outputs", grad_outputs, outputs.shape, "the outputs"
    )
    grad_padded = np.zeros(padded.shape, grad_outputs.dtype)
    rest = grad_outputs.copy()  # what no earlier tap has taken
    for tap, grad_tap in zip(_taps(padded, window), _taps(grad_padded, window), strict=True):
        taken = rest * (tap == outputs)
        grad_tap += taken
        rest -= taken
    return crop(grad_padded, window.pads)


def average_pool(inputs, pool_size, strides=None, padding="valid"):
    """Mean of every window of ``inputs`` (batch, *spatial, channels).

    As `max_pool`; with "same" the mean is over the cells inside the input, as in Keras.
    """
    return average_pool_forward(inputs, pool_size, strides, padding)[0]


def average_pool_forward(inputs, pool_size, strides=None, padding="valid"):
    """`average_pool` and its cache."""
    inputs, window = _prepare("average_pool", inputs, pool_size, strides, padding)
    first, *others = _taps(surround(inputs, window.pads), window)
    outputs = first.copy()
    for tap in others:
        outputs += tap
    counts = _cells(window).astype(inputs.dtype)
    outputs /= counts
    return outputs, AveragePoolCache(counts, outputs.shape, window)


def average_pool_backward(grad_outputs, cache):
    """Gradient of the inputs: each window's gradient is shared equally by its cells."""
    counts, shape, window = cache
    (grad_outputs,) = checks.as_floats("average_pool_backward", grad_outputs=grad_outputs)
    checks.same_shape("average_pool_backward", "grad_outputs", grad_outputs, shape, "the outputs")
    share = grad_outputs / counts.astype(grad_outputs.dtype)
    grad_padded = np.zeros((shape[0], *window.padded, shape[-1]), share.dtype)
    for grad_tap in _taps(grad_padded, window):
        grad_tap += share
    return crop(grad_padded, window.pads)


def _prepare(owner, inputs, pool_size, strides, padding):
    """Checked inputs and the windows of the pool."""
    (inputs,) = checks.as_floats(owner, inputs=inputs)
    axes = inputs.ndim - 2
    if isinstance(pool_size, (tuple, list)):
        axes = len(pool_size)
    if axes not in checks.AXES:
        raise ValueError(
            f"{owner}: inputs must have rank 3, 4 or 5 (batch, *spatial, channels), "
            f"got shape {inputs.shape}."
        )
    checks.channels_last(owner, inputs, axes)
    pool_size = per_axis(owner, "pool_size", pool_size, axes)
    if padding not in ("valid", "same"):
        raise ValueError(f'{owner}: padding must be "valid" or "same", got {padding!r}.')
    strides = pool_size if strides is None else strides
    spatial = inputs.shape[1:-1]
    return inputs, windows(owner, spatial, pool_size, strides, padding, kernel_name="pool_size")


def _taps(padded, window):
    """One view of ``padded`` per cell of the window, each (n, *outputs, c)."""
    cells = product(*map(range, window.kernel_size))
    return [padded[(slice(None), *window.tap(cell))] for cell in cells]


def _cells(window):
    """How many cells of every window lie inside the input, (*outputs, 1)."""
    counts = np.ones(1)
    for axis, size in enumerate(window.spatial):
        starts = np.arange(window.outputs[axis]) * window.strides[axis] - window.pads[axis][0]
        ends = starts + window.kernel_size[axis]
        inside = np.minimum(ends, size) - np.maximum(starts, 0)
        counts = counts[..., None] * inside
    return counts.reshape(*window.outputs, 1)
