"""Convolution, bias, relu and max pooling in one step: the same numbers, with less to move.

Four ideas. Places are computed in the order of the pool's cells: all places that are the first
cell of their pool, then all second cells, ... so pooling is the maximum of a few whole matrices.
Places that fill no pool are never computed. Since max and relu can change places, bias and relu
are done after pooling, on a quarter of the numbers where pools are 2x2. And of all the sums only
one bit is kept for the way back: whether a gradient passes there. Where kernel and pool allow it,
the matrix products are those of `ops.winograd`.
"""

from math import prod
from typing import NamedTuple

import numpy as np

from course_lib.ops import winograd
from course_lib.ops.conv import spread
from course_lib.ops.dense import bias_gradient
from course_lib.ops.windows import (
    Windows,
    batches,
    filling_pools,
    in_order,
    patches,
    pooled_size,
)  # fmt: skip

BUDGET = 1 << 22  # bytes


class ConvPoolCache(NamedTuple):
    inputs: np.ndarray  # (n, *spatial, c)
    kernel: np.ndarray  # (*kernel_size, c, f)
    window: Windows
    pool: tuple
    kept: list  # per part of the batch: what `sums` keeps for its way back
    passes: list  # per part: where gradients pass, (cells of the pool, n, *pooled, f), bool


def conv_relu_pool_forward(inputs, kernel, bias, window, pool, training=True):
    """max_pool(relu(conv(inputs, kernel) + bias), pool) and its cache, None unless training.

    ``window``: the `Windows` of the convolution; the pools lie side by side, without padding.
    """
    inputs = np.ascontiguousarray(inputs)
    outputs = np.empty((len(inputs), *pooled_size(window, pool), kernel.shape[-1]), inputs.dtype)
    cache = ConvPoolCache(inputs, kernel, window, pool, [], []) if training else None
    sums_of = winograd.sums if winograd.fits(kernel, window, pool) else sums
    for part in _parts(inputs, kernel, window):
        into = outputs[part]
        cells, kept = sums_of(inputs[part], kernel, window, pool)
        cells = cells.reshape(prod(pool), *into.shape)
        best = np.maximum(cells[0], cells[-1])
        for others in cells[1:-1]:
            np.maximum(best, others, out=best)
        np.maximum(best if bias is None else np.add(best, bias, out=into), 0, out=into)
        if training:
            cache.kept.append(kept)
            cache.passes.append(_first_largest(cells, best, into))
    return outputs, cache


def conv_relu_pool_backward(grad_outputs, cache, need_inputs=True):
    """Gradients of the inputs (None unless needed), the kernel and the bias."""
    inputs, kernel, window, pool, all_kept, all_passes = cache
    grad_inputs = np.zeros_like(inputs) if need_inputs else None
    grad_kernel, grad_bias = np.zeros_like(kernel), np.zeros(kernel.shape[-1], kernel.dtype)
    back_of = winograd.sums_backward if winograd.fits(kernel, window, pool) else sums_backward
    parts = _parts(inputs, kernel, window)
    for part, kept, passes in zip(parts, all_kept, all_passes, strict=True):
        grad_sums = np.empty(passes.shape, kernel.dtype)
        for cell, here in zip(grad_sums, passes, strict=True):
            np.multiply(grad_outputs[part], here, out=cell)
        grad_bias += bias_gradient(grad_sums)
        into = grad_inputs[part] if need_inputs else None
        grad_kernel += back_of(grad_sums, kept, kernel, window, pool, into)
    return grad_inputs, grad_kernel, grad_bias


def sums(inputs, kernel, window, pool):
    """The convolution, (cells of the pool * places, f), and the patches it was made of."""
    rows = patches(inputs, window, pool)
    return rows @ kernel.reshape(-1, kernel.shape[-1]), rows


def sums_backward(grad_sums, rows, kernel, window, pool, grad_inputs=None):
    """Gradient of the kernel; that of the inputs goes into the zeros ``grad_inputs``, if given."""
    if grad_inputs is not None:
        narrow, reached = filling_pools(window, pool)
        grad_inputs[reached] = spread(in_order(grad_sums, pool), kernel, narrow)
    return (rows.T @ grad_sums.reshape(-1, kernel.shape[-1])).reshape(kernel.shape)


def _first_largest(cells, best, outputs):
    """Where a gradient passes: the first largest cell of its pool, if relu let it through."""
    left = outputs > 0  # pools that have not passed their gradient to an earlier cell
    passes = np.empty(cells.shape, bool)
    for cell, here in zip(cells[:-1], passes[:-1], strict=True):
        np.logical_and(left, cell == best, out=here)
        left ^= here
    passes[-1] = left
    return passes


def _parts(inputs, kernel, window):
    """Slices of the batch whose patches and sums stay near the processor."""
    columns = kernel[..., 0].size + kernel.shape[-1]
    return batches(len(inputs), prod(window.outputs) * columns * inputs.itemsize, BUDGET)
