"""The same operations as plain loops: slow, short, and easy to believe.

They have the names and arguments of the fast ones and are the oracle of their tests; chapter 20
starts from here. Every output cell is written as the sum, maximum or mean that defines it.
"""

from itertools import product

import numpy as np

from course_lib.ops import checks
from course_lib.ops.windows import transposed_windows, windows


def conv(
    inputs: np.ndarray,
    kernel: np.ndarray,
    strides: int | tuple[int, ...] = 1,
    padding: str | int | tuple = "valid",
    dilation_rate: int | tuple[int, ...] = 1,
) -> np.ndarray:
    """Outputs (batch, *places, filters): sums of input times kernel cells."""
    inputs, kernel = checks.as_floats("conv", inputs=inputs, kernel=kernel)
    axes = checks.spatial_axes("conv", kernel)
    checks.channels_last("conv", inputs, axes, kernel.shape[-2])
    sizes = inputs.shape[1:-1], kernel.shape[:-2]
    window = windows("conv", *sizes, strides, padding, dilation_rate)
    shape = (len(inputs), *window.outputs, kernel.shape[-1])
    outputs = np.zeros(shape, inputs.dtype)
    for example in range(len(inputs)):
        for place, cell, source in _reads(window):
            for f in range(kernel.shape[-1]):
                for c in range(kernel.shape[-2]):
                    outputs[(example, *place, f)] += (
                        inputs[(example, *source, c)] * kernel[(*cell, c, f)]
                    )
    return outputs


def conv_backward(
    grad_outputs: np.ndarray,
    inputs: np.ndarray,
    kernel: np.ndarray,
    strides: int | tuple[int, ...] = 1,
    padding: str | int | tuple = "valid",
    dilation_rate: int | tuple[int, ...] = 1,
):
    """(gradient of inputs, of kernel): each product hands both its share."""
    sizes = inputs.shape[1:-1], kernel.shape[:-2]
    window = windows("conv", *sizes, strides, padding, dilation_rate)
    grad_inputs, grad_kernel = np.zeros_like(inputs), np.zeros_like(kernel)
    for example in range(len(inputs)):
        for place, cell, source in _reads(window):
            for f in range(kernel.shape[-1]):
                gradient = grad_outputs[(example, *place, f)]
                for c in range(kernel.shape[-2]):
                    pixel, weight = (example, *source, c), (*cell, c, f)
                    grad_inputs[pixel] += gradient * kernel[weight]
                    grad_kernel[weight] += gradient * inputs[pixel]
    return grad_inputs, grad_kernel


def conv_transpose(
    inputs: np.ndarray,
    kernel: np.ndarray,
    strides: int | tuple[int, ...] = 1,
    padding: str | int | tuple = "valid",
    output_padding: int | tuple[int, ...] | None = None,
    dilation_rate: int | tuple[int, ...] = 1,
) -> np.ndarray:
    """Every input cell lays the kernel, scaled by it, into the outputs; overlaps are summed."""
    inputs, kernel = checks.as_floats("conv_transpose", inputs=inputs, kernel=kernel)
    window = transposed_windows(
        "conv_transpose",
        inputs.shape[1:-1],
        kernel.shape[:-2],
        strides,
        padding,
        output_padding,
        dilation_rate,
    )
    outputs = np.zeros((len(inputs), *window.spatial, kernel.shape[-2]), inputs.dtype)
    for example in range(len(inputs)):
        for place, cell, target in _reads(window):
            for f in range(kernel.shape[-2]):
                for c in range(kernel.shape[-1]):
                    outputs[(example, *target, f)] += (
                        inputs[(example, *place, c)] * kernel[(*cell, f, c)]
                    )
    return outputs


def max_pool(
    inputs: np.ndarray,
    pool_size: int | tuple[int, ...],
    strides: int | tuple[int, ...] | None = None,
    padding: str | int | tuple = "valid",
) -> np.ndarray:
    """The largest value of each window, cells outside the input left out."""
    return _pool(inputs, pool_size, strides, padding, max)


def average_pool(
    inputs: np.ndarray,
    pool_size: int | tuple[int, ...],
    strides: int | tuple[int, ...] | None = None,
    padding: str | int | tuple = "valid",
) -> np.ndarray:
    """The mean of each window, cells outside the input left out."""
    return _pool(inputs, pool_size, strides, padding, lambda cells: sum(cells) / len(cells))


def max_pool_backward(
    grad_outputs: np.ndarray,
    inputs: np.ndarray,
    pool_size: int | tuple[int, ...],
    strides: int | tuple[int, ...] | None = None,
    padding: str | int | tuple = "valid",
):
    """Gradient of the inputs: all of a window's gradient to its first largest cell."""
    window = _pool_windows(inputs, pool_size, strides, padding)
    grad_inputs = np.zeros_like(inputs)
    for example, channel in product(range(len(inputs)), range(inputs.shape[-1])):
        for place, sources in _by_place(window):
            first = max(sources, key=lambda source: inputs[(example, *source, channel)])
            grad_inputs[(example, *first, channel)] += grad_outputs[(example, *place, channel)]
    return grad_inputs


def average_pool_backward(
    grad_outputs: np.ndarray,
    inputs: np.ndarray,
    pool_size: int | tuple[int, ...],
    strides: int | tuple[int, ...] | None = None,
    padding: str | int | tuple = "valid",
):
    """Gradient of the inputs: a window's gradient in equal shares to its cells."""
    window = _pool_windows(inputs, pool_size, strides, padding)
    grad_inputs = np.zeros_like(inputs)
    for example, channel in product(range(len(inputs)), range(inputs.shape[-1])):
        for place, sources in _by_place(window):
            share = grad_outputs[(example, *place, channel)] / len(sources)
            for source in sources:
                grad_inputs[(example, *source, channel)] += share
    return grad_inputs


def _pool(inputs, pool_size, strides, padding, choose):
    window = _pool_windows(inputs, pool_size, strides, padding)
    outputs = np.zeros((len(inputs), *window.outputs, inputs.shape[-1]), inputs.dtype)
    for example, channel in product(range(len(inputs)), range(inputs.shape[-1])):
        for place, sources in _by_place(window):
            cells = [inputs[(example, *source, channel)] for source in sources]
            outputs[(example, *place, channel)] = choose(cells)
    return outputs


def _pool_windows(inputs, pool_size, strides, padding):
    axes = inputs.ndim - 2
    if isinstance(pool_size, int):
        pool_size = (pool_size,) * axes
    strides = pool_size if strides is None else strides
    return windows("pool", inputs.shape[1:-1], pool_size, strides, padding)


def _reads(window):
    """(place, cell of the kernel, input cell it reads), for all that lie inside the input."""
    for place in product(*map(range, window.outputs)):
        for cell in product(*map(range, window.kernel_size)):
            source = tuple(
                p * s + i * d - before
                for p, s, i, d, (before, _) in zip(
                    place, window.strides, cell, window.dilation_rate, window.pads, strict=True
                )
            )
            if all(0 <= at < size for at, size in zip(source, window.spatial, strict=True)):
                yield place, cell, source


def _by_place(window):
    """(place, all input cells under its window)."""
    found = {}
    for place, _, source in _reads(window):
        found.setdefault(place, []).append(source)
    return found.items()
