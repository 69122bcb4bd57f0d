"""Pooling: every window is replaced by its largest value, or by its mean, channel by channel.

Both work tap by tap: the cells that one corner of the window sees, over all places, are one strided
view of the input, and a 2x2 window has four such views.
"""

from typing import NamedTuple

import numpy as np

from course_lib.errors import per_axis
from course_lib.ops import checks
from course_lib.ops.windows import Windows, batches, taps, windows


class MaxPoolCache(NamedTuple):
    inputs: np.ndarray  # (n, *spatial, c)
    outputs: np.ndarray  # (n, *outputs, c)
    window: Windows


class AveragePoolCache(NamedTuple):
    counts: np.ndarray  # cells of every window inside the input, (1, *outputs, 1)
    shape: tuple  # of the inputs
    window: Windows


def max_pool(
    inputs: np.ndarray,
    pool_size: int | tuple[int, ...],
    strides: int | tuple[int, ...] | None = None,
    padding: str | int | tuple = "valid",
) -> np.ndarray:
    """Largest value of every window of ``inputs`` (batch, *spatial, channels).

    ``strides`` is ``pool_size`` unless given. padding "valid" drops the cells that fill no whole
    window; "same" keeps them, in windows that hang over the edge.

        >>> max_pool([[[1.0], [5.0], [2.0], [3.0]]], pool_size=2)[0, :, 0]
        array([5., 3.], dtype=float32)
    """
    return max_pool_forward(inputs, pool_size, strides, padding)[0]


def max_pool_forward(
    inputs: np.ndarray,
    pool_size: int | tuple[int, ...],
    strides: int | tuple[int, ...] | None = None,
    padding: str | int | tuple = "valid",
) -> tuple:
    """`max_pool` and its cache."""
    inputs, window = _prepare("max_pool", inputs, pool_size, strides, padding)
    outputs = np.full((len(inputs), *window.outputs, inputs.shape[-1]), -np.inf, inputs.dtype)
    for part, places, cells in _steps(inputs, window):
        best = outputs[part][places]
        np.maximum(best, inputs[part][cells], out=best)
    return outputs, MaxPoolCache(inputs, outputs, window)


def max_pool_backward(grad_outputs: np.ndarray, cache: object) -> np.ndarray:
    """Gradient of the inputs: each window's gradient goes to its first largest cell."""
    inputs, outputs, window = cache
    grad_outputs = checks.gradient("max_pool_backward", grad_outputs, outputs.shape, outputs.dtype)
    grad_inputs = np.zeros(inputs.shape, grad_outputs.dtype)
    rest = grad_outputs.copy()  # what no earlier tap has taken
    apart = all(s >= k for s, k in zip(window.strides, window.kernel_size, strict=True))
    for part, places, cells in _steps(inputs, window):
        left = rest[part][places]
        taken = left * (inputs[part][cells] == outputs[part][places])
        left -= taken
        into = grad_inputs[part][cells]
        if apart:
            into[...] = taken
        else:
            into += taken
    return grad_inputs


def average_pool(
    inputs: np.ndarray,
    pool_size: int | tuple[int, ...],
    strides: int | tuple[int, ...] | None = None,
    padding: str | int | tuple = "valid",
) -> np.ndarray:
    """Mean of every window of ``inputs`` (batch, *spatial, channels).

    As `max_pool`; with "same" the mean is over the cells inside the input, as in Keras.

        >>> average_pool([[[1.0], [5.0], [2.0], [3.0]]], pool_size=2)[0, :, 0]
        array([3. , 2.5], dtype=float32)
    """
    return average_pool_forward(inputs, pool_size, strides, padding)[0]


def average_pool_forward(
    inputs: np.ndarray,
    pool_size: int | tuple[int, ...],
    strides: int | tuple[int, ...] | None = None,
    padding: str | int | tuple = "valid",
) -> tuple:
    """`average_pool` and its cache."""
    inputs, window = _prepare("average_pool", inputs, pool_size, strides, padding)
    outputs = np.zeros((len(inputs), *window.outputs, inputs.shape[-1]), inputs.dtype)
    counts = np.zeros((1, *window.outputs, 1), inputs.dtype)
    for part, places, cells in _steps(inputs, window):
        total = outputs[part][places]
        total += inputs[part][cells]
    for places, _ in taps(window):
        counts[places] += 1
    outputs /= counts
    return outputs, AveragePoolCache(counts, inputs.shape, window)


def average_pool_backward(grad_outputs: np.ndarray, cache: object) -> np.ndarray:
    """Gradient of the inputs: each window's gradient is shared equally by its cells."""
    counts, shape, window = cache
    expected = (shape[0], *window.outputs, shape[-1])
    share = checks.gradient("average_pool_backward", grad_outputs, expected, counts.dtype) / counts
    grad_inputs = np.zeros(shape, share.dtype)
    for part, places, cells in _steps(grad_inputs, window):
        into = grad_inputs[part][cells]
        into += share[part][places]
    return grad_inputs


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
    padding = padding.lower() if isinstance(padding, str) else padding
    if padding not in ("valid", "same"):
        raise ValueError(f'{owner}: padding must be "valid" or "same", got {padding!r}.')
    strides = pool_size if strides is None else strides
    spatial = inputs.shape[1:-1]
    return inputs, windows(owner, spatial, pool_size, strides, padding, kernel_name="pool_size")


def _steps(inputs, window):
    """(part of the batch, places, cells): all taps of a part in turn, while it is in the cache."""
    for part in batches(len(inputs), 2 * inputs[:1].nbytes):
        for places, cells in taps(window):
            yield part, places, cells
