"""Convolution over one, two or three axes, its gradients, and its transpose.

A convolution layer is one matrix product. `patches` writes the cells under every window as rows
(n*y*x, i*j*c), the kernel is a matrix (i*j*c, f), and their product holds every output:

    correlate:        nyxijc, ijcf -> nyxf      patches @ kernel
    kernel_gradient:  nyxijc, nyxf -> ijcf      patches.T @ outputs
    spread:           nyxf,   ijcf -> nyxijc    outputs @ kernel.T, each tap added where it was read

The backward pass needs the last two, and spread alone is the transposed convolution. (What deep
learning calls convolution is a cross-correlation: the kernel is not flipped.)
"""

from itertools import product
from math import prod
from typing import NamedTuple

import numpy as np

from course_lib.ops import checks
from course_lib.ops.padding import crop, surround
from course_lib.ops.windows import Windows, batches, patches, transposed_windows, windows


class ConvCache(NamedTuple):
    padded: np.ndarray  # (n, *padded, c)
    kernel: np.ndarray  # (*kernel_size, c, f)
    window: Windows


def conv(inputs, kernel, strides=1, padding="valid", dilation_rate=1):
    """Slide ``kernel`` over ``inputs`` and sum the products at every place.

    inputs (batch, *spatial, in_channels), kernel (*kernel_size, in_channels, filters), with one,
    two or three spatial axes; outputs (batch, *output_shape(...), filters), float32 unless float64
    is given. padding: "valid", "same" (Keras' rule), an int, or an int or pair per axis.
    """
    return conv_forward(inputs, kernel, strides, padding, dilation_rate)[0]


def conv_forward(inputs, kernel, strides=1, padding="valid", dilation_rate=1):
    """`conv` and the cache that `conv_backward` needs."""
    inputs, kernel = checks.as_floats("conv", inputs=inputs, kernel=kernel)
    axes = checks.spatial_axes("conv", kernel)
    checks.channels_last("conv", inputs, axes, kernel.shape[-2])
    window = windows("conv", inputs.shape[1:-1], kernel.shape[:-2], strides, padding, dilation_rate)
    padded = surround(inputs, window.pads)
    return correlate(padded, kernel, window), ConvCache(padded, kernel, window)


def conv_backward(grad_outputs, cache, need_inputs=True):
    """(gradient of the inputs, gradient of the kernel); the first is None unless needed."""
    padded, kernel, window = cache
    (grad_outputs,) = checks.as_floats("conv_backward", grad_outputs=grad_outputs)
    shape = (len(padded), *window.outputs, kernel.shape[-1])
    checks.same_shape("conv_backward", "grad_outputs", grad_outputs, shape, "the outputs")
    grad_kernel = kernel_gradient(padded, grad_outputs, window)
    if not need_inputs:
        return None, grad_kernel
    return crop(spread(grad_outputs, kernel, window), window.pads), grad_kernel


def conv_transpose(
    inputs, kernel, strides=1, padding="valid", output_padding=None, dilation_rate=1
):
    """The transposed convolution: each input cell lays the kernel, scaled, into the outputs.

    inputs (batch, *spatial, in_channels), kernel (*kernel_size, filters, in_channels), as Keras'
    Conv2DTranspose holds it; outputs (batch, *transpose_output_shape(...), filters).
    """
    return conv_transpose_forward(inputs, kernel, strides, padding, output_padding, dilation_rate)[
        0
    ]


def conv_transpose_forward(
    inputs, kernel, strides=1, padding="valid", output_padding=None, dilation_rate=1
):
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
    grown = crop(spread(inputs, kernel, window), window.pads)
    return np.ascontiguousarray(grown), ConvCache(inputs, kernel, window)


def conv_transpose_backward(grad_outputs, cache, need_inputs=True):
    """(gradient of the inputs, gradient of the kernel); the first is None unless needed."""
    inputs, kernel, window = cache
    (grad_outputs,) = checks.as_floats("conv_transpose_backward", grad_outputs=grad_outputs)
    shape = (len(inputs), *window.spatial, kernel.shape[-2])
    checks.same_shape("conv_transpose_backward", "grad_outputs", grad_outputs, shape, "the outputs")
    padded = surround(grad_outputs, window.pads)
    grad_kernel = kernel_gradient(padded, inputs, window)
    return (correlate(padded, kernel, window) if need_inputs else None), grad_kernel


def correlate(padded, kernel, window):
    """nyxijc, ijcf -> nyxf"""
    filters = kernel.shape[-1]
    matrix = kernel.reshape(-1, filters)
    outputs = np.empty((len(padded), *window.outputs, filters), padded.dtype)
    for part in batches(len(padded), prod(window.outputs) * matrix[:, 0].size * padded.itemsize):
        rows = outputs[part].reshape(-1, filters)
        np.matmul(patches(padded[part], window), matrix, out=rows)
    return outputs


def kernel_gradient(padded, outputs, window):
    """nyxijc, nyxf -> ijcf"""
    channels, filters = padded.shape[-1], outputs.shape[-1]
    columns = prod(window.kernel_size) * channels
    total = np.zeros((columns, filters), padded.dtype)
    for part in batches(len(padded), prod(window.outputs) * columns * padded.itemsize):
        total += patches(padded[part], window).T @ outputs[part].reshape(-1, filters)
    return total.reshape(*window.kernel_size, channels, filters)


def spread(outputs, kernel, window):
    """nyxf, ijcf -> nyxijc, summed into the padded cells (n, *padded, c) each tap had read."""
    channels, filters = kernel.shape[-2:]
    matrix = kernel.reshape(-1, filters).T
    padded = np.zeros((len(outputs), *window.padded, channels), outputs.dtype)
    size = prod(window.outputs) * matrix[0].size * outputs.itemsize
    for part in batches(len(outputs), size):
        taps = outputs[part].reshape(-1, filters) @ matrix
        taps = taps.reshape(-1, *window.outputs, *window.kernel_size, channels)
        for cell in product(*map(range, window.kernel_size)):
            place = padded[(part, *window.tap(cell))]
            place += taps[(..., *cell, slice(None))]
    return padded
