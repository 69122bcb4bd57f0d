"""Images moved, turned and stretched: every output pixel reads the place it came from.

An affine transform says where: the output pixel at column x and row y reads the input at column
``a0 x + a1 y + a2`` and row ``b0 x + b1 y + b2``. Such a place lies between pixels, and may lie
outside the image; ``interpolation`` and ``fill_mode`` say what is read then. Places are counted as
TensorFlow counts them (ImageProjectiveTransformV3), so that the pictures are those of Keras.
"""

from typing import NamedTuple

import numpy as np

from course_lib.ops import checks

FILL_MODES = ("constant", "nearest", "reflect", "wrap")
INTERPOLATIONS = ("bilinear", "nearest")


class AffineCache(NamedTuple):
    shape: tuple  # of the images
    reads: list  # (index of the pixel, weight) for every corner, each (n, height, width)


def affine_transform(
    images: np.ndarray,
    transforms: np.ndarray,
    interpolation: str = "bilinear",
    fill_mode: str = "constant",
    fill_value: float = 0.0,
) -> np.ndarray:
    """Images (n, height, width, channels), each read through its row of transforms (n, 6).

    ``transforms`` holds a0, a1, a2, b0, b1, b2. Outside the image "constant" reads ``fill_value``,
    "nearest" the pixel at the edge (a a|a b c|c c), "reflect" mirrors (b a|a b c|c b), "wrap"
    begins anew (b c|a b c|a b).

    >>> image = np.arange(3.0).reshape(1, 1, 3, 1)
    >>> affine_transform(image, [[1, 0, -1, 0, 1, 0]], fill_mode="wrap").ravel()
    array([2., 0., 1.])
    """
    return affine_transform_forward(images, transforms, interpolation, fill_mode, fill_value)[0]


def affine_transform_forward(
    images: np.ndarray,
    transforms: np.ndarray,
    interpolation: str = "bilinear",
    fill_mode: str = "constant",
    fill_value: float = 0.0,
) -> tuple:
    """`affine_transform` and its cache."""
    owner = "affine_transform"
    images, transforms = checks.as_floats(owner, images=images, transforms=transforms)
    if images.ndim != 4:
        raise ValueError(
            f"{owner}: images must have rank 4 (batch, height, width, channels), "
            f"got shape {images.shape}."
        )
    if transforms.shape != (len(images), 6):
        raise ValueError(
            f"{owner}: transforms must have shape ({len(images)}, 6), one row per image, "
            f"got {transforms.shape}."
        )
    one_of(owner, "interpolation", interpolation, INTERPOLATIONS)
    one_of(owner, "fill_mode", fill_mode, FILL_MODES)
    n, height, width, channels = images.shape
    x, y = _places(transforms.astype(np.float32), height, width)
    x, y = _inside(x, width, fill_mode), _inside(y, height, fill_mode)
    if interpolation == "nearest":
        corners = [(_round(x), _round(y), np.ones_like(x))]
    else:
        left, top = np.floor(x), np.floor(y)
        right, low = x - left, y - top
        corners = [
            (left, top, (1 - right) * (1 - low)),
            (left + 1, top, right * (1 - low)),
            (left, top + 1, (1 - right) * low),
            (left + 1, top + 1, right * low),
        ]
    pixels = images.reshape(-1, channels)
    first = (np.arange(n) * height * width)[:, None, None]
    outputs, reads = np.zeros_like(images), []
    for column, row, weight in corners:
        inside = (column >= 0) & (column < width) & (row >= 0) & (row < height)
        place = first + np.where(inside, row * width + column, 0).astype(np.intp)
        weight = weight.astype(images.dtype)
        if fill_value:
            outputs += np.where(inside, 0, weight * fill_value)[..., None].astype(images.dtype)
        weight = weight * inside
        outputs += pixels[place] * weight[..., None]
        reads.append((place, weight))
    return outputs, AffineCache(images.shape, reads)


def affine_transform_backward(grad_outputs: np.ndarray, cache: object) -> np.ndarray:
    """Gradient of the images: each output's gradient goes to the pixels that it read."""
    shape, reads = cache
    grad_outputs = checks.gradient("affine_transform_backward", grad_outputs, shape)
    grad = np.zeros((shape[0] * shape[1] * shape[2], shape[3]), grad_outputs.dtype)
    for place, weight in reads:
        np.add.at(grad, place.ravel(), (grad_outputs * weight[..., None]).reshape(-1, shape[3]))
    return grad.reshape(shape)


def one_of(owner, argument, value, known):
    """ValueError unless ``value`` is one of the ``known`` names."""
    if value not in known:
        names = ", ".join(f'"{name}"' for name in known)
        raise ValueError(f"{owner}: {argument} must be one of {names}, got {value!r}.")


def _places(transforms, height, width):
    """Columns and rows (n, height, width) that each output pixel reads."""
    x = np.arange(width, dtype=np.float32)[None, None, :]
    y = np.arange(height, dtype=np.float32)[None, :, None]
    a0, a1, a2, b0, b1, b2 = (part[:, None, None] for part in transforms.T)
    return a0 * x + a1 * y + a2, b0 * x + b1 * y + b2


def _inside(place, size, fill_mode):
    """Places outside 0 ... size - 1 brought back by the rule of ``fill_mode``."""
    if fill_mode == "constant":
        return place
    if fill_mode == "reflect":  # period 2 size: a b c | c b a
        period = np.float32(2 * size)
        below = np.where(place < 0, place - period * np.trunc(place / period), place)
        below = np.where(below < -size, below + period, np.where(below < 0, -below - 1, below))
        above = np.where(place > size - 1, place - period * np.trunc(place / period), place)
        above = np.where(above >= size, period - above - 1, above)
        place = np.where(place < 0, below, np.where(place > size - 1, above, place))
    elif fill_mode == "wrap" and size > 1:
        span = np.float32(size - 1)
        below = place + size * (np.trunc(-place / span) + 1)
        above = place - size * np.trunc(place / span)
        place = np.where(place < 0, below, np.where(place > size - 1, above, place))
    return np.clip(place, 0, size - 1).astype(np.float32)


def _round(place):
    """To the nearest whole number, halves away from zero."""
    return np.copysign(np.floor(np.abs(place) + np.float32(0.5)), place)
