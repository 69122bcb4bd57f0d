"""How weights follow their gradients.

A gradient says in which direction the loss grows; an optimizer takes a step the other way. SGD
takes the gradient as it is. Momentum keeps part of the last step, so that steps in one direction
add up. Adam divides each weight's average gradient by its usual size, so that every weight moves
at about the same pace.

Names, defaults and formulas are those of ``keras.optimizers``. An optimizer keeps its averages by
the name of the weight, and changes the arrays in place.

A new optimizer is a class with a list of the running averages that it needs, and an ``update`` that
is handed a block of the weights, of their gradient, and of each average.
"""

import numpy as np

from course_lib.ops.dense import FactoredGradient

BLOCK = 1 << 17  # numbers


class Optimizer:
    """Base class: ``apply(gradients, parameters)`` takes one step."""

    def __init__(self, learning_rate, name=None, **unknown):
        kind = type(self).__name__
        if unknown:
            known = ", ".join([*self._settings(), "name"])
            raise TypeError(f"{kind}: unknown argument {next(iter(unknown))!r}. Known: {known}.")
        self.learning_rate = learning_rate
        self.name = name or kind
        self.iterations = 0
        self.averages = {}  # (kind, name of the weight): array of its shape

    def _settings(self):
        """Names of the arguments that set it, each an attribute of the same name."""
        return ("learning_rate",)

    @property
    def learning_rate(self):
        return self._learning_rate

    @learning_rate.setter
    def learning_rate(self, value):
        self._learning_rate = _number(self, "learning_rate", value, above=0)

    @property
    def kinds(self):
        """Names of the running averages that ``update`` takes."""
        return ()

    def apply(self, gradients, parameters):
        """Change ``parameters`` {name: array} in place, by ``gradients`` {name: array}."""
        self.iterations += 1
        for name, gradient in gradients.items():
            parameter = parameters[name]
            if gradient.shape != parameter.shape:
                raise ValueError(
                    f"{self.name}: the gradient of {name} must have shape {parameter.shape}, "
                    f"got {gradient.shape}."
                )
            factored = isinstance(gradient, FactoredGradient)
            for rows in gradient.cuts() if factored else [slice(None)]:
                self.apply_rows(name, parameter, gradient, rows)

    def apply_rows(self, name, parameter, gradient, rows):
        """The part of a step that changes some rows of one weight."""
        averages = (self._average(kind, name, parameter) for kind in self.kinds)
        arrays = [a[rows].reshape(-1) for a in (parameter, gradient, *averages)]
        # Block by block: what a step reads and writes several times stays in the cache.
        for start in range(0, arrays[0].size, BLOCK):
            self.update(*(array[start : start + BLOCK] for array in arrays))

    def update(self, parameter, gradient, *averages):
        """Change a block of weights, and of the running averages, in place."""
        raise NotImplementedError

    def _average(self, kind, name, like):
        """The running average ``kind`` of the weight ``name``; zeros at first."""
        key = (kind, name)
        if key not in self.averages:
            self.averages[key] = np.zeros_like(like)
        return self.averages[key]

    def get_config(self):
        """{argument: value} that the optimizer was made with."""
        return {"name": self.name, **{name: getattr(self, name) for name in self._settings()}}

    def __repr__(self):
        settings = ", ".join(f"{name}={getattr(self, name)!r}" for name in self._settings())
        return f"{type(self).__name__}({settings})"


class SGD(Optimizer):
    """Stochastic gradient descent, with momentum where wanted.

    step     = - learning_rate * gradient
    velocity = momentum * velocity + step
    w        = w + velocity

    With ``nesterov`` the last line is

    w        = w + momentum * velocity + step
    """

    def __init__(self, learning_rate=0.01, momentum=0.0, nesterov=False, *, name=None, **unknown):
        super().__init__(learning_rate, name, **unknown)
        self.momentum = _number(self, "momentum", momentum, 0, 1)
        self.nesterov = bool(nesterov)

    def _settings(self):
        return ("learning_rate", "momentum", "nesterov")

    @property
    def kinds(self):
        return ("velocity",) if self.momentum > 0 else ()

    def update(self, parameter, gradient, velocity=None):
        step = -self.learning_rate * gradient
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
        self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7, *, name=None, **unknown
    ):
        super().__init__(learning_rate, name, **unknown)
        self.beta_1 = _number(self, "beta_1", beta_1, 0, below=1)
        self.beta_2 = _number(self, "beta_2", beta_2, 0, below=1)
        self.epsilon = _number(self, "epsilon", epsilon, above=0)

    def _settings(self):
        return ("learning_rate", "beta_1", "beta_2", "epsilon")

    kinds = ("m", "v")

    def update(self, parameter, gradient, m, v):
        m += (1 - self.beta_1) * (gradient - m)
        v += (1 - self.beta_2) * (gradient * gradient - v)
        parameter -= self._rate(parameter.dtype.type) * m / (np.sqrt(v) + self.epsilon)

    def _rate(self, number):
        """The factor a, in the precision of the weights: 1 - beta_2^t is rounded as in Keras."""
        t = number(self.iterations)
        beta_1, beta_2 = number(self.beta_1), number(self.beta_2)
        return number(self.learning_rate) * np.sqrt(1 - beta_2**t) / (1 - beta_1**t)


class RMSprop(Optimizer):
    """Each gradient divided by the root of its average square; Keras' default of ``compile``.

    v =  rho v + (1 - rho) g^2
    w =  w - learning_rate g / sqrt(v + epsilon)
    """

    def __init__(
        self, learning_rate=0.001, rho=0.9, momentum=0.0, epsilon=1e-7, *, name=None, **unknown
    ):
        super().__init__(learning_rate, name, **unknown)
        self.rho = _number(self, "rho", rho, 0, below=1)
        self.momentum = _number(self, "momentum", momentum, 0, 1)
        self.epsilon = _number(self, "epsilon", epsilon, above=0)

    def _settings(self):
        return ("learning_rate", "rho", "momentum", "epsilon")

    @property
    def kinds(self):
        return ("v", "velocity") if self.momentum > 0 else ("v",)

    def update(self, parameter, gradient, v, velocity=None):
        v += (1 - self.rho) * (gradient * gradient - v)
        step = self.learning_rate * gradient / np.sqrt(v + self.epsilon)
        if velocity is not None:
            velocity *= self.momentum
            velocity += step
            step = velocity
        parameter -= step


_NAMES = {"adam": Adam, "rmsprop": RMSprop, "sgd": SGD}


def get(identifier):
    """An optimizer from its name ("adam", "sgd", "rmsprop"), from a class or an instance."""
    if isinstance(identifier, Optimizer):
        return identifier
    if isinstance(identifier, type) and issubclass(identifier, Optimizer):
        return identifier()
    if isinstance(identifier, str) and identifier.lower() in _NAMES:
        return _NAMES[identifier.lower()]()
    raise ValueError(
        f"Unknown optimizer {identifier!r}. Known: {', '.join(_NAMES)}, or an object such as "
        "optimizers.Adam(learning_rate=0.001)."
    )


def _number(owner, argument, value, minimum=None, maximum=None, above=None, below=None):
    """``value`` if it is a number within the limits, else an error that names them."""
    label = type(owner).__name__
    if isinstance(value, bool) or not isinstance(value, (int, float, np.number)):
        raise TypeError(f"{label}: {argument} must be a number, got {value!r}.")
    limits = [
        (minimum is None or value >= minimum, f"{minimum} or more"),
        (maximum is None or value <= maximum, f"at most {maximum}"),
        (above is None or value > above, f"more than {above}"),
        (below is None or value < below, f"less than {below}"),
    ]
    for holds, limit in limits:
        if not holds:
            raise ValueError(f"{label}: {argument} must be {limit}, got {value}.")
    return float(value)
