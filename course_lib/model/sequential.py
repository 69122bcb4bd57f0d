"""A model written as the list of its layers, each called on the output of the one before."""

from course_lib.layers.base import Layer, SymbolicTensor
from course_lib.layers.core import InputLayer
from course_lib.model.functional import Model


class Sequential(Model):
    """A model written as the list of its layers.

    The first may be an `Input`, or have the argument ``input_shape``; then the weights exist at
    once. Without, they are created when the model first sees data, or by ``build(input_shape)``.
    """

    def __init__(self, layers=None, trainable=True, name=None):
        Layer.__init__(self, name=name, trainable=True)
        self._start, self._ends, self._several = None, [], False
        self.steps, self.step_shapes, self._taps = [], [], [0]
        for layer in [] if layers is None else layers:
            self.add(layer)
        if not trainable:
            self.trainable = False

    def add(self, layer):
        """Put ``layer`` at the end."""
        if isinstance(layer, SymbolicTensor) and isinstance(layer.layer, InputLayer):
            layer = layer.layer
        if not isinstance(layer, Layer):
            hint = " Write Conv2D(...), with brackets." if isinstance(layer, type) else ""
            raise TypeError(f"{self.name}: layers must be layers, got {layer!r}.{hint}")
        if isinstance(layer, InputLayer):
            self._start_from(layer)
            return
        if any(layer.name == other.name and layer is not other for other in self.steps):
            raise ValueError(
                f"{self.name}: layers must have different names, got two of the name "
                f"{layer.name!r}. Make a new layer, or give one a name of its own."
            )
        if self._start is None and not self.steps:
            shape = _first_shape(layer)
            if shape is not None:
                self._start_from(InputLayer(batch_shape=shape))
        if self._start is not None:
            self._append_symbolic(layer)
        self.steps.append(layer)
        self._taps = [len(self.steps)]

    def pop(self):
        """Take the last layer away, and return it."""
        if not self.steps:
            raise ValueError(f"{self.name} has no layer to take away.")
        layer = self.steps.pop()
        self._taps = [len(self.steps)]
        if self._start is not None:
            self.step_shapes.pop()
            self._ends = [self._ends[0].source]
            self.output_shape = self._ends[0].shape
        return layer

    def build(self, input_shape=None):
        """Create the weights for inputs of ``input_shape`` (batch first, None)."""
        if self._start is not None:
            return
        if input_shape is None:
            raise ValueError(f"{self.name}: build needs input_shape, e.g. (None, 28, 28, 1).")
        if not self.steps:
            raise ValueError(f"{self.name} has no layers yet: add some before it is built.")
        self._start_from(InputLayer(batch_shape=tuple(input_shape)))

    def _start_from(self, layer):
        if self._start is not None:
            raise ValueError(
                f"{self.name} starts with input shape {self._start.shape[1:]} already; "
                "a second Input cannot be added."
            )
        if self.built or self.step_shapes:
            raise ValueError(f"{self.name}: Input must be the first layer.")
        self._start = layer.output
        self._ends = [self._start]
        self.step_shapes = [self._start.shape]
        self.input_shape = self.output_shape = self._start.shape
        self.built = True
        for later in self.steps:
            self._append_symbolic(later)

    def _append_symbolic(self, layer):
        end = layer(self._ends[0])
        self._ends = [end]
        self.step_shapes.append(end.shape)
        self.output_shape = end.shape

    @property
    def layers(self):
        """The layers in order, without the input layer."""
        return list(self.steps)

    @property
    def input(self):
        self._need_tensors()
        return self._start

    @property
    def output(self):
        self._need_tensors()
        return self._ends[0]

    def _need_tensors(self):
        if self._start is None:
            raise AttributeError(
                f"{self.name} has no input and output yet: its input shape is not known. "
                "Start it with Input(shape=...)."
            )

    def check_input(self, shape):
        if self._start is not None:
            super().check_input(shape)


def _first_shape(layer):
    """Input shape, batch first, that a first layer brings along; None if it has none."""
    if layer._input_shape_argument is not None:
        return (None, *layer._input_shape_argument)
    return layer.input_shape if isinstance(layer, Model) and layer.built else None
