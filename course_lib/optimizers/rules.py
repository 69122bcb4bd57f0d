"""The rules by which weights follow their gradients: SGD, Adam, AdamW and RMSprop."""

import numpy as np

from course_lib.optimizers.base import Optimizer, number_within


class SGD(Optimizer):
    """Stochastic gradient descent, with momentum where wanted.

    step     = - learning_rate * gradient
    velocity = momentum * velocity + step
    w        = w + velocity

    With ``nesterov`` the last line is

    w        = w + momentum * velocity + step
    """

    def __init__(self, learning_rate=0.01, momentum=0.0, nesterov=False, *, name=None, **shared):
        super().__init__(learning_rate, name, **shared)
        self.momentum = number_within(self, "momentum", momentum, 0, 1)
        self.nesterov = bool(nesterov)

    def _settings(self):
        return ("learning_rate", "momentum", "nesterov")

    @property
    def kinds(self):
        return ("velocity",) if self.momentum > 0 else ()

    def update(self, parameter, gradient, velocity=None):
        step = -self._rate * gradient
        if velocity is None:
            parameter += step
            return
        velocity *= self.momentum
        velocity += step
        parameter += self.momentum * velocity + step if self.nesterov else velocity


class Adam(Optimizer):
    """Adam (Kingma and Ba, 2015), in the form just before its section 2.1, as Keras has it.

    m = beta_1 m + (1 - beta_1) g     average gradient
    v = beta_2 v + (1 - beta_2) g^2   average square
    a = learning_rate sqrt(1 - beta_2^t) / (1 - beta_1^t)
    w = w - a m / (sqrt(v) + epsilon)
    """

    def __init__(
        self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7, *, name=None, **shared
    ):
        super().__init__(learning_rate, name, **shared)
        self.beta_1 = number_within(self, "beta_1", beta_1, 0, below=1)
        self.beta_2 = number_within(self, "beta_2", beta_2, 0, below=1)
        self.epsilon = number_within(self, "epsilon", epsilon, above=0)

    def _settings(self):
        return ("learning_rate", "beta_1", "beta_2", "epsilon")

    kinds = ("m", "v")

    def update(self, parameter, gradient, m, v):
        m += (1 - self.beta_1) * (gradient - m)
        v += (1 - self.beta_2) * (gradient * gradient - v)
        parameter -= self._pace(parameter.dtype.type) * m / (np.sqrt(v) + self.epsilon)

    def _pace(self, number):
        """The factor a, in the precision of the weights: 1 - beta_2^t is rounded as in Keras."""
        t = number(self.iterations)
        beta_1, beta_2 = number(self.beta_1), number(self.beta_2)
        return number(self._rate) * np.sqrt(1 - beta_2**t) / (1 - beta_1**t)


class AdamW(Adam):
    """Adam with weight decay kept apart from the gradient (Loshchilov and Hutter, 2019).

    w = w - learning_rate weight_decay w     then the step of `Adam`

    A penalty in the loss would be divided by sqrt(v) like every gradient, and so would hardly
    touch the weights whose gradients are large.
    """

    def __init__(
        self, learning_rate=0.001, weight_decay=0.004, beta_1=0.9, beta_2=0.999, epsilon=1e-7,
        *, name=None, **shared,
    ):  # fmt: skip
        if weight_decay is None:
            raise ValueError("AdamW: weight_decay must be a number, got None. Without it use Adam.")
        super().__init__(
            learning_rate, beta_1, beta_2, epsilon, name=name, weight_decay=weight_decay, **shared
        )


class RMSprop(Optimizer):
    """Each gradient divided by the root of its average square; Keras' default of ``compile``.

    v =  rho v + (1 - rho) g^2
    w =  w - learning_rate g / sqrt(v + epsilon)
    """

    def __init__(
        self, learning_rate=0.001, rho=0.9, momentum=0.0, epsilon=1e-7, *, name=None, **shared
    ):
        super().__init__(learning_rate, name, **shared)
        self.rho = number_within(self, "rho", rho, 0, below=1)
        self.momentum = number_within(self, "momentum", momentum, 0, 1)
        self.epsilon = number_within(self, "epsilon", epsilon, above=0)

    def _settings(self):
        return ("learning_rate", "rho", "momentum", "epsilon")

    @property
    def kinds(self):
        return ("v", "velocity") if self.momentum > 0 else ("v",)

    def update(self, parameter, gradient, v, velocity=None):
        v += (1 - self.rho) * (gradient * gradient - v)
        step = self._rate * gradient / np.sqrt(v + self.epsilon)
        if velocity is not None:
            velocity *= self.momentum
            velocity += step
            step = velocity
        parameter -= step
