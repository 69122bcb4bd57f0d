"""Which classes a model takes for which: the confusion matrix, and what is counted from it.

An output above a threshold says yes. Of those that say yes, precision is the share that is right;
of those that should, recall is the share that does.
"""

import numpy as np

from course_lib import labels
from course_lib.errors import integer
from course_lib.metrics.base import Metric


def confusion_matrix(y_true, y_pred, num_classes: int | None = None) -> np.ndarray:
    """How many examples of class i (row) were taken for class j (column), (classes, classes).

    Both arguments hold class numbers, (n,). ``num_classes`` is one more than the largest unless
    given.

    >>> confusion_matrix([0, 0, 1, 2], [0, 1, 1, 2])
    array([[1, 1, 0],
           [0, 1, 0],
           [0, 0, 1]])
    """
    pair = [np.asarray(y_true), np.asarray(y_pred)]
    for argument, array in zip(("y_true", "y_pred"), pair, strict=True):
        if array.ndim != 1:
            mend = f" Take {argument}.argmax(-1)." if array.ndim > 1 else ""
            raise ValueError(
                f"confusion_matrix: {argument} must hold class numbers, shape (examples,), "
                f"got shape {array.shape}.{mend}"
            )
    if len(pair[0]) != len(pair[1]):
        raise ValueError(
            "confusion_matrix: y_true and y_pred must have the same length, got "
            f"{len(pair[0])} and {len(pair[1])}."
        )
    if num_classes is None:
        num_classes = 1 + max((int(a.max()) for a in pair if a.size), default=0)
    classes = integer("confusion_matrix", "num_classes", num_classes, minimum=1)
    true, guess = (labels.class_numbers("confusion_matrix", a, classes) for a in pair)
    return np.bincount(true * classes + guess, minlength=classes**2).reshape(classes, classes)


class _Share(Metric):
    """Counts yes and no over all outputs, or over those of one class."""

    direction = "up"

    def __init__(self, thresholds=None, top_k=None, class_id=None, name=None):
        label = type(self).__name__
        super().__init__(name or label.lower())
        if thresholds is not None and (
            isinstance(thresholds, bool) or not isinstance(thresholds, (int, float))
        ):
            raise TypeError(f"{label}: thresholds must be one number, got {thresholds!r}.")
        self.thresholds = thresholds
        self.top_k = None if top_k is None else integer(label, "top_k", top_k, minimum=1)
        self.class_id = None if class_id is None else integer(label, "class_id", class_id, 0)

    def check(self, y_true, output_shape):
        y_true = super().check(y_true, output_shape)
        if self.class_id is not None and self.class_id >= output_shape[-1]:
            raise ValueError(
                f"{self.name}: class_id must be below {output_shape[-1]}, the number of outputs, "
                f"got {self.class_id}."
            )
        return y_true

    def _yes(self, y_true, y_pred, weights):
        """(should say yes, says yes, weight) for every output that counts."""
        says = y_pred > (0.5 if self.thresholds is None else self.thresholds)
        if self.top_k is not None:
            places = np.argsort(-y_pred, -1, kind="stable")[..., : self.top_k]
            best = np.zeros(y_pred.shape, bool)
            np.put_along_axis(best, places, True, -1)
            says = best if self.thresholds is None else best & says
        should = y_true.astype(bool)
        if self.class_id is not None:
            says, should = says[..., self.class_id], should[..., self.class_id]
        counts = np.ones(says.shape)
        return should, says, counts if weights is None else labels.spread(weights, counts)


class Precision(_Share):
    """Of the outputs that say yes (above ``thresholds``, 0.5), the share that is right.

    >>> metric = Precision()
    >>> metric([1, 0, 1], [[0.9], [0.8], [0.2]])
    0.5

    ``class_id``: only the outputs of that class. ``top_k``: only the k largest of a row say yes.
    """

    def sums(self, y_true, y_pred, weights=None):
        should, says, counts = self._yes(y_true, y_pred, weights)
        return np.array([counts[should & says].sum(), counts[says].sum()])


class Recall(_Share):
    """Of the outputs that should say yes, the share that does (is above ``thresholds``, 0.5).

    ``class_id``: only the outputs of that class. ``top_k``: only the k largest of a row say yes.
    """

    def sums(self, y_true, y_pred, weights=None):
        should, says, counts = self._yes(y_true, y_pred, weights)
        return np.array([counts[should & says].sum(), counts[should].sum()])


class F1Score(Metric):
    """2 precision recall / (precision + recall), for each class; y_true holds one-hot rows.

    ``threshold`` None: the largest output of a row says yes. ``average``: "macro" is the mean over
    the classes, "weighted" counts each by its examples, "micro" counts all outputs together; None
    gives an array, one number per class.
    """

    direction = "up"

    def __init__(self, average=None, threshold=None, name="f1_score"):
        super().__init__(name)
        if average not in (None, "micro", "macro", "weighted"):
            raise ValueError(
                f'F1Score: average must be "micro", "macro", "weighted" or None, got {average!r}.'
            )
        self.average, self.threshold = average, threshold

    def sums(self, y_true, y_pred, weights=None):
        """(3, classes): right yes, wrong yes, missed."""
        if self.threshold is None:
            says = y_pred == y_pred.max(-1, keepdims=True)
        else:
            says = y_pred > self.threshold
        should = y_true.astype(bool)
        counts = np.ones(says.shape)
        counts = counts if weights is None else labels.spread(weights, counts)
        kinds = (should & says, ~should & says, should & ~says)
        axis = tuple(range(says.ndim - 1))
        return np.stack([(counts * kind).sum(axis) for kind in kinds])

    def number(self, sums):
        right, wrong, missed = sums if self.average != "micro" else sums.sum(-1)
        together = 2 * right + wrong + missed
        scores = np.divide(2 * right, together, out=np.zeros_like(together), where=together > 0)
        if self.average == "macro":
            return float(scores.mean())
        if self.average == "weighted":
            each = right + missed
            return float((scores * each).sum() / each.sum()) if each.sum() else 0.0
        return float(scores) if self.average == "micro" else scores


class AUC(Metric):
    """Area under the curve of the share of right yes over that of wrong yes (ROC).

    It is the probability that a yes gets a larger output than a no, found with
    ``num_thresholds`` steps between 0 and 1.
    """

    direction = "up"

    def __init__(self, num_thresholds=200, curve="ROC", name="auc"):
        super().__init__(name)
        if curve != "ROC":
            raise ValueError(f'AUC: curve must be "ROC", the only one there is, got {curve!r}.')
        self.num_thresholds = integer("AUC", "num_thresholds", num_thresholds, minimum=2)

    def sums(self, y_true, y_pred, weights=None):
        """(2, thresholds): how many yes, and how many no, have an output above each."""
        counts = np.ones(y_pred.shape)
        counts = (counts if weights is None else labels.spread(weights, counts)).ravel()
        inner = np.linspace(0, 1, self.num_thresholds)[1:-1].astype(y_pred.dtype)
        passed = 1 + np.searchsorted(inner, y_pred.ravel(), side="left")  # thresholds below it
        should = y_true.astype(bool).ravel()
        steps = [
            np.bincount(passed[kind], counts[kind], self.num_thresholds + 1)
            for kind in (should, ~should)
        ]
        return np.stack([step[::-1].cumsum()[::-1][1:] for step in steps])

    def number(self, sums):
        if not (sums[:, 0] > 0).all():
            return 0.0
        right, wrong = sums / sums[:, :1]
        return float(((wrong[:-1] - wrong[1:]) * (right[:-1] + right[1:]) / 2).sum())
