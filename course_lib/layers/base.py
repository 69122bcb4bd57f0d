"""What every layer has: a name, weights, a shape rule, and a way forward and back.

A layer is used in one of two ways. Called on arrays it computes. Called on the symbolic tensor
that `Input` returns it computes nothing: it notes that it was called, creates its weights, and
returns a symbolic tensor with the shape its output will have. From the last of these tensors a
model finds its way back to the input.

``forward`` keeps nothing in the layer. All that ``backward`` will need is handed out as a cache,
so that several parts of a batch may run through one layer at the same time.
"""

from contextlib import AbstractContextManager

import numpy as np

from course_lib.activations import ActivationFunction
from course_lib.errors import parameters_of
from course_lib.initializers import generator
from course_lib.layers.checks import (
    any_batch,
    clean_shape,
    example_shape,
    flag,
    float_dtype,
    shape_of,
)
from course_lib.layers.memory import enough_memory
from course_lib.layers.own import LayerType, refuse
from course_lib.layers.symbolic import Call, SymbolicTensor
from course_lib.layers.weights import Weights
from course_lib.naming import unique_name
from course_lib.ops.checks import as_numbers


class Layer(Weights, metaclass=LayerType):
    """Base class of all layers.

    ``name``: given, or the class name in snake case with a number, as Keras counts them.
    ``trainable``: False freezes the layer: training leaves its weights as they are.
    ``dtype``: of weights and outputs, "float32" or "float64".
    ``input_shape``: of one example; the first layer of a `Sequential` may have it in place of an
    `Input`.

    After the layer was built, ``parameters`` maps names to the arrays that are learned (kernel,
    bias), ``state`` to those that are not (moving averages), and ``input_shape`` and
    ``output_shape`` are known, with None for the batch.
    """

    ends_with = None  # the activation that comes last, by name
    takes_several = False  # whether it is called on a list: merging layers, models of many inputs

    def __init__(
        self, *, input_shape: tuple | None = None, trainable: bool = True, name: str | None = None,
        dtype: str | None = None, **unknown: object,
    ) -> None:  # fmt: skip
        self._init_weights(unknown)
        self._reject(unknown)
        if name is not None and (not isinstance(name, str) or not name):
            raise TypeError(f"{type(self).__name__}: name must be a string, got {name!r}.")
        self.name = name or unique_name(type(self).__name__)
        self.dtype = float_dtype(type(self).__name__, dtype)
        self._trainable = flag(type(self).__name__, "trainable", trainable)
        self._input_shape_argument = (
            None if input_shape is None else example_shape("input_shape", input_shape)
        )
        self.built = False
        self._calls = []

    # ------------------------------------------------------- what a kind of layer says of itself

    def check_input(self, shape: tuple) -> None:
        """Raise ValueError when inputs of ``shape`` (batch first) do not fit the layer."""

    def create_weights(self, input_shape: tuple) -> None:
        """Fill ``parameters`` and ``state`` for inputs of this shape."""

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """Shape that inputs of ``input_shape`` (batch first, None where unknown) lead to."""
        return tuple(input_shape)

    def forward(
        self, inputs: np.ndarray, training: bool = False, rng: np.random.Generator | None = None
    ) -> tuple:
        """(outputs, cache) for an array of inputs; ``rng`` draws what is random in training."""
        raise NotImplementedError(self._lacks("forward(inputs, training, rng)"))

    def backward(
        self, grad_outputs: np.ndarray, cache: object, need_input_gradient: bool = True
    ) -> tuple:
        """(gradient of the inputs or None, {name: gradient of the parameter})."""
        raise NotImplementedError(self._lacks("backward(grad_outputs, cache, need_input_gradient)"))

    def _lacks(self, method):
        return f"{self.label}: has no {method}. A layer of your own needs it; see layers.own."

    def infer(self, inputs: np.ndarray | list[np.ndarray]) -> np.ndarray:
        """The outputs alone, as `forward` gives them in inference."""
        return self.forward(inputs)[0]

    def forward_logits(
        self, inputs: np.ndarray, training: bool = False, rng: np.random.Generator | None = None
    ) -> tuple:
        """`forward` without the activation that the layer ``ends_with``, if it ends with one."""
        return self.forward(inputs, training, rng)

    def new_state(self, cache: object) -> dict:
        """{name: array} of what a training step makes of ``state``; most layers have none."""
        return {}

    @property
    def treats_examples_alone(self) -> bool:
        """Whether, in training, an example's output depends on that example only."""
        return True

    @property
    def meets(self) -> bool:
        """Whether several parts of a batch may be under way: what it needs of all it adds up."""
        return self.treats_examples_alone

    def explain_shape(self, input_shape: tuple) -> list[str]:
        """Lines of arithmetic that lead to the output shape."""
        return ["same shape as the input"]

    def explain_parameters(self) -> list[str]:
        """Lines of arithmetic that lead to the number of parameters."""
        return ["0: nothing to learn"]

    # ------------------------------------------------------------------------- building, calling

    def build(self, input_shape: tuple | list) -> None:
        """Create the weights for inputs of ``input_shape`` (batch first); once only."""
        if self.built:
            return
        input_shape = clean_shape(input_shape)
        self.check_input(input_shape)
        output_shape = self._named_errors(self.compute_output_shape, input_shape)
        self.create_weights(input_shape)
        self.input_shape, self.output_shape = input_shape, output_shape
        self.built = True

    def __call__(
        self, inputs: np.ndarray | SymbolicTensor | list, training: bool | None = None
    ) -> np.ndarray | SymbolicTensor | list:
        """Outputs for an array of inputs, or the symbolic output for a symbolic tensor.

        Layers with several inputs are called on a list. ``training`` says how an array is treated.
        For a symbolic tensor it has no effect: the model decides for all of its layers, as in Keras
        3. To hold a layer back, freeze it.
        """
        inputs = self.arrange(inputs)
        tensors = inputs if self.takes_several else [inputs]
        symbolic = sum(isinstance(tensor, SymbolicTensor) for tensor in tensors)
        if symbolic == len(tensors):
            return self._call_symbolic(tensors)
        if symbolic:
            raise TypeError(
                f"{self.label}: must be called on symbolic tensors only or on arrays only, got "
                f"{symbolic} of {len(tensors)} symbolic."
            )
        inputs = self.cast(inputs)
        shape = shape_of(inputs)
        self.check_input(shape)
        self.build(any_batch(shape))
        with self.enough_memory(inputs):
            outputs, cache = self._named_errors(
                self.forward, inputs, training=bool(training), rng=generator()
            )
        if training:
            self.assign_state(self.new_state(cache))
        return outputs

    def arrange(self, inputs: object) -> object:
        """What the layer was called on, as `forward` takes it: one tensor or array."""
        if isinstance(inputs, SymbolicTensor):
            return inputs
        several = isinstance(inputs, (list, tuple)) and any(
            isinstance(part, SymbolicTensor) or (isinstance(part, np.ndarray) and part.ndim > 0)
            for part in inputs
        )
        if not several:
            return inputs
        if len(inputs) > 1:
            raise ValueError(
                f"{self.label}: must be called on one tensor or array, got a list of {len(inputs)}."
                " Join them first, layers.Concatenate()([x, y]); arrays that are examples of one"
                " batch, by np.stack."
            )
        return inputs[0]

    def _call_symbolic(self, tensors):
        shapes = [tensor.shape for tensor in tensors]
        shape = shapes if self.takes_several else shapes[0]
        self.build(shape)
        self.check_input(shape)
        found = self._named_errors(self.compute_output_shape, shape)
        several = isinstance(found, list)
        call = Call(self, tensors, found if several else [found], self.dtype)
        self._calls.append(call)
        return list(call.outputs) if several else call.outputs[0]

    def _named_errors(self, function, *arguments, **keywords):
        """Call it; say in an error which layer it was."""
        try:
            return function(*arguments, **keywords)
        except (ValueError, TypeError) as error:
            if str(error).startswith(self.label):
                raise
            kind = TypeError if isinstance(error, TypeError) else ValueError
            raise kind(f"{self.label}: {error}") from error

    def enough_memory(self, inputs: np.ndarray | list[np.ndarray]) -> AbstractContextManager:
        """A context in which a MemoryError says that it came up with ``inputs`` in this layer."""
        return enough_memory(
            self.label, f"the arrays for inputs of shape {shape_of(inputs)}",
            "Give fewer examples at a time (batch_size), smaller ones, or take fewer filters.",
        )  # fmt: skip

    def cast(self, inputs: object) -> np.ndarray:
        """Inputs as an array of the layer's dtype; TypeError for what holds no real numbers."""
        inputs = as_numbers(f"{self.label}: inputs", inputs)
        if inputs.ndim == 0:
            raise ValueError(f"{self.label}: inputs must have a batch axis, got a single number.")
        return inputs.astype(self.dtype, copy=False)

    @property
    def kind(self) -> str:
        """The name of its class, as tables show it."""
        return type(self).__name__

    @property
    def label(self) -> str:
        """Name and kind, as errors and tables show them: conv2d (Conv2D)."""
        return f"{self.name} ({type(self).__name__})"

    @property
    def input(self) -> SymbolicTensor | list:
        """The symbolic tensor (or list of them) that the layer was first called on."""
        tensors = self._first_call().inputs or self._first_call().outputs
        return list(tensors) if len(tensors) > 1 else tensors[0]

    @property
    def output(self) -> SymbolicTensor | list:
        """The symbolic tensor (or list of them) that the layer returned when first called."""
        tensors = self._first_call().outputs
        return list(tensors) if len(tensors) > 1 else tensors[0]

    def _first_call(self):
        if not self._calls:
            raise AttributeError(
                f"{self.label} has no input and output yet: it was never called on a symbolic "
                "tensor. Put it in a model that starts with Input(shape=...)."
            )
        return self._calls[0]

    # -------------------------------------------------------------------------------- reflection

    def get_config(self) -> dict:
        """{argument: value} that the layer was made with, name, trainable and dtype included."""
        own = [
            p.name
            for p in parameters_of(type(self).__init__).values()
            if p.kind == p.POSITIONAL_OR_KEYWORD and p.name not in ("self", "name", "data_format")
        ]
        own += [f"{weight}_regularizer" for weight in self.regularizable]
        config = {name: getattr(self, name) for name in own}
        activation = config.get("activation")
        if isinstance(activation, ActivationFunction) and activation.is_known:
            config["activation"] = activation.name
        return {"name": self.name, "trainable": self.trainable, "dtype": self.dtype, **config}

    @classmethod
    def from_config(cls, config: dict) -> "Layer":
        """A new layer, without weights, from what `get_config` returned."""
        return cls(**config)

    def __repr__(self):
        return f"<{type(self).__name__} name={self.name} built={self.built}>"

    def _reject(self, unknown):
        if not unknown:
            return
        known = list(parameters_of(type(self).__init__))[1:]
        known = [name for name in known if name not in ("kwargs", "unknown")]
        known += [f"{weight}_regularizer" for weight in self.regularizable]
        known = list(dict.fromkeys([*known, "input_shape", "trainable", "name", "dtype"]))
        refuse(type(self).__name__, unknown, known)
