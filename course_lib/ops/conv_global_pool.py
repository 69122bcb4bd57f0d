"""Convolution, bias, relu and global max pooling in one step: one place counts per filter.

Of all places of an example only that of a filter's largest sum gets a gradient. So the way back
looks at one window per example and filter instead of all: the gradient of the kernel is a weighted
sum of the windows that won, and each of them gets the kernel, weighted alike. What were two matrix
products over all places becomes one step per filter.
"""

from math import prod
from typing import NamedTuple

import numpy as np

from course_lib.ops.conv import ConvCache, conv_backward
from course_lib.ops.padding import crop, surround
from course_lib.ops.windows import Windows, cells_under, parts, patches


class ConvGlobalPoolCache(NamedTuple):
    inputs: np.ndarray  # (n, *spatial, c)
    kernel: np.ndarray  # (*kernel_size, c, f)
    window: Windows
    largest: np.ndarray  # which sums are the largest of their filter, (n, places, f), bool
    outputs: np.ndarray  # (n, f)


def conv_relu_global_pool_forward(inputs, kernel, bias, window, training=True):
    """relu(conv(inputs, kernel) + bias), the largest of all places, (n, f); and its cache."""
    inputs = np.ascontiguousarray(inputs)
    matrix = kernel.reshape(-1, kernel.shape[-1])
    outputs = np.empty((len(inputs), kernel.shape[-1]), inputs.dtype)
    places = prod(window.outputs)
    largest = np.empty((len(inputs), places, kernel.shape[-1]), bool) if training else None
    for part in parts(window, inputs, sum(matrix.shape)):
        sums = (patches(inputs[part], window) @ matrix).reshape(-1, places, kernel.shape[-1])
        best = sums.max(axis=1)
        np.maximum(best if bias is None else best + bias, 0, out=outputs[part])
        if training:
            np.equal(sums, best[:, None], out=largest[part])
    cache = ConvGlobalPoolCache(inputs, kernel, window, largest, outputs)
    return outputs, cache if training else None


def conv_relu_global_pool_backward(grad_outputs, cache, need_inputs=True):
    """Gradients of the inputs (None unless needed), the kernel and the bias.

    Equal maxima share the gradient, as in Keras.
    """
    inputs, kernel, window, largest, outputs = cache
    grad_best = grad_outputs * (outputs > 0)
    if np.count_nonzero(largest) == grad_best.size:
        places = np.unravel_index(largest.argmax(axis=1), window.outputs)
        found = _backward_of_winners(grad_best, places, inputs, kernel, window, need_inputs)
    else:
        share = grad_best / largest.sum(axis=1, dtype=grad_best.dtype)
        grad_sums = (largest * share[:, None]).reshape(len(inputs), *window.outputs, -1)
        found = conv_backward(grad_sums, ConvCache(inputs, kernel, window), need_inputs)
    return *found, grad_best.sum(0)


def _backward_of_winners(grad_best, places, inputs, kernel, window, need_inputs):
    """Gradients of the inputs and the kernel, filter by filter, from the windows that won.

    ``places``: where they stand, one array (n, f) per axis.
    """
    padded = surround(inputs, window.pads)
    grad_padded = np.zeros_like(padded) if need_inputs else None
    cells = cells_under(padded, window)  # (n, *outputs, *kernel_size, c)
    grad_cells = cells_under(grad_padded, window) if need_inputs else None
    filters = np.ascontiguousarray(np.moveaxis(kernel, -1, 0))  # (f, *kernel_size, c)
    grad_filters = np.empty_like(filters)
    example = np.arange(len(inputs))
    for f, grad in enumerate(grad_best.T):
        won = (example, *(place[:, f] for place in places))
        weighted = grad @ cells[won].reshape(len(example), -1)
        grad_filters[f] = weighted.reshape(filters[f].shape)
        if need_inputs:  # each example once, so no two windows share cells
            grad_cells[won] += np.multiply.outer(grad, filters[f])
    grad_inputs = np.ascontiguousarray(crop(grad_padded, window.pads)) if need_inputs else None
    return grad_inputs, np.moveaxis(grad_filters, 0, -1)
