"""Facts about matching pixels, and matching pieces of an image."""

import numpy as np

from course_lib.lectures import examples
from course_lib.lectures.facts.convolution import convolved
from course_lib.lectures.facts.fact import Fact

TOPIC = "pixel matching"

_X_ROWS = """
    -1 -1 -1 -1 -1 -1 -1 -1 -1
    -1  1 -1 -1 -1 -1 -1  1 -1
    -1 -1  1 -1 -1 -1  1 -1 -1
    -1 -1 -1  1 -1  1 -1 -1 -1
    -1 -1 -1 -1  1 -1 -1 -1 -1
    -1 -1 -1  1 -1  1 -1 -1 -1
    -1 -1  1 -1 -1 -1  1 -1 -1
    -1  1 -1 -1 -1 -1 -1  1 -1
    -1 -1 -1 -1 -1 -1 -1 -1 -1
"""


def _no_equal():
    """Is every disturbed X different from the template?"""
    others = (examples.shifted_x(), examples.rotated_x(), examples.thick_x())
    return not any(np.array_equal(examples.x_image, other) for other in others)


def scores(piece):
    """Mean of the nine products at every place of the X, (7, 7)."""
    return convolved(examples.x_image, piece) / piece.size


FACTS = [
    Fact(
        "pix-01",
        "amity",
        TOPIC,
        "An X in a 9 × 9 image of −1 (background) and +1 (stroke): both diagonals of the inner "
        "7 × 7.",
        compute=lambda: examples.x_image,
        printed=[[int(pixel) for pixel in row.split()] for row in _X_ROWS.split("\n")[1:-1]],
    ),
    Fact(
        "pix-02",
        "amity",
        TOPIC,
        "Comparing pixel by pixel is literal: an X that is shifted, rotated or thickened is no "
        "longer equal to the template.",
        compute=_no_equal,
        printed=True,
    ),
    Fact(
        "pix-03",
        "amity",
        TOPIC,
        "Matching pieces instead: the diagonal, the other diagonal and the small cross, 3 × 3 "
        "each, slide over the X; the score is the mean of the nine products. First row of the "
        "diagonal's map:",
        compute=lambda: scores(examples.diagonal)[0].round(2).astype(float),
        printed=(0.78, -0.11, 0.11, 0.33, 0.56, -0.11, 0.33),
        truth="The score is 1 exactly where the piece matches in all nine pixels.",
    ),
]
