"""Convolution, bias, an activation and average pooling in one step, for few filters.

A wide kernel (see `ops.wide`) has all sums of a pool at once, from one row of patches. Then the
average over the places of a pool is one more matrix product.
"""

from math import prod
from typing import NamedTuple

import numpy as np

from course_lib.ops.conv import spread
from course_lib.ops.dense import bias_gradient
from course_lib.ops.wide import wide_kernel, wide_kernel_backward, wide_window
from course_lib.ops.windows import Windows, parts, patches

FEW_FILTERS = 32  # from so many on, the zeros cost more


class ConvAveragePoolCache(NamedTuple):
    inputs: np.ndarray  # (n, *spatial, c)
    wide: np.ndarray  # the kernel in every place of a pool, (*wide kernel_size, c, cells * f)
    window: Windows  # of the wide kernel
    pool: tuple
    activation: object
    rows: list  # per part of the batch: its patches, (n * pools, i*j*c)
    activated: list  # per part: the cache of the activation


def conv_average_pool_forward(inputs, kernel, bias, window, pool, activation, training=True):
    """average_pool(activation(conv(inputs, kernel) + bias), pool) and its cache, None unless
    training.

    ``window``: the `Windows` of the convolution, its strides and dilation rate 1; the pools lie
    side by side, without padding. ``activation`` works number by number.
    """
    inputs = np.ascontiguousarray(inputs)
    cells, filters = prod(pool), kernel.shape[-1]
    wide, window = wide_kernel(kernel, pool), wide_window(window, pool)
    outputs = np.empty((len(inputs), *window.outputs, filters), inputs.dtype)
    cache = ConvAveragePoolCache(inputs, wide, window, pool, activation, [], [])
    right, means = wide.reshape(-1, wide.shape[-1]), _means(cells, filters, inputs.dtype)
    biases = None if bias is None else np.tile(bias, cells)
    for part in parts(window, inputs, sum(right.shape)):
        rows = patches(inputs[part], window)
        sums = rows @ right
        if bias is not None:
            sums += biases
        values, activated = activation.forward(sums)
        np.matmul(values, means, out=outputs[part].reshape(-1, filters))
        if training:
            cache.rows.append(rows)
            cache.activated.append(activated)
    return outputs, cache if training else None


def conv_average_pool_backward(grad_outputs, cache, need_inputs=True):
    """Gradients of the inputs (None unless needed), the kernel and the bias."""
    inputs, wide, window, pool, activation, *rest = cache
    cells, filters = prod(pool), grad_outputs.shape[-1]
    shares = np.ascontiguousarray(_means(cells, filters, inputs.dtype).T)
    grad_inputs = np.empty_like(inputs) if need_inputs else None
    grad_wide = np.zeros((wide[..., 0].size, wide.shape[-1]), inputs.dtype)
    grad_biases = np.zeros(wide.shape[-1], inputs.dtype)
    cuts = parts(window, inputs, sum(grad_wide.shape))
    for part, rows, activated in zip(cuts, *rest, strict=True):
        grad_values = grad_outputs[part].reshape(-1, filters) @ shares
        grad_sums = activation.backward(grad_values, activated)
        grad_biases += bias_gradient(grad_sums)
        grad_wide += rows.T @ grad_sums
        if need_inputs:
            places = grad_sums.reshape(-1, *window.outputs, wide.shape[-1])
            grad_inputs[part] = spread(places, wide, window)
    grad_kernel = wide_kernel_backward(grad_wide.reshape(wide.shape), pool)
    return grad_inputs, grad_kernel, grad_biases.reshape(cells, filters).sum(0)


def _means(cells, filters, dtype):
    """The matrix (cells * f, f) that averages over the cells, filter by filter."""
    return np.tile(np.eye(filters, dtype=dtype) / dtype.type(cells), (cells, 1))
