"""Layers that show the same image differently each time: more examples than there are.

A digit shifted by a pixel, a cat seen in a mirror, is the same digit and a cat. In training each
image is changed by chance; at inference the layers do nothing. Names, arguments and pictures are
those of Keras; the random numbers are NumPy's.

Called by themselves on images they change them, unless ``training=False`` is said; ``seed`` is for
that. Within ``fit`` what they do follows from `utils.set_random_seed`.
"""

import numpy as np

from course_lib.errors import number
from course_lib.layers.base import Layer
from course_lib.layers.checks import check_rank
from course_lib.layers.symbolic import SymbolicTensor
from course_lib.ops.affine import (
    FILL_MODES,
    INTERPOLATIONS,
    affine_transform_backward,
    affine_transform_forward,
    one_of,
)
from course_lib.ops.checks import last_channels


class _Augmentation(Layer):
    """Base class: images (batch, height, width, channels), changed in training."""

    def __init__(
        self, seed: int | None = None, data_format: str | None = None, **kwargs: object
    ) -> None:
        super().__init__(**kwargs)
        last_channels(type(self).__name__, data_format)
        self.seed = seed
        self._own_generator = None if seed is None else np.random.default_rng(seed)

    def check_input(self, shape: tuple) -> None:
        check_rank(self.label, shape, 2)

    def __call__(
        self, inputs: np.ndarray | SymbolicTensor, training: bool = True
    ) -> np.ndarray | SymbolicTensor:
        if self._own_generator is None or not training or isinstance(inputs, SymbolicTensor):
            return super().__call__(inputs, training)
        inputs = self.cast(inputs)
        self.check_input(inputs.shape)
        self.build((None, *inputs.shape[1:]))
        return self.change(inputs, self._own_generator)[0]

    def forward(
        self, inputs: np.ndarray, training: bool = False, rng: np.random.Generator | None = None
    ) -> tuple:
        return self.change(inputs, rng) if training else (inputs, None)

    def backward(
        self, grad_outputs: np.ndarray, cache: object, need_input_gradient: bool = True
    ) -> tuple:
        if cache is None or not need_input_gradient:
            return grad_outputs, {}
        return self.change_backward(grad_outputs, cache), {}

    def change(self, images, rng):
        """(changed images, cache)."""
        raise NotImplementedError(
            f"{type(self).__name__} has no rule yet: write change(self, images, rng), which returns"
            " the changed images and a cache, and change_backward(self, grad_outputs, cache)."
        )

    def explain_shape(self, input_shape: tuple) -> list[str]:
        return ["same shape as the input: images are changed in training only"]


class RandomFlip(_Augmentation):
    """Every second image, by chance, as in a mirror.

    ``mode``: "horizontal" swaps left and right, "vertical" top and bottom, and
    "horizontal_and_vertical" both at once, which is half a turn, as in Keras.
    """

    def __init__(
        self, mode: str = "horizontal_and_vertical", seed: int | None = None,
        data_format: str | None = None, **kwargs: object,
    ) -> None:  # fmt: skip
        super().__init__(seed, data_format, **kwargs)
        one_of("RandomFlip", "mode", mode, ("horizontal", "vertical", "horizontal_and_vertical"))
        self.mode = mode

    def change(self, images: np.ndarray, rng: np.random.Generator | None) -> tuple:
        flipped = rng.random(len(images)) <= 0.5
        return self._flip(images, flipped), flipped

    def change_backward(self, grad_outputs: np.ndarray, flipped: np.ndarray) -> np.ndarray:
        return self._flip(grad_outputs, flipped)

    def _flip(self, images, flipped):
        axes = [axis for axis, name in ((1, "vertical"), (2, "horizontal")) if name in self.mode]
        return np.where(flipped[:, None, None, None], np.flip(images, axes), images)


class RandomContrast(_Augmentation):
    """Differences from the mean of each image and channel times a factor around 1.

    The factor is drawn from 1 - lower to 1 + upper, with ``factor`` = (lower, upper), or a number
    for both. What leaves ``value_range`` is cut off: give (0, 1) for images that are rescaled.
    """

    def __init__(
        self, factor: float | tuple, value_range: tuple = (0, 255), seed: int | None = None,
        **kwargs: object,
    ) -> None:  # fmt: skip
        super().__init__(seed, **kwargs)
        self.factor = factor
        both = factor if isinstance(factor, (tuple, list)) else (factor, factor)
        if len(both) != 2:
            raise ValueError(f"RandomContrast: factor must be a number or two, got {factor!r}.")
        self._range = tuple(number("RandomContrast", "factor", f, 0, inclusive=True) for f in both)
        if max(self._range) > 1:
            raise ValueError(f"RandomContrast: factor must be at most 1, got {factor!r}.")
        if not isinstance(value_range, (tuple, list)) or len(value_range) != 2:
            raise ValueError(
                f"RandomContrast: value_range must be (lowest, highest), got {value_range!r}."
            )
        self.value_range = tuple(value_range)

    def change(self, images: np.ndarray, rng: np.random.Generator | None) -> tuple:
        low, high = self._range
        factors = rng.uniform(1 - low, 1 + high, (len(images), 1, 1, 1)).astype(images.dtype)
        mean = images.mean((1, 2), keepdims=True)
        outputs = (images - mean) * factors + mean
        inside = (outputs >= self.value_range[0]) & (outputs <= self.value_range[1])
        return np.clip(outputs, *self.value_range).astype(images.dtype), (factors, inside)

    def change_backward(self, grad_outputs: np.ndarray, cache: object) -> np.ndarray:
        factors, inside = cache
        grad = grad_outputs * inside
        return grad * factors + grad.mean((1, 2), keepdims=True) * (1 - factors)


class _Moved(_Augmentation):
    """What translation, rotation and zoom share: an affine transform for each image."""

    def __init__(
        self, fill_mode: str, interpolation: str, seed: int | None, fill_value: float,
        data_format: str | None, **kwargs: object,
    ) -> None:  # fmt: skip
        super().__init__(seed, data_format, **kwargs)
        label = type(self).__name__
        one_of(label, "fill_mode", fill_mode, FILL_MODES)
        one_of(label, "interpolation", interpolation, INTERPOLATIONS)
        self.fill_mode, self.interpolation = fill_mode, interpolation
        self.fill_value = fill_value

    def change(self, images: np.ndarray, rng: np.random.Generator | None) -> tuple:
        transforms = self.transforms(len(images), *images.shape[1:3], rng)
        return affine_transform_forward(
            images, transforms.astype(np.float32), self.interpolation, self.fill_mode,
            self.fill_value,
        )  # fmt: skip

    def change_backward(self, grad_outputs: np.ndarray, cache: object) -> np.ndarray:
        return affine_transform_backward(grad_outputs, cache)

    def transforms(self, count, height, width, rng):
        """Rows a0, a1, a2, b0, b1, b2 for `affine_transform`, (count, 6)."""
        raise NotImplementedError(
            f"{type(self).__name__} has no rule yet: write transforms(self, count, height, width, "
            "rng)."
        )


class RandomTranslation(_Moved):
    """Shifted by a share of height and width, drawn from ``height_factor`` and ``width_factor``.

    A number f stands for (-f, f); shares above 0 move down and to the right. ``fill_mode`` says
    what comes in at the edge, see `ops.affine_transform`.
    """

    def __init__(
        self, height_factor: float | tuple, width_factor: float | tuple, fill_mode: str = "reflect",
        interpolation: str = "bilinear", seed: int | None = None, fill_value: float = 0.0,
        data_format: str | None = None, **kwargs: object,
    ) -> None:  # fmt: skip
        super().__init__(fill_mode, interpolation, seed, fill_value, data_format, **kwargs)
        self.height_factor, self.width_factor = height_factor, width_factor
        self._heights = _span("RandomTranslation", "height_factor", height_factor)
        self._widths = _span("RandomTranslation", "width_factor", width_factor)

    def transforms(
        self, count: int, height: int, width: int, rng: np.random.Generator | None
    ) -> np.ndarray:
        down = rng.uniform(*self._heights, count) * height
        right = rng.uniform(*self._widths, count) * width
        return _rows(count, 1, 0, -right, 0, 1, -down)


class RandomRotation(_Moved):
    """Turned about the middle by a share of a full turn drawn from ``factor``, (-f, f) for f.

    Shares above 0 turn against the clock.
    """

    def __init__(
        self, factor: float | tuple, fill_mode: str = "reflect", interpolation: str = "bilinear",
        seed: int | None = None, fill_value: float = 0.0, data_format: str | None = None,
        **kwargs: object,
    ) -> None:  # fmt: skip
        super().__init__(fill_mode, interpolation, seed, fill_value, data_format, **kwargs)
        self.factor = factor
        self._turns = _span("RandomRotation", "factor", factor)

    def transforms(
        self, count: int, height: int, width: int, rng: np.random.Generator | None
    ) -> np.ndarray:
        angle = 2 * np.pi * rng.uniform(*self._turns, count)
        cos, sin = np.cos(angle), np.sin(angle)
        x, y = (width - 1) / 2, (height - 1) / 2  # the middle stays where it is
        return _rows(count, cos, -sin, x - x * cos + y * sin, sin, cos, y - x * sin - y * cos)


class RandomZoom(_Moved):
    """Stretched about the middle: 1 + a share of what is seen, drawn from ``height_factor``.

    Shares above 0 zoom out, below 0 in; a number f stands for (-f, f). Without ``width_factor`` the
    width goes with the height.
    """

    def __init__(
        self, height_factor: float | tuple, width_factor: float | tuple | None = None,
        fill_mode: str = "reflect", interpolation: str = "bilinear", seed: int | None = None,
        fill_value: float = 0.0, data_format: str | None = None, **kwargs: object,
    ) -> None:  # fmt: skip
        super().__init__(fill_mode, interpolation, seed, fill_value, data_format, **kwargs)
        self.height_factor, self.width_factor = height_factor, width_factor
        self._heights = _span("RandomZoom", "height_factor", height_factor)
        if width_factor is not None:
            self._widths = _span("RandomZoom", "width_factor", width_factor)

    def transforms(
        self, count: int, height: int, width: int, rng: np.random.Generator | None
    ) -> np.ndarray:
        tall = wide = 1 + rng.uniform(*self._heights, count)
        if self.width_factor is not None:
            wide = 1 + rng.uniform(*self._widths, count)
        x, y = (width - 1) / 2 * (1 - wide), (height - 1) / 2 * (1 - tall)
        return _rows(count, wide, 0, x, 0, tall, y)


def _span(label, argument, factor):
    """(lowest, highest) share of a factor: f stands for (-f, f)."""
    if isinstance(factor, (tuple, list)) and len(factor) == 2:
        low, high = sorted(factor)
    elif isinstance(factor, (int, float)) and not isinstance(factor, bool):
        low, high = -abs(factor), abs(factor)
    else:
        raise TypeError(f"{label}: {argument} must be a number or two of them, got {factor!r}.")
    if not -1 <= low <= high <= 1:
        raise ValueError(f"{label}: {argument} must lie between -1 and 1, got {factor!r}.")
    return low, high


def _rows(count, *columns):
    return np.stack([np.broadcast_to(column, count) for column in columns], axis=1)
