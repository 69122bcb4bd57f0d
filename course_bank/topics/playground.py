"""Questions of chapter 21, playground: what a filter of a trained network answers to."""

from types import SimpleNamespace

import numpy as np

from course_bank.core.question import CLOSE, FAR, Question, slip
from course_bank.core.rendering import table

_TOPIC = "playground"


def _draw(rng):
    while True:
        weights = [[rng.integer(-12, 12) / 10 for _ in range(3)] for _ in range(3)]
        numbers = {"weights": weights, "bias": rng.integer(-15, 5) / 10}
        if numbers["bias"] and _most(SimpleNamespace(**numbers)) > 0.5:
            return numbers


def _most(n):
    """The largest output: white under positive weights, black under the others."""
    return round(float(np.clip(n.weights, 0, None).sum()) + n.bias, 6)


QUESTIONS = [
    Question(
        id="playground-strongest-patch",
        topic=_TOPIC,
        teaches="A filter answers most to a patch that is bright just where its weights are "
        "positive.",
        draw=_draw,
        prompt=lambda n: (
            f"A filter of a first layer has learned these weights{table(n.weights)}and the bias "
            f"{n.bias}; ReLU comes behind it. Pixels lie between 0 (black) and 1 (white). Over all "
            "the patches that there can be, what is the largest number that the filter puts out?"
        ),
        form="number",
        answer=_most,
        steps=lambda n: [
            "the strongest patch: 1 where a weight is positive, 0 where it is negative",
            f"sum of the positive weights: {np.clip(n.weights, 0, None).sum():.1f}",
            f"with the bias: {np.clip(n.weights, 0, None).sum():.1f} + ({n.bias}) = {_most(n):.1f}",
        ],
        misconceptions=(
            slip(
                "white patch",
                lambda n: max(round(float(np.sum(n.weights)) + n.bias, 6), 0),
                "That is the answer to a patch that is white all over. Where a weight is negative, "
                "a darker pixel takes less away.",
                FAR,
            ),
            slip(
                "signs dropped",
                lambda n: round(float(np.abs(n.weights).sum()) + n.bias, 6),
                "Under a negative weight a pixel can take nothing away, but no pixel is below 0: "
                "it can add nothing either.",
                CLOSE,
            ),
            slip(
                "forgot the bias",
                lambda n: round(float(np.clip(n.weights, 0, None).sum()), 6),
                "The bias is missing: it is added to the sum, whatever the patch.",
                CLOSE,
            ),
            slip(
                "one pixel",
                lambda n: round(float(np.max(n.weights)) + n.bias, 6),
                "A patch has nine pixels, and more than one of them may be white.",
                FAR,
            ),
        ),
        solution="n.bias + sum(weight for row in n.weights for weight in row if weight > 0)",
    ),
]
