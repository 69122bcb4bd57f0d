"""Activations by name: a layer writes activation="relu" and finds here how to go forth and back."""

from typing import NamedTuple

from course_lib import ops
from course_lib.ops import activations


class ActivationFunction(NamedTuple):
    """One activation: its name, and the operations that compute it and its gradient."""

    name: str
    forward: object
    backward: object

    def __call__(self, inputs):
        return self.forward(inputs)[0]

    def __repr__(self):
        return f"<activation {self.name}>"


def _linear_forward(inputs):
    return inputs, None


def _linear_backward(grad_outputs, cache):
    return grad_outputs


LINEAR = ActivationFunction("linear", _linear_forward, _linear_backward)

ACTIVATIONS = {
    "linear": LINEAR,
    **{
        name: ActivationFunction(
            name, getattr(activations, f"{name}_forward"), getattr(activations, f"{name}_backward")
        )
        for name in ("relu", "sigmoid", "softmax", "tanh")
    },
}


def get(identifier):
    """The activation of a name, of None (linear), or of one of the functions of ``ops``."""
    if identifier is None:
        return LINEAR
    if isinstance(identifier, ActivationFunction):
        return identifier
    if isinstance(identifier, str) and identifier in ACTIVATIONS:
        return ACTIVATIONS[identifier]
    for name, function in ACTIVATIONS.items():
        if name != "linear" and identifier is getattr(ops, name, None):
            return function
    raise ValueError(
        f"Unknown activation {identifier!r}. Known: {', '.join(sorted(ACTIVATIONS))}, or None."
    )


class EndsInActivation:
    """Forward and backward of a layer that computes something linear, then its activation.

    The layer offers ``linear_forward(inputs)`` and ``linear_backward(grad, cache, need)``.
    """

    @property
    def ends_with(self):
        return self.activation.name

    def forward(self, inputs, training=False, rng=None):
        outputs, linear_cache = self.linear_forward(inputs)
        outputs, activation_cache = self.activation.forward(outputs)
        return outputs, (linear_cache, self.activation, activation_cache)

    def forward_logits(self, inputs, training=False, rng=None):
        outputs, linear_cache = self.linear_forward(inputs)
        return outputs, (linear_cache, LINEAR, None)

    def backward(self, grad_outputs, cache, need_input_gradient=True):
        linear_cache, activation, activation_cache = cache
        grad_outputs = activation.backward(grad_outputs, activation_cache)
        return self.linear_backward(grad_outputs, linear_cache, need_input_gradient)
