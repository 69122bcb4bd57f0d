"""Fusion: a pass over a model's layers that finds neighbours which are faster in one step.

A convolution, relu, and max pooling of side by side windows become one `ConvPool` (see
`ops.conv_pool`); with global max pooling, one `ConvGlobalPool`. The fused model has the same
weights, the very same arrays, and gives the same outputs and gradients; training and prediction run
through it, and the layers themselves stay as they are. ``utils.set_fusion(False)`` turns it off.
"""

import copy
from functools import cache as remember

from course_lib.layers.convolutional import _Conv
from course_lib.layers.core import Activation, ReLU
from course_lib.layers.pooling import _GlobalMaxPooling, _MaxPooling
from course_lib.ops.conv_global_pool import (
    conv_relu_global_pool_backward,
    conv_relu_global_pool_forward,
)
from course_lib.ops.conv_pool import conv_relu_pool_backward, conv_relu_pool_forward
from course_lib.ops.windows import windows


class ConvPool:
    """A convolution layer, its relu, and the max pooling layer after it, as one layer."""

    ends_with = None
    treats_examples_alone = True

    def __init__(self, conv, pool):
        self.conv, self.pool = conv, pool
        self.name, self.trainable = conv.name, conv.trainable
        self.parameters, self.state = conv.parameters, conv.state
        self.trainable_parameters = conv.trainable_parameters
        self.cast = conv.cast
        self._window = remember(self._window)  # sizes are checked once, not for every part

    def forward(self, inputs, training=False, rng=None):
        window = self._window(inputs.shape[1:-1])
        weights = self.conv.parameters
        return conv_relu_pool_forward(
            inputs, weights["kernel"], weights.get("bias"), window, self.pool.pool_size, training
        )

    def _window(self, spatial):
        arguments = self.conv._window(spatial)
        return windows(self.conv.label, *arguments)

    def backward(self, grad_outputs, cache, need_input_gradient=True):
        grad_inputs, *gradients = conv_relu_pool_backward(grad_outputs, cache, need_input_gradient)
        return grad_inputs, dict(zip(self.conv.parameters, gradients, strict=False))

    def new_state(self, cache):
        return {}


class ConvGlobalPool(ConvPool):
    """A convolution layer, its relu, and the global max pooling layer after it, as one layer."""

    def forward(self, inputs, training=False, rng=None):
        window = self._window(inputs.shape[1:-1])
        weights = self.conv.parameters
        outputs, cache = conv_relu_global_pool_forward(
            inputs, weights["kernel"], weights.get("bias"), window, training
        )
        if self.pool.keepdims:
            ones = (1,) * len(window.outputs)
            outputs = outputs.reshape(len(outputs), *ones, outputs.shape[-1])
        return outputs, cache

    def backward(self, grad_outputs, cache, need_input_gradient=True):
        grad_outputs = grad_outputs.reshape(len(grad_outputs), -1)
        grad_inputs, *gradients = conv_relu_global_pool_backward(
            grad_outputs, cache, need_input_gradient
        )
        return grad_inputs, dict(zip(self.conv.parameters, gradients, strict=False))


def fuse(model):
    """The model with fused steps, sharing all weights; the model itself where nothing fuses."""
    steps, place = [], 0
    while place < len(model.steps):
        step, length = _fused(model.steps[place : place + 3])
        steps.append(step)
        place += length
    if len(steps) == len(model.steps) or model._several:
        return model
    fused = copy.copy(model)
    fused.steps = steps
    return fused


def _fused(ahead):
    """(layer, how many of the layers ``ahead`` it stands for)."""
    first, *others = ahead
    relu_inside = isinstance(first, _Conv) and first.activation.name == "relu"
    linear = isinstance(first, _Conv) and first.activation.name == "linear"
    if linear and others and _is_relu(others[0]):
        others, relu_inside = others[1:], True
    if relu_inside and first.groups == 1 and others:
        kind = _kind_of_pool(others[0], first)
        if kind is not None:
            return kind(first, others[0]), len(ahead) - len(others) + 1
    return first, 1


def _is_relu(layer):
    if isinstance(layer, ReLU):
        return (layer.max_value, layer.negative_slope, layer.threshold) == (None, 0, 0)
    return isinstance(layer, Activation) and layer.activation.name == "relu"


def _kind_of_pool(layer, conv):
    """`ConvGlobalPool`, `ConvPool` for windows that touch and do not overlap, or None."""
    if layer.dtype != conv.dtype:
        return None
    if isinstance(layer, _GlobalMaxPooling):
        return ConvGlobalPool
    if isinstance(layer, _MaxPooling):
        apart = layer.strides == layer.pool_size and layer.padding == "valid"
        return ConvPool if apart else None
    return None
