"""How a layer ends in an activation, and activations as layers of their own."""

from collections.abc import Callable

import numpy as np

from course_lib import activations
from course_lib.errors import integer, number
from course_lib.layers.base import Layer
from course_lib.layers.checks import axis_of_input
from course_lib.ops.activations import relu, softmax_backward, softmax_forward


class EndsInActivation:
    """Forward and backward of a layer that computes something linear, then its activation.

    The layer offers ``linear_forward(inputs)`` and ``linear_backward(grad, cache, need)``.
    ``activation`` may be set at any time, to a name, a function or None.
    """

    @property
    def activation(self) -> activations.ActivationFunction:
        return self._activation

    @activation.setter
    def activation(self, value):
        self._activation = activations.get(value)

    @property
    def ends_with(self) -> str | None:
        return self.activation.name

    def forward(
        self, inputs: np.ndarray, training: bool = False, rng: np.random.Generator | None = None
    ) -> tuple:
        outputs, linear_cache = self.linear_forward(inputs)
        outputs, activation_cache = self.activation.forward(outputs)
        return outputs, (linear_cache, self.activation, activation_cache)

    def forward_logits(
        self, inputs: np.ndarray, training: bool = False, rng: np.random.Generator | None = None
    ) -> tuple:
        outputs, linear_cache = self.linear_forward(inputs)
        return outputs, (linear_cache, activations.LINEAR, None)

    def backward(
        self, grad_outputs: np.ndarray, cache: object, need_input_gradient: bool = True
    ) -> tuple:
        linear_cache, activation, activation_cache = cache
        grad_outputs = activation.backward(grad_outputs, activation_cache)
        return self.linear_backward(grad_outputs, linear_cache, need_input_gradient)


class Activation(EndsInActivation, Layer):
    """An activation as a layer of its own: Activation("relu")."""

    def __init__(self, activation: str | Callable | None, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.activation = activation

    def linear_forward(self, inputs: np.ndarray) -> tuple:
        return inputs, None

    def linear_backward(
        self, grad_outputs: np.ndarray, cache: object, need_input_gradient: bool
    ) -> tuple:
        return grad_outputs, {}


class ReLU(Layer):
    """max(0, x); ``max_value`` cuts off above, ``negative_slope`` lets some of x < threshold pass.

    y = max_value          for x >= max_value
    y = x                  for threshold < x < max_value
    y = slope * (x - threshold)   below
    """

    def __init__(
        self, max_value: float | None = None, negative_slope: float = 0.0, threshold: float = 0.0,
        **kwargs: object,
    ) -> None:  # fmt: skip
        super().__init__(**kwargs)
        numbers = {"negative_slope": negative_slope, "threshold": threshold}
        if max_value is not None:
            numbers["max_value"] = max_value
        for name, value in numbers.items():
            if not isinstance(value, (int, float)) or not value >= 0:
                raise ValueError(f"ReLU: {name} must be a number, 0 or more, got {value!r}.")
        self.max_value = max_value
        self.negative_slope = negative_slope
        self.threshold = threshold

    def forward(
        self, inputs: np.ndarray, training: bool = False, rng: np.random.Generator | None = None
    ) -> tuple:
        if self.threshold == 0 and self.negative_slope == 0:
            outputs = relu(inputs)
        else:
            low = self.negative_slope * (inputs - self.threshold)
            outputs = np.where(inputs > self.threshold, inputs, low).astype(inputs.dtype)
        if self.max_value is not None:
            np.minimum(outputs, inputs.dtype.type(self.max_value), out=outputs)
        return outputs, inputs

    def backward(
        self, grad_outputs: np.ndarray, cache: object, need_input_gradient: bool = True
    ) -> tuple:
        # On a corner the slope is that of its left side.
        if self.threshold == 0 and self.negative_slope == 0:
            passes = cache > 0
            if self.max_value is not None:
                passes &= cache <= self.max_value
            return grad_outputs * passes.astype(grad_outputs.dtype), {}
        slope = np.where(cache > self.threshold, 1, self.negative_slope)
        if self.max_value is not None:
            slope = np.where(cache > self.max_value, 0, slope)
        return grad_outputs * slope.astype(grad_outputs.dtype), {}

    def explain_shape(self, input_shape: tuple) -> list[str]:
        top = "" if self.max_value is None else f", at most {self.max_value}"
        return [f"number by number, below {self.threshold} times {self.negative_slope}{top}"]


class LeakyReLU(Layer):
    """x for x > 0, ``negative_slope`` * x below: a little of the gradient always passes."""

    def __init__(self, negative_slope: float = 0.3, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.negative_slope = number(
            "LeakyReLU", "negative_slope", negative_slope, minimum=0, inclusive=True
        )

    def forward(
        self, inputs: np.ndarray, training: bool = False, rng: np.random.Generator | None = None
    ) -> tuple:
        slope = np.where(inputs > 0, inputs.dtype.type(1), inputs.dtype.type(self.negative_slope))
        return inputs * slope, slope

    def backward(
        self, grad_outputs: np.ndarray, cache: object, need_input_gradient: bool = True
    ) -> tuple:
        return grad_outputs * cache, {}

    def explain_shape(self, input_shape: tuple) -> list[str]:
        return [f"number by number, negative ones times {self.negative_slope}"]


class Softmax(Layer):
    """exp(x) over the sum of exp(x) along ``axis``: numbers that can be read as probabilities.

    ``axis``: an axis or several, as (1, 2) for probabilities over the places of a map.
    """

    def __init__(self, axis: int | tuple[int, ...] = -1, **kwargs: object) -> None:
        super().__init__(**kwargs)
        if isinstance(axis, (tuple, list)) and axis:
            self.axis = tuple(integer("Softmax", "axis", entry) for entry in axis)
        else:
            self.axis = integer("Softmax", "axis", axis)

    def check_input(self, shape: tuple) -> None:
        for axis in self.axis if isinstance(self.axis, tuple) else (self.axis,):
            axis_of_input(self.label, axis, shape)

    @property
    def ends_with(self) -> str | None:
        return "softmax" if self.axis == -1 else None

    def forward(
        self, inputs: np.ndarray, training: bool = False, rng: np.random.Generator | None = None
    ) -> tuple:
        return softmax_forward(inputs, self.axis)

    def forward_logits(
        self, inputs: np.ndarray, training: bool = False, rng: np.random.Generator | None = None
    ) -> tuple:
        return inputs, None

    def backward(
        self, grad_outputs: np.ndarray, cache: object, need_input_gradient: bool = True
    ) -> tuple:
        return (grad_outputs if cache is None else softmax_backward(grad_outputs, cache)), {}
