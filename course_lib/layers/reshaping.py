"""Layers that move numbers about and change none: Flatten, Reshape, ZeroPadding."""

from math import prod

from course_lib.layers.base import Layer
from course_lib.layers.checks import AXES, check_data_format, check_rank, shape_product
from course_lib.ops.padding import zero_pad_backward, zero_pad_forward
from course_lib.shapes.sizes import paddings_per_axis


class Flatten(Layer):
    """Each example in one row: (batch, height, width, channels) to (batch, h * w * c).

    The last axis runs fastest: all channels of the first pixel come first.
    """

    def __init__(self, data_format=None, **kwargs):
        super().__init__(**kwargs)
        check_data_format("Flatten", data_format)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], shape_product(input_shape[1:]))

    def forward(self, inputs, training=False, rng=None):
        return inputs.reshape(len(inputs), prod(inputs.shape[1:])), inputs.shape

    def backward(self, grad_outputs, cache, need_input_gradient=True):
        return grad_outputs.reshape(cache), {}

    def explain_shape(self, input_shape):
        factors = " * ".join(map(str, input_shape[1:])) or "1"
        return [f"{factors} = {shape_product(input_shape[1:])}"]


class Reshape(Layer):
    """The same numbers in the shape ``target_shape`` (without the batch); one size may be -1."""

    def __init__(self, target_shape, **kwargs):
        super().__init__(**kwargs)
        if isinstance(target_shape, int) or not isinstance(target_shape, (tuple, list)):
            raise TypeError(f"Reshape: target_shape must be a tuple, got {target_shape!r}.")
        self.target_shape = tuple(target_shape)
        whole = all(isinstance(n, int) and (n > 0 or n == -1) for n in self.target_shape)
        if not whole or self.target_shape.count(-1) > 1:
            raise ValueError(
                "Reshape: target_shape must hold positive integers, one of which may be -1, "
                f"got {self.target_shape}."
            )

    def compute_output_shape(self, input_shape):
        cells = shape_product(input_shape[1:])
        if cells is None:
            return (input_shape[0], *(None if n == -1 else n for n in self.target_shape))
        given = prod(n for n in self.target_shape if n != -1)
        fits = cells % given == 0 if -1 in self.target_shape else cells == given
        if not fits:
            raise ValueError(
                f"target_shape {self.target_shape} must hold as many numbers as an example, "
                f"got examples of shape {tuple(input_shape[1:])} with {cells} numbers."
            )
        return (input_shape[0], *(cells // given if n == -1 else n for n in self.target_shape))

    def forward(self, inputs, training=False, rng=None):
        shape = self.compute_output_shape(inputs.shape)
        return inputs.reshape(shape), inputs.shape

    def backward(self, grad_outputs, cache, need_input_gradient=True):
        return grad_outputs.reshape(cache), {}

    def explain_shape(self, input_shape):
        shape = self.compute_output_shape(input_shape)[1:]
        before, after = (" * ".join(map(str, s)) for s in (input_shape[1:], shape))
        return [f"{before} = {after} = {shape_product(shape)}"]


class _ZeroPadding(Layer):
    axes = 2

    def __init__(self, padding=1, data_format=None, **kwargs):
        super().__init__(**kwargs)
        label = type(self).__name__
        check_data_format(label, data_format)
        if isinstance(padding, str):
            raise ValueError(
                f"{label}: padding must be numbers of cells, an integer or one integer or pair "
                f"(before, after) per axis, got {padding!r}."
            )
        pads = paddings_per_axis(label, padding, self.axes)
        self.padding = pads[0] if self.axes == 1 else pads

    def check_input(self, shape):
        check_rank(self.label, shape, self.axes)

    def _pads(self):
        return (self.padding,) if self.axes == 1 else self.padding

    def compute_output_shape(self, input_shape):
        check_rank(self.label, input_shape, self.axes)
        spatial = (
            None if n is None else before + n + after
            for n, (before, after) in zip(input_shape[1:-1], self._pads(), strict=True)
        )
        return (input_shape[0], *spatial, input_shape[-1])

    def forward(self, inputs, training=False, rng=None):
        return zero_pad_forward(inputs, self._pads())

    def backward(self, grad_outputs, cache, need_input_gradient=True):
        return zero_pad_backward(grad_outputs, cache), {}

    def explain_shape(self, input_shape):
        sizes = self.compute_output_shape(input_shape)[1:-1]
        return [
            f"{name}: {before} + {n} + {after} = {size}"
            for name, n, (before, after), size in zip(
                AXES[self.axes], input_shape[1:-1], self._pads(), sizes, strict=True
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
