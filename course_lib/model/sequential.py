"""A model written as the list of its layers, each called on the output of the one before."""

import numpy as np

from course_lib.layers.base import Layer
from course_lib.layers.core import InputLayer
from course_lib.layers.symbolic import SymbolicTensor
from course_lib.model import keeping
from course_lib.model.functional import Model


class Sequential(Model):
    """A model written as the list of its layers.

    The first may be an `Input`, or have the argument ``input_shape``; then the weights exist at
    once. Without, they are created when the model first sees data, or by ``build(input_shape)``.

        >>> from course_lib import Input, layers
        >>> model = Sequential([Input(shape=(784,)), layers.Dense(10)])
        >>> model.count_params()
        7850
    """

    inputs = outputs = entrances = ()  # until the input shape is known

    def __init__(
        self, layers: list | None = None, trainable: bool = True, name: str | None = None
    ) -> None:
        Layer.__init__(self, name=name, trainable=True)
        self._list = []
        for layer in [] if layers is None else layers:
            self.add(layer)
        if not trainable:
            self.trainable = False

    def add(self, layer: Layer | SymbolicTensor) -> None:
        """Put ``layer`` at the end."""
        if isinstance(layer, SymbolicTensor) and isinstance(layer.layer, InputLayer):
            layer = layer.layer
        if not isinstance(layer, Layer):
            hint = " Write Conv2D(...), with brackets." if isinstance(layer, type) else ""
            raise TypeError(f"{self.name}: layers must be layers, got {layer!r}.{hint}")
        if isinstance(layer, InputLayer):
            self._start_from(layer)
            return
        if any(layer.name == other.name and layer is not other for other in self._list):
            raise ValueError(
                f"{self.name}: layers must have different names, got two of the name "
                f"{layer.name!r}. Make a new layer, or give one a name of its own."
            )
        if not self.built and not self._list:
            shape = _first_shape(layer)
            if shape is not None:
                self._start_from(InputLayer(batch_shape=shape))
        if self.built:
            self._connect(self.inputs, [self._called(layer)])
        self._list.append(layer)

    def pop(self) -> Layer:
        """Take the last layer away, and return it."""
        if not self._list:
            raise ValueError(f"{self.name} has no layer to take away.")
        layer = self._list.pop()
        if self.built:
            self._connect(self.inputs, list(self.output.sources))
        return layer

    def build(self, input_shape: tuple | None = None) -> None:
        """Create the weights for inputs of ``input_shape`` (batch first, None)."""
        if self.built:
            if input_shape is not None:
                self.check_input(tuple(input_shape))
            return
        if input_shape is None:
            raise ValueError(f"{self.name}: build needs input_shape, e.g. (None, 28, 28, 1).")
        if not self._list:
            raise ValueError(f"{self.name} has no layers yet: add some before it is built.")
        self._start_from(InputLayer(batch_shape=tuple(input_shape)))

    def _start_from(self, layer):
        if self.built:
            raise ValueError(
                f"{self.name} starts with input shape {self.input_shape[1:]} already; "
                "a second Input cannot be added."
            )
        start = end = layer.output
        for later in self._list:
            end = self._called(later, end)
        self._connect([start], [end])

    def _called(self, layer, tensor=None):
        """The output of ``layer`` on the model's output so far."""
        if layer.takes_several:
            raise ValueError(
                f"{self.name}: {layer.label} joins several tensors, and in a Sequential there is "
                f"one. Write the functional way: y = {type(layer).__name__}()([x1, x2]), then "
                "Model(inputs, y)."
            )
        end = layer(self.output if tensor is None else tensor)
        if isinstance(end, list):
            raise ValueError(
                f"{self.name}: {layer.label} has {len(end)} outputs, and in a Sequential every "
                "layer has one. Write the functional way: y1, y2 = layer(x), then Model(x, ...)."
            )
        return end

    @property
    def layers(self) -> list[Layer]:
        """The layers in order, without the input layer."""
        return list(self._list)

    @property
    def steps(self) -> list[Layer]:
        return super().steps if self.built else list(self._list)

    @property
    def input(self) -> SymbolicTensor:
        self._need_tensors()
        return self.inputs[0]

    @property
    def output(self) -> SymbolicTensor:
        self._need_tensors()
        return self.outputs[0]

    def _need_tensors(self):
        if not self.built:
            raise AttributeError(
                f"{self.name} has no input and output yet: its input shape is not known. "
                "Start it with Input(shape=...)."
            )

    def get_config(self) -> dict:
        """The model as plain data: its layers in order, an input layer first if it has one."""
        layers = [*self.entrances, *self._list]
        return {
            "name": self.name,
            "trainable": self.trainable,
            "layers": [keeping.kept(layer) for layer in layers],
        }

    @classmethod
    def from_config(cls, config: dict, custom_objects: dict | None = None) -> "Sequential":
        layers = [keeping.made(entry, custom_objects) for entry in config["layers"]]
        model = cls(layers, name=config["name"])
        model._trainable = bool(config["trainable"])
        return model

    def check_input(self, shape: tuple) -> None:
        if self.built:
            super().check_input(shape)

    def cast(self, inputs: object) -> np.ndarray | list[np.ndarray]:
        if not self.built and self._list:
            return self._list[0].cast(inputs)
        return super().cast(inputs)


def _first_shape(layer):
    """Input shape, batch first, that a first layer brings along; None if it has none."""
    if layer._input_shape_argument is not None:
        return (None, *layer._input_shape_argument)
    return layer.input_shape if isinstance(layer, Model) and layer.built else None


keeping.MODELS |= {"Sequential": Sequential}
