"""What labels must be to be compared with predictions: one sentence each, for losses and metrics.

``output_shape`` is that of the predictions, batch first; the labels' own batch is not compared.
"""

import numpy as np


def as_rows(name, y_true, output_shape):
    """``y_true`` in the shape of the predictions; one number each may come without its axis.

    Raises ValueError for other shapes: class numbers where rows belong, a Flatten forgotten.
    """
    y_true = np.asarray(y_true)
    if y_true.shape[1:] == tuple(output_shape[1:]):
        return y_true
    if tuple(output_shape[1:]) == (*y_true.shape[1:], 1):
        return y_true[..., None]
    text = _many_places(y_true, output_shape)
    if not text and y_true.ndim == len(output_shape) - 1 and _whole(y_true):
        text = f" These look like class numbers: take to_categorical(y, {output_shape[-1]})"
        text += f", or the {_kind(name)} sparse_{name}." if "categorical" in name else "."
    raise ValueError(
        f"{name}: y must have shape (examples, {', '.join(map(str, output_shape[1:]))}), as the "
        f"model's output, got shape {y_true.shape}.{text}"
    )


def as_class_numbers(name, y_true, output_shape):
    """``y_true`` as whole numbers, one for each row of the predictions.

    Raises ValueError for other shapes, numbers with fractions, and classes that there are not.
    """
    y_true = np.asarray(y_true)
    if y_true.shape[1:] == (*output_shape[1:-1], 1):
        y_true = y_true[..., 0]
    if y_true.shape[1:] != tuple(output_shape[1:-1]):
        text = ""
        if y_true.shape[1:] == tuple(output_shape[1:]):
            other = name.removeprefix("sparse_")
            text = f" These look one-hot: take y.argmax(-1), or the {_kind(name)} {other}."
        else:
            text = _many_places(y_true, output_shape)
        expected = ", ".join(["examples", *map(str, output_shape[1:-1])])
        comma = "," * (len(output_shape) == 2)
        raise ValueError(
            f"{name}: y must hold one class number per example, shape ({expected}{comma}), "
            f"got shape {y_true.shape}.{text}"
        )
    return class_numbers(name, y_true, output_shape[-1])


def class_numbers(name, y_true, classes):
    """Whole numbers from 0 to classes - 1; else an error that shows the first that is not."""
    if y_true.dtype.kind not in "biuf":
        raise TypeError(f"{name}: y must hold class numbers, got dtype {y_true.dtype}.")
    if not _whole(y_true):
        bad = y_true[y_true != np.floor(y_true)].flat[0]
        raise ValueError(f"{name}: y must hold whole class numbers, got {bad}.")
    if y_true.size and not (y_true.min() >= 0 and y_true.max() < classes):
        bad = y_true[(y_true < 0) | (y_true >= classes)].flat[0]
        raise ValueError(
            f"{name}: y must hold class numbers from 0 to {classes - 1}, since the model has "
            f"{classes} outputs, got {bad}."
        )
    return y_true.astype(np.intp, copy=False)


def spread(weights, values):
    """``weights`` (n,) of examples, shaped so that they multiply ``values`` (n, ...)."""
    weights = np.asarray(weights, values.dtype)
    if weights.ndim > values.ndim and weights.shape[-1] == 1:
        weights = weights[..., 0]
    weights = weights.reshape(*weights.shape, *[1] * (values.ndim - weights.ndim))
    return np.broadcast_to(weights, values.shape)


def _whole(y_true):
    return y_true.dtype.kind != "f" or bool((y_true == np.floor(y_true)).all())


def _kind(name):
    return "metric" if "accuracy" in name else "loss"


def _many_places(y_true, output_shape):
    """The sentence for a model that predicts at every place, where one label per example came.

    One label per example is a number, (n,) or (n, 1), or a row of them, (n, classes).
    """
    numbers = np.prod(y_true.shape[1:], dtype=int)
    if len(output_shape) < 3 or (numbers != 1 and y_true.shape[1:] != (output_shape[-1],)):
        return ""
    places = " x ".join(map(str, output_shape[1:-1]))
    return (
        f" The model predicts at {places} places of each example: its output has shape "
        f"{tuple(output_shape)}. For one prediction per example put a Flatten layer before the "
        "last Dense."
    )
