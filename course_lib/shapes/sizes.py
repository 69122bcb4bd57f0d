"""How many places a window takes along an axis: kernel, stride, padding and dilation.

n is the size of the input, k that of the kernel, s the stride, d the dilation rate; a dilated
kernel spans d*(k - 1) + 1 cells.
"""

from typing import NamedTuple

from course_lib.errors import integer, per_axis
from course_lib.shapes.result import Result


class Axis(NamedTuple):
    """A window along one axis, in plain numbers."""

    span: int  # cells from the first to the last of the dilated kernel
    before: int  # zeros
    after: int
    outputs: int  # places


def output_size(
    size: int,
    kernel_size: int | tuple[int, ...],
    strides: int | tuple[int, ...] = 1,
    padding: str | int | tuple = "valid",
    dilation_rate: int | tuple[int, ...] = 1,
) -> Result:
    """Number of places a window takes along one axis.

    ``size`` input cells, a kernel of ``kernel_size`` cells, ``dilation_rate`` apart, moved by
    ``strides``. ``padding`` is "valid" (none), "same" (as many outputs as strides fit: Keras'
    rule), an int p (p cells on each side) or a pair (before, after).

    valid, p:  floor((n + 2p - k) / s) + 1
    same:      ceil(n / s)

    Raises ValueError when the kernel does not fit or a number is out of range.

        >>> int(output_size(28, kernel_size=3))
        26
    """
    span, before, after, outputs = axis_of(
        "output_size", size, kernel_size, strides, padding, dilation_rate
    )
    if padding == "same":
        return Result(outputs, [f"ceil({size} / {strides})", f"= {outputs}"])
    reach = size + before + after - span
    steps = [
        *_span_step(kernel_size, dilation_rate),
        f"floor(({_padded(size, before, after)} - {span}) / {strides}) + 1",
        f"= floor({reach} / {strides}) + 1",
        f"= {outputs - 1} + 1",
        f"= {outputs}",
    ]
    return Result(outputs, steps)


def padding_split(
    size: int,
    kernel_size: int | tuple[int, ...],
    strides: int | tuple[int, ...] = 1,
    padding: str | int | tuple = "same",
    dilation_rate: int | tuple[int, ...] = 1,
) -> Result:
    """Zeros put (before, after) one axis. For "same" by TensorFlow's rule, which may be uneven.

    total   =  max((ceil(n/s) - 1) * s + k - n, 0)
    before  =  floor(total / 2)
    after   =  the rest

        >>> tuple(padding_split(6, kernel_size=3, strides=2))
        (0, 1)
    """
    if padding != "same":
        before, after = _pads("padding_split", padding)
        return Result((before, after), [f"before = {before}", f"after = {after}"])
    span, before, after, outputs = axis_of(
        "padding_split", size, kernel_size, strides, padding, dilation_rate
    )
    needed, total = (outputs - 1) * strides + span - size, before + after
    steps = [
        *_span_step(kernel_size, dilation_rate),
        f"outputs = ceil({size} / {strides}) = {outputs}",
        f"total = max(({outputs} - 1)*{strides} + {span} - {size}, 0) = max({needed}, 0) = {total}",
        f"before = floor({total} / 2) = {before}",
        f"after = {total} - {before} = {after}",
    ]
    return Result((before, after), steps)


def output_shape(
    spatial: tuple,
    kernel_size: int | tuple[int, ...],
    strides: int | tuple[int, ...] = 1,
    padding: str | int | tuple = "valid",
    dilation_rate: int | tuple[int, ...] = 1,
) -> Result:
    """`output_size` for every axis of ``spatial``; each argument once for all axes or one per axis.

    ``padding`` may hold an int or a pair per axis. A size of None (not known yet) stays None.

        >>> tuple(output_shape((28, 28), 3, strides=2, padding="same"))
        (14, 14)
    """
    owner = "output_shape"
    axes = _axes(owner, spatial)
    arguments = zip(
        spatial,
        per_axis(owner, "kernel_size", kernel_size, axes),
        per_axis(owner, "strides", strides, axes),
        paddings_per_axis(owner, padding, axes),
        per_axis(owner, "dilation_rate", dilation_rate, axes),
        strict=True,
    )
    return _joined([None if sizes[0] is None else output_size(*sizes) for sizes in arguments])


def dropped(
    size: int,
    kernel_size: int | tuple[int, ...],
    strides: int | tuple[int, ...] = 1,
    padding: str | int | tuple = "valid",
    dilation_rate: int | tuple[int, ...] = 1,
) -> Result:
    """Input cells at the end of an axis that no window reaches: what the floor throws away.

    >>> int(dropped(11, kernel_size=2, strides=2))
    1
    """
    span, before, _, outputs = axis_of(
        "dropped", size, kernel_size, strides, padding, dilation_rate
    )
    end = (outputs - 1) * strides + span - before
    value = max(size - end, 0)
    shown = f" - {before}" if before else ""
    steps = [
        *_span_step(kernel_size, dilation_rate),
        f"read = ({outputs} - 1)*{strides} + {span}{shown} = {end}",
        f"dropped = max({size} - {end}, 0) = {value}",
    ]
    return Result(value, steps)


def transpose_output_size(
    size: int,
    kernel_size: int | tuple[int, ...],
    strides: int | tuple[int, ...] = 1,
    padding: str | int | tuple = "valid",
    output_padding: int | tuple[int, ...] | None = None,
    dilation_rate: int | tuple[int, ...] = 1,
) -> Result:
    """Size that a transposed convolution makes of ``size`` cells: Keras' rule for Conv2DTranspose.

    valid:  (n - 1) * s + k + output_padding
    same:   n * s
    same, with output_padding:  (n - 1) * s + (k mod 2) + output_padding

    For "valid" output_padding is max(s - k, 0) unless given.

        >>> int(transpose_output_size(5, kernel_size=3, strides=2))
        11
    """
    span, extra, value = transposed_axis_of(
        "transpose_output_size", size, kernel_size, strides, padding, output_padding, dilation_rate
    )
    shown = f" + {extra}" if extra else ""
    if padding == "same" and extra is None:
        steps = [f"{size}*{strides}", f"= {value}"]
    elif padding == "same":
        steps = [f"({size} - 1)*{strides} + {span} % 2{shown}", f"= {value}"]
    else:
        steps = [
            f"({size} - 1)*{strides} + {span}{shown}",
            f"= {(size - 1) * strides} + {span}{shown}",
            f"= {value}",
        ]
    return Result(value, _span_step(kernel_size, dilation_rate) + steps)


def transpose_output_shape(
    spatial: tuple,
    kernel_size: int | tuple[int, ...],
    strides: int | tuple[int, ...] = 1,
    padding: str | int | tuple = "valid",
    output_padding: int | tuple[int, ...] | None = None,
    dilation_rate: int | tuple[int, ...] = 1,
) -> Result:
    """`transpose_output_size` for every axis of ``spatial``. None (not known yet) stays None."""
    owner = "transpose_output_shape"
    axes = _axes(owner, spatial)
    kernels = per_axis(owner, "kernel_size", kernel_size, axes)
    strides = per_axis(owner, "strides", strides, axes)
    extra = (None,) * axes
    if output_padding is not None:
        extra = per_axis(owner, "output_padding", output_padding, axes, minimum=0)
    dilation = per_axis(owner, "dilation_rate", dilation_rate, axes)
    return _joined(
        [
            None if n is None else transpose_output_size(n, k, s, padding, e, d)
            for n, k, s, e, d in zip(spatial, kernels, strides, extra, dilation, strict=True)
        ]
    )


# --------------------------------------------------------------- the rules, without their steps


def axis_of(owner, size, kernel_size, strides, padding, dilation_rate, kernel_name="kernel_size"):
    """The `Axis` of checked numbers; errors name ``owner``, and the kernel as its user knows it."""
    size = integer(owner, "size", size, 1)
    strides = integer(owner, "strides", strides, 1)
    span = _span(owner, kernel_size, dilation_rate)
    if padding == "same":
        outputs = -(-size // strides)
        total = max((outputs - 1) * strides + span - size, 0)
        return Axis(span, total // 2, total - total // 2, outputs)
    before, after = _pads(owner, padding)
    reach = size + before + after - span
    if reach < 0:
        padded = f" (padded to {size + before + after})" if before or after else ""
        dilated = f" (dilated to {span})" if span != kernel_size else ""
        raise ValueError(
            f"{owner}: {kernel_name} must not be larger than the input, got {kernel_name} "
            f"{kernel_size}{dilated} for an input of size {size}{padded}. "
            'Take a smaller one, or padding="same".'
        )
    return Axis(span, before, after, reach // strides + 1)


def outputs_of(
    owner, spatial, kernel_size, strides, padding, dilation_rate, kernel_name="kernel_size"
):
    """Places of a window along every axis of ``spatial``, checked as `axis_of` does; None stays."""
    paddings = paddings_per_axis(owner, padding, len(spatial))
    sizes = zip(spatial, kernel_size, strides, paddings, dilation_rate, strict=True)
    return tuple(
        None if size[0] is None else axis_of(owner, *size, kernel_name).outputs for size in sizes
    )


def transposed_axis_of(owner, size, kernel_size, strides, padding, output_padding, dilation_rate):
    """(span of the kernel, cells added at the end, size of the outputs); errors name ``owner``."""
    size = integer(owner, "size", size, 1)
    strides = integer(owner, "strides", strides, 1)
    span = _span(owner, kernel_size, dilation_rate)
    if padding not in ("valid", "same"):
        raise ValueError(f'{owner}: padding must be "valid" or "same", got {padding!r}.')
    base = span % 2 if padding == "same" else span
    if output_padding is not None:
        extra = integer(owner, "output_padding", output_padding, 0)
        # A convolution of this stride must lead back from the outputs to the inputs.
        least = 1 - span % 2 if padding == "same" else 0
        if not least <= extra < least + strides:
            raise ValueError(
                f"{owner}: output_padding must lie in {least} to {least + strides - 1} for "
                f"kernel_size {kernel_size}, strides {strides} and padding {padding!r}, "
                f"got {extra}."
            )
    elif padding == "same":
        return span, None, size * strides
    else:
        extra = max(strides - span, 0)
    return span, extra, (size - 1) * strides + base + extra


def paddings_per_axis(owner, padding, axes, name="padding"):
    """``padding`` with one entry per axis: "same", or a pair (before, after).

    A name or an int holds for every axis. A tuple has one entry per axis, an int or a pair; over a
    single axis two ints are the pair (before, after), as in Keras' ZeroPadding1D.
    """
    if not isinstance(padding, (tuple, list)):
        return ("same" if padding == "same" else _pads(owner, padding, name),) * axes
    if axes == 1 and len(padding) == 2:
        return (_pads(owner, padding, name),)
    if len(padding) != axes:
        raise ValueError(
            f"{owner}: {name} must be a name, an integer, or {axes} integers or pairs "
            f"(before, after), one per spatial axis, got {tuple(padding)}."
        )
    return tuple(_pads(owner, entry, name) for entry in padding)


def _span(owner, kernel_size, dilation_rate):
    kernel_size = integer(owner, "kernel_size", kernel_size, 1)
    return integer(owner, "dilation_rate", dilation_rate, 1) * (kernel_size - 1) + 1


def _span_step(kernel_size, dilation_rate):
    """The step that shows the span of a dilated kernel."""
    if dilation_rate == 1:
        return []
    span = dilation_rate * (kernel_size - 1) + 1
    return [f"kernel span = {dilation_rate}*({kernel_size} - 1) + 1 = {span}"]


def _pads(owner, padding, name="padding"):
    """(before, after) of one axis for every padding but "same"."""
    if isinstance(padding, str) or padding is None:
        if padding == "valid":
            return 0, 0
        raise ValueError(
            f'{owner}: padding must be "valid", "same", an integer or a pair (before, after), '
            f"got {padding!r}."
        )
    if isinstance(padding, (tuple, list)):
        if len(padding) != 2:
            raise ValueError(
                f"{owner}: {name} must be a pair (before, after), got {tuple(padding)}."
            )
        return tuple(integer(owner, name, entry, 0) for entry in padding)
    return (integer(owner, name, padding, 0),) * 2


def _axes(owner, spatial):
    """Number of axes of ``spatial``."""
    if not isinstance(spatial, (tuple, list)):
        raise TypeError(
            f"{owner}: spatial must be a tuple with one size per axis, got {spatial!r}."
        )
    return len(spatial)


def _padded(size, before, after):
    """How n + 2p is written."""
    if before == after:
        return f"{size} + 2*{before}" if before else f"{size}"
    return f"{size} + {before} + {after}"


def _joined(results):
    """One result of many axes, a line of steps for each."""
    value = tuple(None if r is None else r.value for r in results)
    steps = [
        f"axis {axis}: {'None' if result is None else ' '.join(result.steps)}"
        for axis, result in enumerate(results, 1)
    ]
    return Result(value, steps)
