"""Pooling layers: a window that keeps the largest value, or the mean, of each channel.

Pooling has no weights. It shrinks the spatial axes, by default to about one ``pool_size``-th, and
leaves the number of channels as it is. Global pooling takes one window over everything.
"""

from math import prod

import numpy as np

from course_lib import shapes
from course_lib.errors import per_axis
from course_lib.layers.base import Layer
from course_lib.layers.checks import check_rank
from course_lib.layers.convolutional import explain_axes
from course_lib.ops.checks import AXES, last_channels
from course_lib.ops.pool import (
    average_pool_backward,
    average_pool_forward,
    max_pool_backward,
    max_pool_forward,
)
from course_lib.shapes.sizes import outputs_of


class _Pooling(Layer):
    """A window of ``pool_size`` moved by ``strides`` (by default its own size, side by side)."""

    axes = 2

    def __init__(
        self, pool_size: int | tuple[int, ...] = 2, strides: int | tuple[int, ...] | None = None,
        padding: str = "valid", data_format: str | None = None, name: str | None = None,
        **kwargs: object,
    ) -> None:  # fmt: skip
        super().__init__(name=name, **kwargs)
        label = type(self).__name__
        last_channels(label, data_format)
        self.pool_size = per_axis(label, "pool_size", pool_size, self.axes)
        strides = self.pool_size if strides is None else strides
        self.strides = per_axis(label, "strides", strides, self.axes)
        if not isinstance(padding, str) or padding.lower() not in ("valid", "same"):
            raise ValueError(f'{label}: padding must be "valid" or "same", got {padding!r}.')
        self.padding = padding.lower()

    def check_input(self, shape: tuple) -> None:
        check_rank(self.label, shape, self.axes)

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        check_rank(self.label, input_shape, self.axes)
        spatial = outputs_of(
            self.label, input_shape[1:-1], self.pool_size, self.strides, self.padding,
            (1,) * self.axes, "pool_size",
        )  # fmt: skip
        return (input_shape[0], *spatial, input_shape[-1])

    def explain_shape(self, input_shape: tuple) -> list[str]:
        spatial = input_shape[1:-1]
        result = shapes.output_shape(spatial, self.pool_size, self.strides, self.padding)
        lines = explain_axes(result.steps)
        for name, size, pool, stride in zip(
            AXES[self.axes], spatial, self.pool_size, self.strides, strict=True
        ):
            left = size and shapes.dropped(size, pool, stride, self.padding).value
            if left:
                cells = "cell falls" if left == 1 else f"{left} cells fall"
                lines.append(f"{name}: the last {cells} in no window")
        return [*lines, f"channels: pooled one by one, so still {input_shape[-1]}"]


class _MaxPooling(_Pooling):
    def forward(
        self, inputs: np.ndarray, training: bool = False, rng: np.random.Generator | None = None
    ) -> tuple:
        return max_pool_forward(inputs, self.pool_size, self.strides, self.padding)

    def backward(
        self, grad_outputs: np.ndarray, cache: object, need_input_gradient: bool = True
    ) -> tuple:
        return (max_pool_backward(grad_outputs, cache) if need_input_gradient else None), {}


class _AveragePooling(_Pooling):
    def __init__(
        self, pool_size: int | tuple[int, ...], strides: int | tuple[int, ...] | None = None,
        padding: str = "valid", data_format: str | None = None, name: str | None = None,
        **kwargs: object,
    ) -> None:  # fmt: skip
        super().__init__(pool_size, strides, padding, data_format, name, **kwargs)

    def forward(
        self, inputs: np.ndarray, training: bool = False, rng: np.random.Generator | None = None
    ) -> tuple:
        return average_pool_forward(inputs, self.pool_size, self.strides, self.padding)

    def backward(
        self, grad_outputs: np.ndarray, cache: object, need_input_gradient: bool = True
    ) -> tuple:
        return (average_pool_backward(grad_outputs, cache) if need_input_gradient else None), {}


class MaxPooling1D(_MaxPooling):
    """Largest value of each window along a sequence: inputs (batch, steps, channels)."""

    axes = 1


class MaxPooling2D(_MaxPooling):
    """Largest value of each window of an image: inputs (batch, height, width, channels)."""

    axes = 2


class MaxPooling3D(_MaxPooling):
    """Largest value of each box: inputs (batch, depth, height, width, channels)."""

    axes = 3


class AveragePooling1D(_AveragePooling):
    """Mean of each window along a sequence: inputs (batch, steps, channels)."""

    axes = 1


class AveragePooling2D(_AveragePooling):
    """Mean of each window of an image: inputs (batch, height, width, channels)."""

    axes = 2


class AveragePooling3D(_AveragePooling):
    """Mean of each box: inputs (batch, depth, height, width, channels)."""

    axes = 3


class _GlobalPooling(Layer):
    """One window over all spatial axes: (batch, *spatial, channels) becomes (batch, channels).

    With ``keepdims`` the spatial axes stay, each of size 1.
    """

    axes = 2

    def __init__(
        self, data_format: str | None = None, keepdims: bool = False, **kwargs: object
    ) -> None:
        super().__init__(**kwargs)
        last_channels(type(self).__name__, data_format)
        self.keepdims = bool(keepdims)

    def check_input(self, shape: tuple) -> None:
        check_rank(self.label, shape, self.axes)

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        check_rank(self.label, input_shape, self.axes)
        ones = (1,) * self.axes if self.keepdims else ()
        return (input_shape[0], *ones, input_shape[-1])

    def explain_shape(self, input_shape: tuple) -> list[str]:
        cells = " * ".join(map(str, input_shape[1:-1]))
        return [f"one number per channel, from its {cells} cells: {input_shape[-1]}"]

    def forward(
        self, inputs: np.ndarray, training: bool = False, rng: np.random.Generator | None = None
    ) -> tuple:
        outputs, cache = self._pool(inputs)
        kept = outputs.shape
        return (outputs if self.keepdims else outputs.reshape(kept[0], kept[-1])), (cache, kept)

    def backward(
        self, grad_outputs: np.ndarray, cache: object, need_input_gradient: bool = True
    ) -> tuple:
        cache, kept = cache
        return self._spread(grad_outputs.reshape(kept), cache) if need_input_gradient else None, {}

    def _spatial(self):
        return tuple(range(1, self.axes + 1))


class _GlobalMaxPooling(_GlobalPooling):
    def _pool(self, inputs):
        outputs = inputs.max(self._spatial(), keepdims=True)
        return outputs, inputs == outputs

    def _spread(self, grad_outputs, largest):
        """Equal maxima share the gradient: what Keras does here, unlike in a pooling window."""
        count = largest.sum(self._spatial(), keepdims=True, dtype=grad_outputs.dtype)
        return largest * (grad_outputs / count)


class _GlobalAveragePooling(_GlobalPooling):
    def _pool(self, inputs):
        return inputs.mean(self._spatial(), keepdims=True), inputs.shape

    def _spread(self, grad_outputs, shape):
        share = grad_outputs / grad_outputs.dtype.type(prod(shape[1:-1]))
        return np.broadcast_to(share, shape).copy()


class GlobalMaxPooling1D(_GlobalMaxPooling):
    """Largest value of each channel of a sequence, (batch, steps, channels)."""

    axes = 1


class GlobalMaxPooling2D(_GlobalMaxPooling):
    """Largest value of each channel of an image."""

    axes = 2


class GlobalMaxPooling3D(_GlobalMaxPooling):
    """Largest value of each channel of a volume."""

    axes = 3


class GlobalAveragePooling1D(_GlobalAveragePooling):
    """Mean of each channel of a sequence, (batch, steps, channels)."""

    axes = 1


class GlobalAveragePooling2D(_GlobalAveragePooling):
    """Mean of each channel of an image."""

    axes = 2


class GlobalAveragePooling3D(_GlobalAveragePooling):
    """Mean of each channel of a volume."""

    axes = 3


MaxPool1D, MaxPool2D, MaxPool3D = MaxPooling1D, MaxPooling2D, MaxPooling3D
AvgPool1D, AvgPool2D, AvgPool3D = AveragePooling1D, AveragePooling2D, AveragePooling3D
GlobalMaxPool1D, GlobalMaxPool2D = GlobalMaxPooling1D, GlobalMaxPooling2D
GlobalMaxPool3D = GlobalMaxPooling3D
GlobalAvgPool1D, GlobalAvgPool2D = GlobalAveragePooling1D, GlobalAveragePooling2D
GlobalAvgPool3D = GlobalAveragePooling3D
