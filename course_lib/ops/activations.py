"""Activations: what follows the sum of products. They keep the shape and have no parameters.

Each backward needs the outputs alone, so the cache of an activation is its outputs.
"""

import numpy as np

from course_lib.ops import checks


def relu(inputs):
    """max(0, x): negative numbers become 0."""
    return relu_forward(inputs)[0]


def relu_forward(inputs):
    """`relu` and its cache."""
    (inputs,) = checks.as_floats("relu", inputs=inputs)
    outputs = np.maximum(inputs, 0)
    return outputs, outputs


def relu_backward(grad_outputs, cache):
    """The gradient passes where the output is positive, and stops where it is 0."""
    grad_outputs = _like("relu_backward", grad_outputs, cache)
    return grad_outputs * (cache > 0)


def sigmoid(inputs):
    """1 / (1 + exp(-x)), between 0 and 1."""
    return sigmoid_forward(inputs)[0]


def sigmoid_forward(inputs):
    """`sigmoid` and its cache. Where exp overflows to infinity the quotient is 0, as is right."""
    (inputs,) = checks.as_floats("sigmoid", inputs=inputs)
    with np.errstate(over="ignore"):
        outputs = 1 / (1 + np.exp(-inputs))
    return outputs, outputs


def sigmoid_backward(grad_outputs, cache):
    """dy/dx = y (1 - y)"""
    grad_outputs = _like("sigmoid_backward", grad_outputs, cache)
    return grad_outputs * cache * (1 - cache)


def tanh(inputs):
    """Hyperbolic tangent, between -1 and 1."""
    return tanh_forward(inputs)[0]


def tanh_forward(inputs):
    """`tanh` and its cache."""
    (inputs,) = checks.as_floats("tanh", inputs=inputs)
    outputs = np.tanh(inputs)
    return outputs, outputs


def tanh_backward(grad_outputs, cache):
    """dy/dx = 1 - y**2"""
    grad_outputs = _like("tanh_backward", grad_outputs, cache)
    slope = cache * cache
    np.subtract(1, slope, out=slope)
    slope *= grad_outputs
    return slope


def softmax(inputs, axis=-1):
    """exp(x) over the sum of exp(x) along ``axis``: positive numbers that sum to 1."""
    return softmax_forward(inputs, axis)[0]


def softmax_forward(inputs, axis=-1):
    """`softmax` and its cache. The largest input is subtracted first, so that exp stays finite."""
    (inputs,) = checks.as_floats("softmax", inputs=inputs)
    axis = checks.axis_in("softmax", axis, inputs.ndim)
    outputs = np.exp(inputs - inputs.max(axis, keepdims=True))
    outputs /= outputs.sum(axis, keepdims=True)
    return outputs, (outputs, axis)


def softmax_backward(grad_outputs, cache):
    """dx_j = y_j (g_j - sum_k g_k y_k)"""
    outputs, axis = cache
    grad_outputs = _like("softmax_backward", grad_outputs, outputs)
    mean = (grad_outputs * outputs).sum(axis, keepdims=True)
    return outputs * (grad_outputs - mean)


def _like(owner, grad_outputs, outputs):
    return checks.gradient(owner, grad_outputs, outputs.shape, outputs.dtype)
