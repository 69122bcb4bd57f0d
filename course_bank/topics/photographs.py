"""Questions on photographs: transfer, and what a small test set can tell."""

from course_bank.core.question import Question, ranges, slip
from course_lib import shapes

_TOPIC = "photographs"


def _head(n):
    return shapes.dense_parameters(n.features, n.classes).value


QUESTIONS = [
    Question(
        id="photographs-frozen-head",
        topic=_TOPIC,
        teaches="With a frozen base only the new last layer learns.",
        draw=ranges(features=[512, 1024, 1280, 2048], classes=(3, 40), base=(1_000_000, 9_000_000)),
        prompt="A base with {base} parameters, trained on other photographs, is frozen. It hands "
        "{features} numbers to a new `Dense({classes})`. How many parameters does training change?",
        answer=_head,
        steps=lambda n: [
            f"({n.features} + 1) · {n.classes} = {_head(n)}; the base stays as it is",
        ],
        misconceptions=(
            slip(
                "no biases",
                lambda n: n.features * n.classes,
                "Each of the new units has a bias too.",
                0.5,
            ),
            slip(
                "the base learns too",
                lambda n: n.base + _head(n),
                "Frozen means that no step changes the base.",
                0.25,
            ),
        ),
        solution="(n.features + 1) * n.classes",
    ),
]
