"""Convolution, bias, relu and max pooling in one step: the same numbers, with less to move.

Three ideas. Places are computed in the order of the pool's cells: all places that are the first
cell of their pool, then all second cells, ... so pooling is the maximum of a few whole matrices.
Places that fill no pool are never computed. And since max and relu can change places, bias and
relu are done after pooling, on a quarter of the numbers where pools are 2x2.
"""

from math import prod
from typing import NamedTuple

import numpy as np

from course_lib.ops.conv import spread
from course_lib.ops.dense import bias_gradient
from course_lib.ops.windows import Windows, batches, patches


class ConvPoolCache(NamedTuple):
    inputs: np.ndarray  # (n, *spatial, c)
    kernel: np.ndarray  # (*kernel_size, c, f)
    window: Windows
    pool: tuple
    sums: list  # per part of the batch: (cells of the pool, places, f), before pooling
    best: list  # per part: (places, f), after pooling
    outputs: np.ndarray  # (n, *pooled, f)


def conv_relu_pool_forward(inputs, kernel, bias, window, pool):
    """max_pool(relu(conv(inputs, kernel) + bias), pool) and its cache.

    ``window``: the `Windows` of the convolution; the pools lie side by side, without padding.
    """
    inputs = np.ascontiguousarray(inputs)
    filters = kernel.shape[-1]
    matrix = kernel.reshape(-1, filters)
    outputs = np.empty((len(inputs), *pooled_size(window, pool), filters), inputs.dtype)
    cache = ConvPoolCache(inputs, kernel, window, pool, [], [], outputs)
    for part in _parts(cache):
        rows = patches(inputs[part], window, pool) @ matrix
        sums = rows.reshape(prod(pool), -1, filters)
        best = np.maximum(sums[0], sums[-1])
        for others in sums[1:-1]:
            np.maximum(best, others, out=best)
        into = outputs[part].reshape(best.shape)
        np.maximum(best if bias is None else np.add(best, bias, out=into), 0, out=into)
        cache.sums.append(sums)
        cache.best.append(best)
    return outputs, cache


def conv_relu_pool_backward(grad_outputs, cache, need_inputs=True):
    """Gradients of the inputs (None unless needed), the kernel and the bias."""
    inputs, kernel, window, pool, _, _, outputs = cache
    filters = kernel.shape[-1]
    grad_best = grad_outputs * (outputs > 0)  # through relu
    grad_kernel = np.zeros((kernel[..., 0].size, filters), kernel.dtype)
    grad_inputs = np.zeros_like(inputs) if need_inputs else None
    narrow, reached = _narrowed(window, pool)
    for part, sums, best in zip(_parts(cache), cache.sums, cache.best, strict=True):
        grad_sums = _to_first_largest(grad_best[part].reshape(best.shape), sums, best)
        rows = patches(inputs[part], window, pool)
        grad_kernel += rows.T @ grad_sums.reshape(-1, filters)
        if need_inputs:
            grad_places = _in_order_of_places(grad_sums, outputs[part].shape, pool)
            grad_inputs[part][reached] = spread(grad_places, kernel, narrow)
    return grad_inputs, grad_kernel.reshape(kernel.shape), bias_gradient(grad_best)


def pooled_size(window, pool):
    return tuple(n // p for n, p in zip(window.outputs, pool, strict=True))


def _narrowed(window, pool):
    """The window over the places that fill pools, and the slices of the inputs that it reads."""
    outputs = tuple(n * p for n, p in zip(pooled_size(window, pool), pool, strict=True))
    reach = (  # one past the last cell, on each axis
        (n - 1) * s + (k - 1) * d + 1 - before
        for n, k, s, d, (before, _) in zip(outputs, *window[:4], strict=True)
    )
    spatial = tuple(max(1, min(pair)) for pair in zip(reach, window.spatial, strict=True))
    narrow = window._replace(outputs=outputs, spatial=spatial)
    return narrow, (slice(None), *map(slice, spatial))


def _to_first_largest(grad_best, sums, best):
    """(places, f) to (cells of the pool, places, f): the first largest cell takes it all."""
    grad_sums = np.empty_like(sums)
    rest = grad_sums[-1]  # what no earlier cell has taken; the last cell takes what is left
    rest[...] = grad_best
    for cell, taken in zip(sums[:-1], grad_sums[:-1], strict=True):
        np.multiply(rest, cell == best, out=taken)
        rest -= taken
    return grad_sums


def _in_order_of_places(sums, shape, pool):
    """(cells of the pool, places, f) to (n, y, x, f), where the pools lie side by side again."""
    batch, *pooled, filters = shape
    axes = len(pool)
    split = sums.reshape(*pool, batch, *pooled, filters)
    order = [place for axis in range(axes) for place in (axes + 1 + axis, axis)]
    sizes = [n * p for n, p in zip(pooled, pool, strict=True)]
    together = np.ascontiguousarray(split.transpose(axes, *order, 2 * axes + 1))
    return together.reshape(batch, *sizes, filters)


def _parts(cache):
    """Slices of the batch whose patches stay in the processor's cache."""
    cells = prod(cache.window.outputs) * cache.kernel[..., 0].size
    return batches(len(cache.inputs), cells * cache.inputs.itemsize)
