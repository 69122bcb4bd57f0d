"""Two neighbouring outputs of a kernel three cells wide, from four products instead of six.

With inputs a b c d and weights u v w the two outputs are au + bv + cw and bu + cv + dw. Let

    p = (a - c) u    q = (b + c) (u + v + w)/2    r = (c - b) (u - v + w)/2    s = (b - d) w

Then the outputs are p + q + r and q - r - s. The sums with / 2 are made once for all places, and
each of the four products is a convolution of its own, with a kernel one cell wide on the last axis
(S. Winograd, Arithmetic complexity of computations, 1980; A. Lavin and S. Gray, Fast algorithms for
convolutional neural networks, 2016). All four steps are linear, so the way back is each step's
transpose, in reverse order.
"""

from functools import lru_cache
from math import prod

import numpy as np

from course_lib.ops.padding import crop, surround
from course_lib.ops.windows import filling_pools, in_order, patches, taps

WIDTH = 3  # of the kernel, on the last axis
MANY_CHANNELS = 8  # with fewer, making the factors costs more than the products save


def fits(kernel, window, pool):
    """Whether a convolution under side by side pools, two cells wide, can be done so."""
    last = (window.kernel_size[-1], window.strides[-1], window.dilation_rate[-1], pool[-1])
    return last == (WIDTH, 1, 1, 2) and kernel.shape[-2] >= MANY_CHANNELS


def sums(inputs, kernel, window, pool):
    """The convolution, (cells of the pool, places, f), and what the way back needs.

    The two outputs of a pair are two cells of one pool. In the rows (other cells of the pool, 4,
    places, columns) and in the products the second axis counts the four factors.
    """
    factors = split_inputs(surround(inputs, window.pads), window.outputs[-1] // 2)
    narrow, others = _of_factors(window, pool)
    rows = patches(factors.reshape(-1, *factors.shape[2:]), narrow, others)
    rows = rows.reshape(prod(others), 4, -1, rows.shape[-1])
    kernels = split_kernel(kernel)
    return join(rows @ kernels.reshape(4, -1, kernel.shape[-1])), (rows, kernels)


def sums_backward(grad_sums, cache, kernel, window, pool, grad_inputs=None):
    """Gradient of the kernel; that of the inputs goes into the zeros ``grad_inputs``, if given."""
    rows, kernels = cache
    filters = kernel.shape[-1]
    grad_products = join_backward(grad_sums.reshape(len(rows), 2, -1, filters))
    if grad_inputs is not None:
        narrow, others = _of_factors(window, pool)
        shape = (len(rows), 4 * len(grad_inputs), *grad_sums.shape[2:])
        places = in_order(grad_products.reshape(shape), others)
        narrow, (_, *reached) = filling_pools(narrow, others)
        padded = surround(grad_inputs, window.pads)
        split_inputs_backward(
            _spread(places, kernels, narrow), padded[(slice(None), *reached[:-1])]
        )
        if padded is not grad_inputs:
            grad_inputs[...] = crop(padded, window.pads)
    grad_kernels = (rows.swapaxes(-1, -2) @ grad_products).sum(0)
    return split_kernel_backward(grad_kernels.reshape(4, *kernel.shape[:-3], *kernel.shape[-2:]))


@lru_cache(maxsize=512)
def _of_factors(window, pool):
    """The window over each of the factors, one cell wide on the last axis, and its pool."""
    padded = [n + sum(pad) for n, pad in zip(window.spatial, window.pads, strict=True)]
    pairs = window.outputs[-1] // 2
    narrow = window._replace(
        kernel_size=(*window.kernel_size[:-1], 1),
        pads=((0, 0),) * len(pool),
        spatial=(*padded[:-1], pairs),
        outputs=(*window.outputs[:-1], pairs),
    )
    return narrow, (*pool[:-1], 1)


def _spread(outputs, kernels, window):
    """`conv.spread` with a kernel for each of the four factors; outputs (4 * n, *places, f)."""
    channels, filters = kernels.shape[-2:]
    kernels = kernels.reshape(4, -1, channels, filters).swapaxes(-1, -2)
    grown = np.zeros((len(outputs), *window.spatial, channels), outputs.dtype)
    rows = outputs.reshape(4, -1, filters)
    for number, (places, cells) in enumerate(taps(window)):
        products = (rows @ kernels[:, number]).reshape(-1, *window.outputs, channels)
        target = grown[cells]
        target += products[places]
    return grown.reshape(4, -1, *grown.shape[1:])


def split_inputs(inputs, pairs):
    """(n, ..., cells, c) to the left factors a-c, b+c, c-b, b-d, (4, n, ..., pairs, c)."""
    a, b, c, d = _neighbours(inputs, pairs)
    factors = np.empty((4, *a.shape), inputs.dtype)
    np.subtract(a, c, out=factors[0])
    np.add(b, c, out=factors[1])
    np.subtract(c, b, out=factors[2])
    np.subtract(b, d, out=factors[3])
    return factors


def split_inputs_backward(grad_factors, grad_inputs):
    """Adds the gradient of the inputs to ``grad_inputs``; ``grad_factors`` is used up."""
    first, plus, minus, last = grad_factors
    a, b, c, d = _neighbours(grad_inputs, plus.shape[-2])
    a += first
    d -= last
    last += plus
    last -= minus
    b += last
    plus += minus
    plus -= first
    c += plus


def split_kernel(kernel):
    """(..., 3, c, f) to the right factors u, (u+v+w)/2, (u-v+w)/2, w, (4, ..., c, f)."""
    u, v, w = (kernel[..., i, :, :] for i in range(WIDTH))
    half, middle = (u + w) / 2, v / 2
    return np.stack([u, half + middle, half - middle, w])


def split_kernel_backward(grad_factors):
    """(4, ..., c, f) to the gradient of the kernel, (..., 3, c, f)."""
    first, plus, minus, last = grad_factors
    half = (plus + minus) / 2
    return np.stack([first + half, (plus - minus) / 2, half + last], axis=-3)


def join(products):
    """The four products (..., 4, m, f) to the pairs of outputs (..., 2, m, f)."""
    p, q, r, s = (products[..., i, :, :] for i in range(4))
    outputs = np.empty((*products.shape[:-3], 2, *products.shape[-2:]), products.dtype)
    left, right = outputs[..., 0, :, :], outputs[..., 1, :, :]
    np.add(p, q, out=left)
    left += r
    np.subtract(q, r, out=right)
    right -= s
    return outputs


def join_backward(grad_outputs):
    """(..., 2, m, f) to the gradients of the four products, (..., 4, m, f)."""
    left, right = grad_outputs[..., 0, :, :], grad_outputs[..., 1, :, :]
    grads = np.empty((*grad_outputs.shape[:-3], 4, *left.shape[-2:]), left.dtype)
    grads[..., 0, :, :] = left
    np.add(left, right, out=grads[..., 1, :, :])
    np.subtract(left, right, out=grads[..., 2, :, :])
    np.negative(right, out=grads[..., 3, :, :])
    return grads


def _neighbours(inputs, pairs):
    """Views of the cells a, b, c and d of every pair of outputs."""
    return [inputs[..., i : i + 2 * pairs - 1 : 2, :] for i in range(4)]
