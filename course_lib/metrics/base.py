"""What all metrics share: sums over examples, from which the number follows."""

import numpy as np

from course_lib import labels
from course_lib.errors import SaysWhatItTakes


class Metric(metaclass=SaysWhatItTakes):
    """Base class: a mean over examples. ``values(y_true, y_pred)`` gives the number of each.

    A metric that is no mean has other ``sums``, which add up over batches, and a ``number`` that
    follows from them. ``direction``: "up" where more is better, "down" where less is, else None.
    """

    direction = None
    weighted = False  # whether `fit` counts examples by their sample weights, see compile

    def __init__(self, name):
        self.name = name
        self.reset_state()

    def check(self, y_true, output_shape: tuple) -> np.ndarray:
        """``y_true`` as an array, if it fits predictions of ``output_shape``; else ValueError."""
        return labels.as_rows(self.name, y_true, output_shape)

    def values(self, y_true: np.ndarray, y_pred: np.ndarray) -> np.ndarray:
        """The number of each example, (n, ...)."""
        raise NotImplementedError(
            f"{type(self).__name__} has no rule yet: write values(self, y_true, y_pred), which "
            "returns a number for each example."
        )

    def sums(self, y_true, y_pred, weights=None):
        """What a batch adds: for a mean, the sum of ``values`` and their count."""
        values = self.values(y_true, y_pred)
        if weights is None:
            return np.array([values.sum(dtype=np.float64), values.size], np.float64)
        if np.ndim(weights) < values.ndim:
            values = values.reshape(*np.shape(weights), -1).mean(-1)
        shares = labels.spread(weights, values)
        return np.array([(values * shares).sum(), shares.sum()], np.float64)

    def number(self, sums: np.ndarray) -> float:
        """The result that follows from ``sums``; 0 where nothing was counted."""
        return float(sums[0] / sums[1]) if sums[1] else 0.0

    def update_state(self, y_true, y_pred, sample_weight=None) -> None:
        """Take a batch into the result."""
        y_pred = np.asarray(y_pred)
        y_true = self.check(y_true, y_pred.shape)
        if len(y_true) != len(y_pred):
            raise ValueError(
                f"{self.name}: y_true and y_pred must hold the same number of examples, got "
                f"{len(y_true)} and {len(y_pred)}."
            )
        self._total = self._total + self.sums(y_true, y_pred, sample_weight)

    def result(self) -> float:
        """The number over all batches since the last reset; 0 before the first."""
        return self.number(self._total) if np.ndim(self._total) else 0.0

    def reset_state(self) -> None:
        self._total = 0.0

    def __call__(self, y_true, y_pred, sample_weight=None):
        self.update_state(y_true, y_pred, sample_weight)
        return self.result()

    def __repr__(self):
        return f"<metric {self.name}>"


class MeanOf(Metric):
    """The mean of what a function of (y_true, y_pred) returns for each example."""

    def __init__(self, function, name=None, direction=None):
        super().__init__(name or getattr(function, "__name__", type(function).__name__))
        self._function, self.direction = function, direction

    def check(self, y_true, output_shape):
        return np.asarray(y_true)

    def values(self, y_true, y_pred):
        values = np.asarray(self._function(y_true, y_pred))
        return values if values.ndim else np.full(len(y_pred), values)


class OfLoss(Metric):
    """The mean of a loss, without penalties."""

    direction = "down"

    def __init__(self, loss, name=None):
        super().__init__(name or loss.name)
        self._loss = loss

    def check(self, y_true, output_shape):
        return self._loss.check(y_true, output_shape)

    def values(self, y_true, y_pred):
        return self._loss.forward(y_true, y_pred, self._loss.from_logits)[0]
