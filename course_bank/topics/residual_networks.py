"""Questions on residual networks: what a skip does to sizes, and to gradients on their way back."""

from course_bank.core.question import Question, ranges, slip
from course_lib import shapes

_TOPIC = "residual networks"

_BLOCK = ranges(filters=[16, 24, 32, 48, 64, 96], blocks=(3, 12))


def _convolution(n):
    return shapes.conv_parameters((3, 3), n.filters, n.filters, use_bias=False).value


QUESTIONS = [
    Question(
        id="residual-stage-parameters",
        topic=_TOPIC,
        teaches="A skip that adds has no weights; two convolutions make a block.",
        draw=_BLOCK,
        prompt="A stage has {blocks} residual blocks. Each adds its input to the output of two "
        "3 × 3 convolutions with {filters} filters on {filters} channels, all without biases and "
        "without normalisation. How many parameters does the stage have?",
        answer=lambda n: 2 * n.blocks * _convolution(n),
        steps=lambda n: [
            f"one convolution: 3 · 3 · {n.filters} · {n.filters} = {_convolution(n)}",
            f"two in a block, {n.blocks} blocks: {2 * n.blocks * _convolution(n)}",
        ],
        misconceptions=(
            slip(
                "one convolution a block",
                lambda n: n.blocks * _convolution(n),
                "A block leads around two convolutions.",
                0.5,
            ),
            slip(
                "the skip has weights",
                lambda n: n.blocks * (2 * _convolution(n) + n.filters**2),
                "The skip hands its input on as it is: where the shapes agree it has no weights.",
                0.25,
            ),
        ),
        solution="n.blocks * 2 * 3 * 3 * n.filters * n.filters",
    ),
]
