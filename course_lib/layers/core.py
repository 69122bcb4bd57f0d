"""The layers that are in almost every model: Input, Dense and Dropout.

`Dense` is a fully connected layer: every output is a weighted sum of *all* inputs plus a bias, so
it has (inputs + 1) * units parameters. The others have none.
"""

from collections.abc import Callable

import numpy as np

from course_lib import shapes
from course_lib.errors import integer, says_what_it_takes
from course_lib.initializers import known_initializer
from course_lib.layers.activations import EndsInActivation
from course_lib.layers.base import Layer
from course_lib.layers.checks import example_shape, known_size
from course_lib.layers.own import INSTEAD_IN_INPUT, refuse
from course_lib.layers.symbolic import Call, SymbolicTensor
from course_lib.layers.weights import weight_property
from course_lib.ops.checks import hold_features
from course_lib.ops.dense import dense_backward, dense_forward


class InputLayer(Layer):
    """The entrance of a model: it passes its inputs on. Made by `Input`."""

    def __init__(
        self, shape: tuple | None = None, batch_size: int | None = None, dtype: str | None = None,
        *, batch_shape: tuple | None = None, **kwargs: object,
    ) -> None:  # fmt: skip
        old = {name: value for name, value in kwargs.items() if name in INSTEAD_IN_INPUT}
        refuse("InputLayer", old, (), INSTEAD_IN_INPUT)
        super().__init__(**kwargs)
        if batch_shape is not None:
            if shape is not None or batch_size is not None:
                other = "shape" if shape is not None else "batch_size"
                raise ValueError(
                    f"Input: {other} and batch_shape cannot both be given, since batch_shape is "
                    f"batch size and shape in one: got {other}="
                    f"{shape if shape is not None else batch_size} and batch_shape={batch_shape}."
                )
            batch_size, *shape = example_shape("batch_shape", batch_shape)
        if shape is None:
            raise ValueError(
                "Input: shape must be given, the shape of one example. "
                "For images of 28x28 pixels and one channel: Input(shape=(28, 28, 1))."
            )
        self.shape = example_shape("Input: shape", shape)
        self.batch_size = batch_size
        self.input_dtype = _number_type(dtype)
        self.build((batch_size, *self.shape))
        self._calls.append(Call(self, (), [self.input_shape], self.input_dtype or self.dtype))

    def cast(self, inputs: object) -> np.ndarray:
        """Numbers as they come; the next layer decides on their type."""
        return np.asarray(inputs)

    def forward(
        self, inputs: np.ndarray, training: bool = False, rng: np.random.Generator | None = None
    ) -> tuple:
        return inputs, None

    def backward(
        self, grad_outputs: np.ndarray, cache: object, need_input_gradient: bool = True
    ) -> tuple:
        return grad_outputs, {}

    def explain_shape(self, input_shape: tuple) -> list[str]:
        return ["the shape of one example, given"]

    def get_config(self) -> dict:
        return {
            "name": self.name,
            "shape": self.shape,
            "batch_size": self.batch_size,
            "dtype": self.input_dtype,
        }


def _number_type(dtype):
    """The name of a type of numbers; TypeError for others."""
    try:
        found = None if dtype is None else np.dtype(dtype)
    except TypeError:
        found = np.dtype(object)
    if found is not None and found.kind not in "biuf":
        raise ValueError(
            f'Input: dtype must be a type of real numbers, as "float32" or "int32", got {dtype!r}.'
        )
    return None if found is None else found.name


@says_what_it_takes
def Input(
    shape: tuple | None = None, batch_size: int | None = None, dtype: str | None = None, *,
    batch_shape: tuple | None = None, name: str | None = None, **unknown: object,
) -> SymbolicTensor:  # fmt: skip
    """The symbolic tensor that a model starts from; ``shape`` is that of one example, no batch."""
    known = ["shape", "batch_size", "dtype", "batch_shape", "name"]
    refuse("Input", unknown, known, INSTEAD_IN_INPUT)
    layer = InputLayer(shape, batch_size, dtype, batch_shape=batch_shape, name=name)
    return layer.output


class Dense(EndsInActivation, Layer):
    """Fully connected: ``activation(inputs @ kernel + bias)``.

    Inputs (batch, ..., features), kernel (features, units), bias (units,), outputs
    (batch, ..., units). Only the last axis is connected; put `Flatten` before it for images.
    """

    regularizable = ("kernel", "bias")
    kernel = weight_property("kernel")
    bias = weight_property("bias")

    def __init__(
        self, units: int, activation: str | Callable | None = None, use_bias: bool = True,
        kernel_initializer: str | Callable | np.ndarray = "glorot_uniform",
        bias_initializer: str | Callable | np.ndarray = "zeros", **kwargs: object,
    ) -> None:  # fmt: skip
        super().__init__(**kwargs)
        self.units = integer("Dense", "units", units, minimum=1)
        self.activation = activation
        self.use_bias = bool(use_bias)
        self.kernel_initializer = known_initializer(kernel_initializer)
        self.bias_initializer = known_initializer(bias_initializer)

    def check_input(self, shape: tuple) -> None:
        hold_features(self.label, shape, self.kernel.shape[0] if self.built else None)

    def create_weights(self, input_shape: tuple) -> None:
        shape = (known_size(self.label, input_shape), self.units)
        self.add_weight("kernel", shape, self.kernel_initializer)
        if self.use_bias:
            self.add_weight("bias", (self.units,), self.bias_initializer)

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        return (*input_shape[:-1], self.units)

    def linear_forward(self, inputs: np.ndarray) -> tuple:
        return dense_forward(inputs, self.parameters["kernel"], self.parameters.get("bias"))

    def linear_backward(
        self, grad_outputs: np.ndarray, cache: object, need_input_gradient: bool
    ) -> tuple:
        grad_inputs, *gradients = dense_backward(grad_outputs, cache, need_input_gradient)
        return grad_inputs, dict(zip(self.parameters, gradients, strict=False))

    def explain_shape(self, input_shape: tuple) -> list[str]:
        return [f"one number per unit: {self.units}"]

    def explain_parameters(self) -> list[str]:
        result = shapes.dense_parameters(self.kernel.shape[0], self.units, self.use_bias)
        return [" ".join(result.steps)]


class Dropout(Layer):
    """In training each number is set to 0 with probability ``rate``, the rest divided by 1 - rate.

    So the sum stays the same on average, and at inference nothing has to be done. Within ``fit``
    the masks follow from `utils.set_random_seed`; ``seed`` is for calls of the layer by itself.
    """

    def __init__(
        self, rate: float, noise_shape: tuple | None = None, seed: int | None = None,
        **kwargs: object,
    ) -> None:  # fmt: skip
        super().__init__(**kwargs)
        if isinstance(rate, bool) or not isinstance(rate, (int, float)) or not 0 <= rate <= 1:
            raise ValueError(
                f"Dropout: rate must be a number from 0 to 1, the share that is dropped, "
                f"got {rate!r}."
            )
        self.rate = rate
        if noise_shape is not None:
            noise_shape = example_shape("Dropout: noise_shape", noise_shape)
        self.noise_shape = noise_shape
        self.seed = seed
        self._own_generator = None if seed is None else np.random.default_rng(seed)

    def __call__(
        self, inputs: np.ndarray | SymbolicTensor, training: bool | None = None
    ) -> np.ndarray | SymbolicTensor:
        if self._own_generator is None or not training or isinstance(inputs, SymbolicTensor):
            return super().__call__(inputs, training)
        inputs = self.cast(inputs)
        self.build((None, *inputs.shape[1:]))
        return self.forward(inputs, training=True, rng=self._own_generator)[0]

    def forward(
        self, inputs: np.ndarray, training: bool = False, rng: np.random.Generator | None = None
    ) -> tuple:
        if not training or self.rate == 0:
            return inputs, None
        if self.rate == 1:
            return np.zeros_like(inputs), np.zeros_like(inputs)
        shape = inputs.shape
        if self.noise_shape is not None:
            pairs = zip(self.noise_shape, shape, strict=True)
            shape = tuple(n if own is None else own for own, n in pairs)
        kept = rng.random(shape, dtype=np.float32) >= self.rate
        mask = kept * inputs.dtype.type(1 / (1 - self.rate))
        return inputs * mask, mask

    def backward(
        self, grad_outputs: np.ndarray, cache: object, need_input_gradient: bool = True
    ) -> tuple:
        return (grad_outputs if cache is None else grad_outputs * cache), {}
