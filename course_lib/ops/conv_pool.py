"""Convolution, bias, relu and max pooling in one step: the same numbers, with less to move.

Four ideas. Pools are found axis by axis: a cell is the largest of its pool if it is the largest of
its line, and its line's largest that of the pool; so most comparisons are of two long arrays.
Places that fill no pool are never computed. Since max and relu can change places, bias and relu
are done after pooling, on a quarter of the numbers where pools are 2x2. And of the sums only bits
are kept for the way back: which of the cells was the largest. Where kernel and pool allow it, the
matrix products are those of `ops.winograd`.
"""

from typing import NamedTuple

import numpy as np

from course_lib.ops.conv import spread
from course_lib.ops.dense import bias_gradient
from course_lib.ops.windows import filling_pools, parts, patches, pooled_size
from course_lib.ops.winograd import Winograd


class ConvPoolCache(NamedTuple):
    inputs: np.ndarray  # (n, *spatial, c)
    outputs: np.ndarray  # (n, *pools, f)
    products: object  # Direct or Winograd
    kept: list  # per part of the batch: what `products` keeps for its way back
    larger: list  # per part and axis, the last axis first: what `_largest` notes


def conv_relu_pool_forward(inputs, kernel, bias, window, pool, training=True):
    """max_pool(relu(conv(inputs, kernel) + bias), pool) and its cache, None unless training.

    ``window``: the `Windows` of the convolution; the pools lie side by side, without padding.
    """
    inputs = np.ascontiguousarray(inputs)
    outputs = np.empty((len(inputs), *pooled_size(window, pool), kernel.shape[-1]), inputs.dtype)
    products = (Winograd if Winograd.fits(kernel, window, pool) else Direct)(kernel, window, pool)
    cache = ConvPoolCache(inputs, outputs, products, [], []) if training else None
    for part in parts(products.window, inputs, products.columns):
        sums, kept = products.sums(inputs[part])
        larger = []
        for axis in reversed(range(len(pool))):
            sums, here = _largest(products.cells(sums, axis), training)
            larger.append(here)
        into = outputs[part]
        np.maximum(sums if bias is None else np.add(sums, bias, out=into), 0, out=into)
        if training:
            cache.kept.append(kept)
            cache.larger.append(larger)
    return outputs, cache


def conv_relu_pool_backward(grad_outputs, cache, need_inputs=True):
    """Gradients of the inputs (None unless needed), the kernel and the bias."""
    inputs, outputs, products, *rest = cache
    grad_best = grad_outputs * (outputs > 0)
    grad_inputs = np.zeros_like(inputs) if need_inputs else None
    grad_right = 0
    cuts = parts(products.window, inputs, products.columns)
    for part, kept, larger in zip(cuts, *rest, strict=True):
        grad = grad_best[part]
        for axis, here in enumerate(reversed(larger)):
            grad_cells = products.empty(grad, axis)
            _largest_backward(grad, here, products.cells(grad_cells, axis))
            grad = grad_cells
        into = grad_inputs[part] if need_inputs else None
        grad_right = grad_right + products.backward(grad, kept, into)
    return grad_inputs, products.kernel_gradient(grad_right), bias_gradient(grad_best)


def _largest(cells, training):
    """The largest of arrays, number by number; and for each but the last, from behind, where one
    that follows it is larger (not noted unless training).
    """
    *others, best = cells
    larger = []
    for cell in reversed(others):
        if training:
            larger.append(cell < best)
        best = np.maximum(cell, best)
    return best, larger


def _largest_backward(grad, larger, grad_cells):
    """Lay the gradient of the largest into ``grad_cells``: each number at the first largest."""
    if not larger:
        grad_cells[0][...] = grad
    for cell, following, here in zip(grad_cells, grad_cells[1:], reversed(larger), strict=False):
        np.multiply(grad, here, out=following)
        np.subtract(grad, following, out=cell)
        grad = following


class Direct:
    """A convolution whose places come in the order of their pools along the last axis."""

    def __init__(self, kernel, window, pool):
        self.kernel, self.window, self.pool = kernel, filling_pools(window, pool), pool
        self.right = kernel.reshape(-1, kernel.shape[-1])  # (i*j*c, f)
        self.columns = sum(self.right.shape)  # of the patches and of the sums

    def sums(self, inputs):
        """(places of a pool on the last axis, n, *others, pools, f), and the inputs: to write the
        patches again on the way back costs no more than to fetch them, and they are many.
        """
        *others, last = self.window.outputs
        shape = (self.pool[-1], len(inputs), *others, last // self.pool[-1], -1)
        return (self._rows(inputs) @ self.right).reshape(shape), inputs

    def _rows(self, inputs):
        """The patches as a stack, of each example those that stand at one place of their pools."""
        rows = patches(inputs, self.window, self.pool[-1])
        return rows.reshape(self.pool[-1] * len(inputs), -1, rows.shape[-1])

    def cells(self, sums, axis):
        """Views of ``sums``, one for each place in a pool along the axis."""
        count = self.pool[axis]
        if axis == len(self.pool) - 1:
            return list(sums)
        before = (slice(None),) * (1 + axis)
        return [sums[(*before, slice(i, None, count))] for i in range(count)]

    def empty(self, largest, axis):
        """An array like the sums of which ``largest`` was taken along the axis."""
        shape, count = list(largest.shape), self.pool[axis]
        if axis == len(self.pool) - 1:
            return np.empty((count, *shape), largest.dtype)
        shape[1 + axis] *= count
        return np.empty(shape, largest.dtype)

    def backward(self, grad_sums, inputs, grad_inputs=None):
        """Gradient of the matrix; that of the inputs goes into the zeros ``grad_inputs``."""
        if grad_inputs is not None:
            in_order = np.ascontiguousarray(np.moveaxis(grad_sums, 0, -2))
            in_order = in_order.reshape(len(grad_inputs), *self.window.outputs, -1)
            grad_inputs[...] = spread(in_order, self.kernel, self.window)
        rows = self._rows(inputs)
        grads = grad_sums.reshape(*rows.shape[:-1], self.right.shape[-1])
        return (rows.swapaxes(-1, -2) @ grads).sum(0)

    def kernel_gradient(self, grad_right):
        """From the sum of what `backward` returned, (*kernel_size, c, f)."""
        return grad_right.reshape(self.kernel.shape)
