"""Questions on comparing whole images pixel by pixel."""

import numpy as np

from course_bank.core.question import CLOSE, FAR, Question, slip
from course_bank.core.rendering import table

_TOPIC = "pixel matching"


def _draw_pair(rng):
    rows, columns = rng.integer(4, 6), rng.integer(4, 7)
    first = rng.picks(rows, columns, (-1, -1, 1))
    often = rng.integer(1, 4)  # of five pixels so many are drawn anew
    second = [
        [rng.choice((-1, -1, 1)) if rng.integer(1, 5) <= often else pixel for pixel in row]
        for row in first
    ]
    return {"first": first, "second": second}


def _products(n):
    return np.array(n.first) * np.array(n.second)


def _draw_shift(rng):
    rows, columns = rng.integer(3, 7), rng.integer(5, 9)
    return {"image": rng.picks(rows, columns, (0, 0, 1)), "shift": rng.choice((1, 1, 2))}


def _shifted(n, mirror=1):
    """The image and its copy moved to the right; with ``mirror`` -1 moved to the left."""
    image = np.array(n.image)
    moved = np.zeros_like(image)
    moved[:, ::mirror][:, n.shift :] = image[:, ::mirror][:, : -n.shift]
    return image, moved


QUESTIONS = [
    Question(
        id="pixel-agreement",
        topic=_TOPIC,
        teaches="Comparing literally means counting the pixels that are equal.",
        draw=_draw_pair,
        prompt=lambda n: (
            "Two images of -1 (background) and +1 (stroke):"
            f"{table(n.first)}{table(n.second)}At how many pixels do they agree?"
        ),
        answer=lambda n: int((_products(n) == 1).sum()),
        steps=lambda n: [
            "two pixels agree where their product is +1",
            f"of {_products(n).size} products, {int((_products(n) == 1).sum())} are +1",
        ],
        misconceptions=(
            slip(
                "differences counted",
                lambda n: int((_products(n) == -1).sum()),
                "You counted the pixels that differ.",
                FAR,
            ),
            slip(
                "strokes only",
                lambda n: int(((np.array(n.first) == 1) & (np.array(n.second) == 1)).sum()),
                "Two background pixels agree as well: -1 times -1 is +1.",
                FAR,
            ),
            slip(
                "sum of products",
                lambda n: int(_products(n).sum()),
                "That is the sum of the products: the agreements minus the differences.",
                FAR,
            ),
            slip(
                "share for the count",
                lambda n: float(_products(n).mean()),
                "That is the mean of the products, the score. Asked for is a number of pixels.",
                FAR,
            ),
            slip(
                "background only",
                lambda n: int(((np.array(n.first) == -1) & (np.array(n.second) == -1)).sum()),
                "Two strokes on the same pixel agree as well.",
                FAR,
            ),
        ),
        solved_by="numpy",
        solution="int((np.array(n.first) == np.array(n.second)).sum())",
    ),
    Question(
        id="pixel-shifted",
        topic=_TOPIC,
        teaches="A picture moved by one pixel is another picture when compared literally.",
        draw=_draw_shift,
        prompt=lambda n: (
            f"This image{table(n.image)}is moved to the right by {n.shift} "
            f"pixel{'s' if n.shift > 1 else ''}; zeros come in at the left, and what is pushed "
            "over the right edge is lost. At how many pixels do the image and its moved copy agree?"
        ),
        answer=lambda n: int(np.equal(*_shifted(n)).sum()),
        steps=lambda n: [
            f"the moved copy: {_shifted(n)[1].tolist()}",
            f"equal at {int(np.equal(*_shifted(n)).sum())} of {_shifted(n)[0].size} pixels",
        ],
        misconceptions=(
            slip(
                "moving changes nothing",
                lambda n: _shifted(n)[0].size,
                "Comparing pixel by pixel does not follow the object: the pixels stay where they "
                "are.",
                FAR,
            ),
            slip(
                "strokes only",
                lambda n: int((_shifted(n)[0] * _shifted(n)[1]).sum()),
                "Two zeros agree as well.",
                FAR,
            ),
            slip(
                "edge wrapped round",
                lambda n: int((_shifted(n)[0] == np.roll(_shifted(n)[0], n.shift, 1)).sum()),
                "What leaves at the right does not come back at the left.",
                CLOSE,
            ),
            slip(
                "moved to the left",
                lambda n: int(np.equal(*_shifted(n, mirror=-1)).sum()),
                "You moved the copy to the left.",
                FAR,
            ),
            slip(
                "differences counted",
                lambda n: int(np.not_equal(*_shifted(n)).sum()),
                "Those are the pixels at which they differ.",
                FAR,
            ),
        ),
        solution="int((np.array(n.image)[:, n.shift :] == np.array(n.image)[:, : -n.shift]).sum() "
        "+ (np.array(n.image)[:, : n.shift] == 0).sum())",
    ),
]
