"""Windows: the places a kernel takes on its input, and their cells written out as matrix rows.

Index letters of this package: n example, y x output place, i j cell of the kernel (a tap),
c input channel, f filter. Output place y with tap i reads padded input cell y*stride + i*dilation.
"""

from math import prod
from typing import NamedTuple

import numpy as np

from course_lib.errors import per_axis
from course_lib.shapes.sizes import axis_of, paddings_per_axis, transposed_axis_of


class Windows(NamedTuple):
    """All sizes of one sliding window, one entry per spatial axis."""

    kernel_size: tuple
    strides: tuple
    dilation_rate: tuple
    pads: tuple  # (before, after)
    padded: tuple  # input cells, zeros included
    outputs: tuple  # places

    @property
    def spatial(self):
        """Input cells without the zeros."""
        return tuple(n - b - a for n, (b, a) in zip(self.padded, self.pads, strict=True))

    def tap(self, cell):
        """Slices of the padded input that one cell of the kernel reads, over all places."""
        return tuple(
            slice(i * d, i * d + s * (o - 1) + 1, s)
            for i, d, s, o in zip(cell, self.dilation_rate, self.strides, self.outputs, strict=True)
        )


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
    padded = tuple(n + b + a for n, (b, a) in zip(spatial, pads, strict=True))
    outputs = tuple(axis.outputs for axis in found)
    return Windows(tuple(kernel_size), strides, dilation_rate, pads, padded, outputs)


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


def patches(padded, window):
    """The cells under every window as one matrix (n*y*x, i*j*c): the one copy of a convolution.

    ``padded`` is (n, *window.padded, c) and contiguous.
    """
    channels = padded.shape[-1]
    batch, *cell, channel = padded.strides
    taps = [step * d for step, d in zip(cell, window.dilation_rate, strict=True)]
    places = [step * s for step, s in zip(cell, window.strides, strict=True)]
    columns = prod(window.kernel_size) * channels
    # A view that repeats cells costs nothing; the reshape copies. Long runs copy fast: with few
    # channels the places make the longer runs, and the matrix is built standing on its side.
    if channels < 8:
        shape = (*window.kernel_size, channels, len(padded), *window.outputs)
        strides = (*taps, channel, batch, *places)
        return np.ndarray(shape, padded.dtype, padded, 0, strides).reshape(columns, -1).T
    shape = (len(padded), *window.outputs, *window.kernel_size, channels)
    strides = (batch, *places, *taps, channel)
    return np.ndarray(shape, padded.dtype, padded, 0, strides).reshape(-1, columns)


def batches(examples, bytes_each, budget=1 << 20):
    """Slices of a batch whose working memory stays near ``budget`` bytes, so in the cache."""
    step = max(1, budget // max(1, bytes_each))
    return [slice(start, start + step) for start in range(0, examples, step)]
