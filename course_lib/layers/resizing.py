"""Layers that make maps larger or smaller and learn nothing: UpSampling, Cropping, ZeroPadding."""

import numpy as np

from course_lib.errors import per_axis
from course_lib.layers.base import Layer
from course_lib.layers.checks import check_rank
from course_lib.ops.checks import AXES, last_channels
from course_lib.ops.padding import crop, surround, zero_pad_backward, zero_pad_forward
from course_lib.shapes.sizes import paddings_per_axis


class _Edges(Layer):
    """Cells put around, or taken from, each spatial axis."""

    axes = 2
    argument = "padding"

    def __init__(self, cells: int | tuple, data_format: str | None, **kwargs: object) -> None:
        super().__init__(**kwargs)
        label = type(self).__name__
        last_channels(label, data_format)
        if isinstance(cells, str):
            raise ValueError(
                f"{label}: {self.argument} must be numbers of cells, an integer or one integer or "
                f"pair (before, after) per axis, got {cells!r}."
            )
        if self.axes == 1 and isinstance(cells, (tuple, list)) and len(cells) != 2:
            raise ValueError(
                f"{label}: {self.argument} must be an integer or a pair (before, after), "
                f"got {tuple(cells)}."
            )
        self.edges = paddings_per_axis(label, cells, self.axes, self.argument)

    def shown(self) -> tuple:
        """The cells as the argument holds them: for one axis its pair."""
        return self.edges[0] if self.axes == 1 else self.edges

    def check_input(self, shape: tuple) -> None:
        check_rank(self.label, shape, self.axes)


class _ZeroPadding(_Edges):
    """Zeros around every spatial axis."""

    padding = property(_Edges.shown)

    def __init__(
        self, padding: int | tuple = 1, data_format: str | None = None, **kwargs: object
    ) -> None:
        super().__init__(padding, data_format, **kwargs)

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        check_rank(self.label, input_shape, self.axes)
        spatial = (
            None if n is None else before + n + after
            for n, (before, after) in zip(input_shape[1:-1], self.edges, strict=True)
        )
        return (input_shape[0], *spatial, input_shape[-1])

    def forward(
        self, inputs: np.ndarray, training: bool = False, rng: np.random.Generator | None = None
    ) -> tuple:
        return zero_pad_forward(inputs, self.edges)

    def backward(
        self, grad_outputs: np.ndarray, cache: object, need_input_gradient: bool = True
    ) -> tuple:
        return zero_pad_backward(grad_outputs, cache), {}

    def explain_shape(self, input_shape: tuple) -> list[str]:
        sizes = self.compute_output_shape(input_shape)[1:-1]
        return [
            f"{name}: {before} + {n} + {after} = {size}"
            for name, n, (before, after), size in zip(
                AXES[self.axes], input_shape[1:-1], self.edges, sizes, strict=True
            )
        ]


class ZeroPadding1D(_ZeroPadding):
    """Zeros before and after a sequence; ``padding``: an integer or (before, after)."""

    axes = 1


class ZeroPadding2D(_ZeroPadding):
    """Zeros around an image.

    ``padding``: an integer for all sides, (rows, columns), or
    ((top, bottom), (left, right)).
    """

    axes = 2


class ZeroPadding3D(_ZeroPadding):
    """Zeros around a volume: an integer, three integers, or three pairs (before, after)."""

    axes = 3


class _Cropping(_Edges):
    """Cells taken away at both ends of every spatial axis."""

    argument = "cropping"
    cropping = property(_Edges.shown)

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        check_rank(self.label, input_shape, self.axes)
        spatial = tuple(
            None if n is None else n - before - after
            for n, (before, after) in zip(input_shape[1:-1], self.edges, strict=True)
        )
        if any(n is not None and n < 1 for n in spatial):
            raise ValueError(
                f"{self.label}: cropping must leave something, got cropping={self.cropping} for "
                f"inputs of shape {tuple(input_shape)}."
            )
        return (input_shape[0], *spatial, input_shape[-1])

    def forward(
        self, inputs: np.ndarray, training: bool = False, rng: np.random.Generator | None = None
    ) -> tuple:
        self.compute_output_shape(inputs.shape)
        return np.ascontiguousarray(crop(inputs, self.edges)), None

    def backward(
        self, grad_outputs: np.ndarray, cache: object, need_input_gradient: bool = True
    ) -> tuple:
        return surround(grad_outputs, self.edges), {}

    def explain_shape(self, input_shape: tuple) -> list[str]:
        sizes = self.compute_output_shape(input_shape)[1:-1]
        return [
            f"{name}: {n} - {before} - {after} = {size}"
            for name, n, (before, after), size in zip(
                AXES[self.axes], input_shape[1:-1], self.edges, sizes, strict=True
            )
        ]


class Cropping1D(_Cropping):
    """Steps taken from both ends of a sequence; ``cropping``: an integer or (before, after)."""

    axes = 1

    def __init__(self, cropping: int | tuple = (1, 1), **kwargs: object) -> None:
        super().__init__(cropping, None, **kwargs)


class Cropping2D(_Cropping):
    """Rows and columns taken from the edges of an image; ``cropping`` as in `ZeroPadding2D`."""

    axes = 2

    def __init__(
        self, cropping: int | tuple = ((0, 0), (0, 0)), data_format: str | None = None,
        **kwargs: object,
    ) -> None:  # fmt: skip
        super().__init__(cropping, data_format, **kwargs)


class Cropping3D(_Cropping):
    """Cells taken from the faces of a volume; ``cropping`` as in `ZeroPadding3D`."""

    axes = 3

    def __init__(
        self, cropping: int | tuple = ((1, 1), (1, 1), (1, 1)), data_format: str | None = None,
        **kwargs: object,
    ) -> None:  # fmt: skip
        super().__init__(cropping, data_format, **kwargs)


class _UpSampling(Layer):
    """Every cell repeated ``size`` times along each spatial axis."""

    axes = 2

    def _repeat_by(self, size, data_format=None, interpolation="nearest"):
        label = type(self).__name__
        last_channels(label, data_format)
        if interpolation != "nearest":
            raise ValueError(
                f'{label}: interpolation must be "nearest", which repeats cells, got '
                f"{interpolation!r}. To learn what comes between them take Conv2DTranspose."
            )
        self.factors = per_axis(label, "size", size, self.axes)

    def check_input(self, shape: tuple) -> None:
        check_rank(self.label, shape, self.axes)

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        check_rank(self.label, input_shape, self.axes)
        pairs = zip(input_shape[1:-1], self.factors, strict=True)
        spatial = (None if n is None else n * factor for n, factor in pairs)
        return (input_shape[0], *spatial, input_shape[-1])

    def forward(
        self, inputs: np.ndarray, training: bool = False, rng: np.random.Generator | None = None
    ) -> tuple:
        outputs = inputs
        for axis, factor in enumerate(self.factors, 1):
            outputs = np.repeat(outputs, factor, axis=axis)
        return outputs, inputs.shape

    def backward(
        self, grad_outputs: np.ndarray, cache: object, need_input_gradient: bool = True
    ) -> tuple:
        """A cell's gradient is the sum over its copies."""
        batch, *spatial, channels = cache
        pairs = zip(spatial, self.factors, strict=True)
        blocks = grad_outputs.reshape(batch, *(n for pair in pairs for n in pair), channels)
        return blocks.sum(tuple(range(2, 2 * self.axes + 1, 2))), {}

    def explain_shape(self, input_shape: tuple) -> list[str]:
        sizes = self.compute_output_shape(input_shape)[1:-1]
        rows = zip(AXES[self.axes], input_shape[1:-1], self.factors, sizes, strict=True)
        return [f"{name}: {n} * {factor} = {size}" for name, n, factor, size in rows]


class UpSampling1D(_UpSampling):
    """Every step of a sequence repeated ``size`` times."""

    axes = 1

    def __init__(self, size: int = 2, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._repeat_by(size)
        (self.size,) = self.factors


class UpSampling2D(_UpSampling):
    """Every pixel of an image repeated: ``size`` is an integer or (rows, columns)."""

    axes = 2

    def __init__(
        self, size: int | tuple[int, ...] = (2, 2), data_format: str | None = None,
        interpolation: str = "nearest", **kwargs: object,
    ) -> None:  # fmt: skip
        super().__init__(**kwargs)
        self._repeat_by(size, data_format, interpolation)
        self.size, self.interpolation = self.factors, interpolation


class UpSampling3D(_UpSampling):
    """Every cell of a volume repeated: ``size`` is an integer or three."""

    axes = 3

    def __init__(
        self, size: int | tuple[int, ...] = (2, 2, 2), data_format: str | None = None,
        **kwargs: object,
    ) -> None:  # fmt: skip
        super().__init__(**kwargs)
        self._repeat_by(size, data_format)
        self.size = self.factors
