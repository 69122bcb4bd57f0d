"""Small helpers around training: a seed for everything random, and labels as one-hot rows."""

import numpy as np

from course_lib.errors import integer
from course_lib.initializers import seed_generator

__all__ = ["set_random_seed", "to_categorical"]


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
