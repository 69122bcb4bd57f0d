"""What every operation asks of its arrays, and the sentences it answers with when they do not fit.

Floating point: float32 goes in and float32 comes out; whole numbers and lists become float32;
float64 stays float64, for gradient checks.
"""

from math import prod

import numpy as np

from course_lib.errors import integer

FEW_CHANNELS = 4  # red, green, blue and transparency
AXES = {1: ("steps",), 2: ("height", "width"), 3: ("depth", "height", "width")}


def as_numbers(what, values, of="real numbers", kinds="biuf"):
    """``values`` as an array, of the type that they have; ``what`` names them in errors.

    Raises TypeError for complex numbers, text and objects, ValueError for rows of unequal length.
    """
    try:
        array = np.asarray(values)
    except ValueError:
        raise ValueError(f"{what} must be an array of {of}, got rows of unequal length.") from None
    if array.dtype.kind not in kinds:
        found = {"O": "objects", "U": "text", "S": "bytes"}.get(array.dtype.kind, array.dtype)
        raise TypeError(f"{what} must be an array of {of}, got {found}.")
    return array


def as_floats(owner, **arrays):
    """The arrays, contiguous and of one type: float64 if any was given so, else float32.

    Raises the errors of `as_numbers`, naming the argument.
    """
    values = list(arrays.values())
    if _are_floats(values):
        return values
    known = {name: _as_given(f"{owner}: {name}", value) for name, value in arrays.items()}
    wide = any(a.dtype.char == "d" for a in known.values())  # in whatever order of bytes
    dtype = np.float64 if wide else np.float32
    return [np.ascontiguousarray(array, dtype).reshape(array.shape) for array in known.values()]


def _are_floats(values):
    """Whether they are what `as_floats` makes of them: in a network's middle they always are."""
    kinds = {value.dtype.char for value in values if type(value) is np.ndarray}
    return kinds in ({"f"}, {"d"}) and all(
        type(value) is np.ndarray and value.flags.c_contiguous and value.dtype.isnative
        for value in values
    )


def _as_given(what, value):
    """Numbers as they come; of Python's own numbers, float32."""
    array = as_numbers(what, value)
    return array if isinstance(value, np.ndarray | np.generic) else array.astype(np.float32)


def spatial_axes(owner, kernel):
    """Number of spatial axes of a kernel (*kernel_size, in_channels, filters): 1, 2 or 3."""
    axes = kernel.ndim - 2
    if axes not in AXES:
        full = (*kernel.shape, 1, 1)
        mend = f" Add the missing axes: kernel.reshape{full}." if kernel.ndim in (1, 2) else ""
        raise ValueError(
            f"{owner}: kernel must have rank 3, 4 or 5 (*kernel_size, in_channels, filters), "
            f"got shape {kernel.shape}.{mend}"
        )
    if 0 in kernel.shape:
        raise ValueError(
            f"{owner}: kernel must have no axis of length 0, got shape {kernel.shape}."
        )
    return axes


def channels_last(owner, inputs, axes, channels=None):
    """Hold ``inputs`` to (batch, *spatial, channels) and to ``channels`` channels where given."""
    hold_rank(owner, inputs.shape, axes, channels)
    hold_last_axis(owner, inputs.shape, channels)


def hold_rank(owner, shape, axes, channels=None, mend=None):
    """Hold ``shape`` to a batch axis, ``axes`` spatial axes and a channel axis.

    ``mend`` is the advice where they do not fit; the reshape of `missing_axes` if not given.
    """
    rank = axes + 2
    if len(shape) != rank:
        names = ", ".join(("batch", *AXES[axes], "channels"))
        mend = missing_axes("inputs", shape, rank, channels) if mend is None else mend
        raise ValueError(
            f"{owner}: inputs must have rank {rank} ({names}), got shape {tuple(shape)}.{mend}"
        )


def hold_features(owner, shape, features=None):
    """Hold ``shape`` to (batch, ..., features), and to ``features`` of them where given."""
    if len(shape) < 2:
        mend = f" Add the batch axis: inputs.reshape(1, {shape[0]})." if shape else ""
        raise ValueError(
            f"{owner}: inputs must have rank 2 or more (batch, features), "
            f"got shape {tuple(shape)}.{mend}"
        )
    hold_last_axis(owner, shape, features, "features")


def hold_last_axis(owner, shape, size, noun="channels"):
    """Hold the last axis of ``shape`` to the ``size`` that a kernel was made for; None is any."""
    if size is None or shape[-1] == size:
        return
    mend = ""
    if noun == "channels" and shape[1] == size:
        mend = " Put the channels last: np.moveaxis(inputs, 1, -1)."
    if noun == "features" and len(shape) > 2 and None not in shape[1:] and prod(shape[1:]) == size:
        mend = (
            " Flatten each example: inputs.reshape(len(inputs), -1), or a Flatten layer before "
            "this one."
        )
    raise ValueError(
        f"{owner}: inputs must have {size} {noun} on the last axis, as the kernel has, "
        f"got {shape[-1]} in shape {tuple(shape)}.{mend}"
    )


def missing_axes(name, shape, rank, channels=None):
    """The reshape that adds the batch axis, the channel axis, or both, when it is clear which.

    Where one of the two is missing, the last axis decides: as many channels as the kernel has, or
    at most `FEW_CHANNELS` where it has not said, are channels, and the batch is what is missing.
    """
    shape = tuple(shape)
    one_channel = channels in (None, 1)
    if len(shape) == rank - 2 and one_channel:
        return f" Add the missing axes: {name}.reshape{(1, *shape, 1)}."
    if len(shape) == rank - 1:
        few = channels is None and shape[-1] <= FEW_CHANNELS < shape[0]
        if shape[-1] == channels or few:
            return f" Add the batch axis: {name}.reshape{(1, *shape)}."
        if one_channel:
            return f" Add the channel axis: {name}.reshape{(*shape, 1)}."
    return ""


def same_shape(owner, name, array, shape, other):
    """Hold ``array`` to exactly ``shape``, the shape of ``other``."""
    if array.shape != tuple(shape):
        raise ValueError(
            f"{owner}: {name} must have shape {tuple(shape)}, that of {other}, got {array.shape}."
        )


def gradient(owner, values, shape, dtype=None, name="grad_outputs", other="the outputs"):
    """A gradient from above, held to the ``shape`` of ``other`` and brought to its type."""
    (values,) = as_floats(owner, **{name: values})
    same_shape(owner, name, values, shape, other)
    return values.astype(dtype or values.dtype, copy=False)


def axis_in(owner, axis, rank):
    """``axis`` counted from the front."""
    if rank == 0:
        raise ValueError(f"{owner}: inputs must have at least one axis, got a single number.")
    axis = integer(owner, "axis", axis)
    if not -rank <= axis < rank:
        raise ValueError(f"{owner}: axis must lie in -{rank} to {rank - 1}, got {axis}.")
    return axis % rank


def axes_in(owner, axis, rank):
    """``axis``, one or several, as a tuple counted from the front."""
    several = isinstance(axis, (tuple, list)) and len(axis)
    found = tuple(axis_in(owner, entry, rank) for entry in (axis if several else (axis,)))
    if len(set(found)) < len(found):
        raise ValueError(f"{owner}: axis must name each axis once, got {axis}.")
    return found


def last_channels(owner, data_format):
    """Channels stand on the last axis: Keras' "channels_last", or None."""
    if data_format not in (None, "channels_last"):
        raise ValueError(
            f'{owner}: data_format must be "channels_last" (or None), got {data_format!r}. '
            "Move the channels to the last axis: np.moveaxis(inputs, 1, -1)."
        )


def hold(owner, name, values, good, kind):
    """Hold every number of ``values`` to ``good``, a mask; ``kind`` says what was expected."""
    if not good.all():
        raise ValueError(f"{owner}: {name} must hold {kind}, got {values[~good][0]}.")


def labels(owner, name, values, classes, last=None):
    """Whole numbers 0 to ``classes`` - 1 as an integer array. Floats pass when they are whole.

    ``last`` says in an error what the largest is, where it has a name.
    """
    values = as_numbers(f"{owner}: {name}", values, "integers", "iuf")
    if values.dtype.kind == "f":
        odd = ~np.isfinite(values) | (values != np.round(values))
        if odd.any():
            raise ValueError(f"{owner}: {name} must be integers, got {values[odd][0]}.")
    if values.size and (values.min() < 0 or values.max() >= classes):
        bad = values.min() if values.min() < 0 else values.max()
        raise ValueError(f"{owner}: {name} must lie in 0 to {last or classes - 1}, got {bad:g}.")
    return values.astype(np.intp)
