"""What the weights are before anything is learned.

A layer's first weights are random, and how large they are decides whether a deep stack learns at
all. Glorot and Bengio (2010) choose them so that values neither grow nor fade from layer to
layer: uniform between -limit and limit, with limit = sqrt(6 / (fan_in + fan_out)). ``fan_in`` is
how many numbers go into one output, ``fan_out`` into how many outputs one number goes. Biases
start at zero.

An initializer is called with a shape and returns the array. Names, arguments and defaults are
those of ``keras.initializers``; the random numbers are NumPy's own.
"""

import random
from math import prod, sqrt

import numpy as np

from course_lib.errors import SaysWhatItTakes, nearest
from course_lib.unknown_names import told

__all__ = [
    "Constant",
    "GlorotNormal",
    "GlorotUniform",
    "HeNormal",
    "HeUniform",
    "Initializer",
    "LecunNormal",
    "LecunUniform",
    "Ones",
    "RandomNormal",
    "RandomUniform",
    "TruncatedNormal",
    "VarianceScaling",
    "Zeros",
    "fans",
    "generator",
    "get",
    "known_initializer",
    "seed_generator",
    "truncated_normal",
]
__getattr__ = told(__name__)

_generator = np.random.default_rng()


def generator():
    """The random generator behind first weights, dropout and shuffling."""
    return _generator


def seed_generator(seed):
    """Start `generator`, ``random`` and ``numpy.random`` anew from ``seed`` (0 to 2**32 - 1)."""
    if isinstance(seed, bool) or not hasattr(seed, "__index__"):
        raise TypeError(f"set_random_seed: seed must be an integer, got {seed!r}.")
    if not 0 <= seed < 2**32:
        raise ValueError(f"set_random_seed: seed must be from 0 to 2**32 - 1, got {seed}.")
    global _generator
    _generator = np.random.default_rng(seed)
    random.seed(int(seed))
    np.random.seed(int(seed))


class Initializer(metaclass=SaysWhatItTakes):
    """Base class: call with a shape, get an array. Comes back from Keras by its class name."""

    def __call__(self, shape, dtype="float32"):
        raise NotImplementedError(
            f"{type(self).__name__} has no rule yet: write __call__(self, shape, dtype), which "
            "returns an array of that shape."
        )

    def get_config(self):
        """The arguments it was made with."""
        return dict(self.__dict__)

    def __repr__(self):
        arguments = ", ".join(f"{k}={v!r}" for k, v in self.get_config().items())
        return f"{type(self).__name__}({arguments})"


class Zeros(Initializer):
    """All zero."""

    def __call__(self, shape, dtype="float32"):
        return np.zeros(shape, dtype)


class Ones(Initializer):
    """All one."""

    def __call__(self, shape, dtype="float32"):
        return np.ones(shape, dtype)


class Constant(Initializer):
    """All the same number."""

    def __init__(self, value=0.0):
        self.value = value

    def __call__(self, shape, dtype="float32"):
        return np.full(shape, self.value, dtype)


class _Random(Initializer):
    """With a ``seed`` of its own it gives the same numbers each time; else `generator` decides."""

    def _rng(self):
        return generator() if self.seed is None else np.random.default_rng(self.seed)


class RandomUniform(_Random):
    """Every number between ``minval`` and ``maxval`` equally likely."""

    def __init__(self, minval=-0.05, maxval=0.05, seed=None):
        self.minval, self.maxval, self.seed = minval, maxval, seed

    def __call__(self, shape, dtype="float32"):
        return self._rng().uniform(self.minval, self.maxval, shape).astype(dtype)


class RandomNormal(_Random):
    """The normal distribution."""

    def __init__(self, mean=0.0, stddev=0.05, seed=None):
        self.mean, self.stddev, self.seed = mean, stddev, seed

    def __call__(self, shape, dtype="float32"):
        return self._rng().normal(self.mean, self.stddev, shape).astype(dtype)


class TruncatedNormal(RandomNormal):
    """The normal distribution; numbers further than two ``stddev`` from ``mean`` drawn again."""

    def __call__(self, shape, dtype="float32"):
        drawn = truncated_normal(self._rng(), shape)
        return (self.mean + self.stddev * drawn).astype(dtype)


class VarianceScaling(_Random):
    """Random numbers whose variance is ``scale`` / fan.

    ``mode``: "fan_in", "fan_out" or "fan_avg"; ``distribution``: "uniform", "truncated_normal" or
    "untruncated_normal".
    """

    def __init__(self, scale=1.0, mode="fan_in", distribution="truncated_normal", seed=None):
        _one_of("mode", mode, ("fan_in", "fan_out", "fan_avg"))
        _one_of("distribution", distribution, tuple(_DISTRIBUTIONS))
        if not scale > 0:
            raise ValueError(f"VarianceScaling: scale must be positive, got {scale}.")
        self.scale, self.mode, self.distribution, self.seed = scale, mode, distribution, seed

    def __call__(self, shape, dtype="float32"):
        fan_in, fan_out = fans(shape)
        fan = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[self.mode]
        variance = self.scale / max(1.0, fan)
        return _DISTRIBUTIONS[self.distribution](self._rng(), shape, variance).astype(dtype)


class _Named(VarianceScaling):
    """A `VarianceScaling` that is known by its inventor's name."""

    settings = ()

    def __init__(self, seed=None):
        super().__init__(*self.settings, seed=seed)

    def get_config(self):
        return {"seed": self.seed}


class GlorotUniform(_Named):
    """Uniform within sqrt(6 / (fan_in + fan_out)): the default of convolution and Dense."""

    settings = (1.0, "fan_avg", "uniform")


class GlorotNormal(_Named):
    """Normal with variance 2 / (fan_in + fan_out), truncated."""

    settings = (1.0, "fan_avg", "truncated_normal")


class HeUniform(_Named):
    """Uniform within sqrt(6 / fan_in); made for relu, which lets half of the values through."""

    settings = (2.0, "fan_in", "uniform")


class HeNormal(_Named):
    """Normal with variance 2 / fan_in, truncated."""

    settings = (2.0, "fan_in", "truncated_normal")


class LecunUniform(_Named):
    """Uniform within sqrt(3 / fan_in)."""

    settings = (1.0, "fan_in", "uniform")


class LecunNormal(_Named):
    """Normal with variance 1 / fan_in, truncated."""

    settings = (1.0, "fan_in", "truncated_normal")


def fans(shape):
    """(fan_in, fan_out) of a kernel (*spatial, in, out): each counts the cells of the window."""
    if len(shape) < 2:
        return (shape[0], shape[0]) if shape else (1, 1)
    window = prod(shape[:-2])
    return shape[-2] * window, shape[-1] * window


def truncated_normal(rng, shape):
    """Standard normal numbers, those outside [-2, 2] drawn again."""
    numbers = rng.standard_normal(shape)
    while (outside := np.abs(numbers) > 2).any():
        numbers[outside] = rng.standard_normal(outside.sum())
    return numbers


def _uniform(rng, shape, variance):
    limit = sqrt(3 * variance)
    return rng.uniform(-limit, limit, shape)


# Cutting a standard normal at 2 leaves a standard deviation of 0.8796; Keras divides by it.
_TRUNCATED_STDDEV = 0.87962566103423978

_DISTRIBUTIONS = {
    "uniform": _uniform,
    "truncated_normal": lambda rng, shape, variance: (
        truncated_normal(rng, shape) * sqrt(variance) / _TRUNCATED_STDDEV
    ),
    "untruncated_normal": lambda rng, shape, variance: rng.normal(0, sqrt(variance), shape),
}

_NAMES = {
    "zeros": Zeros,
    "ones": Ones,
    "constant": Constant,
    "uniform": RandomUniform,
    "random_uniform": RandomUniform,
    "normal": RandomNormal,
    "random_normal": RandomNormal,
    "truncated_normal": TruncatedNormal,
    "variance_scaling": VarianceScaling,
    "glorot_uniform": GlorotUniform,
    "glorot_normal": GlorotNormal,
    "he_uniform": HeUniform,
    "he_normal": HeNormal,
    "lecun_uniform": LecunUniform,
    "lecun_normal": LecunNormal,
}


def known_initializer(identifier):
    """``identifier`` as it is, if `get` takes it: an error now, not when weights are made."""
    get(identifier)
    return identifier


def get(identifier):
    """An initializer from its name, an instance or class, an array, or a function of a shape.

    None is that of a kernel, "glorot_uniform", as in Keras.
    """
    if identifier is None:
        return GlorotUniform()
    if isinstance(identifier, np.ndarray):
        return lambda shape, dtype="float32": identifier.astype(dtype)
    if isinstance(identifier, str):
        if identifier in _NAMES:
            return _NAMES[identifier]()
        classes = {cls.__name__: cls for cls in _NAMES.values()}
        if identifier in classes:
            return classes[identifier]()
        close = nearest(identifier, _NAMES)
        meant = f" Do you mean {close[0]!r}?" if close else ""
        known = ", ".join(sorted(_NAMES))
        raise ValueError(f"Unknown initializer {identifier!r}.{meant} Known: {known}.")
    if isinstance(identifier, type) and issubclass(identifier, Initializer):
        return identifier()
    if callable(identifier):
        return identifier
    raise TypeError(
        "An initializer must be a name, an initializer, an array or a function of a shape, "
        f"got {identifier!r}."
    )


def _one_of(argument, value, known):
    if value not in known:
        raise ValueError(
            f"VarianceScaling: {argument} must be one of {', '.join(known)}, got {value!r}."
        )
