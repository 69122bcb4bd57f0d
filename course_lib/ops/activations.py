"""Activations: what follows the sum of products. They keep the shape and have no parameters.

Where the backward needs the outputs alone, they are the cache of an activation.
"""

from math import pi, sqrt

import numpy as np

from course_lib.errors import number
from course_lib.ops import checks


def relu(inputs: np.ndarray) -> np.ndarray:
    """max(0, x): negative numbers become 0.

    >>> relu([-2.0, 0.0, 3.0])
    array([0., 0., 3.], dtype=float32)
    """
    return relu_forward(inputs)[0]


def relu_forward(inputs: np.ndarray) -> tuple:
    """`relu` and its cache."""
    (inputs,) = checks.as_floats("relu", inputs=inputs)
    # NumPy compares two arrays in half the time that it needs for an array and a number
    outputs = np.maximum(inputs, np.zeros(inputs.shape[-2:], inputs.dtype))
    return outputs, outputs


def relu_backward(grad_outputs: np.ndarray, cache: object) -> np.ndarray:
    """The gradient passes where the output is positive, and stops where it is 0."""
    grad_outputs = _like("relu_backward", grad_outputs, cache)
    return grad_outputs * (cache > 0).astype(cache.dtype)


def sigmoid(inputs: np.ndarray) -> np.ndarray:
    """1 / (1 + exp(-x)), between 0 and 1."""
    return sigmoid_forward(inputs)[0]


def sigmoid_forward(inputs: np.ndarray) -> tuple:
    """`sigmoid` and its cache. Where exp overflows to infinity the quotient is 0, as is right."""
    (inputs,) = checks.as_floats("sigmoid", inputs=inputs)
    with np.errstate(over="ignore"):
        outputs = 1 / (1 + np.exp(-inputs))
    return outputs, outputs


def sigmoid_backward(grad_outputs: np.ndarray, cache: object) -> np.ndarray:
    """dy/dx = y (1 - y)"""
    grad_outputs = _like("sigmoid_backward", grad_outputs, cache)
    return grad_outputs * cache * (1 - cache)


def tanh(inputs: np.ndarray) -> np.ndarray:
    """Hyperbolic tangent, between -1 and 1."""
    return tanh_forward(inputs)[0]


def tanh_forward(inputs: np.ndarray) -> tuple:
    """`tanh` and its cache."""
    (inputs,) = checks.as_floats("tanh", inputs=inputs)
    outputs = np.tanh(inputs)
    return outputs, outputs


def tanh_backward(grad_outputs: np.ndarray, cache: object) -> np.ndarray:
    """dy/dx = 1 - y**2"""
    grad_outputs = _like("tanh_backward", grad_outputs, cache)
    slope = cache * cache
    np.subtract(1, slope, out=slope)
    slope *= grad_outputs
    return slope


def softmax(inputs: np.ndarray, axis: int | tuple[int, ...] = -1) -> np.ndarray:
    """exp(x) over the sum of exp(x) along ``axis``, one or several: they sum to 1.

    >>> softmax([[0.0, 0.0, 0.0, 0.0]])
    array([[0.25, 0.25, 0.25, 0.25]], dtype=float32)
    """
    return softmax_forward(inputs, axis)[0]


def softmax_forward(inputs: np.ndarray, axis: int | tuple[int, ...] = -1) -> tuple:
    """`softmax` and its cache. The largest input is subtracted first, so that exp stays finite."""
    (inputs,) = checks.as_floats("softmax", inputs=inputs)
    axis = checks.axes_in("softmax", axis, inputs.ndim)
    outputs = np.exp(inputs - inputs.max(axis, keepdims=True))
    outputs /= outputs.sum(axis, keepdims=True)
    return outputs, (outputs, axis)


def softmax_backward(grad_outputs: np.ndarray, cache: object) -> np.ndarray:
    """dx_j = y_j (g_j - sum_k g_k y_k)"""
    outputs, axis = cache
    grad_outputs = _like("softmax_backward", grad_outputs, outputs)
    mean = (grad_outputs * outputs).sum(axis, keepdims=True)
    return outputs * (grad_outputs - mean)


def log_softmax(inputs: np.ndarray, axis: int | tuple[int, ...] = -1) -> np.ndarray:
    """The logarithm of `softmax`, without the way over small numbers."""
    return log_softmax_forward(inputs, axis)[0]


def log_softmax_forward(inputs: np.ndarray, axis: int | tuple[int, ...] = -1) -> tuple:
    """`log_softmax` and its cache."""
    (inputs,) = checks.as_floats("log_softmax", inputs=inputs)
    axis = checks.axes_in("log_softmax", axis, inputs.ndim)
    outputs = inputs - inputs.max(axis, keepdims=True)
    outputs -= np.log(np.exp(outputs).sum(axis, keepdims=True))
    return outputs, (outputs, axis)


def log_softmax_backward(grad_outputs: np.ndarray, cache: object) -> np.ndarray:
    """dx_j = g_j - softmax_j sum_k g_k"""
    outputs, axis = cache
    grad_outputs = _like("log_softmax_backward", grad_outputs, outputs)
    return grad_outputs - np.exp(outputs) * grad_outputs.sum(axis, keepdims=True)


def leaky_relu(inputs: np.ndarray, negative_slope: float = 0.2) -> np.ndarray:
    """x for x > 0, ``negative_slope`` * x below."""
    return leaky_relu_forward(inputs, negative_slope)[0]


def leaky_relu_forward(inputs: np.ndarray, negative_slope: float = 0.2) -> tuple:
    """`leaky_relu` and its cache, the slope at every number."""
    (inputs,) = checks.as_floats("leaky_relu", inputs=inputs)
    number("leaky_relu", "negative_slope", negative_slope, minimum=0, inclusive=True)
    slope = np.where(inputs > 0, inputs.dtype.type(1), inputs.dtype.type(negative_slope))
    return inputs * slope, slope


def leaky_relu_backward(grad_outputs: np.ndarray, cache: object) -> np.ndarray:
    """The gradient passes whole, or by the slope."""
    return _like("leaky_relu_backward", grad_outputs, cache) * cache


def elu(inputs: np.ndarray, alpha: float = 1.0) -> np.ndarray:
    """x for x > 0, alpha * (exp(x) - 1) below: it bends towards -alpha."""
    return elu_forward(inputs, alpha)[0]


def elu_forward(inputs: np.ndarray, alpha: float = 1.0) -> tuple:
    """`elu` and its cache."""
    (inputs,) = checks.as_floats("elu", inputs=inputs)
    alpha = inputs.dtype.type(number("elu", "alpha", alpha))
    outputs = np.where(inputs > 0, inputs, alpha * np.expm1(np.minimum(inputs, 0)))
    return outputs, (outputs, alpha)


def elu_backward(grad_outputs: np.ndarray, cache: object) -> np.ndarray:
    """dy/dx = 1 for y > 0, y + alpha below"""
    outputs, alpha = cache
    grad_outputs = _like("elu_backward", grad_outputs, outputs)
    return grad_outputs * np.where(outputs > 0, outputs.dtype.type(1), outputs + alpha)


def silu(inputs: np.ndarray) -> np.ndarray:
    """x * sigmoid(x), also called swish: a relu without a corner."""
    return silu_forward(inputs)[0]


def silu_forward(inputs: np.ndarray) -> tuple:
    """`silu` and its cache."""
    (inputs,) = checks.as_floats("silu", inputs=inputs)
    share = sigmoid(inputs)
    return inputs * share, (inputs, share)


def silu_backward(grad_outputs: np.ndarray, cache: object) -> np.ndarray:
    """dy/dx = s (1 + x (1 - s)) with s = sigmoid(x)"""
    inputs, share = cache
    grad_outputs = _like("silu_backward", grad_outputs, inputs)
    return grad_outputs * (share * (1 + inputs * (1 - share)))


def gelu(inputs: np.ndarray, approximate: bool = True) -> np.ndarray:
    """x times the share of a standard normal distribution that lies below x.

    ``approximate``: with a tanh that comes close to that share (Hendrycks and Gimpel, 2016).
    """
    return gelu_forward(inputs, approximate)[0]


def gelu_forward(inputs: np.ndarray, approximate: bool = True) -> tuple:
    """`gelu` and its cache, the slope at every number."""
    (inputs,) = checks.as_floats("gelu", inputs=inputs)
    if approximate:
        inner = sqrt(2 / pi) * (inputs + 0.044715 * inputs**3)
        share = (1 + np.tanh(inner)) / 2
        slope = 2 * share * (1 - share) * sqrt(2 / pi) * (1 + 3 * 0.044715 * inputs**2)
    else:
        share = (1 + _erf(inputs / sqrt(2))) / 2
        slope = np.exp(-inputs * inputs / 2) / sqrt(2 * pi)
    return inputs * share, share + inputs * slope


def gelu_backward(grad_outputs: np.ndarray, cache: object) -> np.ndarray:
    """dy/dx = share + x * slope of the share"""
    return _like("gelu_backward", grad_outputs, cache) * cache


def _erf(x):
    """The error function, to 1.5e-7 (Abramowitz and Stegun, Handbook, 1964, formula 7.1.26)."""
    t = 1 / (1 + 0.3275911 * np.abs(x))
    sum_of_powers = 0
    for factor in (1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592):
        sum_of_powers = (sum_of_powers + factor) * t
    return np.sign(x) * (1 - sum_of_powers * np.exp(-x * x))


def _like(owner, grad_outputs, outputs):
    return checks.gradient(owner, grad_outputs, outputs.shape, outputs.dtype)
