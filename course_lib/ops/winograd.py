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

import numpy as np

from course_lib.ops.padding import crop, surround

MANY_CHANNELS = 8  # with fewer, making the factors costs more than the products save


class Winograd:
    """A convolution under pools of two cells per axis, like `conv_pool.Direct`.

    Left factors are (4, ..., 4, n, *pools, c) and right factors (4, ..., 4, c, f), with a four for
    each axis.
    """

    def __init__(self, kernel, window, pool):
        self.window, self.pool = window, pool
        for _ in pool:
            kernel = right_factors(kernel)
        self.right = kernel.reshape(-1, *kernel.shape[-2:])  # (4 * ... * 4, c, f)
        channels, filters = kernel.shape[-2:]
        self.columns = channels + 2 * filters  # of the left factors, the products and the sums

    @staticmethod
    def fits(kernel, window, pool):
        """Whether it can be done so: three cells per axis, one step at a time, enough channels."""
        sizes = (window.kernel_size, window.strides, window.dilation_rate, pool)
        return tuple(map(set, sizes)) == ({3}, {1}, {1}, {2}) and kernel.shape[-2] >= MANY_CHANNELS

    def sums(self, inputs):
        """(2, ..., 2, n, *pools, f), and the left factors for the way back."""
        axes = len(self.pool)
        left = surround(inputs, self.window.pads)
        for axis in reversed(range(axes)):
            left = left_factors(left, axis - axes - 1, self.window.outputs[axis] // 2)
        _, channels, filters = self.right.shape
        products = left.reshape(len(self.right), -1, channels) @ self.right
        outputs = products.reshape(*left.shape[:-1], filters)
        for axis in range(axes):
            outputs = two_outputs(outputs, axis)
        return outputs, left

    def cells(self, sums, axis):
        """Views of ``sums``, one for each place in a pool along the axis."""
        return [sums[_at(axis, i)] for i in range(2)]

    def empty(self, largest, axis):
        """An array like the sums of which ``largest`` was taken along the axis."""
        shape = largest.shape
        return np.empty((*shape[:axis], 2, *shape[axis:]), largest.dtype)

    def backward(self, grad_sums, left, grad_inputs=None):
        """Gradient of the right factors; that of the inputs goes into ``grad_inputs``."""
        axes = len(self.pool)
        factors, channels, filters = self.right.shape
        grads = grad_sums
        for axis in reversed(range(axes)):
            grads = two_outputs_backward(grads, axis)
        grads = grads.reshape(factors, -1, filters)
        if grad_inputs is not None:
            grad_left = (grads @ self.right.swapaxes(1, 2)).reshape(left.shape)
            for axis, (size, pads) in enumerate(
                zip(self.window.spatial, self.window.pads, strict=True)
            ):
                grad_left = left_factors_backward(grad_left, axis - axes - 1, size + sum(pads))
            grad_inputs[...] = crop(grad_left, self.window.pads)
        return left.reshape(factors, -1, channels).swapaxes(1, 2) @ grads

    def kernel_gradient(self, grad_right):
        """From the sum of what `backward` returned, (*kernel_size, c, f)."""
        grad = grad_right.reshape(*(4,) * len(self.pool), *grad_right.shape[1:])
        for _ in self.pool:
            grad = right_factors_backward(grad)
        return grad


def left_factors(inputs, axis, pairs):
    """a - c, b + c, c - b, b - d along an axis: (..., cells, ...) to (4, ..., pairs, ...)."""
    a, b, c, d = _cells(inputs, axis, pairs)
    factors = np.empty((4, *a.shape), inputs.dtype)
    np.subtract(a, c, out=factors[0])
    np.add(b, c, out=factors[1])
    np.subtract(c, b, out=factors[2])
    np.subtract(b, d, out=factors[3])
    return factors


def left_factors_backward(grad_factors, axis, cells):
    """Gradient of the inputs, ``cells`` along the axis; ``grad_factors`` is used up."""
    first, plus, minus, last = grad_factors
    shape = list(first.shape)
    shape[axis] = cells
    grad_inputs = np.zeros(shape, first.dtype)
    a, b, c, d = _cells(grad_inputs, axis, first.shape[axis])
    a += first
    d -= last
    last += plus
    last -= minus
    b += last
    plus += minus
    plus -= first
    c += plus
    return grad_inputs


def _cells(inputs, axis, pairs):
    """Views of the cells a, b, c and d of every pair of outputs along an axis."""
    rest = (slice(None),) * (-1 - axis)
    return [inputs[(..., slice(i, i + 2 * pairs - 1, 2), *rest)] for i in range(4)]


def right_factors(kernel):
    """u, (u + v + w)/2, (u - v + w)/2, w along the last axis: (..., 3, c, f) to (4, ..., c, f)."""
    u, v, w = (kernel[..., i, :, :] for i in range(3))
    half, middle = (u + w) / 2, v / 2
    return np.stack([u, half + middle, half - middle, w])


def right_factors_backward(grad_factors):
    """(4, ..., c, f) to the gradient of the kernel, (..., 3, c, f)."""
    first, plus, minus, last = grad_factors
    half = (plus + minus) / 2
    return np.stack([first + half, (plus - minus) / 2, half + last], -3)


def two_outputs(products, axis):
    """p + q + r and q - r - s: 4 to 2 along one of the first axes."""
    p, q, r, s = (products[_at(axis, i)] for i in range(4))
    outputs = np.empty((*products.shape[:axis], 2, *products.shape[axis + 1 :]), products.dtype)
    first, second = outputs[_at(axis, 0)], outputs[_at(axis, 1)]
    np.add(p, q, out=first)
    first += r
    np.subtract(q, r, out=second)
    second -= s
    return outputs


def two_outputs_backward(grad_outputs, axis):
    """Gradients of the four products: 2 to 4 along one of the first axes."""
    first, second = grad_outputs[_at(axis, 0)], grad_outputs[_at(axis, 1)]
    shape = grad_outputs.shape
    grads = np.empty((*shape[:axis], 4, *shape[axis + 1 :]), grad_outputs.dtype)
    grads[_at(axis, 0)] = first
    np.add(first, second, out=grads[_at(axis, 1)])
    np.subtract(first, second, out=grads[_at(axis, 2)])
    np.negative(second, out=grads[_at(axis, 3)])
    return grads


def _at(axis, place):
    return (*(slice(None),) * axis, place)
