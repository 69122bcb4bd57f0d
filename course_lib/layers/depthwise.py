"""Convolutions that do not mix the channels, and those that mix them in a step of its own.

`DepthwiseConv2D` gives each channel ``depth_multiplier`` kernels of its own, which read that
channel alone: (kernel height * kernel width + 1) parameters per output channel instead of as many
times the channels. `SeparableConv2D` lets a 1 x 1 convolution over all channels follow, without
anything between the two. So it looks around and mixes, one after the other, with far fewer
multiplications than a convolution that does both at once.
"""

from collections.abc import Callable

import numpy as np

from course_lib import shapes
from course_lib.errors import integer
from course_lib.initializers import known_initializer
from course_lib.layers.checks import known_size
from course_lib.layers.convolutional import SlidingLayer
from course_lib.layers.weights import weight_property
from course_lib.ops.conv import conv_backward, conv_forward
from course_lib.ops.depthwise import depthwise_conv_backward, depthwise_conv_forward


class _DepthwiseConv(SlidingLayer):
    """Depthwise convolution over ``axes`` spatial axes; see `DepthwiseConv2D`."""

    regularizable = ("bias",)
    kernel = weight_property("kernel")

    def __init__(
        self, kernel_size: int | tuple[int, ...], strides: int | tuple[int, ...] = 1,
        padding: str = "valid", depth_multiplier: int = 1, data_format: str | None = None,
        dilation_rate: int | tuple[int, ...] = 1, activation: str | Callable | None = None,
        use_bias: bool = True,
        depthwise_initializer: str | Callable | np.ndarray = "glorot_uniform",
        bias_initializer: str | Callable | np.ndarray = "zeros", **kwargs: object,
    ) -> None:  # fmt: skip
        super().__init__(
            kernel_size=kernel_size, strides=strides, padding=padding, data_format=data_format,
            dilation_rate=dilation_rate, activation=activation, use_bias=use_bias,
            bias_initializer=bias_initializer, **kwargs,
        )  # fmt: skip
        label = type(self).__name__
        self.depth_multiplier = integer(label, "depth_multiplier", depth_multiplier, minimum=1)
        self.depthwise_initializer = known_initializer(depthwise_initializer)

    def input_channels(self) -> int:
        return self.kernel.shape[-2]

    def output_channels(self, input_channels: int | None) -> int | None:
        return None if input_channels is None else input_channels * self.depth_multiplier

    def create_weights(self, input_shape: tuple) -> None:
        channels = known_size(self.label, input_shape)
        shape = (*self.kernel_size, channels, self.depth_multiplier)
        self.add_weight("kernel", shape, self.depthwise_initializer)
        self.add_bias(channels * self.depth_multiplier)

    def linear_forward(self, inputs: np.ndarray) -> tuple:
        bias = self.parameters["bias"] if self.use_bias else None
        return depthwise_conv_forward(inputs, self.parameters["kernel"], **self.moves(), bias=bias)

    def linear_backward(
        self, grad_outputs: np.ndarray, cache: object, need_input_gradient: bool
    ) -> tuple:
        grad_inputs, *gradients = depthwise_conv_backward(grad_outputs, cache, need_input_gradient)
        return grad_inputs, dict(zip(("kernel", "bias"), gradients, strict=False))

    def _explain_channels(self):
        return f"{self.depth_multiplier} for each of the inputs"

    def explain_parameters(self) -> list[str]:
        channels = self.input_channels()
        result = shapes.conv_parameters(
            self.kernel_size, channels, channels * self.depth_multiplier, self.use_bias, channels
        )
        return [" ".join(result.steps)]


class DepthwiseConv1D(_DepthwiseConv):
    """Each channel of a sequence with kernels of its own; see `DepthwiseConv2D`."""

    axes = 1


class DepthwiseConv2D(_DepthwiseConv):
    """Each channel of an image with kernels of its own: (batch, height, width, channels).

    kernel_size, strides, dilation_rate: an integer or a pair. depth_multiplier: how many output
    channels are made of each input channel. The kernel has the shape
    (*kernel_size, channels, depth_multiplier); the outputs of one channel stand side by side.

        >>> DepthwiseConv2D(3, depth_multiplier=2).compute_output_shape((None, 28, 28, 16))
        (None, 26, 26, 32)
    """

    axes = 2


class _SeparableConv(SlidingLayer):
    """Separable convolution over ``axes`` spatial axes; see `SeparableConv2D`."""

    regularizable = ("bias",)
    depthwise_kernel = weight_property("depthwise_kernel")
    pointwise_kernel = weight_property("pointwise_kernel")

    def __init__(
        self, filters: int, kernel_size: int | tuple[int, ...], strides: int | tuple[int, ...] = 1,
        padding: str = "valid", data_format: str | None = None,
        dilation_rate: int | tuple[int, ...] = 1, depth_multiplier: int = 1,
        activation: str | Callable | None = None, use_bias: bool = True,
        depthwise_initializer: str | Callable | np.ndarray = "glorot_uniform",
        pointwise_initializer: str | Callable | np.ndarray = "glorot_uniform",
        bias_initializer: str | Callable | np.ndarray = "zeros", **kwargs: object,
    ) -> None:  # fmt: skip
        super().__init__(
            kernel_size=kernel_size, strides=strides, padding=padding, data_format=data_format,
            dilation_rate=dilation_rate, activation=activation, use_bias=use_bias,
            bias_initializer=bias_initializer, **kwargs,
        )  # fmt: skip
        label = type(self).__name__
        self.filters = integer(label, "filters", filters, minimum=1)
        self.depth_multiplier = integer(label, "depth_multiplier", depth_multiplier, minimum=1)
        self.depthwise_initializer = known_initializer(depthwise_initializer)
        self.pointwise_initializer = known_initializer(pointwise_initializer)

    def input_channels(self) -> int:
        return self.depthwise_kernel.shape[-2]

    def create_weights(self, input_shape: tuple) -> None:
        channels = known_size(self.label, input_shape)
        shape = (*self.kernel_size, channels, self.depth_multiplier)
        self.add_weight("depthwise_kernel", shape, self.depthwise_initializer)
        shape = (*(1,) * self.axes, channels * self.depth_multiplier, self.filters)
        self.add_weight("pointwise_kernel", shape, self.pointwise_initializer)
        self.add_bias(self.filters)

    def convolve(self, inputs: np.ndarray) -> tuple:
        middle, first = depthwise_conv_forward(
            inputs, self.parameters["depthwise_kernel"], **self.moves()
        )
        outputs, second = conv_forward(middle, self.parameters["pointwise_kernel"])
        return outputs, (first, second)

    def convolve_backward(
        self, grad_outputs: np.ndarray, cache: object, need_inputs: bool
    ) -> tuple:
        first, second = cache
        grad_middle, grad_pointwise = conv_backward(grad_outputs, second)
        grad_inputs, grad_depthwise = depthwise_conv_backward(grad_middle, first, need_inputs)
        return grad_inputs, {
            "depthwise_kernel": grad_depthwise,
            "pointwise_kernel": grad_pointwise,
        }

    def explain_parameters(self) -> list[str]:
        channels = self.input_channels()
        wide = channels * self.depth_multiplier
        depthwise = shapes.conv_parameters(self.kernel_size, channels, wide, False, channels)
        pointwise = shapes.conv_parameters((1,) * self.axes, wide, self.filters, self.use_bias)
        return [
            f"depthwise: {' '.join(depthwise.steps)}",
            f"pointwise: {' '.join(pointwise.steps)}",
            f"together: {int(depthwise)} + {int(pointwise)} = {depthwise + pointwise}",
        ]


class SeparableConv1D(_SeparableConv):
    """A depthwise convolution along a sequence, then a pointwise one; see `SeparableConv2D`."""

    axes = 1


class SeparableConv2D(_SeparableConv):
    """A depthwise convolution of an image, then a 1 x 1 convolution with ``filters`` filters.

    Arguments as in `DepthwiseConv2D` and `Conv2D`; bias and activation come once, at the end.
    """

    axes = 2


SeparableConvolution1D, SeparableConvolution2D = SeparableConv1D, SeparableConv2D
