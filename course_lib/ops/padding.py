"""Zeros around the edge, so that a window may stand on the border cells too.

The gradient of padding is cropping: the zeros are constants, the rest is passed through.
"""

from typing import NamedTuple

import numpy as np

from course_lib.ops import checks
from course_lib.shapes.sizes import paddings_per_axis


class ZeroPadCache(NamedTuple):
    pads: tuple  # (before, after) per spatial axis
    shape: tuple  # of the padded array


def zero_pad(inputs: np.ndarray, padding: str | int | tuple) -> np.ndarray:
    """``inputs`` (batch, *spatial, channels) with zeros around its spatial axes.

    ``padding`` is an int for every side, or one entry per axis, an int or a pair (before, after);
    over one axis two ints are that pair, as in Keras' ZeroPadding1D.

        >>> zero_pad([[[1.0], [2.0]]], 1)[0, :, 0]
        array([0., 1., 2., 0.], dtype=float32)
    """
    return zero_pad_forward(inputs, padding)[0]


def zero_pad_forward(inputs: np.ndarray, padding: str | int | tuple) -> tuple:
    """`zero_pad` and its cache."""
    (inputs,) = checks.as_floats("zero_pad", inputs=inputs)
    axes = inputs.ndim - 2
    if axes not in checks.AXES:
        raise ValueError(
            "zero_pad: inputs must have rank 3, 4 or 5 (batch, *spatial, channels), "
            f"got shape {inputs.shape}."
        )
    if isinstance(padding, str):
        raise ValueError(
            f"zero_pad: padding must be an integer, or {axes} integers or pairs (before, after), "
            f"got {padding!r}."
        )
    pads = paddings_per_axis("zero_pad", padding, axes)
    outputs = surround(inputs, pads)
    return outputs, ZeroPadCache(pads, outputs.shape)


def zero_pad_backward(grad_outputs: np.ndarray, cache: object) -> np.ndarray:
    """Gradient with respect to the inputs."""
    return crop(checks.gradient("zero_pad_backward", grad_outputs, cache.shape), cache.pads)


def surround(inputs, pads, outputs=None):
    """``inputs`` with zeros around, the array itself where there are none. A pad below 0 cuts.

    ``outputs`` is the array for them, if there is one that has the zeros already.
    """
    if not any(map(any, pads)):
        return inputs
    if outputs is None:
        spatial = [b + n + a for n, (b, a) in zip(inputs.shape[1:-1], pads, strict=True)]
        outputs = np.zeros((len(inputs), *spatial, inputs.shape[-1]), inputs.dtype)
    inner = crop(outputs, [(max(b, 0), max(a, 0)) for b, a in pads])
    inner[...] = crop(inputs, [(max(-b, 0), max(-a, 0)) for b, a in pads])
    return outputs


def crop(padded, pads):
    """The view of ``padded`` that leaves the surrounding cells out."""
    return padded[(slice(None), *(slice(b, -a or None) for b, a in pads))]
