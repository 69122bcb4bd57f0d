"""A model found by walking back from its outputs to its inputs.

Each symbolic tensor knows which layer made it from which tensors, so ``Model(x, y)`` goes from y to
its sources, and on, until it meets x: the layers on the way are the model. They may form a chain,
or a graph that branches and joins (see `graph`).

A model is a layer itself: it has weights, a shape rule, forward and backward, and may stand inside
another model, frozen or not. Forward runs through the graph and keeps each layer's cache; backward
runs through it the other way, and stops where nothing below is left to learn.
"""

import copy
from collections.abc import Callable
from os import PathLike

import numpy as np

from course_lib.layers.base import Layer
from course_lib.layers.core import InputLayer
from course_lib.layers.own import meets
from course_lib.layers.symbolic import SymbolicTensor
from course_lib.model import keeping, summary
from course_lib.model.graph import Graph, Step
from course_lib.model.learning import Learning
from course_lib.naming import unique_name
from course_lib.regularizers import Regularizer


class Model(Learning, Layer):
    """A functional model: the layers that lead from ``inputs`` to ``outputs``.

    ``inputs``: the tensor of an `Input`, or a list of them; or of a layer inside another model,
    which cuts a piece out of it. ``outputs``: a tensor or a list, as for a model that shows every
    feature map: ``Model(model.input, [layer.output for layer in model.layers])``. Layers are
    shared with the models they come from, not copied.

    A model of several inputs takes a list of arrays, in the order of ``inputs``, or a dictionary
    with the names of its Inputs; one of several outputs returns a list.

    Raises ValueError where the outputs do not come from the inputs.

        >>> from course_lib import Input, layers
        >>> x = Input(shape=(28, 28, 1))
        >>> y = layers.Conv2D(8, 3, padding="same")(x)
        >>> model = Model(x, layers.GlobalAveragePooling2D()(layers.Conv2D(8, 1)(y) + y))
        >>> model.output_shape, model.count_params()
        ((None, 8), 152)
    """

    def __init__(
        self, inputs: SymbolicTensor | list, outputs: SymbolicTensor | list,
        name: str | None = None, trainable: bool = True,
    ) -> None:  # fmt: skip
        super().__init__(name=name or unique_name(self.kind))
        self.input, self.output = inputs, outputs
        self._connect(_tensors("inputs", inputs), _tensors("outputs", outputs))
        if not trainable:
            self.trainable = False

    input = output = None  # the tensors as they were given

    @property
    def kind(self) -> str:
        return "Functional" if type(self) is Model else type(self).__name__

    def _connect(self, starts, ends):
        """Take the graph between the symbolic tensors ``starts`` and ``ends``."""
        self.inputs, self.outputs = starts, ends
        self.graph = Graph.between(starts, ends)
        self.entrances = [_entrance(start) for start in starts]
        self._check_names()
        self.input_shape = _one_or_all([start.shape for start in starts])
        self.output_shape = _one_or_all([end.shape for end in ends])
        self.built = True

    def _check_names(self):
        layers = {}
        for layer in [*self.entrances, *self.steps]:
            if layers.setdefault(layer.name, layer) is not layer:
                raise ValueError(
                    f"{self.name}: layers must have different names, got two of the name "
                    f"{layer.name!r}."
                )

    # --------------------------------------------------------------------- the model as a layer

    @property
    def layers(self) -> list[Layer]:
        """The layers in order, each once; a functional model's first ones are its input layers."""
        return list(dict.fromkeys([*self.entrances, *self.steps]))

    @property
    def steps(self) -> list[Layer]:
        """The layers in the order in which they work; a shared layer comes more than once."""
        return [step.layer for step in self.graph.steps]

    def with_steps(self, steps: list[Step]) -> "Model":
        """The same model, with the same weights, whose graph is done in other ``steps``."""
        other = copy.copy(self)
        other.graph = self.graph.with_steps(steps)
        return other

    @property
    def takes_several(self) -> bool:
        return len(self.inputs) > 1

    def get_layer(self, name: str | None = None, index: int | None = None) -> Layer:
        """The layer of that name, or at that place of ``layers``."""
        if (name is None) == (index is None):
            raise ValueError(f"{self.name}: get_layer needs a name or an index.")
        layers = self.layers
        if index is not None:
            if not -len(layers) <= index < len(layers):
                raise ValueError(
                    f"{self.name}: index must be below {len(layers)}, the number of layers, "
                    f"got {index}."
                )
            return layers[index]
        for layer in layers:
            if layer.name == name:
                return layer
        known = ", ".join(layer.name for layer in layers)
        raise ValueError(f"{self.name} has no layer {name!r}. Its layers: {known}.")

    def check_input(self, shape: tuple | list) -> None:
        """An example must have the shape of the model's input; where it is clear, say the mend."""
        several = self.takes_several
        pairs = zip(self.inputs, shape if several else [shape], strict=True)
        for place, (start, got) in enumerate(pairs):
            expected, got = start.shape[1:], tuple(got)
            fits = len(got) == len(expected) + 1 and all(
                want is None or have is None or want == have
                for want, have in zip(expected, got[1:], strict=True)
            )
            if not fits:
                which = f"inputs[{place}] ({self.entrances[place].name})" if several else "inputs"
                numbers = ", ".join(map(str, ("batch", *expected)))
                raise ValueError(
                    f"{self.name}: {which} must have shape ({numbers}), got {got}."
                    f"{_mend(expected, got)}"
                )

    def compute_output_shape(self, input_shape: tuple | list) -> tuple | list:
        shapes = input_shape if self.takes_several else [input_shape]
        return _one_or_all(self.graph.output_shapes(shapes))

    def arrange(self, inputs: object) -> object:
        """One array or tensor, or a list with one for each input; a dictionary goes by names."""
        names = [layer.name for layer in self.entrances]
        if isinstance(inputs, dict):
            missing = [name for name in names if name not in inputs]
            if missing or len(inputs) > len(names):
                raise ValueError(
                    f"{self.name}: a dictionary of inputs must have the keys {', '.join(names)}, "
                    f"got {', '.join(map(str, inputs))}."
                )
            inputs = [inputs[name] for name in names]
        if not self.takes_several:
            return super().arrange(inputs)
        if not isinstance(inputs, (list, tuple)) or len(inputs) != len(names):
            one = not isinstance(inputs, (list, tuple))
            got = type(inputs).__name__ if one else f"a list of {len(inputs)}"
            raise ValueError(
                f"{self.name}: has {len(names)} inputs and must be called on a list of so many "
                f"({', '.join(names)}), or on a dictionary of these names; got {got}."
            )
        return list(inputs)

    def cast(self, inputs: object) -> np.ndarray | list[np.ndarray]:
        """Numbers as the layers that read them take them: floats of a dtype, or word numbers."""
        pairs = zip(self.graph.starts, self._each(inputs), strict=True)
        return _one_or_all([self._cast_one(place, array) for place, array in pairs])

    def _cast_one(self, place, array):
        """An array as the first layer that reads it takes it."""
        for step in self.graph.readers(place)[:1]:
            layer = step.layer
            if isinstance(layer, Model):
                return layer._cast_one(layer.graph.starts[step.reads.index(place)], array)
            return layer.cast([array])[0] if layer.takes_several else layer.cast(array)
        return Layer.cast(self, array)

    def forward(
        self, inputs: np.ndarray | list[np.ndarray], training: bool = False,
        rng: np.random.Generator | None = None,
    ) -> tuple:  # fmt: skip
        outputs, caches = self.graph.forward(self._each(inputs), training, rng)
        return _one_or_all(outputs), caches

    def infer(self, inputs: np.ndarray | list[np.ndarray]) -> np.ndarray | list[np.ndarray]:
        return _one_or_all(self.graph.infer(self._each(inputs)))

    def _each(self, inputs):
        return inputs if self.takes_several else [inputs]

    @property
    def ends_with(self) -> str | list | None:
        """The activation that makes the output, by name; a list of them for several outputs."""
        makers = {place: s.layer for s in self.graph.steps for place in s.writes}
        read = {place for s in self.graph.steps for place in s.reads}
        ends = self.graph.ends
        return _one_or_all([None if p in read else _activation_of(makers.get(p)) for p in ends])

    def forward_logits(
        self, inputs: np.ndarray | list[np.ndarray], training: bool = False,
        rng: np.random.Generator | None = None, which: tuple = (True,),
    ) -> tuple:  # fmt: skip
        """`forward` without the activations of ``which`` outputs."""
        logits = [place for place, bare in zip(self.graph.ends, which, strict=True) if bare]
        outputs, caches = self.graph.forward(self._each(inputs), training, rng, logits)
        return _one_or_all(outputs), caches

    def backward(
        self, grad_outputs: np.ndarray | list[np.ndarray], cache: list,
        need_input_gradient: bool = True,
    ) -> tuple:  # fmt: skip
        grads = grad_outputs if len(self.outputs) > 1 else [grad_outputs]
        grad_inputs, found = self.graph.backward(grads, cache, need_input_gradient)
        ordered = {path: found[path] for path in self.trainable_parameters if path in found}
        return (_one_or_all(grad_inputs) if need_input_gradient else None), ordered

    def new_state(self, cache: list) -> dict:
        return {
            f"{layer.name}/{name}": array
            for layer, own in zip(self.steps, cache, strict=True)
            for name, array in layer.new_state(own).items()
        }

    @property
    def treats_examples_alone(self) -> bool:
        return all(layer.treats_examples_alone for layer in self.steps)

    @property
    def meets(self) -> bool:
        return all(map(meets, self.steps))

    # ---------------------------------------------------------------------------------- weights

    def _gather(self, kind):
        return {
            f"{layer.name}/{name}": array
            for layer in self.layers
            for name, array in getattr(layer, kind).items()
        }

    @property
    def parameters(self) -> dict[str, np.ndarray]:
        """{layer/name: array} of everything that can be learned."""
        return self._gather("parameters")

    @property
    def state(self) -> dict[str, np.ndarray]:
        """{layer/name: array} of what is not learned: moving averages."""
        return self._gather("state")

    @property
    def trainable_parameters(self) -> dict[str, np.ndarray]:
        """{layer/name: array} of what training changes."""
        return self._gather("trainable_parameters") if self.trainable else {}

    @property
    def penalties(self) -> dict[str, Regularizer]:
        """{layer/name: regularizer} of what training changes and that has one."""
        return self._gather("penalties") if self.trainable else {}

    @property
    def named_weights(self) -> dict[str, np.ndarray]:
        return self._gather("named_weights")

    @property
    def trainable(self) -> bool:
        return self._trainable

    @trainable.setter
    def trainable(self, value):
        Layer.trainable.fset(self, value)
        for layer in self.layers:
            layer.trainable = value

    # ----------------------------------------------------------------------------------- keeping

    def get_config(self) -> dict:
        """The model as plain data: its layers, and which of them reads what.

        ``calls``: one for each call of a layer, [number of the layer, places read, places written];
        a place is the number of an array. ``inputs`` and ``outputs``: places.
        """
        layers = self.layers
        number = {id(layer): place for place, layer in enumerate(layers)}
        return {
            "name": self.name,
            "trainable": self.trainable,
            "layers": [keeping.kept(layer) for layer in layers],
            "calls": [
                [number[id(step.layer)], list(step.reads), list(step.writes)]
                for step in self.graph.steps
            ],
            "inputs": list(self.graph.starts),
            "outputs": list(self.graph.ends),
        }

    @classmethod
    def from_config(cls, config: dict, custom_objects: dict | None = None) -> "Model":
        """A new model, with first weights, from what `get_config` returned."""
        layers = [keeping.made(entry, custom_objects) for entry in config["layers"]]
        tensors = {p: layer.output for p, layer in zip(config["inputs"], layers, strict=False)}
        for place, reads, writes in config["calls"]:
            found = [tensors[read] for read in reads]
            layer = layers[place]
            made = layer(found if layer.takes_several else found[0])
            tensors.update(zip(writes, made if isinstance(made, list) else [made], strict=True))
        ends = [tensors[place] for place in config["outputs"]]
        starts = [tensors[place] for place in config["inputs"]]
        model = cls(_one_or_all(starts), _one_or_all(ends), name=config["name"])
        model._trainable = bool(config["trainable"])
        return model

    def save(self, filepath: str | PathLike, overwrite: bool = True) -> None:
        """Write the model to the file ``filepath``, whose name must end in .npz.

        That is its configuration, its weights, and how it was compiled: the optimizer with its
        averages, loss and metrics. `models.load_model` reads it.
        """
        path = keeping.new_file(filepath, overwrite)
        keeping.write(path, self)

    def save_weights(self, filepath: str | PathLike, overwrite: bool = True) -> None:
        """Write all weights to the file ``filepath``, whose name must end in .npz."""
        path = keeping.new_file(filepath, overwrite)
        self._need_weights("save_weights")
        keeping.write_weights(path, self)

    def load_weights(self, filepath: str | PathLike) -> None:
        """Read weights written by `save_weights` of a model with the same layers in order."""
        path = keeping.path_of(filepath)
        self._need_weights("load_weights")
        keeping.read_weights(path, self)

    def _need_weights(self, what):
        if not self.built:
            raise ValueError(
                f"{self.name}: {what} needs the input shape. Start the model with Input(shape=...)."
            )

    # ------------------------------------------------------------------------------------ tables

    def summary(
        self, *, print_fn: Callable | None = None, expand_nested: bool = False,
        show_trainable: bool = False,
    ) -> None:  # fmt: skip
        """Print the table of layers, output shapes and parameters, as Keras does."""
        (print_fn or print)(summary.table(self, expand_nested, show_trainable))

    def explain(self, *, print_fn: Callable | None = None) -> None:
        """Print the arithmetic behind every output shape and every number of parameters."""
        (print_fn or print)(summary.explanation(self))


def _tensors(argument, value):
    """The list of tensors that a model was given as its inputs or outputs."""
    if isinstance(value, (list, tuple)) and not value:
        raise ValueError(f"Model: {argument} must be a tensor or a list of them, got {value!r}.")
    found = list(value) if isinstance(value, (list, tuple)) else [value]
    for tensor in found:
        if not isinstance(tensor, SymbolicTensor):
            hint = " Pass layer.output." if isinstance(tensor, Layer) else ""
            raise TypeError(
                f"Model: {argument} must be the tensor of Input(shape=...) or of a layer called on "
                f"it, or a list of them, got {type(tensor).__name__}.{hint}"
            )
    return found


def _entrance(start):
    """The input layer of a tensor; a new one where a piece is cut out of another model."""
    if isinstance(start.layer, InputLayer):
        return start.layer
    return InputLayer(batch_shape=start.shape, dtype=start.dtype)


def _activation_of(layer):
    """What a layer ends with, where its outputs without it can be had."""
    return layer.ends_with if layer is not None and isinstance(layer.ends_with, str) else None


def _one_or_all(found):
    return found[0] if len(found) == 1 else found


def _mend(expected, got):
    """How to bring an array of shape ``got`` to examples of shape ``expected``, if it is clear."""
    if None in expected or None in got:
        return ""
    cells = int(np.prod(expected, dtype=int))
    if got == tuple(expected):
        return f" Add the batch axis: inputs.reshape({', '.join(map(str, (1, *expected)))})."
    if got and got[0] and int(np.prod(got[1:], dtype=int)) == cells:
        return f" Reshape: inputs.reshape({', '.join(map(str, (got[0], *expected)))})."
    if int(np.prod(got, dtype=int)) == cells:
        return f" Reshape: inputs.reshape({', '.join(map(str, (1, *expected)))})."
    return ""


keeping.MODELS |= {"Functional": Model}
