"""Fusion: a pass over a model's layers that finds neighbours which are faster in one step.

A convolution, relu, and max pooling of side by side windows become one `ConvPool` (see
`ops.conv_pool`); with global max pooling, one `ConvGlobalPool`. A convolution of few filters, its
activation and average pooling become one `ConvAveragePool`. A batch normalisation takes in the
addition and the relu after it, a `NormAddReLU`. And a dense layer with very many weights leaves its
last product to the optimizer: a `FactoredDense`. The fused model has the same
weights, the very same arrays, and gives the same outputs and gradients; training and prediction run
through it, and the layers themselves stay as they are. A layer of your own, be it a subclass of one
of these, is left alone: it may do something else. ``utils.set_fusion(False)`` turns it off.
"""

import copy
from functools import cache as remember

from course_lib import activations
from course_lib.layers.activations import Activation, ReLU
from course_lib.layers.convolutional import Conv
from course_lib.layers.core import Dense
from course_lib.layers.merging import Add
from course_lib.layers.normalization import BatchNormalization
from course_lib.layers.own import is_own
from course_lib.layers.pooling import _GlobalMaxPooling, _MaxPooling, _Pooling
from course_lib.model.graph import Step
from course_lib.ops.conv_average_pool import (
    FEW_FILTERS,
    conv_average_pool_backward,
    conv_average_pool_forward,
)
from course_lib.ops.conv_global_pool import (
    conv_relu_global_pool_backward,
    conv_relu_global_pool_forward,
)
from course_lib.ops.conv_pool import conv_relu_pool_backward, conv_relu_pool_forward
from course_lib.ops.dense import MANY_WEIGHTS, dense_backward_factored
from course_lib.ops.normalization import batch_normalization_backward, batch_normalization_forward
from course_lib.ops.windows import windows
from course_lib.training.folding import RELU_IN_PLACE

RELUS = (activations.get("relu"), RELU_IN_PLACE)
ACROSS_CHANNELS = ("softmax", "log_softmax")  # all others work number by number


class ConvPool:
    """A convolution layer, its relu, and the max pooling layer after it, as one layer."""

    ends_with = None
    takes_several = False
    treats_examples_alone = meets = True
    way_back = staticmethod(conv_relu_pool_backward)

    def __init__(self, conv, pool):
        self.conv, self.pool = conv, pool
        self.name, self.trainable = conv.name, conv.trainable
        self.parameters, self.state = conv.parameters, conv.state
        self.trainable_parameters = conv.trainable_parameters
        self.cast, self.enough_memory = conv.cast, conv.enough_memory
        self._window = remember(self._window)  # sizes are checked once, not for every part

    def forward(self, inputs, training=False, rng=None):
        window = self._window(inputs.shape[1:-1])
        weights = self.conv.parameters
        return conv_relu_pool_forward(
            inputs, weights["kernel"], weights.get("bias"), window, self.pool.pool_size, training
        )

    def _window(self, spatial):
        return windows(self.conv.label, spatial, self.conv.kernel_size, **self.conv.moves())

    def infer(self, inputs):
        return self.forward(inputs)[0]

    def backward(self, grad_outputs, cache, need_input_gradient=True):
        grad_inputs, *gradients = self.way_back(grad_outputs, cache, need_input_gradient)
        return grad_inputs, dict(zip(self.conv.parameters, gradients, strict=False))

    def new_state(self, cache):
        return {}


class ConvGlobalPool(ConvPool):
    """A convolution layer, its relu, and the global max pooling layer after it, as one layer."""

    way_back = staticmethod(conv_relu_global_pool_backward)

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
        return super().backward(grad_outputs, cache, need_input_gradient)


class ConvAveragePool(ConvPool):
    """A convolution layer, its activation, and the average pooling layer after it, as one layer."""

    way_back = staticmethod(conv_average_pool_backward)

    def __init__(self, conv, pool, activation):
        super().__init__(conv, pool)
        self.activation = activation

    def forward(self, inputs, training=False, rng=None):
        window = self._window(inputs.shape[1:-1])
        weights, pool = self.conv.parameters, self.pool.pool_size
        return conv_average_pool_forward(
            inputs, weights["kernel"], weights.get("bias"), window, pool, self.activation, training
        )


class NormAddReLU(BatchNormalization):
    """A batch normalisation and what follows it: `Add` with another array, relu, or both."""

    @classmethod
    def of(cls, norm, adds, relu):
        """The same layer, with the same weights; with ``adds`` it takes [its inputs, the other]."""
        fused = copy.copy(norm)
        fused.__class__ = cls
        fused.takes_several, fused.relu = adds, relu
        return fused

    def cast(self, inputs):
        cast = super().cast
        return [cast(array) for array in inputs] if self.takes_several else cast(inputs)

    def forward(self, inputs, training=False, rng=None):
        inputs, added = inputs if self.takes_several else (inputs, None)
        return batch_normalization_forward(inputs, *self.settings(training), added, self.relu)

    def backward(self, grad_outputs, cache, need_input_gradient=True):
        grad_inputs, gamma, beta, *of_added = batch_normalization_backward(grad_outputs, cache)
        gradients = {"gamma": gamma, "beta": beta}
        gradients = {name: gradients[name] for name in self.parameters}
        return [grad_inputs, *of_added] if self.takes_several else grad_inputs, gradients


class FactoredDense(Dense):
    """A dense layer whose kernel gradient is not multiplied out (see `ops.dense`)."""

    @classmethod
    def of(cls, dense):
        """The same layer, with the same weights."""
        factored = copy.copy(dense)
        factored.__class__ = cls
        return factored

    def linear_backward(self, grad_outputs, cache, need_input_gradient):
        grad_inputs, *gradients = dense_backward_factored(grad_outputs, cache, need_input_gradient)
        return grad_inputs, dict(zip(self.parameters, gradients, strict=False))


def fuse(model):
    """The model with fused steps, sharing all weights; the model itself where nothing fuses."""
    graph, steps, done = model.graph, {}, set()
    for step in graph.steps:
        if step in done:
            continue
        fused, run = _normalised(graph, step, done) or _with_followers(graph, step)
        if _is_large(fused.layer, model, step):
            fused = fused._replace(layer=FactoredDense.of(fused.layer))
        steps[run[-1]] = fused
        done.update(run)
    # where the last of a run stood: all that it reads is there by then
    steps = [steps[step] for step in graph.steps if step in steps]
    if [step.layer for step in steps] == model.steps:
        return model
    return model.with_steps(steps)


def _with_followers(graph, step):
    """(a step that does what some steps do one after the other, these steps)."""
    run = [step, *_followers(graph, step)]
    layer, length = _fused([one.layer for one in run])
    run = run[:length]
    return Step(layer, step.reads, run[-1].writes), run


def _followers(graph, step):
    """The next two steps, or fewer: each the only one to read what the one before makes."""
    found = []
    while len(found) < 2 and (step := _only_reader(graph, step)) and len(step.reads) == 1:
        found.append(step)
    return found


def _only_reader(graph, step):
    """The one step that reads what ``step`` makes, or None."""
    (place, *others) = step.writes
    readers = graph.readers(place)
    return None if others or place in graph.ends or len(readers) != 1 else readers[0]


def _normalised(graph, step, done):
    """What `_with_followers` returns, of a batch normalisation with addition, relu or both."""
    norm = step.layer
    if type(norm) is not BatchNormalization:
        return None
    run, reads, follower = [step], step.reads, _only_reader(graph, step)
    if follower in done:  # its other input is normalised too, and has it
        return None
    if follower and _adds_one_alike(graph, follower) and follower.layer.dtype == norm.dtype:
        (other,) = (place for place in follower.reads if place not in step.writes)
        run, reads = [step, follower], (*reads, other)
        follower = _only_reader(graph, follower)
    activation = _activation_of(follower.layer) if follower else None
    if activation in RELUS and follower.layer.dtype == norm.dtype:
        run = [*run, follower]
    if len(run) == 1:
        return None
    layer = NormAddReLU.of(norm, adds=len(reads) > 1, relu=run[-1] is follower)
    return Step(layer, reads, run[-1].writes), run


def _adds_one_alike(graph, step):
    """Whether it is an `Add` of two different arrays of one shape."""
    places = set(step.reads)
    shapes = {graph.shapes[place] for place in places}
    return type(step.layer) is Add and len(places) == len(step.reads) == 2 and len(shapes) == 1


def _fused(ahead):
    """(layer, how many of the layers ``ahead`` it stands for)."""
    first, *others = ahead
    if not isinstance(first, Conv) or first.groups > 1 or is_own(first):
        return first, 1
    activation = first.activation
    if activation == activations.LINEAR and others and _activation_of(others[0]) is not None:
        activation, others = _activation_of(others[0]), others[1:]
    fused = _with_pool(first, activation, others[0]) if others else None
    return (first, 1) if fused is None else (fused, len(ahead) - len(others) + 1)


def _is_large(layer, model, step):
    """Whether it is a dense layer of many weights, met once, on examples without further axes."""
    once = model.steps.count(layer) == 1 and len(model.graph.shapes[step.reads[0]]) == 2
    return type(layer) is Dense and once and layer.kernel.size > MANY_WEIGHTS


def _activation_of(layer):
    """The activation that a layer consists of, or None."""
    if is_own(layer):
        return None
    if isinstance(layer, Activation):
        return layer.activation
    plain = isinstance(layer, ReLU) and not (layer.negative_slope or layer.threshold)
    return activations.get("relu") if plain and layer.max_value is None else None


def _with_pool(conv, activation, pool):
    """The fused layer of a convolution, its activation and a pooling layer, or None."""
    if pool.dtype != conv.dtype or is_own(pool):
        return None
    relu = activation in RELUS
    if isinstance(pool, _GlobalMaxPooling):
        return ConvGlobalPool(conv, pool) if relu else None
    if not isinstance(pool, _Pooling) or (pool.strides, pool.padding) != (pool.pool_size, "valid"):
        return None
    if isinstance(pool, _MaxPooling):
        return ConvPool(conv, pool) if relu else None
    few = conv.filters < FEW_FILTERS and {*conv.strides, *conv.dilation_rate} == {1}
    return ConvAveragePool(conv, pool, activation) if few and _elementwise(activation) else None


def _elementwise(activation):
    """Whether it is known to work number by number: of one of your own nobody can say."""
    return activation.is_known and activation.name not in ACROSS_CHANNELS
