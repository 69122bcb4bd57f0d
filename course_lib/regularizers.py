"""Penalties on large weights, added to the loss.

A network with more weights than it needs can fit noise. A penalty makes every weight cost
something, so that only those stay large that pay for it in the loss. L2 takes a share of each
weight at every step, L1 the same amount from each, so that many end near zero.

Give one to a layer: ``Dense(10, kernel_regularizer="l2")``. Training adds the penalty to the mean
loss and its gradient to that of the weight; ``model.losses`` lists the penalties. Names, arguments
and defaults are those of ``keras.regularizers``.

>>> L2(0.1)([1.0, -2.0])
0.5
>>> L1(0.1).gradient(np.array([1.0, -2.0]))
array([ 0.1, -0.1])
"""

import numpy as np

from course_lib.errors import SaysWhatItTakes, number
from course_lib.unknown_names import told

__all__ = ["L1", "L1L2", "L2", "Regularizer", "get", "l1", "l1_l2", "l2"]
__getattr__ = told(__name__)


class Regularizer(metaclass=SaysWhatItTakes):
    """Base class: called with a weight it gives the penalty; ``gradient`` gives its slope.

    The penalty must be a sum over the numbers of the weight, each by itself: large kernels are
    worked on some rows at a time.
    """

    def __call__(self, x) -> float:
        raise NotImplementedError(
            f"{type(self).__name__} has no rule yet: write __call__(self, x), which returns the "
            "penalty, and gradient(self, x), which returns its slope in the shape of x."
        )

    def gradient(self, x) -> np.ndarray:
        """Gradient of the penalty with respect to ``x``, in the shape of ``x``."""
        raise NotImplementedError(
            f"{type(self).__name__} has no gradient yet: write gradient(self, x), which returns "
            "the slope of the penalty in the shape of x."
        )

    def get_config(self) -> dict:
        """The arguments it was made with."""
        return dict(vars(self))

    @classmethod
    def from_config(cls, config):
        """The regularizer of a `get_config`."""
        return cls(**config)

    def __repr__(self):
        arguments = ", ".join(f"{k}={v!r}" for k, v in self.get_config().items())
        return f"{type(self).__name__}({arguments})"


class L1L2(Regularizer):
    """l1 * sum(|x|) + l2 * sum(x**2)."""

    def __init__(self, l1=0.0, l2=0.0):
        self.l1 = number(type(self).__name__, "l1", 0.0 if l1 is None else l1, inclusive=True)
        self.l2 = number(type(self).__name__, "l2", 0.0 if l2 is None else l2, inclusive=True)

    def __call__(self, x) -> float:
        x = np.asarray(x)
        return float(self.l1 * np.abs(x).sum() + self.l2 * np.square(x).sum())

    def gradient(self, x) -> np.ndarray:
        x = np.asarray(x)
        return (self.l1 * np.sign(x) + 2 * self.l2 * x).astype(x.dtype, copy=False)


class L1(L1L2):
    """l1 * sum(|x|)."""

    def __init__(self, l1=0.01):
        super().__init__(l1=0.01 if l1 is None else l1)

    def get_config(self) -> dict:
        return {"l1": self.l1}


class L2(L1L2):
    """l2 * sum(x**2)."""

    def __init__(self, l2=0.01):
        super().__init__(l2=0.01 if l2 is None else l2)

    def get_config(self) -> dict:
        return {"l2": self.l2}


l1, l2, l1_l2 = L1, L2, L1L2  # the names of Keras 2, which Keras 3 keeps

_NAMES = {"l1": L1, "l2": L2, "l1l2": L1L2, "L1": L1, "L2": L2, "L1L2": L1L2, "l1_l2": L1L2}


def get(identifier) -> Regularizer | None:
    """A regularizer from its name ("l1", "l2", "l1l2"), a class or an instance; None is none."""
    if identifier is None or isinstance(identifier, Regularizer):
        return identifier
    if isinstance(identifier, type) and issubclass(identifier, Regularizer):
        return identifier()
    if isinstance(identifier, str) and identifier in _NAMES:
        return _NAMES[identifier]()
    if callable(identifier):
        raise TypeError(
            f"A regularizer that is a function ({identifier!r}) has no gradient here. Make a "
            "subclass of regularizers.Regularizer with __call__(self, x) and gradient(self, x)."
        )
    raise ValueError(
        f"Unknown regularizer {identifier!r}. Known: l1, l2, l1l2, or an object such as "
        "regularizers.L2(0.001)."
    )
