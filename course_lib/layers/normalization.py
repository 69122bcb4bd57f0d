"""Batch normalisation: each channel is brought to mean 0 and variance 1, then scaled and shifted.

    training    y = gamma * (x - mean of the batch) / sqrt(variance of the batch + epsilon) + beta
    inference   the same with the moving averages of mean and variance

gamma and beta are learned. The moving averages are not: each training step mixes in a little of
the batch's statistics, moving = momentum * moving + (1 - momentum) * batch. A layer with
``trainable = False`` uses the moving averages in training too, and leaves them as they are.
"""

from course_lib.errors import integer
from course_lib.layers.base import Layer, weight_property
from course_lib.layers.checks import axis_of_input, known_size
from course_lib.ops.normalization import (
    batch_normalization_backward,
    batch_normalization_forward,
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
        self, axis=-1, momentum=0.99, epsilon=0.001, center=True, scale=True,
        beta_initializer="zeros", gamma_initializer="ones", moving_mean_initializer="zeros",
        moving_variance_initializer="ones", **kwargs,
    ):  # fmt: skip
        super().__init__(**kwargs)
        self.axis = integer("BatchNormalization", "axis", axis)
        if not isinstance(momentum, (int, float)) or not 0 <= momentum <= 1:
            raise ValueError(
                f"BatchNormalization: momentum must be a number from 0 to 1, got {momentum!r}."
            )
        if not isinstance(epsilon, (int, float)) or not epsilon > 0:
            raise ValueError(
                f"BatchNormalization: epsilon must be a positive number, got {epsilon!r}."
            )
        self.momentum = momentum
        self.epsilon = epsilon
        self.center = bool(center)
        self.scale = bool(scale)
        self.beta_initializer = beta_initializer
        self.gamma_initializer = gamma_initializer
        self.moving_mean_initializer = moving_mean_initializer
        self.moving_variance_initializer = moving_variance_initializer

    def check_input(self, shape):
        axis_of_input(self.label, self.axis, shape)
        channels = self.moving_mean.size if self.built else shape[self.axis]
        if shape[self.axis] != channels:
            raise ValueError(
                f"{self.label}: inputs must have {channels} channels in axis {self.axis}, "
                f"got shape {tuple(shape)}."
            )

    def create_weights(self, input_shape):
        shape = (known_size(self.label, input_shape, self.axis),)
        if self.scale:
            self.add_weight("gamma", shape, self.gamma_initializer)
        if self.center:
            self.add_weight("beta", shape, self.beta_initializer)
        self.add_weight("moving_mean", shape, self.moving_mean_initializer, trainable=False)
        self.add_weight("moving_variance", shape, self.moving_variance_initializer, trainable=False)

    @property
    def treats_examples_alone(self):
        return not self.trainable

    def forward(self, inputs, training=False, rng=None):
        from_batch = training and self.trainable
        mean, variance = (None, None) if from_batch else (self.moving_mean, self.moving_variance)
        return batch_normalization_forward(
            inputs, mean, variance, self.axis, self.beta, self.gamma, self.epsilon
        )

    def backward(self, grad_outputs, cache, need_input_gradient=True):
        grad_inputs, grad_gamma, grad_beta = batch_normalization_backward(grad_outputs, cache)
        gradients = {"gamma": grad_gamma, "beta": grad_beta}
        return grad_inputs, {name: gradients[name] for name in self.parameters}

    def new_state(self, cache):
        """The moving averages after a step whose forward pass left ``cache``."""
        if not cache.from_batch:
            return {}
        new = {"moving_mean": cache.mean, "moving_variance": cache.variance}
        return {
            name: self.momentum * self.state[name] + (1 - self.momentum) * batch
            for name, batch in new.items()
        }

    def explain_parameters(self):
        channels = self.moving_mean.size
        learned = f"{len(self.parameters)} * {channels} learned ({', '.join(self.parameters)})"
        moving = f"2 * {channels} moving averages"
        return [f"{learned} + {moving} = {self.count_params()}"]
