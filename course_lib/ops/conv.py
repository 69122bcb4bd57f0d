"""Convolution over one, two or three axes, its gradients, and its transpose.

A convolution layer is one matrix product. `patches` writes the cells under every window as rows
(n*y*x, i*j*c), the kernel is a matrix (i*j*c, f), and their product holds every output:

    correlate:        nyxijc, ijcf -> nyxf      patches @ kernel
    kernel_gradient:  nyxijc, nyxf -> ijcf      patches.T @ outputs
    spread:           nyxf,   ijcf -> nyxijc    outputs @ kernel.T, each tap added where it was read

The backward pass needs the last two, and spread alone is the transposed convolution. (What deep
learning calls convolution is a cross-correlation: the kernel is not flipped.)
"""

from math import ceil
from typing import NamedTuple

import numpy as np

from course_lib.ops import checks
from course_lib.ops.depthwise import (
    DepthwiseCache,
    depthwise_conv_backward,
    depthwise_conv_forward,
)
from course_lib.ops.products import small_products
from course_lib.ops.sharing import do_each, each
from course_lib.ops.wide import wide_kernel, wide_window
from course_lib.ops.windows import (
    CACHE,
    Windows,
    parts,
    phases_back,
    rows_by_tap,
    taps,
    transposed_windows,
    windows,
)

FEW_CHANNELS = 16
WIDE_CHANNELS = 32  # a product with a matrix of so many columns is as fast as a wider one


class ConvCache(NamedTuple):
    inputs: np.ndarray  # (n, *spatial, c)
    kernel: np.ndarray  # (*kernel_size, c, f)
    window: Windows


def conv(
    inputs: np.ndarray,
    kernel: np.ndarray,
    strides: int | tuple[int, ...] = 1,
    padding: str | int | tuple = "valid",
    data_format: str | None = None,
    dilation_rate: int | tuple[int, ...] = 1,
) -> np.ndarray:
    """Slide ``kernel`` over ``inputs`` and sum the products at every place.

    inputs (batch, *spatial, in_channels), kernel (*kernel_size, in_channels, filters), with one,
    two or three spatial axes; outputs (batch, *output_shape(...), filters), float32 unless float64
    is given. padding: "valid", "same" (Keras' rule), an int, or an int or pair per axis. Of strides
    and dilation_rate only one may be more than 1.

    A kernel for fewer channels than the inputs have, a divisor of them, is read as one of groups:
    each share of the filters reads a share of the channels of its own.

        >>> conv([[[1.0], [2.0], [4.0]]], [[[1.0]], [[-1.0]]])[0, :, 0]
        array([-1., -2.], dtype=float32)
    """
    checks.last_channels("conv", data_format)
    return conv_forward(inputs, kernel, strides, padding, dilation_rate)[0]


def conv_forward(
    inputs: np.ndarray,
    kernel: np.ndarray,
    strides: int | tuple[int, ...] = 1,
    padding: str | int | tuple = "valid",
    dilation_rate: int | tuple[int, ...] = 1,
) -> tuple:
    """`conv` and the cache that `conv_backward` needs; of groups a list, with one for each."""
    inputs, kernel = checks.as_floats("conv", inputs=inputs, kernel=kernel)
    axes = checks.spatial_axes("conv", kernel)
    groups = _groups(inputs, kernel)
    checks.channels_last("conv", inputs, axes, kernel.shape[-2] * groups)
    window = windows("conv", inputs.shape[1:-1], kernel.shape[:-2], strides, padding, dilation_rate)
    if groups == 1:
        return correlate(inputs, kernel, window), ConvCache(inputs, kernel, window)
    if kernel.shape[-2] == 1:  # each channel by itself: no matrix products
        apart = kernel.reshape(*kernel.shape[:-2], groups, -1)
        return depthwise_conv_forward(inputs, apart, strides, padding, dilation_rate)
    shares = (np.split(array, groups, axis=-1) for array in (inputs, kernel))
    caches = [
        ConvCache(*map(np.ascontiguousarray, pair), window) for pair in zip(*shares, strict=True)
    ]
    return np.concatenate([correlate(*cache) for cache in caches], axis=-1), caches


def _groups(inputs, kernel):
    """How many groups a kernel for fewer channels makes; 1 where it does not come out even."""
    groups, left = divmod(inputs.shape[-1] if inputs.ndim else 1, kernel.shape[-2])
    fits = inputs.ndim == kernel.ndim and not left and kernel.shape[-1] % max(1, groups) == 0
    return groups if fits and groups else 1


def conv_backward(grad_outputs: np.ndarray, cache: object, need_inputs: bool = True) -> tuple:
    """(gradient of the inputs, gradient of the kernel); the first is None unless needed."""
    if isinstance(cache, DepthwiseCache):
        grad_inputs, grad_kernel = depthwise_conv_backward(grad_outputs, cache, need_inputs)
        return grad_inputs, grad_kernel.reshape(*grad_kernel.shape[:-2], 1, -1)
    if isinstance(cache, list):
        shares = np.split(np.asarray(grad_outputs), len(cache), axis=-1)
        pairs = [conv_backward(s, c, need_inputs) for s, c in zip(shares, cache, strict=True)]
        grad_inputs, grad_kernels = zip(*pairs, strict=True)
        grad_inputs = np.concatenate(grad_inputs, axis=-1) if need_inputs else None
        return grad_inputs, np.concatenate(grad_kernels, axis=-1)
    inputs, kernel, window = cache
    shape = (len(inputs), *window.outputs, kernel.shape[-1])
    grad_outputs = checks.gradient("conv_backward", grad_outputs, shape, inputs.dtype)
    if need_inputs and _is_convolution_back(kernel, window):
        return _gradients_together(inputs, grad_outputs, kernel, window)
    grad_kernel = kernel_gradient(inputs, grad_outputs, window)
    return (spread(grad_outputs, kernel, window) if need_inputs else None), grad_kernel


def conv_transpose(
    inputs: np.ndarray,
    kernel: np.ndarray,
    strides: int | tuple[int, ...] = 1,
    padding: str | int | tuple = "valid",
    output_padding: int | tuple[int, ...] | None = None,
    data_format: str | None = None,
    dilation_rate: int | tuple[int, ...] = 1,
) -> np.ndarray:
    """The transposed convolution: each input cell lays the kernel, scaled, into the outputs.

    inputs (batch, *spatial, in_channels), kernel (*kernel_size, filters, in_channels), as Keras'
    Conv2DTranspose holds it; outputs (batch, *transpose_output_shape(...), filters).
    """
    checks.last_channels("conv_transpose", data_format)
    found = conv_transpose_forward(inputs, kernel, strides, padding, output_padding, dilation_rate)
    return found[0]


def conv_transpose_forward(
    inputs: np.ndarray,
    kernel: np.ndarray,
    strides: int | tuple[int, ...] = 1,
    padding: str | int | tuple = "valid",
    output_padding: int | tuple[int, ...] | None = None,
    dilation_rate: int | tuple[int, ...] = 1,
) -> tuple:
    """`conv_transpose` and its cache: the input gradient of the convolution that undoes it."""
    inputs, kernel = checks.as_floats("conv_transpose", inputs=inputs, kernel=kernel)
    axes = checks.spatial_axes("conv_transpose", kernel)
    checks.channels_last("conv_transpose", inputs, axes, kernel.shape[-1])
    window = transposed_windows(
        "conv_transpose",
        inputs.shape[1:-1],
        kernel.shape[:-2],
        strides,
        padding,
        output_padding,
        dilation_rate,
    )
    return spread(inputs, kernel, window), ConvCache(inputs, kernel, window)


def conv_transpose_backward(
    grad_outputs: np.ndarray, cache: object, need_inputs: bool = True
) -> tuple:
    """(gradient of the inputs, gradient of the kernel); the first is None unless needed."""
    inputs, kernel, window = cache
    shape = (len(inputs), *window.spatial, kernel.shape[-2])
    grad_outputs = checks.gradient("conv_transpose_backward", grad_outputs, shape, inputs.dtype)
    if need_inputs:
        return correlate_and_gradient(grad_outputs, inputs, kernel, window)
    return None, kernel_gradient(grad_outputs, inputs, window)


def correlate(inputs, kernel, window):
    """nyxijc, ijcf -> nyxf"""
    outputs = np.empty((len(inputs), *window.outputs, kernel.shape[-1]), inputs.dtype)

    def write(part):
        _correlate(inputs[part], kernel, window, outputs[part])

    do_each(write, _parts(window, inputs, outputs))
    return outputs


def _correlate(inputs, kernel, window, outputs):
    """`correlate` of a part, written into ``outputs``: the sum of a product for each tap."""
    for number, (tap, rows) in enumerate(_rows_by_tap(inputs, window, kernel.shape[-1])):
        _put_product(rows, kernel[tap], outputs, add=number > 0)


def kernel_gradient(inputs, outputs, window):
    """nyxijc, nyxf -> ijcf"""
    total = np.zeros((*window.kernel_size, inputs.shape[-1], outputs.shape[-1]), inputs.dtype)

    def gradient(part):
        found = np.empty_like(total)
        for tap, rows in _rows_by_tap(inputs[part], window, outputs.shape[-1]):
            found[tap] = _tap_gradient(rows, outputs[part], found[tap].shape)
        return found

    for found in each(gradient, _parts(window, inputs, outputs)):
        total += found
    return total


def correlate_and_gradient(inputs, outputs, kernel, window):
    """(`correlate` of inputs and kernel, `kernel_gradient` of inputs and outputs), in one walk.

    The rows are the same for both: they are written once, and multiplied while they are at hand.
    """
    found = np.empty(outputs.shape, outputs.dtype)
    total = np.zeros(kernel.shape, kernel.dtype)

    def write(part):
        gradient = np.empty_like(total)
        rows_of_taps = _rows_by_tap(inputs[part], window, kernel.shape[-1])
        for number, (tap, rows) in enumerate(rows_of_taps):
            _put_product(rows, kernel[tap], found[part], add=number > 0)
            gradient[tap] = _tap_gradient(rows, outputs[part], gradient[tap].shape)
        return gradient

    for gradient in each(write, _parts(window, inputs, outputs)):
        total += gradient
    return found, total


def _rows_by_tap(inputs, window, columns):
    """`rows_by_tap` for products with matrices of so many columns."""
    for tap, rows in rows_by_tap(inputs, window):
        yield tap, small_products(rows, columns)


def _put_product(rows, kernel, outputs, add):
    """``rows @ kernel`` in place of ``outputs``, or added to them."""
    filters = kernel.shape[-1]
    into = np.empty_like(outputs) if add else outputs
    out = into.reshape(*rows.shape[:-1], filters)
    np.matmul(rows, kernel.reshape(-1, filters), out=out)
    if add:
        outputs += into


def _tap_gradient(rows, outputs, shape):
    """Gradient of the taps that read ``rows``, of this shape: the sum over examples and places."""
    products = rows.swapaxes(-1, -2) @ outputs.reshape(*rows.shape[:-1], shape[-1])
    return products.reshape(-1, *shape).sum(0)


def _is_convolution_back(kernel, window):
    """Whether the way back is a convolution of as many places, with channels enough for it."""
    alone = max(window.strides) == 1 and window.outputs == window.spatial
    return alone and min(kernel.shape[-2:]) >= FEW_CHANNELS


def _gradients_together(inputs, grad_outputs, kernel, window):
    """`spread` and `kernel_gradient` from one copy, the cells of the outputs' gradient as rows.

    What a tap of the reversed kernel reads at a place is the gradient of the output where the tap
    itself had read that place. So the same rows, with the inputs, give the kernel's gradient, in
    reverse order.
    """
    ((_, _, over),) = phases_back(window)
    grad_inputs, grad_reversed = correlate_and_gradient(
        grad_outputs, inputs, _reversed(kernel), over
    )
    return grad_inputs, _reversed(grad_reversed)


def _parts(window, inputs, outputs):
    """Slices of the batch whose rows and outputs fit the cache, or nearly: a tap reads them once.

    Then Python has half as often to do what it does around the arrays.
    """
    columns = window.kernel_size[-1] * inputs.shape[-1] + outputs.shape[-1]
    return parts(window, inputs, columns, 2 * CACHE)


def spread(outputs, kernel, window):
    """nyxf, ijcf -> nyxijc, each tap summed into the cells (n, *spatial, c) it had read."""
    if window.dilation_rate[-1] == 1:
        strided = 1 < window.strides[-1] <= window.kernel_size[-1]
        apart = window.strides[-1] == window.kernel_size[-1]  # each cell was read by one tap
        if strided and (apart or kernel.shape[-2] < WIDE_CHANNELS):
            return _spread_side_by_side(outputs, kernel, window)
        pairs = window.strides[-1] == 1 and window.outputs[-1] % 2 == 0
        if pairs and kernel.shape[-2] < FEW_CHANNELS:
            return _spread_pairs(outputs, kernel, window)
    return _spread(outputs, kernel, window)


def _spread(outputs, kernel, window):
    """`spread` as convolutions, where there are channels enough for it."""
    few = min(kernel.shape[-2:]) < FEW_CHANNELS
    return (_spread_taps if few else _spread_by_phases)(outputs, kernel, window)


def _spread_by_phases(outputs, kernel, window):
    """`spread` as convolutions: at a stride of s, one for each of the s phases of an axis."""
    if max(window.strides) == 1:
        ((_, _, over),) = phases_back(window)
        return correlate(outputs, _reversed(kernel), over)
    grown = np.zeros((len(outputs), *window.spatial, kernel.shape[-2]), kernel.dtype)

    def write(part):
        for cells, own_taps, over in phases_back(window):
            own = np.empty((len(outputs[part]), *over.outputs, kernel.shape[-2]), kernel.dtype)
            _correlate(outputs[part], _reversed(kernel[own_taps]), over, own)
            grown[part][cells] = own

    do_each(write, _parts(window, grown, outputs))
    return grown


def _reversed(kernel):
    """The taps in reverse order, each with filters and channels exchanged."""
    turned = np.flip(kernel, range(kernel.ndim - 2)).swapaxes(-1, -2)
    return np.ascontiguousarray(turned)


def _spread_taps(outputs, kernel, window):
    """`spread`, one matrix product for each tap."""
    channels, filters = kernel.shape[-2:]
    matrices = np.ascontiguousarray(kernel.reshape(-1, channels, filters).swapaxes(1, 2))
    grown = np.zeros((len(outputs), *window.spatial, channels), kernel.dtype)

    def add(part):
        rows = outputs[part].reshape(-1, filters)
        for matrix, (places, cells) in zip(matrices, taps(window), strict=True):
            products = (rows @ matrix).reshape(-1, *window.outputs, channels)
            target = grown[part][cells]
            target += products[places]

    do_each(add, parts(window, outputs, channels + filters))
    return grown


def _spread_pairs(outputs, kernel, window):
    """`spread` from two places side by side at a time: of few channels, products are too thin."""
    pair = (*(1,) * (len(window.outputs) - 1), 2)
    wide = wide_window(window, pair)
    pairs = outputs.reshape(len(outputs), *wide.outputs, 2 * kernel.shape[-1])
    return _spread_side_by_side(pairs, wide_kernel(kernel, pair), wide)


def _spread_side_by_side(outputs, kernel, window):
    """`spread` for a stride on the last axis: as many taps as the stride is wide at a time.

    Cells side by side, as many as the stride, are one wide cell that has all their channels, and
    the kernel, filled up with zeros, goes from one to the next: a stride of 1.
    """
    stride, size, (before, _) = window.strides[-1], window.spatial[-1], window.pads[-1]
    *ahead, k, channels, filters = kernel.shape
    shift = -before % stride  # of the first tap in its wide cell
    wide_k, wide_size = ceil((shift + k) / stride), ceil(size / stride)
    filled = np.zeros((*ahead, wide_k * stride, channels, filters), kernel.dtype)
    filled[..., shift : shift + k, :, :] = kernel
    pads = (ceil(before / stride), wide_k + window.outputs[-1] - 1 - wide_size)
    sizes = {"kernel_size": wide_k, "strides": 1, "spatial": wide_size, "pads": pads}
    wide = window._replace(**{n: (*getattr(window, n)[:-1], last) for n, last in sizes.items()})
    grown = _spread(outputs, filled.reshape(*ahead, wide_k, stride * channels, filters), wide)
    cells = grown.reshape(*grown.shape[:-2], wide_size * stride, channels)
    return np.ascontiguousarray(cells[..., :size, :])
