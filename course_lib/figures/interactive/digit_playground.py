"""The digit playground: the recorded MNIST model, run forward in the page."""

import base64
from functools import cache

import numpy as np
import traitlets as t

from course_lib.figures.interactive.base import Figure, Matrix
from course_lib.figures.interactive.text_version import paragraph, text_table

SHAPES = ((3, 3, 1, 32), (32,), (3, 3, 32, 64), (64,), (1600, 10), (10,))
_MISREAD = 6  # at most so many misread digits are offered


class DigitPlayground(Figure):
    """Draw a digit; the trained network of the MNIST chapter reads it, every unit open to view.

    weights: six arrays in ``get_weights()`` order, shapes ``digit_playground.SHAPES``; by default
    those of the recorded run. In the page they are half-precision numbers, 70 kB. sample: which
    of the test digits is shown first (0 to 9 are one of each class, then misread ones), -1 for
    the drawing. drawing: 28 rows of 28 numbers from 0 to 1. unit: (layer, map, row, column),
    counted from 0, of the unit that is taken apart.
    """

    name = "digit_playground"

    weights = t.Unicode().tag(sync=True)
    samples = t.List(t.Dict()).tag(sync=True)
    sample = t.Int(7, min=-1).tag(sync=True)
    drawing = Matrix([[0.0] * 28] * 28).tag(sync=True)
    unit = t.List(t.Int(min=0), [0, 2, 7, 13], minlen=4, maxlen=4).tag(sync=True)

    def __init__(self, weights=None, **kwargs):
        packed = recorded() if weights is None else pack(weights)
        super().__init__(weights=packed, samples=_samples(packed), **kwargs)

    def room(self):
        return 720, 1040

    def fallback(self):
        rows = [
            (
                sample["label"],
                sample["read"],
                "" if sample["label"] == sample["read"] else "misread",
            )
            for sample in self.samples
        ]
        return text_table(
            ("Label", "Read as", ""), rows, "Test digits and what the network reads"
        ) + (
            paragraph(
                "With JavaScript, this place holds a drawing pad, the ten class probabilities and "
                "all feature maps of the network: 32 of 26 × 26, pooled to 13 × 13, then 64 of "
                "11 × 11, pooled to 5 × 5."
            )
        )


def pack(weights):
    """The six arrays as base64 of little-endian half-precision numbers."""
    arrays = [np.asarray(array, dtype=np.float32) for array in weights]
    if tuple(array.shape for array in arrays) != SHAPES:
        raise ValueError(
            f"DigitPlayground: weights must have the shapes {SHAPES}, "
            f"got {tuple(array.shape for array in arrays)}"
        )
    data = b"".join(array.astype("<f2").tobytes() for array in arrays)
    return base64.b64encode(data).decode("ascii")


def unpack(packed):
    """The arrays that the page computes with: what `pack` kept of them, as float32."""
    numbers = np.frombuffer(base64.b64decode(packed), dtype="<f2").astype(np.float32)
    ends = np.cumsum([int(np.prod(shape)) for shape in SHAPES])
    return [
        part.reshape(shape)
        for part, shape in zip(np.split(numbers, ends[:-1]), SHAPES, strict=True)
    ]


def forward(images, weights):
    """Every layer's values for images (n, 28, 28) of numbers from 0 to 1, by ``course_lib.ops``.

    Returns the two convolutions after ReLU, each followed by its pooling, the ten sums, and the
    probabilities.
    """
    from course_lib import ops

    kernel1, bias1, kernel2, bias2, kernel3, bias3 = weights
    inputs = np.asarray(images, dtype=np.float32)[..., None]
    conv1 = ops.relu(ops.conv(inputs, kernel1) + bias1)
    pool1 = ops.max_pool(conv1, 2)
    conv2 = ops.relu(ops.conv(pool1, kernel2) + bias2)
    pool2 = ops.max_pool(conv2, 2)
    sums = pool2.reshape(len(pool2), -1) @ kernel3 + bias3
    return conv1, pool1, conv2, pool2, sums, ops.softmax(sums)


@cache
def recorded():
    """The weights of the recorded run, packed."""
    from course_lib import records

    return pack(records.weights("mnist"))


@cache
def _samples(packed):
    """A digit of each class that is read rightly, then misread ones, the surest mistakes first."""
    from course_lib.datasets import mnist

    _, (images, labels) = mnist.load_sample()
    weights = unpack(packed)
    scores = np.concatenate([forward(part / 255, weights)[-1] for part in np.split(images, 10)])
    read = scores.argmax(axis=1)
    right = [np.flatnonzero((labels == digit) & (read == digit))[:1] for digit in range(10)]
    wrong = np.flatnonzero(read != labels)
    wrong = wrong[np.argsort(-scores.max(axis=1)[wrong], kind="stable")][:_MISREAD]
    return [
        {
            "label": int(labels[i]),
            "read": int(read[i]),
            "pixels": base64.b64encode(images[i].tobytes()).decode("ascii"),
        }
        for i in np.concatenate([*right, wrong])
    ]
