"""Folding: for prediction, batch normalisation becomes part of the convolution before it.

In inference a normalisation does the same to every number of a channel: it multiplies by one number
and adds another. A convolution can do that itself, since

    scale * (kernel * x + b - mean) + beta = (scale * kernel) * x + (b - mean) * scale + beta
    where scale = gamma / sqrt(variance + epsilon), one number for each channel of the outputs.

So the maps are passed over once less. A relu that follows cuts them off where they stand, without
a copy. The model itself stays as it is: `fold` returns another one over the same layers, with
kernels of its own, which are made anew for every call of ``predict``. In training the batch's own
mean counts, so there nothing is folded. ``utils.set_fusion(False)`` turns it off.
"""

import copy

import numpy as np

from course_lib.activations import LINEAR, ActivationFunction
from course_lib.layers.activations import ReLU
from course_lib.layers.convolutional import Conv
from course_lib.layers.depthwise import DepthwiseConv1D, DepthwiseConv2D
from course_lib.layers.normalization import BatchNormalization
from course_lib.layers.own import is_own
from course_lib.model import Model
from course_lib.model.graph import Step

DEPTHWISE = (DepthwiseConv1D, DepthwiseConv2D)


def fold(model):
    """The model for inference, without those normalisations that follow a convolution directly."""
    graph, steps, gone = model.graph, [], set()
    for step in graph.steps:
        if step in gone:
            continue
        norm = _normalisation_after(graph, step)
        if norm is not None:
            conv, relu = folded(step.layer, norm.layer), _relu_after(graph, norm)
            gone.update({norm, relu or norm})
            if relu is not None:
                high = relu.layer.max_value
                conv.activation = RELU_IN_PLACE if high is None else _cut_off(high)
            step = Step(conv, step.reads, (relu or norm).writes)
        elif isinstance(step.layer, Model):
            step = step._replace(layer=fold(step.layer))
        steps.append(step)
    if [step.layer for step in steps] == [step.layer for step in graph.steps]:
        return model
    return model.with_steps(steps)


def folded(conv, norm):
    """A convolution layer that gives what ``norm`` gives after ``conv``, in inference."""
    scale = 1 / np.sqrt(norm.moving_variance + norm.epsilon)
    if norm.scale:
        scale = scale * norm.gamma
    bias = conv.bias if conv.use_bias else 0
    bias = (bias - norm.moving_mean) * scale + (norm.beta if norm.center else 0)
    if isinstance(conv, DEPTHWISE):  # (*kernel_size, channels, multiplier)
        scale = scale.reshape(conv.kernel.shape[-2:])
    other = copy.copy(conv)
    other.use_bias = True
    other._parameters = {
        "kernel": (conv.kernel * scale).astype(conv.kernel.dtype, copy=False),
        "bias": bias.astype(conv.kernel.dtype, copy=False),
    }
    return other


def _cut_off(high):
    """relu up to ``high``, in place: the array was just made, and nobody else holds it."""

    def forward(outputs):
        line = outputs.shape[-2:]  # two arrays are compared faster than an array and a number
        np.maximum(outputs, np.zeros(line, outputs.dtype), out=outputs)
        if high is not None:
            np.minimum(outputs, np.full(line, high, outputs.dtype), out=outputs)
        return outputs, None

    return ActivationFunction("relu" if high is None else f"relu{high:g}", forward, None)


RELU_IN_PLACE = _cut_off(None)


def _normalisation_after(graph, step):
    """The step that normalises what ``step`` convolves, if nothing else reads it; or None."""
    conv = step.layer
    if not isinstance(conv, (Conv, *DEPTHWISE)) or is_own(conv) or conv.activation != LINEAR:
        return None
    found = _only_reader(graph, step)
    if found is None or type(found.layer) is not BatchNormalization:
        return None
    norm, axes = found.layer, len(graph.shapes[step.writes[0]])
    return found if norm.axis % axes == axes - 1 and norm.dtype == conv.dtype else None


def _relu_after(graph, step):
    """The relu step, cut off above or not, that alone reads what ``step`` makes; or None."""
    found = _only_reader(graph, step)
    if found is None or type(found.layer) is not ReLU or found.layer.dtype != step.layer.dtype:
        return None
    return None if found.layer.threshold or found.layer.negative_slope else found


def _only_reader(graph, step):
    (place,) = step.writes
    readers = graph.readers(place)
    return readers[0] if len(readers) == 1 and place not in graph.ends else None
