"""Small helpers around training: a seed for everything random, labels as one-hot rows, and how the
work is done: with fused layers or one by one, on how many processors.
"""

import os

import numpy as np

from course_lib.errors import integer
from course_lib.initializers import seed_generator
from course_lib.unknown_names import told

__all__ = ["plot_model", "set_fusion", "set_random_seed", "set_workers", "to_categorical"]
__getattr__ = told(__name__)

_settings = {"fusion": True, "workers": None}


def set_fusion(enabled):
    """Whether models compute neighbouring layers in one step where they can (they do at first).

    The numbers are the same up to rounding; ``set_fusion(False)`` runs layer after layer, slower.
    """
    if not isinstance(enabled, bool):
        raise TypeError(f"set_fusion: enabled must be True or False, got {enabled!r}.")
    _settings["fusion"] = enabled


def fusion():
    """Whether models compute neighbouring layers in one step."""
    return _settings["fusion"]


def set_workers(count):
    """How many processes share the work of fit, evaluate and predict; None: one per processor.

    The results do not depend on it, not by a bit: only the time does.
    """
    if count is not None:
        count = integer("set_workers", "count", count, minimum=1)
    _settings["workers"] = count


def workers():
    """How many processes may share the work: as `set_workers` said, or one per processor."""
    if _settings["workers"] is not None:
        return _settings["workers"]
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def plot_model(model, to_file=None, show_shapes=False, show_layer_names=False):
    """Draw a built model: a box for each layer, lines for what goes between. A notebook shows it.

    ``to_file``: a path that ends in .svg, where the drawing is written as well. Returns the text of
    the SVG. No program beside this library is needed.
    """
    from course_lib.model import Model, drawing

    if not isinstance(model, Model) or not model.built:
        what = f"{model.name}, whose input shape is not known" if isinstance(model, Model) else None
        raise ValueError(
            "plot_model: model must be a built model, "
            f"got {what or type(model).__name__}. Start it with Input(shape=...)."
        )
    picture = drawing.svg(model, show_shapes, show_layer_names)
    if to_file is not None:
        path = os.fspath(to_file)
        if not path.endswith(".svg"):
            raise ValueError(f"plot_model: to_file must end in .svg, got {path!r}.")
        with open(path, "w", encoding="utf-8") as file:
            file.write(picture)
    return picture


def set_random_seed(seed):
    """Make what follows repeatable: first weights, dropout, the order of examples.

    Seeds ``random`` and ``numpy.random`` as well, as ``keras.utils.set_random_seed`` does.
    """
    seed_generator(seed)


def to_categorical(x, num_classes=None):
    """Class numbers as one-hot rows: (...) becomes (..., num_classes).

    ``num_classes`` is one more than the largest number unless given.
    """
    x = np.asarray(x)
    if x.dtype.kind not in "biuf" or (x.dtype.kind == "f" and (x != np.floor(x)).any()):
        raise ValueError(f"to_categorical: x must hold whole class numbers, got dtype {x.dtype}.")
    if x.ndim > 1 and x.shape[-1] == 1:
        x = x[..., 0]
    x = x.astype(np.intp)
    if not x.size and num_classes is None:
        raise ValueError("to_categorical: num_classes must be given when x is empty.")
    classes = int(x.max()) + 1 if num_classes is None else num_classes
    classes = integer("to_categorical", "num_classes", classes, minimum=1)
    if x.size and not (x.min() >= 0 and x.max() < classes):
        bad = x[(x < 0) | (x >= classes)].flat[0]
        raise ValueError(
            f"to_categorical: x must hold class numbers from 0 to {classes - 1}, got {bad}."
        )
    return np.eye(classes)[x]
