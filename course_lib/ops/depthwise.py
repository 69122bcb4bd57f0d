"""Depthwise convolution: every channel has a kernel of its own and is not mixed with the others.

There is no matrix product in it: each output is the sum of a few cells of one channel, each times
its weight. So the work is one multiply-add of a shifted array per tap, and what counts is that the
numbers lie in long runs and stay in the cache:

- cells and channels of the last axis are one run (x*c); the weights are repeated along it;
- `numpy.einsum` goes through all taps of a run before it turns to the next, and needs no array for
  the products;
- a stride of s over an array is a stride of 1 over each of its s interleaved parts, the *phases*;
- the gradient of the kernel goes the other way round, place by place for one tap: then what it adds
  to is one run, which stays nearest;
- the gradient of the inputs is a depthwise convolution with the taps reversed. At a stride of 1 its
  padding is that of the inputs turned about, and nothing is computed to be cut off.

Index letters: i the taps, n example, y output place of the axes but the last, k the run (x*c).
"""

from math import ceil, prod
from typing import NamedTuple

import numpy as np

from course_lib.ops import checks
from course_lib.ops.padding import surround
from course_lib.ops.windows import Windows, batches, phases_back, windows


class DepthwiseCache(NamedTuple):
    inputs: np.ndarray  # (n, *spatial, c), each channel repeated for the kernels that read it
    kernel: np.ndarray  # (*kernel_size, c)
    window: Windows
    multiplier: int


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
) -> tuple:
    """`depthwise_conv` and its cache."""
    owner = "depthwise_conv"
    inputs, kernel = checks.as_floats(owner, inputs=inputs, kernel=kernel)
    axes = checks.spatial_axes(owner, kernel)
    checks.channels_last(owner, inputs, axes, kernel.shape[-2])
    size, multiplier = kernel.shape[:-2], kernel.shape[-1]
    window = windows(owner, inputs.shape[1:-1], size, strides, padding, dilation_rate)
    if multiplier > 1:
        inputs = np.repeat(inputs, multiplier, axis=-1)
    cache = DepthwiseCache(inputs, kernel.reshape(*size, -1), window, multiplier)
    return _forward(cache), cache


def depthwise_conv_backward(
    grad_outputs: np.ndarray, cache: object, need_inputs: bool = True
) -> tuple:
    """(gradient of the inputs, gradient of the kernel); the first is None unless needed."""
    inputs, kernel, window, multiplier = cache
    shape = (len(inputs), *window.outputs, kernel.shape[-1])
    grad_outputs = checks.gradient("depthwise_conv_backward", grad_outputs, shape, inputs.dtype)
    grad_kernel = _kernel_gradient(grad_outputs, cache)
    grad_inputs = None
    if need_inputs:
        grad_inputs = _input_gradient(grad_outputs, cache)
        if multiplier > 1:
            grad_inputs = grad_inputs.reshape(*inputs.shape[:-1], -1, multiplier).sum(-1)
    return grad_inputs, grad_kernel.reshape(*window.kernel_size, -1, multiplier)


def _forward(cache):
    inputs, kernel, window, _ = cache
    outputs = np.empty((len(inputs), *window.outputs, kernel.shape[-1]), inputs.dtype)
    for part in _parts(cache):
        for number, (phase, taps) in enumerate(_phases_of_runs(inputs[part], window)):
            into = outputs[part] if number == 0 else np.empty_like(outputs[part])
            slide(phase, kernel[taps], window.dilation_rate, into, window.strides)
            if number:
                outputs[part] += into
    return outputs


def _kernel_gradient(grad_outputs, cache):
    """One tap at a time over all places."""
    inputs, kernel, window, _ = cache
    *ahead, last = window.outputs
    sums = np.zeros((*window.kernel_size, last * kernel.shape[-1]), kernel.dtype)
    for part in _parts(cache):
        grad = grad_outputs[part].reshape(-1, *ahead, sums.shape[-1])
        for phase, taps in _phases_of_runs(inputs[part], window):
            found = sums[taps]
            size = found.shape[:-1]
            runs = runs_under(phase, size, window.outputs, window.dilation_rate, window.strides)
            _, place, run = _axes(size)
            for tap in np.ndindex(size):
                found[tap] += np.einsum(runs[tap], [*place, run], grad, [*place, run], [run])
    return sums.reshape(*window.kernel_size, last, -1).sum(-2)


def _input_gradient(grad_outputs, cache):
    """Each phase of the inputs: a convolution of the outputs' gradient with its taps, reversed."""
    inputs, kernel, window, _ = cache
    grad_inputs = np.zeros_like(inputs)
    for part in _parts(cache):
        for cells, taps, over in phases_back(window):
            grad = surround(grad_outputs[part], over.pads)
            weights = np.flip(kernel[taps], range(kernel.ndim - 1))
            if max(window.strides) == 1:
                slide(grad, weights, window.dilation_rate, grad_inputs[part])
                continue
            phase = np.empty((len(grad), *over.outputs, kernel.shape[-1]), kernel.dtype)
            slide(grad, weights, window.dilation_rate, phase)
            grad_inputs[part][cells] = phase
    return grad_inputs


def slide(cells, kernel, dilation_rate, outputs, strides=(1, 1, 1)):
    """Convolve contiguous ``cells`` (n, *spatial, c), as they are, into ``outputs``.

    The stride of the last axis is 1, whatever ``strides`` says: along a run it is taken by phases.
    """
    size, places = kernel.shape[:-1], outputs.shape[1:-1]
    runs = runs_under(cells, size, places, dilation_rate, strides)
    weights = np.repeat(kernel[..., None, :], places[-1], axis=-2).reshape(*size, -1)
    tap, place, run = _axes(size)
    into = outputs.reshape(runs.shape[len(size) :])
    np.einsum(runs, [*tap, *place, run], weights, [*tap, run], [*place, run], out=into)


def runs_under(cells, kernel_size, outputs, dilation_rate, strides):
    """What every tap reads, (*kernel_size, n, *outputs but the last, x*c): a view."""
    batch, *steps, channel = cells.strides
    taps = [step * d for step, d in zip(steps, dilation_rate, strict=True)]
    *ahead, last = outputs
    places = [step * s for step, s, _ in zip(steps, strides, ahead, strict=False)]
    shape = (*kernel_size, len(cells), *ahead, last * cells.shape[-1])
    return np.ndarray(shape, cells.dtype, cells, 0, (*taps, batch, *places, channel))


def _axes(size):
    """Numbers of the axes for einsum: those of the taps, of the places, and of the run."""
    axes = len(size)
    return range(axes), range(axes, 2 * axes), 2 * axes


def _phases_of_runs(inputs, window):
    """(cells, taps of the kernel) of every phase of the last axis, the zeros of the padding around.

    Along the other axes the strides need no copy of the inputs.
    """
    k, stride, _, (before, after), size, _ = (sizes[-1] for sizes in window)
    for phase in range(min(k, stride)):
        cells = inputs[..., (phase - before) % stride :: stride, :]
        ahead = ceil((before - phase) / stride)
        behind = ceil((before + size + after - phase) / stride) - ahead - cells.shape[-2]
        pads = (*window.pads[:-1], (ahead, behind))
        taps = (..., slice(phase, None, stride), slice(None))
        yield np.ascontiguousarray(surround(cells, pads)), taps


def _parts(cache):
    """Slices of the batch whose arrays fit the cache."""
    cells = prod(cache.window.spatial) + prod(cache.window.outputs)
    return batches(len(cache.inputs), cells * cache.kernel.shape[-1] * cache.inputs.itemsize)
