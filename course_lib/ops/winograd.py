"""Two neighbouring outputs of a kernel three cells wide, from four products instead of six.

With inputs a b c d and weights u v w the two outputs are au + bv + cw and bu + cv + dw. Let

    p = (a - c) u    q = (b + c) (u + v + w)/2    r = (c - b) (u - v + w)/2    s = (b - d) w

Then the outputs are p + q + r and q - r - s. Done along both axes of an image, a pool's 2x2 outputs
take 16 products instead of 36, and 64 instead of 216 in a volume; over many channels each product
is a matrix product. What is added for that, the left and right factors and the two outputs, is
linear: so the way back is the transpose of each step, in reverse order.

S. Winograd, Arithmetic complexity of computations, 1980; A. Lavin and S. Gray, Fast algorithms for
convolutional neural networks, 2016.
"""

from math import prod

import numpy as np

from course_lib.ops.padding import crop, surround

MANY_CHANNELS = 8  # with fewer, making the factors costs more than the products save


def fits(kernel, window, pool):
    """Whether a convolution can be done so: three cells per axis, side by side, pools of two."""
    sizes = (window.kernel_size, window.strides, window.dilation_rate, pool)
    wanted = ({3}, {1}, {1}, {2})
    return tuple(map(set, sizes)) == wanted and kernel.shape[-2] >= MANY_CHANNELS


def sums(inputs, kernel, window, pool):
    """The convolution, (2, ..., 2, pools, f), and the left and right factors.

    The left factors are (4, ..., 4, n, *pools, c), the right ones (4, ..., 4, c, f), with a four
    for each axis.
    """
    left, right = surround(inputs, window.pads), kernel
    for axis, places in reversed([*enumerate(window.outputs, start=1)]):
        axis -= len(pool) + 2  # counted from the end, where new axes do not shift it
        left = left_factors(left, axis, places // 2)
        right = right_factors(right)
    channels, filters = kernel.shape[-2:]
    products = left.reshape(-1, left[..., 0][(0,) * len(pool)].size, channels) @ right.reshape(
        -1, channels, filters
    )
    outputs = products.reshape(*right.shape[:-2], -1, filters)
    for axis in range(len(pool)):
        outputs = two_outputs(outputs, axis)
    return outputs, (left, right)


def sums_backward(grad_sums, factors, kernel, window, pool, grad_inputs=None):
    """Gradient of the kernel; that of the inputs goes into the zeros ``grad_inputs``, if given."""
    left, right = factors
    channels, filters = kernel.shape[-2:]
    grads = grad_sums.reshape(*pool, -1, filters)
    for axis in reversed(range(len(pool))):
        grads = two_outputs_backward(grads, axis)
    grads = grads.reshape(4 ** len(pool), -1, filters)
    if grad_inputs is not None:
        grad_left = (grads @ right.reshape(-1, channels, filters).swapaxes(1, 2)).reshape(
            left.shape
        )
        padded = surround(grad_inputs, window.pads)
        sizes = padded.shape[1:-1]
        for axis in range(-len(pool) - 1, -1):
            into = padded
            if axis != -2:
                shape = list(grad_left.shape[1:])
                shape[axis] = sizes[axis + 1]
                into = np.zeros(shape, kernel.dtype)
            left_factors_backward(grad_left, axis, into)
            grad_left = into
        if padded is not grad_inputs:
            grad_inputs[...] = crop(padded, window.pads)
    grad_right = left.reshape(len(grads), -1, channels).swapaxes(1, 2) @ grads
    grad_right = grad_right.reshape(right.shape)
    for _ in pool:
        grad_right = right_factors_backward(grad_right)
    return grad_right


def left_factors(inputs, axis, pairs):
    """a - c, b + c, c - b, b - d for all pairs along an axis: (..., cells, ...) to (4, ..., pairs, ...)."""
    a, b, c, d = _cells(inputs, axis, pairs)
    factors = np.empty((4, *a.shape), inputs.dtype)
    np.subtract(a, c, out=factors[0])
    np.add(b, c, out=factors[1])
    np.subtract(c, b, out=factors[2])
    np.subtract(b, d, out=factors[3])
    return factors


def left_factors_backward(grad_factors, axis, grad_inputs):
    """Adds the gradient of the inputs to ``grad_inputs``; ``grad_factors`` is used up."""
    first, plus, minus, last = grad_factors
    a, b, c, d = _cells(grad_inputs, axis, first.shape[axis])
    a += first
    d -= last
    last += plus
    last -= minus
    b += last
    plus += minus
    plus -= first
    c += plus


def _cells(inputs, axis, pairs):
    """Views of the cells a, b, c and d of every pair of outputs along an axis."""
    rest = (slice(None),) * (-1 - axis)
    return [inputs[(..., slice(i, i + 2 * pairs - 1, 2), *rest)] for i in range(4)]


def right_factors(kernel):
    """u, (u + v + w)/2, (u - v + w)/2, w along the last axis: (..., 3, c, f) to (4, ..., c, f)."""
    u, v, w = np.moveaxis(kernel, -3, 0)
    half, middle = (u + w) / 2, v / 2
    return np.stack([u, half + middle, half - middle, w])


def right_factors_backward(grad_factors):
    """(4, ..., c, f) to the gradient of the kernel, (..., 3, c, f)."""
    first, plus, minus, last = grad_factors
    half = (plus + minus) / 2
    return np.stack([first + half, (plus - minus) / 2, half + last], -3)


def two_outputs(products, axis):
    """p + q + r and q - r - s: 4 to 2 along an axis."""
    p, q, r, s = np.moveaxis(products, axis, 0)
    shape = list(products.shape)
    shape[axis] = 2
    outputs = np.empty(shape, products.dtype)
    first, second = np.moveaxis(outputs, axis, 0)
    np.add(p, q, out=first)
    first += r
    np.subtract(q, r, out=second)
    second -= s
    return outputs


def two_outputs_backward(grad_outputs, axis):
    """Gradients of the four products: 2 to 4 along an axis."""
    first, second = np.moveaxis(grad_outputs, axis, 0)
    shape = list(grad_outputs.shape)
    shape[axis] = 4
    grads = np.empty(shape, grad_outputs.dtype)
    p, q, r, s = np.moveaxis(grads, axis, 0)
    p[...] = first
    np.add(first, second, out=q)
    np.subtract(first, second, out=r)
    np.negative(second, out=s)
    return grads
