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
CACHE = 1 << 20  # bytes
FEW = 4  # examples


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
        for i, s, d, (before, _), size, count in zip(tap, *self[1:], strict=True):
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
    strides = per_axis(owner, "strides", strides, axes)
    dilation_rate = per_axis(owner, "dilation_rate", dilation_rate, axes)
    paddings = paddings_per_axis(owner, padding, axes)
    sizes = zip(spatial, kernel_size, strides, paddings, dilation_rate, strict=True)
    found = [axis_of(owner, *size, kernel_name) for size in sizes]
    pads = tuple((axis.before, axis.after) for axis in found)
    outputs = tuple(axis.outputs for axis in found)
    return Windows(tuple(kernel_size), strides, dilation_rate, pads, tuple(spatial), outputs)


def transposed_windows(
    owner, spatial, kernel_size, strides, padding, output_padding, dilation_rate
):
    """The `Windows` whose outputs are ``spatial``, as a transposed convolution lays them."""
    axes = len(spatial)
    strides = per_axis(owner, "strides", strides, axes)
    dilation_rate = per_axis(owner, "dilation_rate", dilation_rate, axes)
    extra = (None,) * axes
    if output_padding is not None:
        extra = per_axis(owner, "output_padding", output_padding, axes, minimum=0)
    sizes = zip(spatial, kernel_size, strides, extra, dilation_rate, strict=True)
    grown = [transposed_axis_of(owner, n, k, s, padding, e, d)[-1] for n, k, s, e, d in sizes]
    return windows(owner, grown, kernel_size, strides, padding, dilation_rate)


def patches(inputs, window, pool=None):
    """The cells under every window as one matrix (n*y*x, i*j*c): the one copy of a convolution.

    ``inputs`` is (n, *window.spatial, c) and contiguous. With ``pool``, a pool size, the rows are
    ordered (cell of the pool, n, pooled y, pooled x): first all places that are the first cell of
    their pool, then all second cells, and so on; places that fill no pool are left out.
    """
    padded = surround(inputs, window.pads)
    channels = padded.shape[-1]
    batch, *cell, channel = padded.strides
    taps = [step * d for step, d in zip(cell, window.dilation_rate, strict=True)]
    places = [step * s for step, s in zip(cell, window.strides, strict=True)]
    rows, row_steps = (len(padded), *window.outputs), (batch, *places)
    if pool is not None:
        pooled = pooled_size(window, pool)
        pools = [step * p for step, p in zip(places, pool, strict=True)]
        rows, row_steps = (*pool, len(padded), *pooled), (*places, batch, *pools)
    columns = prod(window.kernel_size) * channels
    # A view that repeats cells costs nothing; the reshape copies it, run by run. Where the cells
    # of a window that lie side by side make a long run they are copied in the order of the rows;
    # else the places make longer runs, and the matrix is built standing on its side.
    if channels * (window.kernel_size[-1] if window.dilation_rate[-1] == 1 else 1) >= LONG_RUN:
        shape, strides = (*rows, *window.kernel_size, channels), (*row_steps, *taps, channel)
        return np.ndarray(shape, padded.dtype, padded, 0, strides).reshape(-1, columns)
    shape, strides = (*window.kernel_size, channels, *rows), (*taps, channel, *row_steps)
    return np.ndarray(shape, padded.dtype, padded, 0, strides).reshape(columns, -1).T


def in_order(sums, pool):
    """Undo the order of `patches` under a pool: (cells of the pool, n, pooled y, pooled x, f) to
    (n, y, x, f), where the pools lie side by side again.
    """
    _, batch, *pooled, filters = sums.shape
    axes = len(pool)
    split = sums.reshape(*pool, batch, *pooled, filters)
    order = [place for axis in range(axes) for place in (axes + 1 + axis, axis)]
    sizes = [n * p for n, p in zip(pooled, pool, strict=True)]
    together = np.ascontiguousarray(split.transpose(axes, *order, 2 * axes + 1))
    return together.reshape(batch, *sizes, filters)


def pooled_size(window, pool):
    """Pools side by side that the places of ``window`` fill, per axis."""
    return tuple(n // p for n, p in zip(window.outputs, pool, strict=True))


@lru_cache(maxsize=512)
def filling_pools(window, pool):
    """The window over the places that fill pools, and the slices of the inputs that it reads."""
    outputs = tuple(n * p for n, p in zip(pooled_size(window, pool), pool, strict=True))
    reach = (  # one past the last cell, on each axis
        (n - 1) * s + (k - 1) * d + 1 - before
        for n, k, s, d, (before, _) in zip(outputs, *window[:4], strict=True)
    )
    spatial = tuple(max(1, min(pair)) for pair in zip(reach, window.spatial, strict=True))
    narrow = window._replace(outputs=outputs, spatial=spatial)
    return narrow, (slice(None), *map(slice, spatial))


def batches(examples, bytes_each):
    """Slices of a batch, of about one size, whose working memory fits a processor's cache.

    But not below `FEW` examples: what Python does around the arrays has to pay as well.
    """
    most = max(FEW, CACHE // max(1, bytes_each))
    step = ceil(examples / max(1, ceil(examples / most)))
    return [slice(start, min(start + step, examples)) for start in range(0, examples, step or 1)]


def parts(window, array, columns):
    """Slices of the batch of ``array`` whose matrices, of so many columns, fit the cache."""
    return batches(len(array), prod(window.outputs) * columns * array.itemsize)
