"""Fully connected layers: every output reads every input. And flatten, which leads to them."""

from typing import NamedTuple

import numpy as np

from course_lib.ops import checks

MANY_WEIGHTS = 250_000  # from so many on, moving a gradient costs as much as computing it
ROWS_AT_ONCE = 1 << 17  # numbers
RUN = 1 << 13  # numbers


class DenseCache(NamedTuple):
    inputs: np.ndarray  # (..., features)
    kernel: np.ndarray  # (features, units)
    has_bias: bool


def dense(inputs: np.ndarray, kernel: np.ndarray, bias: np.ndarray | None = None) -> np.ndarray:
    """``inputs @ kernel + bias`` of shapes (..., features), (features, units) and (units,).

    >>> dense([[1.0, 2.0]], [[1.0, 0.0], [0.0, 1.0]], [10.0, 20.0])
    array([[11., 22.]], dtype=float32)
    """
    return dense_forward(inputs, kernel, bias)[0]


def dense_forward(inputs: np.ndarray, kernel: np.ndarray, bias: np.ndarray | None = None) -> tuple:
    """`dense` and its cache."""
    given = {"inputs": inputs, "kernel": kernel}
    if bias is not None:
        given["bias"] = bias
    inputs, kernel, *rest = checks.as_floats("dense", **given)
    if kernel.ndim != 2:
        raise ValueError(
            f"dense: kernel must have rank 2 (features, units), got shape {kernel.shape}."
        )
    checks.hold_features("dense", inputs.shape, len(kernel))
    outputs = inputs @ kernel
    if rest:
        checks.same_shape("dense", "bias", rest[0], kernel.shape[1:], "the units of kernel")
        outputs += rest[0]
    return outputs, DenseCache(inputs, kernel, bool(rest))


def dense_backward(grad_outputs: np.ndarray, cache: object, need_inputs: bool = True) -> tuple:
    """(gradient of inputs or None, of kernel, of bias or None)."""
    inputs, kernel, has_bias = cache
    shape = (*inputs.shape[:-1], kernel.shape[1])
    grad_outputs = checks.gradient("dense_backward", grad_outputs, shape, inputs.dtype)
    grad_inputs = grad_outputs @ kernel.T if need_inputs else None
    features, units = kernel.shape
    grad_kernel = inputs.reshape(-1, features).T @ grad_outputs.reshape(-1, units)
    return grad_inputs, grad_kernel, bias_gradient(grad_outputs) if has_bias else None


class FactoredGradient:
    """Gradient of a kernel (features, units) that is not multiplied out: inputs.T @ grad_outputs.

    Of a batch of a hundred examples the factors are far fewer numbers than the kernel has. An
    optimizer takes some rows at a time: ``gradient[rows]``. ``np.asarray`` gives the whole.
    """

    def __init__(self, inputs, grad_outputs):
        self.inputs = inputs  # (n, features)
        self.grad_outputs = grad_outputs  # (n, units)

    @property
    def shape(self):
        return self.inputs.shape[1], self.grad_outputs.shape[1]

    def __getitem__(self, rows):
        return self.inputs[:, rows].T @ self.grad_outputs

    def __array__(self, dtype=None, copy=None):
        return np.asarray(self[:], dtype)

    def __itruediv__(self, number):
        self.grad_outputs /= number
        return self

    def cuts(self):
        """Slices of rows, few enough for their gradient to stay in the processor's cache."""
        features, units = self.shape
        step = max(1, ROWS_AT_ONCE // units)
        return [slice(start, min(start + step, features)) for start in range(0, features, step)]

    @classmethod
    def joined(cls, gradients):
        """The sum of gradients over several parts of a batch."""
        pairs = ((gradient.inputs, gradient.grad_outputs) for gradient in gradients)
        return cls(*map(np.concatenate, zip(*pairs, strict=True)))


def dense_backward_factored(grad_outputs, cache, need_inputs=True):
    """`dense_backward` with a `FactoredGradient` of the kernel; inputs (n, features)."""
    inputs, kernel, has_bias = cache
    grad_inputs = None
    if need_inputs:  # the kernel is large: it is faster read in its own order
        grad_inputs = np.ascontiguousarray((kernel @ grad_outputs.T).T)
    gradient = FactoredGradient(inputs, grad_outputs)
    return grad_inputs, gradient, bias_gradient(grad_outputs) if has_bias else None


def bias_gradient(grad_outputs: np.ndarray) -> np.ndarray:
    """Gradient of a bias added to every place: the sum over all axes but the last, (channels,).

    Written as a row of ones times a matrix, which is faster than a sum over long axes.
    """
    rows = grad_outputs.reshape(-1, grad_outputs.shape[-1])
    return np.ones(len(rows), rows.dtype) @ rows


def add_bias(outputs: np.ndarray, bias: np.ndarray) -> None:
    """Add ``bias`` (channels,) to every place of contiguous ``outputs`` (..., places, channels).

    NumPy is slow where a short vector meets many rows: so it is repeated to a run for many places.
    The places that are left at the end get the beginning of one.
    """
    numbers = outputs.reshape(-1)
    run = np.tile(bias, max(1, min(outputs.size, RUN) // len(bias)))
    rest = len(numbers) % len(run)
    full = numbers[: len(numbers) - rest].reshape(-1, len(run))
    full += run
    numbers[len(numbers) - rest :] += run[:rest]


def flatten(inputs: np.ndarray) -> np.ndarray:
    """Each example as one row: (batch, ...) -> (batch, everything)."""
    return flatten_forward(inputs)[0]


def flatten_forward(inputs: np.ndarray) -> tuple:
    """`flatten` and its cache, the shape of the inputs."""
    (inputs,) = checks.as_floats("flatten", inputs=inputs)
    if inputs.ndim < 1:
        raise ValueError("flatten: inputs must have a batch axis, got a single number.")
    return inputs.reshape(len(inputs), int(np.prod(inputs.shape[1:]))), inputs.shape


def flatten_backward(grad_outputs: np.ndarray, cache: object) -> np.ndarray:
    """Gradient of the inputs: the same numbers in the old shape."""
    shape = (cache[0], int(np.prod(cache[1:])))
    return checks.gradient("flatten_backward", grad_outputs, shape).reshape(cache)
