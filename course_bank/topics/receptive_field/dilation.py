"""Questions on dilation: how far a kernel with holes reaches, and what it costs."""

from course_bank.core.question import CLOSE, FAR, Question, ranges, slip
from course_bank.topics.receptive_field.fields import field

_TOPIC = "receptive field"

SPAN = "A kernel with dilation rate d spans d(k - 1) + 1 cells: there is no hole behind the last."


def rates(n):
    """Rates that double from 1 on: each is what the layers before have filled, or less.

    Drawings of earlier releases may hold another rate to start from.
    """
    return [getattr(n, "start", 1) * 2**i for i in range(n.layers)]


QUESTIONS = [
    Question(
        id="rf-span",
        topic=_TOPIC,
        teaches="Dilation spreads a kernel to d(k - 1) + 1 cells without adding weights.",
        draw=ranges(kernel=(3, 9), dilation=(2, 12)),
        prompt="How many pixels does a kernel of {kernel} × {kernel} with dilation rate {dilation} "
        "span along one axis?",
        answer=lambda n: field((n.kernel, 1, n.dilation)),
        steps=lambda n: [
            f"from the first weight to the last: {n.kernel} - 1 steps of {n.dilation} cells",
            f"{n.dilation}*({n.kernel} - 1) + 1 = {n.dilation * (n.kernel - 1) + 1}",
        ],
        misconceptions=(
            slip("rate times size", lambda n: n.dilation * n.kernel, SPAN, CLOSE),
            slip(
                "dilation ignored",
                lambda n: n.kernel,
                "That many weights it has along the axis; they stand apart.",
                FAR,
            ),
            slip(
                "start left out",
                lambda n: n.dilation * (n.kernel - 1),
                "So far is the last weight from the first. The cell of the first counts as well.",
                CLOSE,
            ),
            slip(
                "rate added",
                lambda n: n.kernel + n.dilation,
                "There are k - 1 gaps between the weights, each d - 1 cells wide.",
                FAR,
            ),
            slip(
                "holes of d cells",
                lambda n: n.kernel + n.dilation * (n.kernel - 1),
                "Rate d means that neighbouring weights are d cells apart: d - 1 cells lie between "
                "them.",
                CLOSE,
            ),
        ),
        solved_by="formula",
        solution="n.dilation * (n.kernel - 1) + 1",
    ),
    Question(
        id="rf-dilated-stack",
        topic=_TOPIC,
        teaches="Doubling the dilation from layer to layer widens the field exponentially.",
        draw=ranges(kernel=(2, 9), layers=(3, 6)),
        prompt=lambda n: (
            f"{n.layers} convolutions with kernel size {n.kernel} and stride 1 stand in a row; "
            f"their dilation rates are {', '.join(map(str, rates(n)))}. How many pixels wide is "
            "the receptive field of one output value?"
        ),
        answer=lambda n: field(*((n.kernel, 1, rate) for rate in rates(n))),
        misconceptions=(
            slip(
                "dilation ignored",
                lambda n: field(*[n.kernel] * n.layers),
                "The holes widen what each layer adds: d(k - 1) instead of k - 1.",
                FAR,
            ),
            slip(
                "last layer only",
                lambda n: field((n.kernel, 1, rates(n)[-1])),
                "That is the last layer by itself. Each layer in front of it adds d(k - 1) cells, "
                "with its own rate d.",
                FAR,
            ),
            slip(
                "start left out",
                lambda n: sum(rates(n)) * (n.kernel - 1),
                "Start with 1, the output itself, then add d(k - 1) for each layer.",
                CLOSE,
            ),
            slip(
                "spans added",
                lambda n: sum(rate * (n.kernel - 1) + 1 for rate in rates(n)),
                "Start with 1 once; each layer adds d(k - 1).",
                CLOSE,
            ),
            slip(
                "rates taken for strides",
                lambda n: field(*((n.kernel, rate) for rate in rates(n))),
                "A dilation rate spreads the layer's own kernel; unlike a stride it does not "
                "multiply into the layers behind it.",
                FAR,
            ),
        ),
        solved_by="shapes.receptive_field",
        solution='shapes.receptive_field(\n    [(n.kernel, 1, getattr(n, "start", 1) * 2**i) '
        "for i in range(n.layers)]\n).value",
    ),
    Question(
        id="rf-what-dilation-does",
        topic=_TOPIC,
        teaches="Dilation pulls the kernel's weights apart; the input stays as it is.",
        draw=ranges(kernel=[3, 5, 7, 9], dilation=(2, 8)),
        prompt="What does `dilation_rate={dilation}` do to a convolution of kernel size {kernel}?",
        form="choice",
        choices=lambda n: {
            "kernel": f"neighbouring weights of the kernel meet pixels {n.dilation} apart; there "
            f"are still {n.kernel} · {n.kernel} weights for each channel",
            "input": f"{n.dilation - 1} zeros are put between neighbouring pixels of the input",
            "weights": f"the kernel grows to {n.dilation * (n.kernel - 1) + 1} · "
            f"{n.dilation * (n.kernel - 1) + 1} weights for each channel",
            "stride": f"the window moves by {n.dilation} pixels at a time",
        },
        answer=lambda n: "kernel",
        steps=lambda n: ["the kernel is spread over more pixels; weights and input stay the same"],
        misconceptions=(
            slip(
                "input spread",
                lambda n: "input",
                "It is the kernel that is spread, not the input; a transposed "
                "convolution spreads its input.",
                FAR,
            ),
            slip(
                "more weights",
                lambda n: "weights",
                "The holes hold no weights: the field grows, the number of parameters does not.",
                FAR,
            ),
            slip(
                "taken for stride",
                lambda n: "stride",
                "That is the stride. A dilated window still moves pixel by pixel.",
            ),
        ),
    ),
]
