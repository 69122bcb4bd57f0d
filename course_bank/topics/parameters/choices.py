"""Questions on design: what is chosen and what is learned, and what a choice costs."""

from course_bank.core.question import CLOSE, FAR, Question, ranges, slip
from course_bank.topics.parameters.counts import FORGOT_CHANNELS, NO_BIAS, conv_weights
from course_lib import shapes

_TOPIC = "parameters"


QUESTIONS = [
    Question(
        id="params-memory",
        topic=_TOPIC,
        teaches="A float32 parameter takes four bytes.",
        draw=ranges(kernel=[3, 5], channels=(16, 128), filters=(16, 256)),
        prompt="How many bytes do the parameters of `Conv2D({filters}, {kernel})`, which reads "
        "{channels} channels, take in float32?",
        answer=lambda n: 4 * (conv_weights(n) + n.filters),
        steps=lambda n: [
            *shapes.conv_parameters((n.kernel,) * 2, n.channels, n.filters).steps,
            f"4 bytes each: {4 * (conv_weights(n) + n.filters)}",
        ],
        misconceptions=(
            slip(
                "bits",
                lambda n: 32 * (conv_weights(n) + n.filters),
                "32 are the bits; a byte has eight.",
                CLOSE,
            ),
            slip(
                "parameters counted",
                lambda n: conv_weights(n) + n.filters,
                "That is the number of parameters; each takes several bytes.",
                CLOSE,
            ),
            slip(
                "eight bytes",
                lambda n: 8 * (conv_weights(n) + n.filters),
                "Eight bytes is float64; Keras' default is float32.",
                CLOSE,
            ),
            slip("forgot the bias", lambda n: 4 * conv_weights(n), NO_BIAS, CLOSE),
        ),
        solved_by="shapes.conv_parameters",
        solution="4 * shapes.conv_parameters((n.kernel,) * 2, n.channels, n.filters).value",
    ),
    Question(
        id="params-rectangular-kernel",
        topic=_TOPIC,
        teaches="A kernel need not be square: its height and width multiply.",
        draw=ranges(
            high=(1, 7),
            wide=(1, 7),
            channels=(2, 32),
            filters=(4, 48),
            where=lambda n: n.high != n.wide,
        ),
        prompt="How many parameters does `Conv2D({filters}, kernel_size=({high}, {wide}))` have on "
        "an input with {channels} channels?",
        answer=lambda n: shapes.conv_parameters((n.high, n.wide), n.channels, n.filters),
        misconceptions=(
            slip(
                "height squared",
                lambda n: (n.high**2 * n.channels + 1) * n.filters,
                "You squared the height. The kernel is not square: multiply its height and its "
                "width.",
                FAR,
            ),
            slip(
                "width squared",
                lambda n: (n.wide**2 * n.channels + 1) * n.filters,
                "You squared the width. The kernel is not square: multiply its height and its "
                "width.",
                FAR,
            ),
            slip(
                "forgot the bias",
                lambda n: n.high * n.wide * n.channels * n.filters,
                NO_BIAS,
                CLOSE,
            ),
            slip(
                "forgot the channels",
                lambda n: (n.high * n.wide + 1) * n.filters,
                FORGOT_CHANNELS,
                FAR,
            ),
        ),
        solution="shapes.conv_parameters((n.high, n.wide), n.channels, n.filters).value",
    ),
    Question(
        id="params-two-small-kernels",
        topic=_TOPIC,
        teaches="Two 3 × 3 layers see as much as one 5 × 5 layer, with fewer weights.",
        draw=ranges(channels=(8, 256)),
        prompt="Two convolutions of 3 × 3 in a row see as many pixels as one of 5 × 5. All have "
        "{channels} channels in and out, and no bias. How many weights do the two small ones save?",
        answer=lambda n: (25 - 2 * 9) * n.channels**2,
        steps=lambda n: [
            f"one 5 × 5: 25 * {n.channels}² = {25 * n.channels**2}",
            f"two 3 × 3: 2 * 9 * {n.channels}² = {18 * n.channels**2}",
            f"saved: {7 * n.channels**2}",
        ],
        misconceptions=(
            slip(
                "one small layer only",
                lambda n: (25 - 9) * n.channels**2,
                "There are two small layers.",
                CLOSE,
            ),
            slip(
                "forgot the filters",
                lambda n: (25 - 2 * 9) * n.channels,
                "Each of the filters has a slice for each channel: the square of the channels.",
                FAR,
            ),
            slip(
                "forgot the channels",
                lambda n: 25 - 2 * 9,
                FORGOT_CHANNELS,
            ),
        ),
        solution="(25 - 2 * 9) * n.channels**2",
    ),
    Question(
        id="params-hyperparameter",
        topic=_TOPIC,
        teaches="Parameters are learned from data; hyperparameters are chosen before.",
        draw=ranges(kernel=[3, 5, 7], filters=(8, 64), units=(10, 99), rate=[0.25, 0.4, 0.5]),
        prompt="A network has `Conv2D({filters}, {kernel})`, `MaxPooling2D(2)`, `Dropout({rate})` "
        "and `Dense({units})`. Which of these is a *parameter*, learned in training?",
        form="choice",
        choices=lambda n: {
            "weight": f"one of the {n.kernel * n.kernel} numbers in a slice of a filter",
            "kernel": f"the kernel size {n.kernel}",
            "filters": f"the number of filters {n.filters}",
            "rate": f"the dropout rate {n.rate}",
            "pool": "the window of the pooling layer",
        },
        answer=lambda n: "weight",
        steps=lambda n: ["training changes the numbers in the filters; the rest is the design"],
        misconceptions=(
            slip(
                "kernel size",
                lambda n: "kernel",
                "You choose the kernel size; its numbers are learned.",
            ),
            slip(
                "number of filters",
                lambda n: "filters",
                "How many filters there are is chosen; what is in them is learned.",
            ),
            slip(
                "dropout rate", lambda n: "rate", "The rate is chosen, and dropout learns nothing."
            ),
            slip("pooling window", lambda n: "pool", "Pooling has nothing to learn."),
        ),
    ),
]
