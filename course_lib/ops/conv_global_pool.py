"""Convolution, bias, relu and global max pooling in one step: one place counts per filter.

Of all places of an example only that of a filter's largest sum gets a gradient. So the gradient of
the kernel needs one window per example and filter, not all of them: what was a matrix product over
all places becomes a weighted sum of the windows that won.
"""

from math import prod
from typing import NamedTuple

import numpy as np

from course_lib.ops.conv import spread
from course_lib.ops.windows import Windows, parts, patches


class ConvGlobalPoolCache(NamedTuple):
    inputs: np.ndarray  # (n, *spatial, c)
    kernel: np.ndarray  # (*kernel_size, c, f)
    window: Windows
    rows: list  # per part of the batch: its patches, (n, places, i*j*c)
    largest: list  # per part: which sums are the largest of their filter, (n, places, f), bool
    outputs: np.ndarray  # (n, f)


def conv_relu_global_pool_forward(inputs, kernel, bias, window, training=True):
    """relu(conv(inputs, kernel) + bias), the largest of all places, (n, f); and its cache."""
    inputs = np.ascontiguousarray(inputs)
    filters = kernel.shape[-1]
    outputs = np.empty((len(inputs), filters), inputs.dtype)
    cache = ConvGlobalPoolCache(inputs, kernel, window, [], [], outputs) if training else None
    for part in parts(window, inputs, kernel[..., 0].size + filters):
        rows = patches(inputs[part], window)
        sums = (rows @ kernel.reshape(-1, filters)).reshape(-1, prod(window.outputs), filters)
        best = sums.max(axis=1)
        np.maximum(best if bias is None else best + bias, 0, out=outputs[part])
        if training:
            cache.rows.append(rows.reshape(*sums.shape[:2], -1))
            cache.largest.append(sums == best[:, None])
    return outputs, cache


def conv_relu_global_pool_backward(grad_outputs, cache, need_inputs=True):
    """Gradients of the inputs (None unless needed), the kernel and the bias.

    Equal maxima share the gradient, as in Keras.
    """
    inputs, kernel, window, all_rows, all_largest, outputs = cache
    grad_best = grad_outputs * (outputs > 0)
    grad_inputs = np.empty_like(inputs) if need_inputs else None
    grad_kernel = np.zeros((kernel.shape[-1], kernel[..., 0].size), kernel.dtype)
    cuts = parts(window, inputs, kernel[..., 0].size + kernel.shape[-1])
    for part, rows, largest in zip(cuts, all_rows, all_largest, strict=True):
        grad = grad_best[part]
        if np.count_nonzero(largest) == grad.size:  # no ties
            example, place = np.arange(len(rows)), largest.argmax(axis=1)
            won = rows[example, place.T]  # (f, n, i*j*c)
            grad_kernel += (grad.T[:, None] @ won)[:, 0]
            if need_inputs:
                grad_sums = np.zeros(largest.shape, grad.dtype)
                grad_sums[example[:, None], place, np.arange(grad.shape[1])] = grad
        else:
            share = grad / largest.sum(axis=1, dtype=grad.dtype)
            grad_sums = largest * share[:, None]
            grad_kernel += np.tensordot(grad_sums, rows, ([0, 1], [0, 1]))
        if need_inputs:
            places = grad_sums.reshape(len(rows), *window.outputs, -1)
            grad_inputs[part] = spread(places, kernel, window)
    return grad_inputs, grad_kernel.T.reshape(kernel.shape), grad_best.sum(0)
