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

from course_lib.ops.conv import spread
from course_lib.ops.dense import bias_gradient
from course_lib.ops.windows import (
    filling_pools,
    in_order,
    parts,
    patches,
    pooled_size,
)  # fmt: skip
from course_lib.ops.winograd import Winograd


class ConvPoolCache(NamedTuple):
    inputs: np.ndarray  # (n, *spatial, c)
    products: object  # Direct or Winograd
    kept: list  # per part of the batch: what `products` keeps for its way back
    passes: list  # per part: where gradients pass, (cells of the pool, n, *pooled, f), bool


def conv_relu_pool_forward(inputs, kernel, bias, window, pool, training=True):
    """max_pool(relu(conv(inputs, kernel) + bias), pool) and its cache, None unless training.

    ``window``: the `Windows` of the convolution; the pools lie side by side, without padding.
    """
    inputs = np.ascontiguousarray(inputs)
    outputs = np.empty((len(inputs), *pooled_size(window, pool), kernel.shape[-1]), inputs.dtype)
    products = (Winograd if Winograd.fits(kernel, window, pool) else Direct)(kernel, window, pool)
    cache = ConvPoolCache(inputs, products, [], []) if training else None
    for part in parts(window, inputs, products.columns):
        into = outputs[part]
        sums, kept = products.sums(inputs[part])
        sums = sums.reshape(prod(pool), *into.shape)
        best = np.maximum(sums[0], sums[-1])
        for others in sums[1:-1]:
            np.maximum(best, others, out=best)
        np.maximum(best if bias is None else np.add(best, bias, out=into), 0, out=into)
        if training:
            cache.kept.append(kept)
            cache.passes.append(_first_largest(sums, best, into))
    return outputs, cache


def conv_relu_pool_backward(grad_outputs, cache, need_inputs=True):
    """Gradients of the inputs (None unless needed), the kernel and the bias."""
    inputs, products, all_kept, all_passes = cache
    grad_inputs = np.zeros_like(inputs) if need_inputs else None
    grad_bias = np.zeros(grad_outputs.shape[-1], inputs.dtype)
    grad_right = 0
    cuts = parts(products.window, inputs, products.columns)
    for part, kept, passes in zip(cuts, all_kept, all_passes, strict=True):
        grad_sums = np.empty(passes.shape, inputs.dtype)
        for cell, here in zip(grad_sums, passes, strict=True):
            np.multiply(grad_outputs[part], here, out=cell)
        grad_bias += bias_gradient(grad_sums)
        into = grad_inputs[part] if need_inputs else None
        grad_right = grad_right + products.backward(grad_sums, kept, into)
    return grad_inputs, products.kernel_gradient(grad_right), grad_bias


class Direct:
    """A convolution whose places come in the order of the pool's cells."""

    def __init__(self, kernel, window, pool):
        self.kernel, self.window, self.pool = kernel, window, pool
        self.right = kernel.reshape(-1, kernel.shape[-1])  # (i*j*c, f)
        self.columns = sum(self.right.shape)  # of the patches and of the sums

    def sums(self, inputs):
        """(cells of the pool * n * pools, f), and the patches for the way back."""
        rows = patches(inputs, self.window, self.pool)
        return rows @ self.right, rows

    def backward(self, grad_sums, rows, grad_inputs=None):
        """Gradient of the matrix; that of the inputs goes into the zeros ``grad_inputs``."""
        if grad_inputs is not None:
            window, reached = filling_pools(self.window, self.pool)
            grad_inputs[reached] = spread(in_order(grad_sums, self.pool), self.kernel, window)
        return rows.T @ grad_sums.reshape(-1, self.right.shape[-1])

    def kernel_gradient(self, grad_right):
        """From the sum of what `backward` returned, (*kernel_size, c, f)."""
        return grad_right.reshape(self.kernel.shape)


def _first_largest(sums, best, outputs):
    """Where a gradient passes: the first largest cell of its pool, if relu let it through."""
    left = outputs > 0  # pools that have not passed their gradient to an earlier cell
    passes = np.empty(sums.shape, bool)
    for cell, here in zip(sums[:-1], passes[:-1], strict=True):
        np.logical_and(left, cell == best, out=here)
        left ^= here
    passes[-1] = left
    return passes
