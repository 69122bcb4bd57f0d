"""Questions on parameters: how many numbers a layer learns, and what they would be otherwise."""

from course_bank.core.estimates import about, estimate
from course_bank.core.question import CLOSE, FAR, Question, ranges, slip
from course_lib import shapes

_TOPIC = "parameters"

NO_BIAS = "Every filter (or unit) has a bias as well."
FORGOT_CHANNELS = "A filter has weights for every channel it reads: k · k · c of them."
ONE_BIAS = "There is one bias for each filter, not one for the layer."

_CONV = ranges(kernel=[2, 3, 4, 5, 7], channels=(2, 64), filters=(4, 128))


def conv_weights(n):
    return n.kernel**2 * n.channels * n.filters


def _two(n):
    return (
        shapes.conv_parameters((n.kernel,) * 2, n.channels, n.first),
        shapes.conv_parameters((n.kernel,) * 2, n.first, n.second),
    )


def _draw_count(rng):
    kernel, channels = rng.choice((3, 5)), rng.integer(2, 6)
    weights = kernel**2 * channels
    # at least as many filters as weights: a forgotten bias then shows, even rounded down
    filters = rng.integer(weights, weights + 90)
    count = shapes.conv_parameters((kernel, kernel), channels, filters).value
    return {"kernel": kernel, "channels": channels, "count": count}


def _divided_by(name, size, message, credit):
    """Slips of who divides the count by a wrong size of a filter, with and without rounding."""
    no_rest = " With the right size of a filter the division leaves no rest."
    return (
        slip(name, lambda n: n.count / size(n), message, credit),
        slip(f"{name}, rounded down", lambda n: n.count // size(n), message + no_rest, credit),
    )


_FLATTENED = ranges(
    height=[4, 5, 6, 7, 8, 11, 13, 24, 30, 48, 60],
    width=[4, 5, 6, 7, 9, 12, 14, 26, 32, 52, 64],
    channels=[8, 16, 32, 64, 128, 256, 512],
    units=[2, 4, 10, 20, 50, 128, 512, 1024, 4096],
    where=lambda n: n.height / 2 <= n.width <= 2 * n.height,
)
_FLATTEN = "Maps of {height} × {width} × {channels} go through `Flatten()` and `Dense({units})`."
_NOT_ALL_VALUES = (
    slip(
        "forgot the channels",
        lambda n: (n.height * n.width + 1) * n.units,
        "Flatten lays out all channels.",
        FAR,
    ),
    slip(
        "channels only",
        lambda n: (n.channels + 1) * n.units,
        "That would be after global pooling. Flatten keeps every value of every map.",
        FAR,
    ),
)

QUESTIONS = [
    Question(
        id="params-conv",
        topic=_TOPIC,
        teaches="A convolution layer learns (k·k·c + 1)·f numbers.",
        draw=_CONV,
        prompt="`Conv2D({filters}, kernel_size={kernel})` reads {channels} channels. How many "
        "parameters does it have?",
        answer=lambda n: shapes.conv_parameters((n.kernel,) * 2, n.channels, n.filters),
        misconceptions=(
            slip("forgot the bias", conv_weights, NO_BIAS, CLOSE),
            slip(
                "forgot the channels",
                lambda n: (n.kernel**2 + 1) * n.filters,
                FORGOT_CHANNELS,
                FAR,
            ),
            slip(
                "kernel and channels added",
                lambda n: (n.kernel**2 + n.channels + 1) * n.filters,
                "A filter has k · k weights for each channel: multiply.",
                FAR,
            ),
            slip(
                "one side of the kernel only",
                lambda n: (n.kernel * n.channels + 1) * n.filters,
                "A slice of a filter is a square: k · k weights for each channel, not k.",
                FAR,
            ),
            slip("one bias", lambda n: conv_weights(n) + 1, ONE_BIAS, CLOSE),
            slip(
                "bias for each slice",
                lambda n: (n.kernel**2 + 1) * n.channels * n.filters,
                "A filter has one bias, not one for each channel.",
                CLOSE,
            ),
        ),
        solved_by="shapes.conv_parameters",
        solution="shapes.conv_parameters((n.kernel, n.kernel), n.channels, n.filters).value",
    ),
    Question(
        id="params-conv-no-bias",
        topic=_TOPIC,
        teaches="Without bias only the weights count.",
        draw=_CONV,
        prompt="`Conv2D({filters}, kernel_size={kernel}, use_bias=False)` reads {channels} "
        "channels. How many parameters does it have?",
        answer=lambda n: shapes.conv_parameters(
            (n.kernel,) * 2, n.channels, n.filters, use_bias=False
        ),
        misconceptions=(
            slip(
                "bias counted",
                lambda n: conv_weights(n) + n.filters,
                "`use_bias=False` leaves the biases out.",
                CLOSE,
            ),
            slip("forgot the channels", lambda n: n.kernel**2 * n.filters, FORGOT_CHANNELS, FAR),
            slip(
                "forgot the filters",
                lambda n: n.kernel**2 * n.channels,
                "That is one filter; the layer has several.",
                FAR,
            ),
        ),
        solved_by="shapes.conv_parameters",
        solution="shapes.conv_parameters(\n    (n.kernel, n.kernel), n.channels, n.filters, "
        "use_bias=False\n).value",
    ),
    Question(
        id="params-dense",
        topic=_TOPIC,
        teaches="A dense layer learns (inputs + 1)·units numbers.",
        draw=ranges(inputs=(40, 2000), units=(5, 256)),
        prompt="`Dense({units})` reads {inputs} numbers. How many parameters does it have?",
        answer=lambda n: shapes.dense_parameters(n.inputs, n.units),
        misconceptions=(
            slip("forgot the bias", lambda n: n.inputs * n.units, NO_BIAS, CLOSE),
            slip(
                "one bias",
                lambda n: n.inputs * n.units + 1,
                "Every unit has a bias of its own.",
                CLOSE,
            ),
            slip(
                "bias for each input",
                lambda n: n.inputs * (n.units + 1),
                "The biases belong to the units, not to the inputs.",
                CLOSE,
            ),
            slip(
                "added",
                lambda n: n.inputs + n.units,
                "Every unit has a weight for every input: multiply.",
                FAR,
            ),
        ),
        solved_by="shapes.dense_parameters",
        solution="shapes.dense_parameters(n.inputs, n.units).value",
    ),
    estimate(
        id="params-estimate",
        topic=_TOPIC,
        teaches="The size of a dense layer behind maps is seen ahead: a product of four numbers.",
        draw=_FLATTENED,
        setting=_FLATTEN,
        what="about how many parameters does the dense layer have",
        amount=lambda n: shapes.dense_parameters(n.height * n.width * n.channels, n.units).value,
        steps=lambda n: [
            f"values: about {about(n.height * n.width):,} places · {n.channels} channels, about "
            f"{about(n.height * n.width * n.channels):,}",
            f"times {n.units} units: about "
            f"{about(n.height * n.width * n.channels * n.units):,}; the biases do not show",
        ],
        misconceptions=_NOT_ALL_VALUES,
        solution="n.height * n.width * n.channels * n.units",
    ),
    Question(
        id="params-dense-after-flatten",
        topic=_TOPIC,
        teaches="Flatten hands height · width · channels numbers to the dense layer.",
        numbers_of="params-estimate",
        draw=_FLATTENED,
        prompt=f"{_FLATTEN} How many parameters does the dense layer have?",
        answer=lambda n: shapes.dense_parameters(n.height * n.width * n.channels, n.units),
        steps=lambda n: [
            f"Flatten: {n.height}*{n.width}*{n.channels} = {n.height * n.width * n.channels}",
            *shapes.dense_parameters(n.height * n.width * n.channels, n.units).steps,
        ],
        misconceptions=(
            slip(
                "forgot the bias",
                lambda n: n.height * n.width * n.channels * n.units,
                NO_BIAS,
                CLOSE,
            ),
            *_NOT_ALL_VALUES,
            slip(
                "one bias",
                lambda n: n.height * n.width * n.channels * n.units + 1,
                "Every unit has a bias of its own.",
                CLOSE,
            ),
            slip(
                "values counted",
                lambda n: n.height * n.width * n.channels,
                "So many values Flatten hands on. Each unit of the dense layer has a weight for "
                "every one.",
                FAR,
            ),
        ),
        solved_by="shapes.dense_parameters",
        solution="shapes.dense_parameters(n.height * n.width * n.channels, n.units).value",
    ),
    Question(
        id="params-two-convolutions",
        topic=_TOPIC,
        teaches="The second layer's filters are as deep as the first layer has filters.",
        draw=ranges(kernel=[3, 5], channels=[2, 3, 4], first=(5, 32), second=(4, 64)),
        prompt="An image of 48 × 48 × {channels} goes through `Conv2D({first}, {kernel})`, "
        "`MaxPooling2D(2)` and `Conv2D({second}, {kernel})`. How many parameters do the three "
        "layers have together?",
        answer=lambda n: int(_two(n)[0]) + int(_two(n)[1]),
        steps=lambda n: [
            *(f"first convolution: {step}" for step in _two(n)[0].steps),
            "pooling: 0",
            *(f"second convolution: {step}" for step in _two(n)[1].steps),
            f"together {int(_two(n)[0]) + int(_two(n)[1])}",
        ],
        misconceptions=(
            slip(
                "second filter too shallow",
                lambda n: int(_two(n)[0]) + (n.kernel**2 * n.channels + 1) * n.second,
                "The second convolution reads the maps of the first, not the image: its filters "
                "are deeper.",
                FAR,
            ),
            slip(
                "second filter flat",
                lambda n: int(_two(n)[0]) + (n.kernel**2 + 1) * n.second,
                "A filter of the second convolution has k · k weights for each map it reads.",
                FAR,
            ),
            slip(
                "depth added, not multiplied",
                lambda n: int(_two(n)[0]) + (n.kernel**2 + n.first + 1) * n.second,
                "A filter has k · k weights in a slice, and a slice for each map it reads: "
                "multiply.",
                FAR,
            ),
            slip(
                "pooling counted",
                lambda n: int(_two(n)[0]) + int(_two(n)[1]) + 4 * n.first,
                "Pooling has nothing to learn: it takes the largest value.",
                CLOSE,
            ),
            slip(
                "forgot the biases",
                lambda n: int(_two(n)[0]) + int(_two(n)[1]) - n.first - n.second,
                NO_BIAS,
                CLOSE,
            ),
        ),
        solved_by="shapes.conv_parameters",
        solution="(\n    shapes.conv_parameters((n.kernel,) * 2, n.channels, n.first).value\n"
        "    + shapes.conv_parameters((n.kernel,) * 2, n.first, n.second).value\n)",
    ),
    Question(
        id="params-fully-connected-map",
        topic=_TOPIC,
        teaches="Fully connected, every output has a weight for every pixel; nothing is shared.",
        draw=ranges(height=(6, 60), width=(6, 60), kernel=[3, 5]),
        prompt="A {kernel} × {kernel} convolution without padding turns {height} × {width} grey "
        "pixels into a smaller map. A fully connected layer shall return a map of the same size "
        "from the same image. How many *weights* does it need (biases not counted)?",
        answer=lambda n: n.height * n.width * (n.height - n.kernel + 1) * (n.width - n.kernel + 1),
        steps=lambda n: [
            f"inputs: {n.height} * {n.width} = {n.height * n.width}",
            f"outputs: {n.height - n.kernel + 1} * {n.width - n.kernel + 1} = "
            f"{(n.height - n.kernel + 1) * (n.width - n.kernel + 1)}",
            f"a weight for each pair: "
            f"{n.height * n.width * (n.height - n.kernel + 1) * (n.width - n.kernel + 1)}",
        ],
        misconceptions=(
            slip(
                "weights shared",
                lambda n: n.kernel**2,
                "That is the convolution, which shares its weights. A fully connected layer does "
                "not.",
                FAR,
            ),
            slip(
                "outputs read a window only",
                lambda n: n.kernel**2 * (n.height - n.kernel + 1) * (n.width - n.kernel + 1),
                "In a fully connected layer each output reads every pixel, not only a window.",
                FAR,
            ),
            slip(
                "added",
                lambda n: n.height * n.width + (n.height - n.kernel + 1) * (n.width - n.kernel + 1),
                "There is a weight for each pair of input and output: multiply.",
                FAR,
            ),
            slip(
                "as many outputs as inputs",
                lambda n: (n.height * n.width) ** 2,
                "The map is smaller than the image: nothing is padded.",
                CLOSE,
            ),
        ),
        solved_by="formula",
        solution="(\n    n.height * n.width * (n.height - n.kernel + 1) * (n.width - n.kernel + 1)"
        "\n)",
    ),
    Question(
        id="params-filters-from-count",
        topic=_TOPIC,
        teaches="Reading the formula backwards: a summary's count tells the number of filters.",
        draw=_draw_count,
        prompt="A convolution with kernel size {kernel} × {kernel} reads {channels} channels. A "
        "summary lists {count} parameters for it. How many filters does it have?",
        answer=lambda n: n.count // (n.kernel**2 * n.channels + 1),
        steps=lambda n: [
            f"one filter: {n.kernel}*{n.kernel}*{n.channels} + 1 = {n.kernel**2 * n.channels + 1}",
            f"{n.count} / {n.kernel**2 * n.channels + 1} = "
            f"{n.count // (n.kernel**2 * n.channels + 1)}",
        ],
        misconceptions=(
            *_divided_by("forgot the bias", lambda n: n.kernel**2 * n.channels, NO_BIAS, CLOSE),
            *_divided_by("forgot the channels", lambda n: n.kernel**2 + 1, FORGOT_CHANNELS, FAR),
            *_divided_by(
                "divided by the weights of a slice",
                lambda n: n.kernel**2,
                FORGOT_CHANNELS + " And a bias.",
                credit=FAR,
            ),
        ),
        solution="n.count // (n.kernel**2 * n.channels + 1)",
    ),
]
