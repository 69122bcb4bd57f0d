"""What one likes to know of a model beside its loss: above all, how often it is right.

Most metrics give a number per example; their result is the mean over all examples seen. Names,
arguments and defaults are those of ``keras.metrics``. In ``compile``, "accuracy" is whichever
accuracy fits the model and the labels.
"""

from course_lib import losses
from course_lib.errors import nearest
from course_lib.metrics.accuracy import (
    Accuracy,
    BinaryAccuracy,
    CategoricalAccuracy,
    FittingAccuracy,
    MeanAbsoluteError,
    MeanSquaredError,
    SparseCategoricalAccuracy,
    SparseTopKCategoricalAccuracy,
    TopKCategoricalAccuracy,
)
from course_lib.metrics.base import MeanOf, Metric, OfLoss
from course_lib.metrics.confusion import AUC, F1Score, Precision, Recall, confusion_matrix
from course_lib.unknown_names import told

__all__ = [
    "AUC",
    "Accuracy",
    "BinaryAccuracy",
    "CategoricalAccuracy",
    "F1Score",
    "MeanAbsoluteError",
    "MeanSquaredError",
    "Metric",
    "Precision",
    "Recall",
    "SparseCategoricalAccuracy",
    "SparseTopKCategoricalAccuracy",
    "TopKCategoricalAccuracy",
    "confusion_matrix",
    "get",
]
__getattr__ = told(__name__)

_NAMES = {
    "acc": Accuracy,
    "accuracy": Accuracy,
    "auc": AUC,
    "binary_accuracy": BinaryAccuracy,
    "categorical_accuracy": CategoricalAccuracy,
    "f1_score": F1Score,
    "mae": MeanAbsoluteError,
    "mean_absolute_error": MeanAbsoluteError,
    "mean_squared_error": MeanSquaredError,
    "mse": MeanSquaredError,
    "precision": Precision,
    "recall": Recall,
    "sparse_categorical_accuracy": SparseCategoricalAccuracy,
    "sparse_top_k_categorical_accuracy": SparseTopKCategoricalAccuracy,
    "top_k_categorical_accuracy": TopKCategoricalAccuracy,
}
_LOSSES = ("binary_crossentropy", "categorical_crossentropy", "sparse_categorical_crossentropy")


def get(identifier) -> Metric:
    """A metric from its name or class, an instance, or a function of (y_true, y_pred)."""
    if isinstance(identifier, Metric):
        return identifier
    if isinstance(identifier, type) and issubclass(identifier, Metric):
        return identifier()
    if isinstance(identifier, losses.Loss):
        return OfLoss(identifier)
    if isinstance(identifier, str):
        by_class = {cls.__name__: cls for cls in _NAMES.values()}
        if identifier in _LOSSES:
            return OfLoss(losses.get(identifier))
        if identifier in _NAMES or identifier in by_class:
            return (_NAMES.get(identifier) or by_class[identifier])(name=identifier)
    elif callable(identifier) and not isinstance(identifier, type):
        return MeanOf(identifier)
    close = nearest(identifier, _NAMES)
    meant = f" Do you mean {close[0]!r}?" if close else ""
    raise ValueError(
        f"Unknown metric {identifier!r}.{meant} Known: {', '.join(sorted([*_NAMES, *_LOSSES]))}, "
        "or a function of (y_true, y_pred)."
    )


def for_compile(identifiers, argument: str = "metrics") -> list[Metric]:
    """The metrics of a list that ``compile`` was given; "accuracy" is the one that fits."""
    if isinstance(identifiers, (str, Metric)) or not isinstance(identifiers or [], (list, tuple)):
        raise TypeError(f"compile: {argument} must be a list, got {identifiers!r}. Write [...].")
    return [
        FittingAccuracy(identifier) if identifier in ("accuracy", "acc") else get(identifier)
        for identifier in identifiers or []
    ]
