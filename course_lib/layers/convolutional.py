"""Convolution layers: filters that slide over one, two or three axes.

A filter has a weight for every cell of its window *in every channel of the input*, and one bias.
So a kernel has the shape (*kernel_size, input channels, filters), and its layer makes one output
channel per filter. The three layers are one: only the number of axes differs. The same holds for
their transposes, which lead the other way, from small to large.
"""

from collections.abc import Callable

import numpy as np

from course_lib import shapes
from course_lib.errors import integer, per_axis
from course_lib.initializers import known_initializer
from course_lib.layers.activations import EndsInActivation
from course_lib.layers.base import Layer
from course_lib.layers.checks import check_rank, known_size
from course_lib.layers.weights import weight_property
from course_lib.ops.checks import AXES, hold_last_axis, last_channels
from course_lib.ops.conv import (
    conv_backward,
    conv_forward,
    conv_transpose_backward,
    conv_transpose_forward,
)
from course_lib.ops.dense import add_bias, bias_gradient
from course_lib.ops.windows import not_strided_and_dilated
from course_lib.shapes.sizes import outputs_of


class SlidingLayer(EndsInActivation, Layer):
    """What all convolution layers share: how the window moves, the activation and the bias.

    A subclass sets ``axes`` and says how it convolves, without bias, forth and back.
    """

    axes = 2
    paddings = ("valid", "same")
    regularizable = ("kernel", "bias")
    bias = weight_property("bias")

    def __init__(
        self, *, kernel_size: int | tuple[int, ...], strides: int | tuple[int, ...], padding: str,
        data_format: str | None, dilation_rate: int | tuple[int, ...],
        activation: str | Callable | None, use_bias: bool,
        bias_initializer: str | Callable | np.ndarray, **kwargs: object,
    ) -> None:  # fmt: skip
        super().__init__(**kwargs)
        label = type(self).__name__
        last_channels(label, data_format)
        self.kernel_size = per_axis(label, "kernel_size", kernel_size, self.axes)
        self.strides = per_axis(label, "strides", strides, self.axes)
        self.dilation_rate = per_axis(label, "dilation_rate", dilation_rate, self.axes)
        self.padding = self._check_padding(label, padding)
        self.activation = activation
        self.use_bias = bool(use_bias)
        self.bias_initializer = known_initializer(bias_initializer)
        not_strided_and_dilated(label, self.strides, self.dilation_rate)

    def _check_padding(self, label, padding):
        if not isinstance(padding, str) or padding.lower() not in self.paddings:
            known = ", ".join(f'"{name}"' for name in self.paddings)
            raise ValueError(
                f"{label}: padding must be one of {known}, got {padding!r}. "
                f"For other widths put a ZeroPadding{self.axes}D layer before this one."
            )
        return padding.lower()

    def input_channels(self):
        """How many channels the weights were made for."""
        raise NotImplementedError

    def output_channels(self, input_channels: int | None) -> int | None:
        """How many channels the outputs have."""
        return self.filters

    def check_input(self, shape: tuple) -> None:
        channels = self.input_channels() if self.built else None
        check_rank(self.label, shape, self.axes, channels)
        hold_last_axis(self.label, shape, channels)

    def moves(self) -> dict:
        """How the window moves, as the operations and `shapes` take it."""
        return {
            "strides": self.strides,
            "padding": self._zeros(),
            "dilation_rate": self.dilation_rate,
        }

    def _zeros(self):
        """ "causal" as numbers: the zeros stand before the first step, so no output sees ahead."""
        if self.padding != "causal":
            return self.padding
        return ((self.dilation_rate[0] * (self.kernel_size[0] - 1), 0),)

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        check_rank(self.label, input_shape, self.axes)
        spatial = self.output_sizes(input_shape[1:-1])
        return (input_shape[0], *spatial, self.output_channels(input_shape[-1]))

    def output_sizes(self, spatial: tuple) -> tuple:
        """The sizes of the outputs' spatial axes."""
        return outputs_of(self.label, spatial, self.kernel_size, **self.moves())

    def explain_sizes(self, spatial: tuple) -> shapes.Result:
        """The `Result` of the outputs' spatial axes."""
        return shapes.output_shape(spatial, self.kernel_size, **self.moves())

    def add_bias(self, channels: int) -> None:
        if self.use_bias:
            self.add_weight("bias", (channels,), self.bias_initializer)

    def linear_forward(self, inputs: np.ndarray) -> tuple:
        outputs, cache = self.convolve(inputs)
        if self.use_bias:
            add_bias(outputs, self.parameters["bias"])
        return outputs, cache

    def linear_backward(
        self, grad_outputs: np.ndarray, cache: object, need_input_gradient: bool
    ) -> tuple:
        grad_inputs, gradients = self.convolve_backward(grad_outputs, cache, need_input_gradient)
        if self.use_bias:
            gradients["bias"] = bias_gradient(grad_outputs)
        return grad_inputs, gradients

    def convolve(self, inputs: np.ndarray) -> tuple:
        """(outputs without bias and activation, cache)."""
        return conv_forward(inputs, self.parameters["kernel"], **self.moves())

    def convolve_backward(
        self, grad_outputs: np.ndarray, cache: object, need_inputs: bool
    ) -> tuple:
        """(gradient of the inputs or None, {name: gradient} of the kernels)."""
        grad_inputs, grad_kernel = conv_backward(grad_outputs, cache, need_inputs)
        return grad_inputs, {"kernel": grad_kernel}

    def explain_shape(self, input_shape: tuple) -> list[str]:
        result = self.explain_sizes(input_shape[1:-1])
        channels = self.output_channels(input_shape[-1])
        return [*explain_axes(result.steps), f"channels: {self._explain_channels()} = {channels}"]

    def _explain_channels(self):
        return "one per filter"

    def explain_parameters(self) -> list[str]:
        result = shapes.conv_parameters(
            self.kernel_size, self.input_channels(), self.filters, self.use_bias,
            getattr(self, "groups", 1),
        )  # fmt: skip
        return [" ".join(result.steps)]


class Conv(SlidingLayer):
    """Convolution over ``axes`` spatial axes; see `Conv2D`."""

    kernel = weight_property("kernel")

    def __init__(
        self, filters: int, kernel_size: int | tuple[int, ...], strides: int | tuple[int, ...] = 1,
        padding: str = "valid", data_format: str | None = None,
        dilation_rate: int | tuple[int, ...] = 1, groups: int = 1,
        activation: str | Callable | None = None, use_bias: bool = True,
        kernel_initializer: str | Callable | np.ndarray = "glorot_uniform",
        bias_initializer: str | Callable | np.ndarray = "zeros", **kwargs: object,
    ) -> None:  # fmt: skip
        super().__init__(
            kernel_size=kernel_size, strides=strides, padding=padding, data_format=data_format,
            dilation_rate=dilation_rate, activation=activation, use_bias=use_bias,
            bias_initializer=bias_initializer, **kwargs,
        )  # fmt: skip
        label = type(self).__name__
        self.filters = integer(label, "filters", filters, minimum=1)
        self.kernel_initializer = known_initializer(kernel_initializer)
        self.groups = integer(label, "groups", groups, minimum=1)
        if self.filters % self.groups:
            raise ValueError(
                f"{self.label}: filters must be a multiple of groups, "
                f"got filters={self.filters} and groups={self.groups}."
            )

    def input_channels(self) -> int:
        return self.kernel.shape[-2] * self.groups

    def create_weights(self, input_shape: tuple) -> None:
        channels = known_size(self.label, input_shape)
        if channels % self.groups:
            raise ValueError(
                f"{self.label}: the channels of the inputs must be a multiple of groups, "
                f"got {channels} channels and groups={self.groups}."
            )
        shape = (*self.kernel_size, channels // self.groups, self.filters)
        self.add_weight("kernel", shape, self.kernel_initializer)
        self.add_bias(self.filters)


class Conv1D(Conv):
    """Convolution along a sequence: inputs (batch, steps, channels); padding may be "causal".

    Arguments as in `Conv2D`; sizes are integers.
    """

    axes = 1
    paddings = ("valid", "same", "causal")


class Conv2D(Conv):
    """Convolution over images: inputs (batch, height, width, channels).

    filters: how many output channels. kernel_size, strides, dilation_rate: an integer or a pair
    (height, width). padding: "valid" (no zeros) or "same" (zeros so that stride 1 keeps the size).
    groups: the channels are split into that many groups, each with filters of its own.
    activation: a name of `course_lib.activations`, or a function.

    The kernel has shape (*kernel_size, channels / groups, filters), so that the layer has
    (kernel height * kernel width * channels / groups + 1) * filters parameters.

        >>> layer = Conv2D(32, 3)
        >>> layer.compute_output_shape((None, 28, 28, 1))
        (None, 26, 26, 32)
    """

    axes = 2


class Conv3D(Conv):
    """Convolution over volumes and film: inputs (batch, depth, height, width, channels).

    Arguments as in `Conv2D`; sizes are an integer or a triple.
    """

    axes = 3


class ConvTranspose(SlidingLayer):
    """Transposed convolution over ``axes`` spatial axes; see `Conv2DTranspose`."""

    kernel = weight_property("kernel")

    def __init__(
        self, filters: int, kernel_size: int | tuple[int, ...], strides: int | tuple[int, ...] = 1,
        padding: str = "valid", output_padding: int | tuple[int, ...] | None = None,
        data_format: str | None = None, dilation_rate: int | tuple[int, ...] = 1,
        activation: str | Callable | None = None, use_bias: bool = True,
        kernel_initializer: str | Callable | np.ndarray = "glorot_uniform",
        bias_initializer: str | Callable | np.ndarray = "zeros", **kwargs: object,
    ) -> None:  # fmt: skip
        super().__init__(
            kernel_size=kernel_size, strides=strides, padding=padding, data_format=data_format,
            dilation_rate=dilation_rate, activation=activation, use_bias=use_bias,
            bias_initializer=bias_initializer, **kwargs,
        )  # fmt: skip
        label = type(self).__name__
        self.filters = integer(label, "filters", filters, minimum=1)
        self.kernel_initializer = known_initializer(kernel_initializer)
        if output_padding is not None:
            output_padding = per_axis(label, "output_padding", output_padding, self.axes, minimum=0)
            if any(p >= s for p, s in zip(output_padding, self.strides, strict=True)):
                raise ValueError(
                    f"{label}: output_padding must be less than strides, "
                    f"got output_padding={output_padding} and strides={self.strides}."
                )
        self.output_padding = output_padding

    def input_channels(self) -> int:
        return self.kernel.shape[-1]

    def create_weights(self, input_shape: tuple) -> None:
        shape = (*self.kernel_size, self.filters, known_size(self.label, input_shape))
        self.add_weight("kernel", shape, self.kernel_initializer)
        self.add_bias(self.filters)

    def moves(self) -> dict:
        return {**super().moves(), "output_padding": self.output_padding}

    def output_sizes(self, spatial: tuple) -> tuple:
        return self.explain_sizes(spatial).value

    def explain_sizes(self, spatial: tuple) -> shapes.Result:
        return shapes.transpose_output_shape(spatial, self.kernel_size, **self.moves())

    def convolve(self, inputs: np.ndarray) -> tuple:
        return conv_transpose_forward(inputs, self.parameters["kernel"], **self.moves())

    def convolve_backward(
        self, grad_outputs: np.ndarray, cache: object, need_inputs: bool
    ) -> tuple:
        grad_inputs, grad_kernel = conv_transpose_backward(grad_outputs, cache, need_inputs)
        return grad_inputs, {"kernel": grad_kernel}


class Conv1DTranspose(ConvTranspose):
    """The way back through a `Conv1D`; see `Conv2DTranspose`."""

    axes = 1


class Conv2DTranspose(ConvTranspose):
    """The way back through a `Conv2D`: each input cell lays its kernel into a larger output.

    Inputs (batch, height, width, channels); kernel (*kernel_size, filters, channels). With
    strides s the output is about s times as high and wide. ``output_padding`` adds cells at the
    end; None lets Keras' rule decide.
    """

    axes = 2


class Conv3DTranspose(ConvTranspose):
    """The way back through a `Conv3D`; see `Conv2DTranspose`. (Here Keras' order is another.)"""

    axes = 3

    def __init__(
        self, filters: int, kernel_size: int | tuple[int, ...], strides: int | tuple[int, ...] = 1,
        padding: str = "valid", data_format: str | None = None,
        output_padding: int | tuple[int, ...] | None = None,
        dilation_rate: int | tuple[int, ...] = 1, activation: str | Callable | None = None,
        use_bias: bool = True, kernel_initializer: str | Callable | np.ndarray = "glorot_uniform",
        bias_initializer: str | Callable | np.ndarray = "zeros", **kwargs: object,
    ) -> None:  # fmt: skip
        super().__init__(
            filters, kernel_size, strides, padding, output_padding, data_format, dilation_rate,
            activation, use_bias, kernel_initializer, bias_initializer, **kwargs,
        )  # fmt: skip


Convolution1D, Convolution2D, Convolution3D = Conv1D, Conv2D, Conv3D
Convolution1DTranspose, Convolution2DTranspose = Conv1DTranspose, Conv2DTranspose
Convolution3DTranspose = Conv3DTranspose


def explain_axes(steps):
    """The steps "axis 1: ..." of a `Result` with the names of the axes; equal axes share a line."""
    lines = {}
    for name, step in zip(AXES[len(steps)], steps, strict=True):
        step = step.partition(": ")[2]
        lines.setdefault("not known yet" if step == "None" else step, []).append(name)
    return [f"{' and '.join(names)}: {step}" for step, names in lines.items()]
