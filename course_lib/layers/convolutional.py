"""Convolution layers: filters that slide over one, two or three axes.

A filter has a weight for every cell of its window *in every channel of the input*, and one bias.
So a kernel has the shape (*kernel_size, input channels, filters), and its layer makes one output
channel per filter. The three layers are one: only the number of axes differs.
"""

import numpy as np

from course_lib import shapes
from course_lib.errors import integer, per_axis
from course_lib.layers import activations
from course_lib.layers.activations import EndsInActivation
from course_lib.layers.base import Layer, weight_property
from course_lib.layers.checks import AXES, check_channels, check_data_format, check_rank, known_size
from course_lib.ops.conv import (
    conv_backward,
    conv_forward,
    conv_transpose_backward,
    conv_transpose_forward,
)
from course_lib.ops.dense import bias_gradient


class _Convolution(EndsInActivation, Layer):
    """What all convolution layers share: arguments, weights and the bias."""

    axes = 2
    regularizable = ("kernel", "bias")
    kernel = weight_property("kernel")
    bias = weight_property("bias")

    def _configure(
        self, filters, kernel_size, strides, padding, data_format, dilation_rate, activation,
        use_bias, kernel_initializer, bias_initializer,
    ):  # fmt: skip
        label = type(self).__name__
        check_data_format(label, data_format)
        self.filters = integer(label, "filters", filters, minimum=1)
        self.kernel_size = per_axis(label, "kernel_size", kernel_size, self.axes)
        self.strides = per_axis(label, "strides", strides, self.axes)
        self.dilation_rate = per_axis(label, "dilation_rate", dilation_rate, self.axes)
        self.padding = self._check_padding(label, padding)
        self.activation = activations.get(activation)
        self.use_bias = bool(use_bias)
        self.kernel_initializer = kernel_initializer
        self.bias_initializer = bias_initializer
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise ValueError(
                f"{label}: strides and dilation_rate cannot both be more than 1, "
                f"got strides={self.strides} and dilation_rate={self.dilation_rate}."
            )

    def _check_padding(self, label, padding):
        names = ("valid", "same", "causal") if self.axes == 1 else ("valid", "same")
        if not isinstance(padding, str) or padding.lower() not in names:
            known = ", ".join(f'"{name}"' for name in names)
            raise ValueError(
                f"{label}: padding must be one of {known}, got {padding!r}. "
                f"For other widths put a ZeroPadding{self.axes}D layer before this one."
            )
        return padding.lower()

    def check_input(self, shape):
        check_rank(self.label, shape, self.axes)
        check_channels(self.label, shape, self._input_channels())

    def _add_bias(self):
        if self.use_bias:
            self.add_weight("bias", (self.filters,), self.bias_initializer)

    def linear_forward(self, inputs):
        outputs, cache = self._convolve(inputs)
        if self.use_bias:
            outputs += self.parameters["bias"]
        return outputs, cache

    def linear_backward(self, grad_outputs, cache, need_input_gradient):
        grad_inputs, grad_kernel = self._convolve_backward(grad_outputs, cache, need_input_gradient)
        gradients = {"kernel": grad_kernel}
        if self.use_bias:
            gradients["bias"] = bias_gradient(grad_outputs)
        return grad_inputs, gradients

    def explain_parameters(self):
        channels = self.kernel.shape[-2]
        result = shapes.conv_parameters(self.kernel_size, channels, self.filters, self.use_bias)
        return [" ".join(result.steps)]


class _Conv(_Convolution):
    """Convolution over ``axes`` spatial axes; see `Conv2D`."""

    def __init__(
        self, filters, kernel_size, strides=1, padding="valid", data_format=None, dilation_rate=1,
        groups=1, activation=None, use_bias=True, kernel_initializer="glorot_uniform",
        bias_initializer="zeros", **kwargs,
    ):  # fmt: skip
        super().__init__(**kwargs)
        self._configure(
            filters, kernel_size, strides, padding, data_format, dilation_rate, activation,
            use_bias, kernel_initializer, bias_initializer,
        )  # fmt: skip
        self.groups = integer(type(self).__name__, "groups", groups, minimum=1)
        if self.filters % self.groups:
            raise ValueError(
                f"{self.label}: filters must be a multiple of groups, "
                f"got filters={self.filters} and groups={self.groups}."
            )

    def _input_channels(self):
        return self.kernel.shape[-2] * self.groups if self.built else None

    def create_weights(self, input_shape):
        channels = known_size(self.label, input_shape)
        if channels % self.groups:
            raise ValueError(
                f"{self.label}: the channels of the inputs must be a multiple of groups, "
                f"got {channels} channels and groups={self.groups}."
            )
        shape = (*self.kernel_size, channels // self.groups, self.filters)
        self.add_weight("kernel", shape, self.kernel_initializer)
        self._add_bias()

    def _window(self, spatial):
        return spatial, self.kernel_size, self.strides, self._explicit_padding(), self.dilation_rate

    def _explicit_padding(self):
        """ "causal" as numbers: the zeros stand before the first step, so no output sees ahead."""
        if self.padding != "causal":
            return self.padding
        return ((self.dilation_rate[0] * (self.kernel_size[0] - 1), 0),)

    def compute_output_shape(self, input_shape):
        check_rank(self.label, input_shape, self.axes)
        spatial = shapes.output_shape(*self._window(input_shape[1:-1])).value
        return (input_shape[0], *spatial, self.filters)

    def _convolve(self, inputs):
        if self.groups > 1:
            return self._convolve_groups(inputs)
        _, _, strides, padding, dilation_rate = self._window(None)
        return conv_forward(inputs, self.parameters["kernel"], strides, padding, dilation_rate)

    def _convolve_backward(self, grad_outputs, cache, need_inputs):
        if self.groups > 1:
            return self._convolve_groups_backward(grad_outputs, cache, need_inputs)
        return conv_backward(grad_outputs, cache, need_inputs)

    def _convolve_groups(self, inputs):
        """Each group of filters reads its own share of the channels."""
        _, _, strides, padding, dilation_rate = self._window(None)
        kernels = np.split(self.parameters["kernel"], self.groups, axis=-1)
        shares = np.split(inputs, self.groups, axis=-1)
        outputs, caches = zip(
            *(
                conv_forward(share, kernel, strides, padding, dilation_rate)
                for share, kernel in zip(shares, kernels, strict=True)
            ),
            strict=True,
        )
        return np.concatenate(outputs, axis=-1), caches

    def _convolve_groups_backward(self, grad_outputs, caches, need_inputs):
        shares = np.split(grad_outputs, self.groups, axis=-1)
        grad_inputs, grad_kernels = zip(
            *(conv_backward(s, c, need_inputs) for s, c in zip(shares, caches, strict=True)),
            strict=True,
        )
        grad_kernel = np.concatenate(grad_kernels, axis=-1)
        return np.concatenate(grad_inputs, axis=-1) if need_inputs else None, grad_kernel

    def explain_shape(self, input_shape):
        sizes = zip(*map(self._per_axis, self._window(input_shape[1:-1])), strict=True)
        return [
            *explain_axes(AXES[self.axes], sizes, shapes.output_size),
            f"channels: one per filter = {self.filters}",
        ]

    def _per_axis(self, value):
        return (value,) * self.axes if isinstance(value, str) else value


class Conv1D(_Conv):
    """Convolution along a sequence: inputs (batch, steps, channels); padding may be "causal".

    Arguments as in `Conv2D`; sizes are integers.
    """

    axes = 1


class Conv2D(_Conv):
    """Convolution over images: inputs (batch, height, width, channels).

    filters: how many output channels. kernel_size, strides, dilation_rate: an integer or a pair
    (height, width). padding: "valid" (no zeros) or "same" (zeros so that stride 1 keeps the size).
    groups: the channels are split into that many groups, each with filters of its own.
    activation: None, "relu", "sigmoid", "tanh", "softmax".

    The kernel has shape (*kernel_size, channels / groups, filters), so that the layer has
    (kernel height * kernel width * channels / groups + 1) * filters parameters.
    """

    axes = 2


class Conv3D(_Conv):
    """Convolution over volumes and film: inputs (batch, depth, height, width, channels).

    Arguments as in `Conv2D`; sizes are an integer or a triple.
    """

    axes = 3


class Conv2DTranspose(_Convolution):
    """The way back through a `Conv2D`: each input cell lays its kernel into a larger output.

    Inputs (batch, height, width, channels); kernel (*kernel_size, filters, channels). With
    strides s the output is about s times as high and wide. ``output_padding`` adds cells at the
    end; None lets Keras' rule decide.
    """

    axes = 2

    def __init__(
        self, filters, kernel_size, strides=(1, 1), padding="valid", output_padding=None,
        data_format=None, dilation_rate=(1, 1), activation=None, use_bias=True,
        kernel_initializer="glorot_uniform", bias_initializer="zeros", **kwargs,
    ):  # fmt: skip
        super().__init__(**kwargs)
        self._configure(
            filters, kernel_size, strides, padding, data_format, dilation_rate, activation,
            use_bias, kernel_initializer, bias_initializer,
        )  # fmt: skip
        label = type(self).__name__
        if output_padding is not None:
            output_padding = per_axis(label, "output_padding", output_padding, 2, minimum=0)
            if any(p >= s for p, s in zip(output_padding, self.strides, strict=True)):
                raise ValueError(
                    f"{label}: output_padding must be less than strides, "
                    f"got output_padding={output_padding} and strides={self.strides}."
                )
        self.output_padding = output_padding

    def _input_channels(self):
        return self.kernel.shape[-1] if self.built else None

    def create_weights(self, input_shape):
        shape = (*self.kernel_size, self.filters, known_size(self.label, input_shape))
        self.add_weight("kernel", shape, self.kernel_initializer)
        self._add_bias()

    def _arguments(self):
        return self.strides, self.padding, self.output_padding, self.dilation_rate

    def compute_output_shape(self, input_shape):
        check_rank(self.label, input_shape, self.axes)
        spatial = shapes.transpose_output_shape(
            input_shape[1:-1], self.kernel_size, *self._arguments()
        ).value
        return (input_shape[0], *spatial, self.filters)

    def _convolve(self, inputs):
        return conv_transpose_forward(inputs, self.parameters["kernel"], *self._arguments())

    def _convolve_backward(self, grad_outputs, cache, need_inputs):
        return conv_transpose_backward(grad_outputs, cache, need_inputs)

    def explain_shape(self, input_shape):
        sizes = zip(
            input_shape[1:-1], self.kernel_size, self.strides, (self.padding,) * 2,
            self.output_padding or (None,) * 2, self.dilation_rate, strict=True,
        )  # fmt: skip
        return [
            *explain_axes(AXES[2], sizes, shapes.transpose_output_size),
            f"channels: one per filter = {self.filters}",
        ]

    def explain_parameters(self):
        channels = self.kernel.shape[-1]
        result = shapes.conv_parameters(self.kernel_size, channels, self.filters, self.use_bias)
        return [" ".join(result.steps)]


Convolution1D, Convolution2D, Convolution3D = Conv1D, Conv2D, Conv3D
Convolution2DTranspose = Conv2DTranspose


def explain_axes(names, sizes, rule):
    """One line per axis, the arithmetic of ``rule`` for its size; equal axes share a line."""
    lines = {}
    for name, size in zip(names, sizes, strict=True):
        steps = "not known yet" if size[0] is None else " ".join(rule(*size).steps)
        lines.setdefault(steps, []).append(name)
    return [f"{' and '.join(names)}: {steps}" for steps, names in lines.items()]
