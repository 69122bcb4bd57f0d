"""What layers ask of shapes and arrays, and how an input that does not fit is best mended."""

from math import prod

import numpy as np

AXES = {1: ("steps",), 2: ("height", "width"), 3: ("depth", "height", "width")}


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


def real_array(what, values):
    """``values`` as an array of real numbers."""
    try:
        array = np.asarray(values)
    except ValueError:  # rows of different lengths
        array = np.empty(0, object)
    if array.dtype.kind not in "biuf":
        kind = "rows of different lengths or objects" if array.dtype.kind == "O" else array.dtype
        raise TypeError(f"{what} must be an array of real numbers, got {kind}.")
    return array


def check_rank(label, shape, axes):
    """Inputs need a batch axis, ``axes`` spatial axes and a channel axis; else suggest a mend."""
    rank = axes + 2
    if len(shape) == rank:
        return
    names = ", ".join(("batch", *AXES[axes], "channels"))
    raise ValueError(
        f"{label}: inputs must have rank {rank} ({names}), got shape {tuple(shape)}."
        f"{_missing_axes(shape, axes)}"
    )


def _missing_axes(shape, axes):
    """The reshape that adds the batch or the channel axis, where it is clear which is missing."""
    if len(shape) == axes:
        mended = (1, *shape, 1)
    elif len(shape) == axes + 1 and None not in shape and shape[-1] <= 4 < shape[0]:
        mended = (1, *shape)  # (height, width, channels): a last axis this short is channels
    elif len(shape) == axes + 1:
        mended = (*shape, 1)
    elif len(shape) == axes + 3 and shape[0] is None:
        one_example = ", ".join(map(str, shape[2:]))
        return (
            " The input shape is that of one example, without the number of examples: "
            f"Input(shape=({one_example}))."
        )
    else:
        return ""
    if None in mended:
        one_example = ", ".join(map(str, mended[1:]))
        return f" Add the channel axis: Input(shape=({one_example}))."
    word = "axes" if len(mended) - len(shape) > 1 else "axis"
    return f" Add the missing {word}: inputs.reshape({', '.join(map(str, mended))})."


def check_channels(label, shape, channels, noun="channels"):
    """The last axis must have as many channels as the weights were made for."""
    if channels is None or shape[-1] == channels:
        return
    mend = ""
    if noun == "features" and len(shape) > 2 and shape_product(shape[1:]) == channels:
        mend = " Flatten each example: put a Flatten layer before."
    raise ValueError(
        f"{label}: inputs must have {channels} {noun} in the last axis, got shape {tuple(shape)}."
        f"{mend}"
    )


def check_data_format(label, data_format):
    if data_format not in (None, "channels_last"):
        raise ValueError(
            f'{label}: data_format must be "channels_last" (or None), got {data_format!r}. '
            "Move the channels to the last axis: np.moveaxis(inputs, 1, -1)."
        )


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
