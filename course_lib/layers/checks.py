"""What layers ask of shapes and arrays, and how an input that does not fit is best mended."""

from math import prod

import numpy as np

from course_lib.ops.checks import AXES, hold_rank


def example_shape(argument, shape):
    """``shape`` of one example as a tuple of sizes; None where a size is not known yet."""
    if isinstance(shape, (int, np.integer)) and not isinstance(shape, bool):
        raise TypeError(f"{argument} must be a tuple, got {shape}. Write ({shape},).")
    if not isinstance(shape, (tuple, list)):
        raise TypeError(f"{argument} must be a tuple of sizes, got {shape!r}.")
    for size in shape:
        if size is None:
            continue
        if isinstance(size, bool) or not hasattr(size, "__index__") or size < 1:
            raise ValueError(f"{argument} must hold positive integers or None, got {tuple(shape)}.")
    return tuple(None if size is None else int(size) for size in shape)


def clean_shape(shape):
    """A shape as a tuple of ints and None; a list of shapes as a list of them."""
    if isinstance(shape, list) and any(isinstance(part, (tuple, list)) for part in shape):
        return [clean_shape(part) for part in shape]
    return tuple(None if n is None else int(n) for n in shape)


def shape_of(inputs):
    """The shape of an array, or the list of the shapes of a list of them."""
    return [array.shape for array in inputs] if isinstance(inputs, list) else inputs.shape


def any_batch(shape):
    """The shape, or list of shapes, with None for the batch."""
    if isinstance(shape, list):
        return [any_batch(part) for part in shape]
    return (None, *shape[1:])


def check_rank(label, shape, axes, channels=None):
    """Inputs need a batch axis, ``axes`` spatial axes and a channel axis; else suggest a mend."""
    drawn = None in shape and len(shape) != axes + 2
    mend = _symbolic_mend(tuple(shape), axes) if drawn else None
    hold_rank(label, shape, axes, channels, mend)


def _symbolic_mend(shape, axes):
    """What to write differently where a model is drawn with the wrong rank, if it is clear."""
    if shape[0] is not None:
        return ""
    if len(shape) == axes + 1:
        return f" Add the channel axis: Input(shape=({_listed((*shape[1:], 1))}))."
    if len(shape) == axes + 3:
        return (
            " The input shape is that of one example, without the number of examples: "
            f"Input(shape=({_listed(shape[2:])}))."
        )
    if len(shape) == 2:
        sizes = ", ".join(AXES[axes])
        return (
            f" Rows of numbers, as Flatten makes them, have no {' and '.join(AXES[axes])}: put "
            f"this layer before Flatten, or Reshape(({sizes}, channels)) before it."
        )
    return ""


def _listed(sizes):
    return ", ".join(map(str, sizes))


def axis_of_input(label, axis, shape):
    """``axis``, counted from the front, of inputs of ``shape``; the batch's is none."""
    if not -len(shape) <= axis < len(shape) or axis % len(shape) == 0:
        raise ValueError(
            f"{label}: axis must be an axis of the inputs, not that of the batch, "
            f"got axis={axis} for inputs of shape {tuple(shape)}."
        )
    return axis % len(shape)


def known_size(label, shape, axis=-1):
    """The size of one axis, which the weights depend on."""
    if shape[axis] is None:
        raise ValueError(
            f"{label}: the size of axis {axis} must be known to create the weights, "
            f"got shape {tuple(shape)}. Give it in Input(shape=...)."
        )
    return shape[axis]


def shape_product(shape):
    """Product of sizes, None when one is unknown."""
    return None if None in shape else prod(shape)


def float_dtype(label, dtype):
    try:
        name = "float32" if dtype is None else np.dtype(dtype).name
    except TypeError:
        name = None
    if name not in ("float32", "float64"):
        raise ValueError(f'{label}: dtype must be "float32" or "float64", got {dtype!r}.')
    return name


def flag(label, argument, value):
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{label}: {argument} must be True or False, got {value!r}.")
    return bool(value)
