"""Layers that prepare numbers: rescaling by given factors, or by what the data are like.

Inside a model they are part of it: whoever has the model need not remember to divide by 255.
"""

import numpy as np

from course_lib.layers.base import Layer
from course_lib.ops.checks import as_numbers

EPSILON = 1e-7


class Rescaling(Layer):
    """inputs * scale + offset: ``Rescaling(1 / 255)`` brings grey values to 0 ... 1.

    ``scale`` and ``offset`` are numbers, or lists with one for each channel.
    """

    def __init__(self, scale: float | list, offset: float | list = 0.0, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.scale, self.offset = _numbers("scale", scale), _numbers("offset", offset)

    def forward(
        self, inputs: np.ndarray, training: bool = False, rng: np.random.Generator | None = None
    ) -> tuple:
        scale, offset = (np.asarray(part, inputs.dtype) for part in (self.scale, self.offset))
        return inputs * scale + offset, scale

    def backward(
        self, grad_outputs: np.ndarray, cache: object, need_input_gradient: bool = True
    ) -> tuple:
        return (grad_outputs * cache if need_input_gradient else None), {}

    def explain_shape(self, input_shape: tuple) -> list[str]:
        return ["same shape as the input: each number by itself"]


class Normalization(Layer):
    """(inputs - mean) / sqrt(variance), with mean and variance of the data, known by `adapt`.

    ``axis``: those that have a mean and a variance each, the channels (-1) if not given; None: one
    of each for all numbers. Or ``mean`` and ``variance`` are given, and nothing is to be learned.
    ``invert``: inputs * sqrt(variance) + mean.
    """

    def __init__(
        self, axis: int | tuple[int, ...] | None = -1,
        mean: float | list | np.ndarray | None = None,
        variance: float | list | np.ndarray | None = None, invert: bool = False, **kwargs: object,
    ) -> None:  # fmt: skip
        super().__init__(**kwargs)
        if (mean is None) != (variance is None):
            raise ValueError("Normalization: give mean and variance, or neither and call adapt.")
        self.axis, self.invert = axis, bool(invert)
        self.given_mean = None if mean is None else _numbers("mean", mean)
        self.given_variance = None if variance is None else _numbers("variance", variance)

    @property
    def mean(self) -> float | list | np.ndarray | None:
        """As given, or as `adapt` found it; None before the layer is built."""
        return self._statistic("mean", self.given_mean)

    @property
    def variance(self) -> float | list | np.ndarray | None:
        """As given, or as `adapt` found it; None before the layer is built."""
        return self._statistic("variance", self.given_variance)

    def _statistic(self, name, given):
        return self.state.get(name) if given is None else given

    def _kept(self, rank):
        axes = () if self.axis is None else np.atleast_1d(self.axis)
        kept = sorted(int(axis) % rank for axis in axes if -rank <= axis < rank)
        if len(kept) != len(axes) or 0 in kept:
            raise ValueError(
                f"{self.label}: axis must be axes of the inputs, not that of the batch, got "
                f"axis={self.axis} for inputs of rank {rank}."
            )
        return kept

    def check_input(self, shape: tuple) -> None:
        self._kept(len(shape))

    def create_weights(self, input_shape: tuple) -> None:
        if self.given_mean is not None:
            return
        shape = tuple(input_shape[axis] for axis in self._kept(len(input_shape)))
        if None in shape:
            raise ValueError(
                f"{self.label}: the size of axis {self.axis} must be known, got shape "
                f"{tuple(input_shape)}. Give it in Input(shape=...)."
            )
        self.add_weight("mean", shape, "zeros", trainable=False)
        self.add_weight("variance", shape, "ones", trainable=False)
        self.add_weight("count", (), "zeros", trainable=False)  # as Keras has it, always 0

    def adapt(self, data: np.ndarray) -> None:
        """Take mean and variance from ``data`` (examples, ...)."""
        if self.given_mean is not None:
            raise ValueError(f"{self.label}: has a given mean and variance, adapt is not for it.")
        data = as_numbers(f"{self.label}: data", data).astype(self.dtype)
        if data.ndim < 1 or not len(data):
            raise ValueError(f"{self.label}: data must hold at least one example.")
        self.build((None, *data.shape[1:]))
        self.check_input(data.shape)
        others = tuple(a for a in range(data.ndim) if a not in self._kept(data.ndim))
        self.state["mean"][...] = data.mean(others, dtype=np.float64)
        self.state["variance"][...] = data.var(others, dtype=np.float64)

    def forward(
        self, inputs: np.ndarray, training: bool = False, rng: np.random.Generator | None = None
    ) -> tuple:
        shape = [1] * inputs.ndim
        if self.given_mean is None:
            for axis in self._kept(inputs.ndim):
                shape[axis] = inputs.shape[axis]
            mean, variance = self.mean.reshape(shape), self.variance.reshape(shape)
        else:
            mean, variance = (np.asarray(n, inputs.dtype) for n in (self.mean, self.variance))
        spread = np.maximum(np.sqrt(variance), inputs.dtype.type(EPSILON))
        if self.invert:
            return inputs * spread + mean, spread
        return (inputs - mean) / spread, 1 / spread

    def backward(
        self, grad_outputs: np.ndarray, cache: object, need_input_gradient: bool = True
    ) -> tuple:
        return (grad_outputs * cache if need_input_gradient else None), {}

    def explain_parameters(self) -> list[str]:
        if self.given_mean is not None:
            return super().explain_parameters()
        size = self.mean.size
        return [f"{size} means + {size} variances + 1 count = {2 * size + 1}, none of them learned"]

    def get_config(self) -> dict:
        config = super().get_config()
        return {**config, "mean": self.given_mean, "variance": self.given_variance}


def _numbers(argument, value):
    """A number or a list of numbers, as plain Python has them."""
    return as_numbers(argument, value).tolist()
