"""Convolution, bias, an activation and average pooling in one step, for few filters.

A wide kernel (see `ops.wide`) has all sums of a pool at once, from one window. All matrices lie on
their side: a row holds one place of a pool and one filter, for all pools of some examples. So rows
are long, whatever the number of filters: a bias is added to a row, and the mean over a pool is the
mean of a few rows.
"""

from math import prod
from typing import NamedTuple

import numpy as np

from course_lib.ops.conv import spread
from course_lib.ops.products import in_groups, small_groups
from course_lib.ops.wide import wide_kernel, wide_kernel_backward, wide_window
from course_lib.ops.windows import Windows, parts, patches

FEW_FILTERS = 32  # from so many on, the zeros cost more


class ConvAveragePoolCache(NamedTuple):
    inputs: np.ndarray  # (n, *spatial, c)
    wide: np.ndarray  # the kernel in every place of a pool, (*wide kernel_size, c, cells * f)
    window: Windows  # of the wide kernel
    pool: tuple
    activation: object
    columns: list  # per part of the batch: its patches, on their side, (i*j*c, n * pools)
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
    left = wide.reshape(-1, wide.shape[-1]).T  # (cells * f, i*j*c)
    biases = None if bias is None else np.concatenate([bias] * cells)[:, None]
    for part in parts(window, inputs, sum(left.shape)):
        columns = patches(inputs[part], window).T
        groups = small_groups(len(inputs[part]), left.size * prod(window.outputs))
        sums = np.empty((len(left), columns.shape[1]), inputs.dtype)
        np.matmul(left, in_groups(columns, groups), out=in_groups(sums, groups))
        if bias is not None:
            sums += biases
        values, activated = activation.forward(sums)
        means = values.reshape(cells, -1).sum(0).reshape(filters, -1)
        np.divide(means.T, inputs.dtype.type(cells), out=outputs[part].reshape(-1, filters))
        if training:
            cache.columns.append(columns)
            cache.activated.append(activated)
    return outputs, cache if training else None


def conv_average_pool_backward(grad_outputs, cache, need_inputs=True):
    """Gradients of the inputs (None unless needed), the kernel and the bias."""
    inputs, wide, window, pool, activation, *kept = cache
    cells, filters = prod(pool), grad_outputs.shape[-1]
    grad_inputs = np.empty_like(inputs) if need_inputs else None
    grad_left = np.zeros((wide.shape[-1], wide[..., 0].size), inputs.dtype)
    grad_biases = np.zeros(wide.shape[-1], inputs.dtype)
    cuts = parts(window, inputs, sum(grad_left.shape))
    for part, columns, activated in zip(cuts, *kept, strict=True):
        grads = grad_outputs[part].reshape(-1, filters)
        shares = np.divide(grads.T, inputs.dtype.type(cells), order="C")
        grad_sums = activation.backward(np.concatenate([shares] * cells), activated)
        groups = small_groups(len(inputs[part]), wide.size * prod(window.outputs))
        products = in_groups(grad_sums, groups) @ in_groups(columns, groups).swapaxes(1, 2)
        grad_left += products.sum(0)
        grad_biases += grad_sums.sum(1)
        if need_inputs:
            places = grad_sums.T.reshape(-1, *window.outputs, wide.shape[-1])
            grad_inputs[part] = spread(places, wide, window)
    grad_kernel = wide_kernel_backward(grad_left.T.reshape(wide.shape), pool)
    return grad_inputs, grad_kernel, grad_biases.reshape(cells, filters).sum(0)
