"""Windows: the places a kernel takes on its input, and their cells written out as matrix rows.

Index letters of this package: n example, y x output place, i j cell of the kernel (a tap),
c input channel, f filter. Output place y with tap i reads padded input cell y*stride + i*dilation.
"""

from functools import lru_cache
from itertools import product
from math import ceil, prod
from typing import NamedTuple

import numpy as np

from course_lib.errors import per_axis
from course_lib.ops.padding import surround
from course_lib.shapes.sizes import axis_of, paddings_per_axis, transposed_axis_of

LONG_RUN = 16  # numbers
CACHE = 1 << 20  # bytes, near the core
LARGE_CACHE = 1 << 22  # bytes, further off
FEW = 16  # examples


class Windows(NamedTuple):
    """All sizes of one sliding window, one entry per spatial axis."""

    kernel_size: tuple
    strides: tuple
    dilation_rate: tuple
    pads: tuple  # zeros (before, after)
    spatial: tuple  # input cells, zeros not counted
    outputs: tuple  # places

    def reads(self, tap):
        """What one cell of the kernel reads: slices (places, cells), without the padded zeros.

        Over the places, in order, the tap stands on the cells: outputs[places] needs inputs[cells].
        """
        places, cells = [], []
        axes = (tap, self.strides, self.dilation_rate, self.pads, self.spatial, self.outputs)
        for i, s, d, (before, _), size, count in zip(*axes, strict=True):
            first = i * d - before  # the cell under the tap at place 0
            start = max(0, -(first // s))  # first place that stands on a real cell
            stop = max(start, min(count, (size - 1 - first) // s + 1))
            places.append(slice(start, stop))
            cells.append(slice(start * s + first, max(0, (stop - 1) * s + first + 1), s))
        return (slice(None), *places), (slice(None), *cells)


@lru_cache(maxsize=512)
def taps(window):
    """What `Windows.reads` says of every cell of the kernel, in order."""
    return [window.reads(tap) for tap in product(*map(range, window.kernel_size))]


def windows(
    owner, spatial, kernel_size, strides, padding, dilation_rate=1, kernel_name="kernel_size"
):
    """The `Windows` of a kernel on an input with axes ``spatial``; errors name ``owner``."""
    axes = len(spatial)
    padding = padding.lower() if isinstance(padding, str) else padding
    strides = per_axis(owner, "strides", strides, axes)
    dilation_rate = per_axis(owner, "dilation_rate", dilation_rate, axes)
    not_strided_and_dilated(owner, strides, dilation_rate)
    paddings = paddings_per_axis(owner, padding, axes)
    paddings = tuple(p if isinstance(p, str) else tuple(p) for p in paddings)
    sizes = zip(spatial, kernel_size, strides, paddings, dilation_rate, strict=True)
    return _windows(owner, tuple(sizes), kernel_name)


def not_strided_and_dilated(owner, strides, dilation_rate):
    """Refuse a window that leaves out places and cells at once, as Keras does.

    Then the cells that the same taps read are no phase of the stride (see `phases_back`).
    """
    if max(strides) > 1 and max(dilation_rate) > 1:
        raise ValueError(
            f"{owner}: strides and dilation_rate cannot both be more than 1, "
            f"got strides={strides} and dilation_rate={dilation_rate}."
        )


@lru_cache(maxsize=512)
def _windows(owner, sizes, kernel_name):
    """`windows` of checked sizes: (spatial, kernel_size, stride, padding, dilation) per axis."""
    found = [axis_of(owner, *size, kernel_name) for size in sizes]
    pads = tuple((axis.before, axis.after) for axis in found)
    spatial, kernel_size, strides, _, dilation_rate = zip(*sizes, strict=True)
    outputs = tuple(axis.outputs for axis in found)
    return Windows(kernel_size, strides, dilation_rate, pads, spatial, outputs)


def transposed_windows(
    owner, spatial, kernel_size, strides, padding, output_padding, dilation_rate
):
    """The `Windows` whose outputs are ``spatial``, as a transposed convolution lays them."""
    axes = len(spatial)
    padding = padding.lower() if isinstance(padding, str) else padding
    strides = per_axis(owner, "strides", strides, axes)
    dilation_rate = per_axis(owner, "dilation_rate", dilation_rate, axes)
    extra = (None,) * axes
    if output_padding is not None:
        extra = per_axis(owner, "output_padding", output_padding, axes, minimum=0)
    sizes = zip(spatial, kernel_size, strides, extra, dilation_rate, strict=True)
    grown = [transposed_axis_of(owner, n, k, s, padding, e, d)[-1] for n, k, s, e, d in sizes]
    return windows(owner, grown, kernel_size, strides, padding, dilation_rate)


@lru_cache(maxsize=512)
def phases_back(window):
    """The way back as convolutions at a stride of 1: [(cells, taps, `Windows` over the outputs)].

    At a stride of s every s-th input cell is read by the same taps, every s-th of the kernel: these
    cells are a phase. What they receive is a convolution of the outputs' gradient with these taps,
    in reverse order. Padding turns about: a tap that reads the first cell of a phase has all taps
    before it still to come, less those that only ever stand on zeros. ``cells`` and ``taps`` are
    slices; a cell that no tap reads is in no phase.
    """
    axes = zip(*window, strict=True)
    found = []
    for phases in product(*(list(_phases_of_axis(*axis)) for axis in axes)):
        cells, taps, sizes = zip(*phases, strict=True)
        k, pads, counts = zip(*sizes, strict=True)
        ones = (1,) * len(k)
        over = Windows(k, ones, window.dilation_rate, pads, window.outputs, counts)
        found.append(((slice(None), *cells), taps, over))
    return found


def _phases_of_axis(kernel_size, stride, dilation, pads, size, outputs):
    for phase in range(min(stride, kernel_size)):
        start = ceil((pads[0] - phase) / stride)  # the first of the phase that is no padding
        first = phase + start * stride - pads[0]
        k, count = ceil((kernel_size - phase) / stride), ceil((size - first) / stride)
        around = ((k - 1) * dilation - start, start + count - outputs)
        if count > 0:
            yield slice(first, None, stride), slice(phase, None, stride), (k, around, count)


def rows_by_tap(inputs, window):
    """The cells under the windows as matrices, a tap of all axes but the last at a time.

    Yields (tap, rows): what the taps of the last axis read beside that tap, (n, y, x, j*c). It is
    copied once for all of them, on every line of cells, and a tap then reads the lines it stands
    on. Where such rows would be short, it is one pair, the empty tap and all `patches`.
    """
    run = inputs.shape[-1] * (window.kernel_size[-1] if window.dilation_rate[-1] == 1 else 1)
    if run < LONG_RUN:
        rows = patches(inputs, window)
        yield (), rows.reshape(len(inputs), -1, rows.shape[-1])
        return
    if len(window.kernel_size) == 1:
        yield (), patches(inputs, window)
        return
    pads, lines, reads = _lines(window)
    padded = surround(inputs, pads)
    batch, *steps, step, channel = padded.strides
    shape, strides = [], []
    for (phases, count), along, stride in zip(lines, steps, window.strides, strict=False):
        shape += [phases, count]
        strides += [along, along * stride]
    shape += [window.outputs[-1], window.kernel_size[-1], padded.shape[-1]]
    strides += [step * window.strides[-1], step * window.dilation_rate[-1], channel]
    view = np.ndarray(
        (len(padded), *shape), padded.dtype, padded, 0, (batch, *strides)
    )  # cells are repeated
    written = np.ascontiguousarray(view).reshape(*view.shape[:-2], -1)
    for tap, cut in reads:
        yield tap, written[cut]


@lru_cache(maxsize=512)
def _lines(window):
    """For `rows_by_tap`: the pads, the lines of each axis but the last, and what each tap reads.

    The lines stand in the order (line % stride, line // stride): so what a tap reads is one run.
    """
    *ahead, _ = zip(*window, strict=True)
    pads, lines = [], []
    for k, stride, dilation, (before, _), size, outputs in ahead:
        reach = (k - 1) * dilation
        phases, count = min(stride, reach + 1), outputs + reach // stride
        lines.append((phases, count))
        pads.append((before, max(0, (count - 1) * stride + phases - size - before)))
    reads = []
    for tap in product(*(range(k) for k, *_ in ahead)):
        cut = [slice(None)]
        for i, (_, stride, dilation, _, _, outputs) in zip(tap, ahead, strict=True):
            phase, start = i * dilation % stride, i * dilation // stride
            cut += [phase, slice(start, start + outputs)]
        reads.append((tap, tuple(cut)))
    return (*pads, window.pads[-1]), lines, reads


def patches(inputs, window, pool=1):
    """The cells under every window as one matrix (n*y*x, i*j*c): the one copy of a convolution.

    ``inputs`` is (n, *window.spatial, c) and contiguous. With ``pool``, a number of places side by
    side on the last axis, the rows are ordered (place in its pool, n, y, pool): first all places
    that are the first of their pool, then all second ones, and so on.

    A view that repeats cells costs nothing; the reshape copies it, run by run. Where the cells of a
    window that lie side by side make a long run, they are copied in the order of the rows.
    """
    padded = surround(inputs, window.pads)
    channels, rate = padded.shape[-1], window.dilation_rate[-1]
    if channels * (window.kernel_size[-1] if rate == 1 else 1) < LONG_RUN:
        return _patches_on_their_side(padded, window, pool)
    *outputs, count = window.outputs
    rows = cells_under(padded, window)
    if pool > 1:
        pools = (len(padded), *outputs, count // pool, pool, *window.kernel_size, channels)
        rows = np.moveaxis(rows.reshape(pools), len(outputs) + 2, 0)
    return rows.reshape(-1, prod(window.kernel_size) * channels)


def cells_under(padded, window):
    """The cells under every window, (n, *outputs, *kernel_size, c): a view that repeats cells."""
    batch, *cell, channel = padded.strides
    taps = [step * d for step, d in zip(cell, window.dilation_rate, strict=True)]
    places = [step * s for step, s in zip(cell, window.strides, strict=True)]
    shape = (len(padded), *window.outputs, *window.kernel_size, padded.shape[-1])
    return np.ndarray(shape, padded.dtype, padded, 0, (batch, *places, *taps, channel))


def _patches_on_their_side(padded, window, pool):
    """`patches`, written column by column: of few channels, the places make the longer runs.

    First what the taps of the last axis read, on all lines of cells; then, for the other taps,
    from the lines that they stand on: there, line after line, it is one run.
    """
    batch, *cell, channel = padded.strides
    *sizes, k = window.kernel_size
    *outputs, count = window.outputs
    last = cell[-1] * window.strides[-1]
    shape = (k, padded.shape[-1], pool, len(padded), *padded.shape[1:-2], count // pool)
    strides = (cell[-1] * window.dilation_rate[-1], channel, last, batch, *cell[:-1], last * pool)
    lines = np.ascontiguousarray(np.ndarray(shape, padded.dtype, padded, 0, strides))
    *ahead, place = lines.strides
    ahead, line = ahead[:4], ahead[4:]
    taps = [step * d for step, d in zip(line, window.dilation_rate, strict=False)]
    places = [step * s for step, s in zip(line, window.strides, strict=False)]
    shape = (*sizes, *lines.shape[:4], *outputs, count // pool)
    columns = np.ndarray(shape, lines.dtype, lines, 0, (*taps, *ahead, *places, place))
    return columns.reshape(prod(window.kernel_size) * padded.shape[-1], -1).T


def pooled_size(window, pool):
    """Pools side by side that the places of ``window`` fill, per axis."""
    return tuple(n // p for n, p in zip(window.outputs, pool, strict=True))


def filling_pools(window, pool):
    """The window over the places that fill pools; the others are left out."""
    pools = zip(pooled_size(window, pool), pool, strict=True)
    return window._replace(outputs=tuple(n * p for n, p in pools))


def batches(examples, bytes_each, cache=CACHE, multiple=1):
    """Slices of a batch, of about one size, whose working memory fits a processor's ``cache``.

    For `FEW` examples a slower cache will do: what Python does around the arrays has to pay too.
    If there are several, their count is a ``multiple``, where the examples allow it.
    """
    bytes_each = max(1, bytes_each)
    most = max(1, cache // bytes_each, min(FEW, LARGE_CACHE // bytes_each))
    count = max(1, ceil(examples / most))
    if count > 1:
        count = ceil(count / multiple) * multiple
    step = ceil(examples / count)
    return [slice(start, min(start + step, examples)) for start in range(0, examples, step or 1)]


def parts(window, array, columns, cache=CACHE):
    """Slices of the batch of ``array`` whose matrices, of so many columns, fit the ``cache``."""
    return batches(len(array), prod(window.outputs) * columns * array.itemsize, cache)
