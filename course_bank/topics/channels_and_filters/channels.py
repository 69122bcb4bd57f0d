"""Questions on channels and filters: what a filter reads, what it returns, and its shape."""

import numpy as np

from course_bank.core.question import CLOSE, FAR, Question, ranges, slip
from course_bank.core.rendering import table
from course_lib import ops, shapes

_TOPIC = "channels and filters"

ONE_MAP_PER_FILTER = (
    "A filter adds its products over all channels: each filter returns one map, whatever the "
    "number of channels."
)
FORGOT_CHANNELS = "A filter has a slice of weights for every channel of its input."

NUMBERS = ranges(
    height=(16, 64), width=(16, 64), channels=[2, 3, 4, 5], filters=[6, 7, 8, 10, 12], kernel=[3, 5]
)


def _draw_patch(rng):
    channels = rng.choice((2, 3))
    return {
        "patch": [rng.grid(2, 2, 0, 9) for _ in range(channels)],
        "slices": [rng.grid(2, 2, -3, 3) for _ in range(channels)],
        "bias": rng.choice((-4, -3, -2, 2, 3, 4)),
    }


def _sums(n):
    """The sum of products of each channel."""
    return [int((np.array(x) * np.array(w)).sum()) for x, w in zip(n.patch, n.slices, strict=True)]


def _out(n, kernel=None):
    kernel = n.kernel if kernel is None else kernel
    return (n.height - kernel + 1, n.width - kernel + 1)


def _draw_pixel(rng):
    return {
        "pixel": [rng.integer(1, 9) for _ in range(3)],
        "weights": rng.grid(3, 2, -3, 3),
        "biases": [rng.integer(-3, 3) for _ in range(2)],
    }


def _one_by_one(n, weights=None, biases=None):
    pixel = np.array(n.pixel, np.float64)[None, None, None, :]
    weights = np.array(n.weights if weights is None else weights, np.float64)
    outputs = ops.conv(pixel, weights[None, None, :, :])[0, 0, 0]
    return outputs + np.array(n.biases if biases is None else biases)


QUESTIONS = [
    Question(
        id="channels-output-shape",
        topic=_TOPIC,
        teaches="The last axis of the output counts the filters, not the input's channels.",
        draw=NUMBERS,
        prompt="An input of {height} × {width} × {channels} is convolved with {filters} filters of "
        "{kernel} × {kernel} × {channels} (stride 1, no padding). What is the shape of the output?",
        form="shape",
        expects="a tuple (height, width, channels)",
        answer=lambda n: (*_out(n), n.filters),
        steps=lambda n: [
            f"height: {n.height} - {n.kernel} + 1 = {_out(n)[0]}",
            f"width: {n.width} - {n.kernel} + 1 = {_out(n)[1]}",
            f"one map for each of the {n.filters} filters",
        ],
        misconceptions=(
            slip("channels kept", lambda n: (*_out(n), n.channels), ONE_MAP_PER_FILTER, FAR),
            slip(
                "channels multiplied",
                lambda n: (*_out(n), n.channels * n.filters),
                "That would be one map for each channel and filter. A filter adds its products "
                "over all channels and returns one map.",
                FAR,
            ),
            slip(
                "both axes kept",
                lambda n: (*_out(n), n.channels, n.filters),
                "The channels of the input are summed away. " + ONE_MAP_PER_FILTER,
                FAR,
            ),
            slip(
                "same taken for valid",
                lambda n: (n.height, n.width, n.filters),
                "Without padding the map is smaller than the input by k - 1 in each direction.",
                CLOSE,
            ),
        ),
        solution="(*shapes.output_shape((n.height, n.width), n.kernel).value, n.filters)",
    ),
    Question(
        id="channels-one-value",
        topic=_TOPIC,
        teaches="One output of a filter: sums over all channels, added, and one bias.",
        draw=_draw_patch,
        prompt=lambda n: (
            "A filter of 2 × 2 reads all channels of this patch:"
            + "".join(
                f"\n\nChannel {i}: patch `{x}`, weights `{w}`"
                for i, (x, w) in enumerate(zip(n.patch, n.slices, strict=True))
            )
            + f"\n\nIts bias is {n.bias}. What does it return (no activation)?"
        ),
        answer=lambda n: sum(_sums(n)) + n.bias,
        steps=lambda n: [
            *(f"channel {i}: {value}" for i, value in enumerate(_sums(n))),
            f"{' + '.join(f'({value})' for value in _sums(n))} + ({n.bias}) = "
            f"{sum(_sums(n)) + n.bias}",
        ],
        misconceptions=(
            slip("first channel only", lambda n: _sums(n)[0] + n.bias, FORGOT_CHANNELS, FAR),
            slip(
                "bias for each channel",
                lambda n: sum(_sums(n)) + n.bias * len(n.patch),
                "A filter has one bias, whatever the number of channels.",
                CLOSE,
            ),
            slip(
                "forgot the bias",
                lambda n: sum(_sums(n)),
                "The bias is missing: it is added to the sum.",
                CLOSE,
            ),
            slip(
                "largest channel",
                lambda n: max(_sums(n)) + n.bias,
                "The channels are added, not compared.",
            ),
        ),
        solution="int((np.array(n.patch) * np.array(n.slices)).sum() + n.bias)",
    ),
    Question(
        id="channels-unit-inputs",
        topic=_TOPIC,
        teaches="Each output is a perceptron that reads k·k·c numbers through as many weights.",
        draw=ranges(kernel=[3, 4, 5, 7], channels=(2, 48), filters=[8, 16, 32]),
        prompt="In a convolution layer with {filters} filters of {kernel} × {kernel} that reads "
        "{channels} channels, how many input numbers does *one* output value depend on directly?",
        answer=lambda n: n.kernel**2 * n.channels,
        steps=lambda n: [f"{n.kernel} * {n.kernel} * {n.channels} = {n.kernel**2 * n.channels}"],
        misconceptions=(
            slip(
                "forgot the channels",
                lambda n: n.kernel**2,
                FORGOT_CHANNELS,
                FAR,
            ),
            slip(
                "all filters",
                lambda n: n.kernel**2 * n.channels * n.filters,
                "One output value belongs to one filter.",
                FAR,
            ),
            slip(
                "bias counted",
                lambda n: n.kernel**2 * n.channels + 1,
                "The bias is a parameter, not an input.",
                CLOSE,
            ),
        ),
        solution="n.kernel**2 * n.channels",
    ),
    Question(
        id="channels-one-by-one",
        topic=_TOPIC,
        teaches="A 1 × 1 convolution mixes the channels of each pixel, like a small dense layer.",
        draw=_draw_pixel,
        prompt=lambda n: (
            f"A pixel has the three channels `{n.pixel}`. A 1 × 1 convolution with two "
            f"filters has the weights (a row for each channel, a column for each filter)"
            f"{table(n.weights)}and the biases `{n.biases}`. Which two values does it return for "
            f"the "
            "pixel?"
        ),
        form="array",
        expects="a list of two numbers",
        answer=_one_by_one,
        steps=lambda n: [
            f"filter {f}: "
            + " + ".join(f"{x}·({row[f]})" for x, row in zip(n.pixel, n.weights, strict=True))
            + f" + ({n.biases[f]}) = {_one_by_one(n)[f]:g}"
            for f in range(2)
        ],
        misconceptions=(
            slip(
                "forgot the bias",
                lambda n: _one_by_one(n, biases=[0, 0]),
                "The bias of each filter is added to its sum.",
                CLOSE,
            ),
            slip(
                "filters swapped",
                lambda n: _one_by_one(n)[::-1],
                "Each column is a filter: the first value comes from the first column.",
                CLOSE,
            ),
            slip(
                "first channel only",
                lambda n: n.pixel[0] * np.array(n.weights[0]) + np.array(n.biases),
                "A 1 × 1 filter reads one pixel, but all its channels.",
                FAR,
            ),
        ),
        solution="np.array(n.pixel) @ np.array(n.weights) + np.array(n.biases)",
    ),
    Question(
        id="channels-batch-shape",
        topic=_TOPIC,
        teaches="Images are stacked as (batch, height, width, channels).",
        draw=ranges(batch=[16, 32, 48, 64], width=(61, 99), height=(20, 60), channels=[3, 4]),
        prompt="{batch} images, each {width} pixels wide and {height} high with {channels} "
        "channels, are put into one array for Keras. What is its shape, the batch axis included?",
        form="shape",
        expects="a tuple of four numbers",
        answer=lambda n: (n.batch, n.height, n.width, n.channels),
        steps=lambda n: ["batch, height (rows), width (columns), channels"],
        misconceptions=(
            slip(
                "width first",
                lambda n: (n.batch, n.width, n.height, n.channels),
                "Rows come before columns: the height is in front of the width.",
                CLOSE,
            ),
            slip(
                "channels first",
                lambda n: (n.batch, n.channels, n.height, n.width),
                "Keras puts the channels last.",
                CLOSE,
            ),
            slip(
                "batch last",
                lambda n: (n.height, n.width, n.channels, n.batch),
                "The batch axis is the first.",
                FAR,
            ),
            slip(
                "batch left out",
                lambda n: (n.height, n.width, n.channels),
                "That is one image; the array holds the whole batch.",
                FAR,
            ),
        ),
        solution="(n.batch, n.height, n.width, n.channels)",
    ),
    Question(
        id="channels-multiplications",
        topic=_TOPIC,
        teaches="The work of a layer: outputs times the weights of one filter.",
        draw=ranges(size=(12, 40), kernel=[3, 5], channels=(2, 16), filters=[8, 16, 32]),
        prompt="`Conv2D({filters}, {kernel})` reads maps of {size} × {size} × {channels}, without "
        "padding. How many multiplications does it take for one example?",
        answer=lambda n: shapes.multiply_adds(
            (n.size - n.kernel + 1,) * 2, n.kernel, n.channels, n.filters
        ),
        misconceptions=(
            slip(
                "forgot the channels",
                lambda n: shapes.multiply_adds(
                    (n.size - n.kernel + 1,) * 2, n.kernel, 1, n.filters
                ),
                FORGOT_CHANNELS,
                FAR,
            ),
            slip(
                "forgot the filters",
                lambda n: shapes.multiply_adds(
                    (n.size - n.kernel + 1,) * 2, n.kernel, n.channels, 1
                ),
                "That is the work of one filter.",
                FAR,
            ),
            slip(
                "every pixel a place",
                lambda n: shapes.multiply_adds((n.size,) * 2, n.kernel, n.channels, n.filters),
                "Without padding there are fewer places than pixels.",
                CLOSE,
            ),
        ),
        solution="shapes.multiply_adds(\n    (n.size - n.kernel + 1,) * 2, n.kernel, n.channels, "
        "n.filters\n).value",
    ),
]
