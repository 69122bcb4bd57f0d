"""Layers that write the same numbers in another shape: Flatten and Reshape."""

from math import prod

import numpy as np

from course_lib.layers.base import Layer
from course_lib.layers.checks import shape_product
from course_lib.ops.checks import last_channels


class Flatten(Layer):
    """Each example in one row: (batch, height, width, channels) to (batch, h * w * c).

    The last axis runs fastest: all channels of the first pixel come first.
    """

    def __init__(self, data_format: str | None = None, **kwargs: object) -> None:
        super().__init__(**kwargs)
        last_channels("Flatten", data_format)

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        return (input_shape[0], shape_product(input_shape[1:]))

    def forward(
        self, inputs: np.ndarray, training: bool = False, rng: np.random.Generator | None = None
    ) -> tuple:
        return inputs.reshape(len(inputs), prod(inputs.shape[1:])), inputs.shape

    def backward(
        self, grad_outputs: np.ndarray, cache: object, need_input_gradient: bool = True
    ) -> tuple:
        return grad_outputs.reshape(cache), {}

    def explain_shape(self, input_shape: tuple) -> list[str]:
        factors = " * ".join(map(str, input_shape[1:])) or "1"
        return [f"{factors} = {shape_product(input_shape[1:])}"]


class Reshape(Layer):
    """The same numbers in the shape ``target_shape`` (without the batch); one size may be -1."""

    def __init__(self, target_shape: tuple, **kwargs: object) -> None:
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

    def compute_output_shape(self, input_shape: tuple) -> tuple:
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

    def forward(
        self, inputs: np.ndarray, training: bool = False, rng: np.random.Generator | None = None
    ) -> tuple:
        shape = self.compute_output_shape(inputs.shape)
        return inputs.reshape(shape), inputs.shape

    def backward(
        self, grad_outputs: np.ndarray, cache: object, need_input_gradient: bool = True
    ) -> tuple:
        return grad_outputs.reshape(cache), {}

    def explain_shape(self, input_shape: tuple) -> list[str]:
        shape = self.compute_output_shape(input_shape)[1:]
        before, after = (" * ".join(map(str, s)) for s in (input_shape[1:], shape))
        return [f"{before} = {after} = {shape_product(shape)}"]
