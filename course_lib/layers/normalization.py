"""Normalisation: numbers are brought to mean 0 and variance 1, then scaled and shifted.

Batch normalisation does so for each channel:

    training    y = gamma * (x - mean of the batch) / sqrt(variance of the batch + epsilon) + beta
    inference   the same with the moving averages of mean and variance

gamma and beta are learned. The moving averages are not: each training step mixes in a little of
the batch's statistics, moving = momentum * moving + (1 - momentum) * batch. A layer with
``trainable = False`` uses the moving averages in training too, and leaves them as they are.

Layer and group normalisation take mean and variance from each example by itself, so they have no
moving averages and do the same in training and after.
"""

from collections.abc import Callable

import numpy as np

from course_lib.errors import integer, number
from course_lib.initializers import known_initializer
from course_lib.layers.base import Layer
from course_lib.layers.checks import axis_of_input, known_size
from course_lib.layers.weights import weight_property
from course_lib.ops.normalization import (
    batch_normalization_backward,
    batch_normalization_forward,
    group_normalization_backward,
    group_normalization_forward,
    layer_normalization_backward,
    layer_normalization_forward,
)


class BatchNormalization(Layer):
    """Batch normalisation over all axes but ``axis``: 2 learned and 2 moving numbers per channel.

    The batch's variance is the mean of squared differences, divided by n, not by n - 1.
    """

    regularizable = ("gamma", "beta")
    gamma = weight_property("gamma")
    beta = weight_property("beta")
    moving_mean = weight_property("moving_mean")
    moving_variance = weight_property("moving_variance")

    def __init__(
        self, axis: int = -1, momentum: float = 0.99, epsilon: float = 0.001, center: bool = True,
        scale: bool = True, beta_initializer: str | Callable | np.ndarray = "zeros",
        gamma_initializer: str | Callable | np.ndarray = "ones",
        moving_mean_initializer: str | Callable | np.ndarray = "zeros",
        moving_variance_initializer: str | Callable | np.ndarray = "ones", **kwargs: object,
    ) -> None:  # fmt: skip
        super().__init__(**kwargs)
        self.axis = integer("BatchNormalization", "axis", axis)
        if not isinstance(momentum, (int, float)) or not 0 <= momentum <= 1:
            raise ValueError(
                f"BatchNormalization: momentum must be a number from 0 to 1, got {momentum!r}."
            )
        self.momentum = momentum
        self.epsilon = number("BatchNormalization", "epsilon", epsilon)
        self.center = bool(center)
        self.scale = bool(scale)
        self.beta_initializer = known_initializer(beta_initializer)
        self.gamma_initializer = known_initializer(gamma_initializer)
        self.moving_mean_initializer = known_initializer(moving_mean_initializer)
        self.moving_variance_initializer = known_initializer(moving_variance_initializer)

    def check_input(self, shape: tuple) -> None:
        axis_of_input(self.label, self.axis, shape)
        channels = self.moving_mean.size if self.built else shape[self.axis]
        if shape[self.axis] != channels:
            raise ValueError(
                f"{self.label}: inputs must have {channels} channels in axis {self.axis}, "
                f"got shape {tuple(shape)}."
            )

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        self.check_input(input_shape)
        return super().compute_output_shape(input_shape)

    def create_weights(self, input_shape: tuple) -> None:
        shape = (known_size(self.label, input_shape, self.axis),)
        if self.scale:
            self.add_weight("gamma", shape, self.gamma_initializer)
        if self.center:
            self.add_weight("beta", shape, self.beta_initializer)
        self.add_weight("moving_mean", shape, self.moving_mean_initializer, trainable=False)
        self.add_weight("moving_variance", shape, self.moving_variance_initializer, trainable=False)

    meets = True  # by `ops.meeting`

    @property
    def treats_examples_alone(self) -> bool:
        return not self.trainable

    def forward(
        self, inputs: np.ndarray, training: bool = False, rng: np.random.Generator | None = None
    ) -> tuple:
        return batch_normalization_forward(inputs, *self.settings(training))

    def settings(self, training: bool) -> tuple:
        """(mean, variance, axis, offset, scale, epsilon); the first two None for the batch's."""
        from_batch = training and self.trainable
        mean, variance = (None, None) if from_batch else (self.moving_mean, self.moving_variance)
        return mean, variance, self.axis, self.beta, self.gamma, self.epsilon

    def backward(
        self, grad_outputs: np.ndarray, cache: object, need_input_gradient: bool = True
    ) -> tuple:
        grad_inputs, grad_gamma, grad_beta = batch_normalization_backward(grad_outputs, cache)
        gradients = {"gamma": grad_gamma, "beta": grad_beta}
        return grad_inputs, {name: gradients[name] for name in self.parameters}

    def new_state(self, cache: object) -> dict:
        """The moving averages after a step whose forward pass left ``cache``."""
        if not cache.from_batch:
            return {}
        new = {"moving_mean": cache.mean, "moving_variance": cache.variance}
        return {
            name: self.momentum * self.state[name] + (1 - self.momentum) * batch
            for name, batch in new.items()
        }

    def explain_parameters(self) -> list[str]:
        channels = self.moving_mean.size
        learned = f"{len(self.parameters)} * {channels} learned ({', '.join(self.parameters)})"
        moving = f"2 * {channels} moving averages"
        return [f"{learned} + {moving} = {self.count_params()}"]


class _ExampleNormalization(Layer):
    """What layer and group normalisation share: scale and shift, learned."""

    regularizable = ("gamma", "beta")
    gamma = weight_property("gamma")
    beta = weight_property("beta")

    def __init__(
        self, *, axis: int | tuple[int, ...], epsilon: float, center: bool, scale: bool,
        beta_initializer: str | Callable | np.ndarray,
        gamma_initializer: str | Callable | np.ndarray, **kwargs: object,
    ) -> None:  # fmt: skip
        super().__init__(**kwargs)
        self.axis = axis
        self.epsilon = number(type(self).__name__, "epsilon", epsilon)
        self.center = bool(center)
        self.scale = bool(scale)
        self.beta_initializer = known_initializer(beta_initializer)
        self.gamma_initializer = known_initializer(gamma_initializer)

    def weight_shape(self, input_shape):
        """The sizes of gamma and beta."""
        raise NotImplementedError

    def check_input(self, shape: tuple) -> None:
        for axis in self.axis if isinstance(self.axis, tuple) else (self.axis,):
            axis_of_input(self.label, axis, shape)
        if self.built and self.parameters:
            expected = next(iter(self.parameters.values())).shape
            got = self.weight_shape(shape)
            if got != expected:
                raise ValueError(
                    f"{self.label}: inputs must have the sizes {expected} on axis {self.axis}, "
                    f"got shape {tuple(shape)}."
                )

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        self.check_input(input_shape)
        return super().compute_output_shape(input_shape)

    def create_weights(self, input_shape: tuple) -> None:
        shape = self.weight_shape(input_shape)
        if self.scale:
            self.add_weight("gamma", shape, self.gamma_initializer)
        if self.center:
            self.add_weight("beta", shape, self.beta_initializer)

    def backward(
        self, grad_outputs: np.ndarray, cache: object, need_input_gradient: bool = True
    ) -> tuple:
        grad_inputs, grad_gamma, grad_beta = self.way_back(grad_outputs, cache)
        gradients = {"gamma": grad_gamma, "beta": grad_beta}
        return grad_inputs, {name: gradients[name] for name in self.parameters}

    def explain_parameters(self) -> list[str]:
        if not self.parameters:
            return ["0: nothing to learn"]
        size = next(iter(self.parameters.values())).size
        names = ", ".join(self.parameters)
        return [f"{len(self.parameters)} * {size} learned ({names}) = {self.count_params()}"]


class LayerNormalization(_ExampleNormalization):
    """Each example, and each place of it, brought to mean 0 and variance 1 over its channels.

    ``axis``: the axis of the channels, or several axes together. 2 learned numbers per channel.
    """

    way_back = staticmethod(layer_normalization_backward)

    def __init__(
        self, axis: int | tuple[int, ...] = -1, epsilon: float = 0.001, center: bool = True,
        scale: bool = True, beta_initializer: str | Callable | np.ndarray = "zeros",
        gamma_initializer: str | Callable | np.ndarray = "ones", **kwargs: object,
    ) -> None:  # fmt: skip
        several = isinstance(axis, (tuple, list)) and len(axis) > 0
        label = "LayerNormalization"
        axis = (
            tuple(integer(label, "axis", a) for a in axis)
            if several
            else integer(label, "axis", axis)
        )
        super().__init__(
            axis=axis, epsilon=epsilon, center=center, scale=scale,
            beta_initializer=beta_initializer, gamma_initializer=gamma_initializer, **kwargs,
        )  # fmt: skip

    def weight_shape(self, input_shape: tuple) -> tuple:
        axes = self.axis if isinstance(self.axis, tuple) else (self.axis,)
        places = sorted(axis_of_input(self.label, axis, input_shape) for axis in axes)
        return tuple(known_size(self.label, input_shape, place) for place in places)

    def forward(
        self, inputs: np.ndarray, training: bool = False, rng: np.random.Generator | None = None
    ) -> tuple:
        return layer_normalization_forward(inputs, self.gamma, self.beta, self.axis, self.epsilon)


class GroupNormalization(_ExampleNormalization):
    """Each group of channels of an example brought to mean 0 and variance 1 over all places.

    ``groups``: how many; -1 makes every channel a group of its own. 2 learned numbers per channel.
    """

    way_back = staticmethod(group_normalization_backward)

    def __init__(
        self, groups: int = 32, axis: int = -1, epsilon: float = 0.001, center: bool = True,
        scale: bool = True, beta_initializer: str | Callable | np.ndarray = "zeros",
        gamma_initializer: str | Callable | np.ndarray = "ones", **kwargs: object,
    ) -> None:  # fmt: skip
        super().__init__(
            axis=integer("GroupNormalization", "axis", axis), epsilon=epsilon, center=center,
            scale=scale, beta_initializer=beta_initializer, gamma_initializer=gamma_initializer,
            **kwargs,
        )  # fmt: skip
        self.groups = integer("GroupNormalization", "groups", groups)
        if self.groups < 1 and self.groups != -1:
            raise ValueError(
                "GroupNormalization: groups must be a positive integer, or -1 for one group per "
                f"channel, got {groups}."
            )

    def check_input(self, shape: tuple) -> None:
        super().check_input(shape)
        channels = shape[self.axis]
        if channels is not None and channels % self._groups_of(channels):
            raise ValueError(
                f"{self.label}: groups must divide the channels, got groups={self.groups} and "
                f"{channels} channels."
            )

    def _groups_of(self, channels):
        return channels if self.groups == -1 else self.groups

    def weight_shape(self, input_shape: tuple) -> tuple:
        return (known_size(self.label, input_shape, self.axis),)

    def forward(
        self, inputs: np.ndarray, training: bool = False, rng: np.random.Generator | None = None
    ) -> tuple:
        groups = self._groups_of(inputs.shape[self.axis])
        return group_normalization_forward(
            inputs, groups, self.gamma, self.beta, self.axis, self.epsilon
        )

    def explain_shape(self, input_shape: tuple) -> list[str]:
        channels = input_shape[self.axis]
        groups = self._groups_of(channels)
        return [f"same shape as the input; {groups} groups of {channels // groups} channels"]
