"""Depthwise convolution: every channel has a kernel of its own and is not mixed with the others.

There is no matrix product in it: each output is the sum of a few cells of one channel, each times
its weight. So the work is one multiply-add of a shifted array per tap, and what counts is that the
numbers lie in long runs and stay in the cache:

- cells and channels of the last axis are one run (x*c); the weights are repeated along it;
- `numpy.einsum` goes through all taps of a run before it turns to the next, and needs no array for
  the products;
- a stride of s over an array is a stride of 1 over each of its s interleaved parts, the *phases*;
- zeros around a part of the batch are written once, and stay there for the next part;
- both gradients are made of what lies around a cell of the inputs, the gradients of all outputs
  that had read it. Times the reversed taps it is the gradient of the cell: a depthwise convolution,
  whose padding is that of the inputs turned about. Times the cell it is what the taps receive;
- the gradient of the kernel goes through all rows of an image for one tap, then for the next: what
  it adds to is one run, which stays nearest, and the image stays in the cache.

Index letters: i the taps, n example, y output place of the axes but the last, k the run (x*c).
"""

import threading
from math import ceil, prod
from typing import NamedTuple

import numpy as np

from course_lib.ops import checks
from course_lib.ops.dense import add_bias, bias_gradient
from course_lib.ops.padding import surround
from course_lib.ops.sharing import do_each, each
from course_lib.ops.windows import Windows, batches, phases_back, windows


class DepthwiseCache(NamedTuple):
    inputs: np.ndarray  # (n, *spatial, c), each channel repeated for the kernels that read it
    kernel: np.ndarray  # (*kernel_size, c)
    window: Windows
    multiplier: int
    with_bias: bool


def depthwise_conv(
    inputs: np.ndarray,
    kernel: np.ndarray,
    strides: int | tuple[int, ...] = 1,
    padding: str | int | tuple = "valid",
    dilation_rate: int | tuple[int, ...] = 1,
) -> np.ndarray:
    """Convolve every channel of ``inputs`` with kernels of its own.

    inputs (batch, *spatial, channels), kernel (*kernel_size, channels, multiplier), with one, two
    or three spatial axes; outputs (batch, *output_shape(...), channels * multiplier), first all
    outputs of the first channel. Other arguments as in `conv`.

        >>> pairs = [[[1.0, 10.0], [2.0, 30.0], [4.0, 60.0]]]  # two channels
        >>> differences = [[[-1.0], [-1.0]], [[1.0], [1.0]]]
        >>> depthwise_conv(pairs, differences)[0]
        array([[ 1., 20.],
               [ 2., 30.]], dtype=float32)
    """
    return depthwise_conv_forward(inputs, kernel, strides, padding, dilation_rate)[0]


def depthwise_conv_forward(
    inputs: np.ndarray,
    kernel: np.ndarray,
    strides: int | tuple[int, ...] = 1,
    padding: str | int | tuple = "valid",
    dilation_rate: int | tuple[int, ...] = 1,
    bias: np.ndarray | None = None,
) -> tuple:
    """`depthwise_conv` and its cache. ``bias``, one number per output channel, is added."""
    owner = "depthwise_conv"
    given = {"inputs": inputs, "kernel": kernel} | ({} if bias is None else {"bias": bias})
    inputs, kernel, *biases = checks.as_floats(owner, **given)
    axes = checks.spatial_axes(owner, kernel)
    checks.channels_last(owner, inputs, axes, kernel.shape[-2])
    size, multiplier = kernel.shape[:-2], kernel.shape[-1]
    for bias in biases:
        checks.same_shape(
            owner, "bias", bias, (kernel.shape[-2] * multiplier,), "the channels of the outputs"
        )
    window = windows(owner, inputs.shape[1:-1], size, strides, padding, dilation_rate)
    if multiplier > 1:
        inputs = np.repeat(inputs, multiplier, axis=-1)
    cache = DepthwiseCache(inputs, kernel.reshape(*size, -1), window, multiplier, bias is not None)
    return _forward(cache, bias), cache


def depthwise_conv_backward(
    grad_outputs: np.ndarray, cache: object, need_inputs: bool = True
) -> tuple:
    """(gradient of the inputs, of the kernel), and of the bias, if there was one.

    The gradient of the inputs is None unless needed.
    """
    inputs, kernel, window, multiplier, with_bias = cache
    shape = (len(inputs), *window.outputs, kernel.shape[-1])
    grad_outputs = checks.gradient("depthwise_conv_backward", grad_outputs, shape, inputs.dtype)
    grad_inputs = _empty_where_read(inputs, window) if need_inputs else None
    phases = [
        (cells, taps, over, _along_runs(_reversed(kernel[taps]), over.outputs[-1]))
        for cells, taps, over in phases_back(window)
    ]
    surrounded = Surrounded()

    def back(part):
        """Both gradients are made of those of the outputs that lie around a cell of the inputs."""
        found, grad = np.zeros_like(kernel), grad_outputs[part]
        for cells, taps, over, weights in phases:
            around = surrounded(grad_outputs[part], over.pads)
            if min(map(min, over.pads)) >= 0:
                grad = around  # it has all of them, and is nearer
            phase = _contiguous(inputs[part][cells])
            _reversed(found[taps])[...] = _kernel_gradient(around, phase, over)
            if need_inputs:
                into = grad_inputs[part] if max(window.strides) == 1 else np.empty_like(phase)
                slide(around, weights, over, into)
                if max(window.strides) > 1:
                    _whole(grad_inputs[part])[cells] = _whole(into)
        return found, bias_gradient(grad) if with_bias else 0

    grad_kernel, grad_bias = np.zeros_like(kernel), np.zeros_like(grad_outputs, shape=shape[-1])
    for of_kernel, of_bias in each(back, _parts(cache)):
        grad_kernel += of_kernel
        grad_bias += of_bias
    grad_kernel = grad_kernel.reshape(*window.kernel_size, -1, multiplier)
    if need_inputs and multiplier > 1:
        channels = inputs.shape[-1] // multiplier
        grad_inputs = grad_inputs.reshape(*inputs.shape[:-1], channels, multiplier).sum(-1)
    return (grad_inputs, grad_kernel, grad_bias) if with_bias else (grad_inputs, grad_kernel)


def _empty_where_read(inputs, window):
    """An array like the inputs, of zeros if there are cells that no tap reads."""
    read = all(k >= s for k, s in zip(window.kernel_size, window.strides, strict=True))
    return np.empty_like(inputs) if read else np.zeros_like(inputs)


def _forward(cache, bias):
    inputs, kernel, window, *_ = cache
    outputs = np.empty((len(inputs), *window.outputs, kernel.shape[-1]), inputs.dtype)
    phases = [
        (cells, pads, _along_runs(kernel[taps], window.outputs[-1]))
        for cells, taps, pads in _phases_of_runs(window)
    ]
    surrounded = Surrounded()

    def write(part):
        for number, (cells, pads, weights) in enumerate(phases):
            around = surrounded(inputs[part][cells], pads)
            into = outputs[part] if number == 0 else np.empty_like(outputs[part])
            slide(around, weights, window, into)
            if number:
                outputs[part] += into
        if bias is not None:
            add_bias(outputs[part], bias)

    do_each(write, _parts(cache))
    return outputs


def _kernel_gradient(around, phase, over):
    """For every tap the sum over all places: what lies under it, times the cells of the phase.

    around (n, *cells, c), phase (n, *places, c); the sums (*kernel_size, c).
    The taps of the last axis come first in the sums. `einsum` nests its loops by how far apart the
    numbers of an axis lie: so it goes through the rows of an image (y) for one tap (i) before the
    next. With the axes as in the kernel it would take the taps of a row in turn, and copy for each
    what it reads, which takes up to twice as long where rows are short.
    """
    size = over.kernel_size
    runs = runs_under(around, size, over)
    phase = phase.reshape(runs.shape[len(size) :])
    tap, place, run = _axes(size)
    sums = np.empty((*size[::-1], runs.shape[-1]), phase.dtype)
    np.einsum(runs, [*tap, *place, run], phase, [*place, run], [*tap[::-1], run], out=sums)
    found = sums.reshape(*size[::-1], over.outputs[-1], -1).sum(-2)
    return found.transpose(*tap[::-1], len(size))


def _reversed(kernel):
    return np.flip(kernel, range(kernel.ndim - 1))


def slide(around, weights, window, outputs):
    """Convolve contiguous ``around`` (n, *spatial, c), as it is, into ``outputs``.

    ``weights`` are `_along_runs`.
    """
    size = weights.shape[:-1]
    runs = runs_under(around, size, window)
    tap, place, run = _axes(size)
    into = outputs.reshape(runs.shape[len(size) :])
    np.einsum(runs, [*tap, *place, run], weights, [*tap, run], [*place, run], out=into)


def runs_under(around, kernel_size, window):
    """What every tap reads, (*kernel_size, n, *outputs but the last, x*c): a view.

    The stride of the last axis is 1, whatever ``window`` says: along a run it is taken by phases.
    """
    batch, *steps, channel = around.strides
    taps = [step * d for step, d in zip(steps, window.dilation_rate, strict=True)]
    *ahead, last = window.outputs
    places = [step * s for step, s, _ in zip(steps, window.strides, ahead, strict=False)]
    shape = (*kernel_size, len(around), *ahead, last * around.shape[-1])
    return np.ndarray(shape, around.dtype, around, 0, (*taps, batch, *places, channel))


def _along_runs(kernel, places):
    """(*kernel_size, c) to (*kernel_size, x*c), the same weights for every place of a run."""
    return np.repeat(kernel[..., None, :], places, axis=-2).reshape(*kernel.shape[:-1], -1)


class Surrounded(threading.local):
    """Cells with zeros around them, contiguous.

    The array with the zeros is kept for the next part of the batch, by each thread for itself.
    """

    def __init__(self):
        self.kept = {}

    def __call__(self, cells, pads):
        if not any(map(any, pads)):
            return _contiguous(cells)
        key, count = (pads, cells.shape[1:]), len(cells)
        if key not in self.kept or len(self.kept[key]) < count:
            self.kept[key] = surround(cells, pads)
        else:
            apart = cells.strides[-2] > cells.shape[-1] * cells.itemsize
            unit = _whole if apart else np.asarray
            surround(unit(cells), pads, unit(self.kept[key][:count]))
        return self.kept[key][:count]


def _whole(array):
    """A view of (..., c) with each cell as one item: so cells that lie apart are copied faster."""
    return array.view(np.dtype((np.void, array.shape[-1] * array.itemsize)))


def _contiguous(cells):
    return np.ascontiguousarray(_whole(cells)).view(cells.dtype)


def _axes(size):
    """Numbers of the axes for einsum: those of the taps, of the places, and of the run."""
    axes = len(size)
    return range(axes), range(axes, 2 * axes), 2 * axes


def _phases_of_runs(window):
    """(cells, taps, pads) of every phase of the last axis: slices, and the zeros around the cells.

    Along the other axes the strides need no copy of the inputs.
    """
    k, stride, _, (before, after), size, _ = (sizes[-1] for sizes in window)
    for phase in range(min(k, stride)):
        first = (phase - before) % stride
        cells = (..., slice(first, None, stride), slice(None))
        ahead = ceil((before - phase) / stride)
        behind = (
            ceil((before + size + after - phase) / stride) - ahead - ceil((size - first) / stride)
        )
        taps = (..., slice(phase, None, stride), slice(None))
        yield cells, taps, (*window.pads[:-1], (ahead, behind))


def _parts(cache):
    """Slices of the batch whose arrays fit the cache: an even number, for two threads."""
    cells = prod(cache.window.spatial) + prod(cache.window.outputs)
    bytes_each = cells * cache.kernel.shape[-1] * cache.inputs.itemsize
    return batches(len(cache.inputs), bytes_each, multiple=2)
