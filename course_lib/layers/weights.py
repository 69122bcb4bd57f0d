"""The weights of a layer: created, counted, read and set, frozen, and what regularizes them."""

from collections.abc import Callable

import numpy as np

from course_lib import regularizers
from course_lib.initializers import get as get_initializer
from course_lib.layers.checks import flag
from course_lib.layers.memory import enough_memory, spend
from course_lib.ops.checks import as_numbers


class Weights:
    """What a layer holds: ``parameters``, which are learned, and ``state``, which is not.

    A `Layer` is one. Its name and ``built`` say in errors whose weights these are.
    """

    regularizable = ()  # weights that may have a regularizer: kernel has kernel_regularizer

    def _init_weights(self, arguments):
        """No weights yet; takes the regularizers out of a layer's ``arguments``."""
        self._parameters, self._state = {}, {}
        for weight in self.regularizable:
            argument = f"{weight}_regularizer"
            setattr(self, argument, regularizers.get(arguments.pop(argument, None)))

    def add_weight(
        self, name: str, shape: tuple, initializer: str | Callable | np.ndarray,
        trainable: bool = True,
    ) -> None:  # fmt: skip
        """Create the array ``name`` of ``shape`` by ``initializer``."""
        spend(self.label, name, shape)
        initializer = get_initializer(initializer)
        mend = "Take fewer units or filters, or make the maps before smaller: pool, or stride."
        with enough_memory(self.label, f"the weights {name} of shape {tuple(shape)}", mend):
            array = np.array(initializer(shape, self.dtype), self.dtype)
        if array.shape != tuple(shape):
            raise ValueError(
                f"{self.label}: the initializer of {name} must return shape {tuple(shape)}, "
                f"got {array.shape}."
            )
        (self.parameters if trainable else self.state)[name] = array

    @property
    def parameters(self) -> dict[str, np.ndarray]:
        """{name: array} of what can be learned."""
        return self._parameters

    @property
    def state(self) -> dict[str, np.ndarray]:
        """{name: array} of what changes in training without being learned."""
        return self._state

    @property
    def trainable(self) -> bool:
        return self._trainable

    @trainable.setter
    def trainable(self, value):
        self._trainable = flag(self.label, "trainable", value)

    @property
    def trainable_parameters(self) -> dict[str, np.ndarray]:
        """The ``parameters`` that training changes: all, or none when the layer is frozen."""
        return self.parameters if self.trainable else {}

    @property
    def penalties(self) -> dict[str, regularizers.Regularizer]:
        """{name: regularizer} of the weights that training changes and that have one."""
        named = {n: getattr(self, f"{n}_regularizer", None) for n in self.trainable_parameters}
        return {name: regularizer for name, regularizer in named.items() if regularizer is not None}

    @property
    def losses(self) -> list[float]:
        """The penalties of the regularizers, as numbers: what training adds to the loss."""
        weights = self.trainable_parameters
        return [regularizer(weights[name]) for name, regularizer in self.penalties.items()]

    @property
    def named_weights(self) -> dict[str, np.ndarray]:
        """{name: array} of parameters and state, in Keras' order."""
        return {**self.parameters, **self.state}

    @property
    def weights(self) -> list[np.ndarray]:
        return list(self.named_weights.values())

    @property
    def trainable_weights(self) -> list[np.ndarray]:
        return list(self.trainable_parameters.values())

    @property
    def non_trainable_weights(self) -> list[np.ndarray]:
        trainable = {id(array) for array in self.trainable_weights}
        return [array for array in self.weights if id(array) not in trainable]

    def get_weights(self) -> list[np.ndarray]:
        """Copies of all weights, in Keras' order: parameters, then state."""
        return [array.copy() for array in self.weights]

    def set_weights(self, weights: list) -> None:
        """Copy ``weights``, a list as `get_weights` returns, into the layer."""
        own = self.named_weights
        weights = list(weights)
        if not own and not self.built and weights:
            raise ValueError(
                f"{self.label} has no weights yet: its input shape is not known. "
                "Call it on inputs, or build(input_shape), before set_weights."
            )
        if len(weights) != len(own):
            shapes = ", ".join(f"{name} {array.shape}" for name, array in own.items())
            raise ValueError(
                f"{self.label}: set_weights needs {len(own)} arrays ({shapes}), got {len(weights)}."
            )
        new = [
            as_numbers(f"{self.label}: weight {name}", w)
            for name, w in zip(own, weights, strict=True)
        ]
        for (name, array), weight in zip(own.items(), new, strict=True):
            if weight.shape != array.shape:
                raise ValueError(
                    f"{self.label}: {name} must have shape {array.shape}, got {weight.shape}."
                )
        for array, weight in zip(own.values(), new, strict=True):
            array[...] = weight

    def assign_state(self, state: dict) -> None:
        """Write {name: array}, as `new_state` returns it, into the state."""
        for name, array in state.items():
            self.state[name][...] = array

    def count_params(self) -> int:
        """How many numbers the weights have, those that are not learned included."""
        if not self.built:
            raise ValueError(
                f"{self.label}: the weights cannot be counted before the input shape is known. "
                "Call it on inputs, or build(input_shape), first."
            )
        return sum(array.size for array in self.weights)


def weight_property(name):
    """An attribute that reads the weight ``name``: None where the layer has none of that name."""

    def read(self) -> np.ndarray | None:
        if not self.built and name not in self.named_weights:
            raise AttributeError(
                f"{self.label}: {name} is not there before the input shape is known. Call the "
                "layer on inputs, or build(input_shape), first."
            )
        return self.named_weights.get(name)

    return property(read, doc=f"The array {name}, or None.")
