"""Activations by name: a layer writes ``activation="relu"`` and finds here both ways through it.

Each is also a function of arrays, as in Keras: ``activations.relu(x)``. A layer takes the name, the
function, or an `ActivationFunction` of your own:

    >>> def cube_forward(x):
    ...     return x**3, x
    >>> def cube_backward(grad_outputs, x):
    ...     return grad_outputs * 3 * x**2
    >>> cube = ActivationFunction("cube", cube_forward, cube_backward)

``Dense(4, activation=cube)`` then trains with it. Any other function of an array will do as long as
the layer only computes.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from course_lib import ops
from course_lib.ops import activations as _operations
from course_lib.ops import (
    elu,
    leaky_relu,
    log_softmax,
    relu,
    sigmoid,
    silu,
    softmax,
    tanh,
)
from course_lib.unknown_names import told

__all__ = [
    "ActivationFunction",
    "elu",
    "gelu",
    "get",
    "leaky_relu",
    "linear",
    "log_softmax",
    "relu",
    "sigmoid",
    "silu",
    "softmax",
    "tanh",
]
__getattr__ = told(__name__)


class ActivationFunction(NamedTuple):
    """An activation: its name, ``forward`` and ``backward``.

    ``forward(inputs)`` returns (outputs, cache); ``backward(grad_outputs, cache)`` the gradient of
    the inputs. The outputs have the shape of the inputs.
    """

    name: str
    forward: Callable
    backward: Callable

    def __call__(self, inputs):
        return self.forward(inputs)[0]

    @property
    def is_known(self):
        """Whether its name alone says what it is."""
        return ACTIVATIONS.get(self.name) is self

    def __repr__(self):
        return f"<activation {self.name}>"


def linear(x):
    """The numbers as they are."""
    return x


def gelu(x, approximate=False):
    """x times the share of a normal distribution below x; ``approximate`` as `ops.gelu` does."""
    return ops.gelu(x, approximate)


def _linear_forward(inputs):
    return inputs, None


def _linear_backward(grad_outputs, cache):
    return grad_outputs


def _gelu_forward(inputs):
    return ops.gelu_forward(inputs, approximate=False)


LINEAR = ActivationFunction("linear", _linear_forward, _linear_backward)
NAMES = ("elu", "leaky_relu", "log_softmax", "relu", "sigmoid", "silu", "softmax", "tanh")
ACTIVATIONS = {
    "linear": LINEAR,
    "gelu": ActivationFunction("gelu", _gelu_forward, ops.gelu_backward),
    **{
        name: ActivationFunction(
            name,
            getattr(_operations, f"{name}_forward"),
            getattr(_operations, f"{name}_backward"),
        )
        for name in NAMES
    },
}
ALIASES = {"swish": "silu"}


def get(identifier):
    """The `ActivationFunction` of a name, of None (linear), or of a function of an array."""
    if identifier is None:
        return LINEAR
    if isinstance(identifier, ActivationFunction):
        return identifier
    if isinstance(identifier, str):
        name = ALIASES.get(identifier, identifier)
        if name in ACTIVATIONS:
            return ACTIVATIONS[name]
        raise ValueError(
            f"Unknown activation {identifier!r}. Known: {', '.join(sorted(ACTIVATIONS))}, or None."
        )
    if not callable(identifier) or isinstance(identifier, type):
        raise ValueError(
            f"Unknown activation {identifier!r}. Give one of {', '.join(sorted(ACTIVATIONS))}, or "
            "a function of an array."
        )
    for name, function in ACTIVATIONS.items():
        if identifier in (globals().get(name), getattr(ops, name, None)):
            return function
    return _of(identifier)


def _of(function):
    """An activation that can be computed; how it goes back nobody said."""
    name = getattr(function, "__name__", type(function).__name__)

    def forward(inputs):
        outputs = np.asarray(function(inputs))
        if outputs.shape != inputs.shape:
            raise ValueError(
                f"activation {name}: must keep the shape {inputs.shape}, got {outputs.shape}."
            )
        return outputs.astype(inputs.dtype, copy=False), None

    def backward(grad_outputs, cache):
        raise TypeError(
            f"activation {name}: a function of your own has no way back, so it cannot be trained "
            "with. Give both ways: activations.ActivationFunction(name, forward, backward)."
        )

    return ActivationFunction(name, forward, backward)
