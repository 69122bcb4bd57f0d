"""The drawing pad: a digit on its way through the recorded MNIST network, for a first page."""

import base64
from functools import cache

import numpy as np
import traitlets as t

from course_lib.figures.interactive import digit_playground
from course_lib.figures.interactive.base import Figure
from course_lib.figures.interactive.text_version import paragraph, picture

SHOWN = 6  # maps of each layer
DIGIT = 7  # what stands on the pad before the reader draws


class DigitPad(Figure):
    """Draw a digit; six maps of each convolution and the answer follow the pen.

    The light sister of ``DigitPlayground``, for a first page: until the pad is touched it shows a
    recorded 7 and its recorded maps, and a built page loads the network's weights only then.
    weights: six arrays as ``DigitPlayground`` takes them; by default those of the recorded run.
    """

    name = "digit_pad"
    numbered = False

    weights = t.Unicode().tag(sync=True)
    poster = t.Dict().tag(sync=True)
    _deferred = t.List(t.Unicode(), ["weights"]).tag(sync=True)

    def __init__(self, weights=None, **kwargs):
        packed = digit_playground.recorded() if weights is None else digit_playground.pack(weights)
        super().__init__(weights=packed, poster=_poster(packed), **kwargs)

    def room(self):
        return 450, 985

    def drawing(self):
        """The static picture of the same 7 on its way through the network."""
        from course_lib.figures.static import features

        digit, maps, probabilities = _recorded_seven(self.weights)
        layers = {"layer 1": maps[0], "layer 2": maps[1]}
        return features.through_network(digit, layers, probabilities, shown=SHOWN)

    def preview(self):
        """The same as bytes of a PNG, 1200 by 630, for previews of links (``og:image``)."""
        from course_lib.figures.static import features

        return features.poster(*_recorded_seven(self.weights), shown=SHOWN)

    def fallback(self):
        _, _, probabilities = _recorded_seven(self.weights)
        read = int(np.argmax(probabilities))
        return picture(
            self.drawing().svg(),
            f"From left to right: a handwritten {DIGIT}; six maps of the first convolution, its "
            "outline in each; six coarse maps of the second with a few bright spots; ten bars, "
            f"of which only that of {read} is filled.",
        ) + paragraph(
            f"A {DIGIT} on its way through the trained network, which reads {read}. With "
            "JavaScript, this place holds a pad to draw on."
        )


@cache
def _recorded_seven(packed):
    """A test digit of class 7, the maps of both convolutions, and the ten probabilities."""
    from course_lib.datasets import mnist

    _, (images, labels) = mnist.load_sample()
    digit = images[np.flatnonzero(labels == DIGIT)[0]] / np.float32(255)
    weights = digit_playground.unpack(packed)
    first, _, second, _, _, probabilities = digit_playground.forward(digit[None], weights)
    return digit, (first[0], second[0]), probabilities[0]


def strongest(maps, count=SHOWN):
    """Numbers of the ``count`` maps (rows, columns, filters) with the largest sums, in order."""
    return np.sort(np.argsort(-maps.sum(axis=(0, 1)), kind="stable")[:count])


def _poster(packed):
    """The recorded 7 as bytes of base64: pixels, and of each layer the shown maps."""
    digit, layers, probabilities = _recorded_seven(packed)

    def encoded(values):
        return base64.b64encode(np.round(255 * values).astype(np.uint8).tobytes()).decode("ascii")

    return {
        "pixels": encoded(digit),
        "layers": [
            {
                "shown": strongest(maps).tolist(),
                "maps": encoded(maps[..., strongest(maps)] / max(float(maps.max()), 1e-9)),
            }
            for maps in layers
        ],
        "probabilities": [round(float(p), 5) for p in probabilities],
    }
