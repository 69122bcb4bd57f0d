"""A question answered by a function: what a separable convolution costs, for any arguments."""

from course_bank.core.function_questions import Case, FunctionQuestion, example
from course_bank.core.question import CLOSE, FAR, slip
from course_bank.topics.from_scratch.forward import own
from course_lib import shapes

PARTS = ("parameters", "multiplications", "map_bytes")
BYTES = 4  # of a number in float32


def counted(height, width, channels, filters, kernel, strides, *, biases=1, places=None):
    """(parameters, multiplications, bytes of its two maps) of a separable convolution, "same".

    The keywords make it wrong: other biases, other places of the output.
    """
    rows, columns = places or (
        shapes.output_size(n, kernel, strides, "same").value for n in (height, width)
    )
    depthwise = shapes.multiply_adds((rows, columns), kernel, channels, channels, channels).value
    pointwise = shapes.multiply_adds((rows, columns), 1, channels, filters).value
    weights = kernel**2 * channels + channels * filters
    return (
        weights + biases * (channels + filters),
        depthwise + pointwise,
        BYTES * rows * columns * (channels + filters),
    )


def _case(rng, about, channels, filters, strides=1, square=True):
    height = rng.integer(8, 40)
    width = height if square else rng.integer(41, 60)
    return Case(about, (height, width, channels, filters, rng.choice([3, 5]), strides))


def _cases(rng):
    return [
        _case(rng, "as many filters as channels", 16, 16),
        _case(rng, "more filters than channels", rng.integer(3, 9), rng.integer(10, 40)),
        _case(rng, "maps that are not square", 8, rng.integer(9, 20), square=False),
        _case(rng, "a stride of 2", rng.integer(4, 12), rng.integer(13, 30), 2, square=False),
        Case("a stride that does not divide the size", (17, 22, 5, rng.integer(6, 12), 3, 4)),
    ]


def _draw(rng):
    return example(
        counted,
        PARTS,
        height=rng.choice([21, 23, 25, 27, 29]),
        width=rng.choice([32, 34, 36, 38]),
        channels=rng.integer(4, 24),
        filters=rng.integer(25, 64),
        kernel=rng.choice([3, 5, 7]),
        strides=2,
    )


def _full(height, width, channels, filters, kernel, strides):
    rows, columns = (shapes.output_size(n, kernel, strides, "same").value for n in (height, width))
    return (
        shapes.conv_parameters((kernel, kernel), channels, filters).value,
        shapes.multiply_adds((rows, columns), kernel, channels, filters).value,
        BYTES * rows * columns * filters,
    )


def _before_stride(height, width, channels, filters, kernel, strides):
    """The depthwise convolution counted at every pixel: the stride in the 1 × 1 convolution."""
    places = height * width
    small = -(-height // strides) * -(-width // strides)
    return (
        counted(height, width, channels, filters, kernel, strides)[0],
        kernel**2 * channels * places + channels * filters * small,
        BYTES * (channels * places + filters * small),
    )


QUESTIONS = [
    FunctionQuestion(
        id="separable-count",
        topic="cost",
        teaches="Parameters, multiplications and memory of a separable convolution, in code.",
        draw=_draw,
        prompt="Write `separable_count(height, width, channels, filters, kernel, strides)`. It "
        'counts a depthwise `kernel` × `kernel` convolution with padding "same" and those '
        "`strides`, followed by a 1 × 1 convolution with `filters` filters; both have biases. "
        "Return a tuple of three whole numbers: the `parameters`, the `multiplications` for one "
        "example, and `map_bytes`, the bytes of the two output maps of one example in float32."
        + own("separable-count"),
        form="function",
        answer=counted,
        cases=_cases,
        parts=PARTS,
        misconceptions=(
            slip(
                "forgot the biases",
                lambda *given: counted(*given, biases=0),
                "Only the biases are missing: one for each channel behind the depthwise "
                "convolution, one for each filter behind the other.",
                CLOSE,
            ),
            slip(
                "forgot the biases of the depthwise convolution",
                lambda height, width, channels, *rest: (
                    counted(height, width, channels, *rest)[0] - channels,
                    *counted(height, width, channels, *rest)[1:],
                ),
                "The depthwise convolution has biases too: one for each channel.",
                CLOSE,
            ),
            slip(
                "last map alone",
                lambda height, width, channels, filters, *rest: (
                    *counted(height, width, channels, filters, *rest)[:2],
                    counted(height, width, channels, filters, *rest)[2]
                    // (channels + filters)
                    * filters,
                ),
                "Two convolutions put out two maps: that of the depthwise one takes memory too.",
                CLOSE,
            ),
            slip(
                "stride ignored",
                lambda *given: counted(*given[:-1], 1),
                "Multiplications and maps are counted for every pixel of the input: with a stride "
                "there are fewer places.",
                FAR,
            ),
            slip(
                "rounded down",
                lambda height, width, *rest: counted(
                    height, width, *rest, places=(height // rest[-1], width // rest[-1])
                ),
                'With padding "same" the last place counts even if it is incomplete: n / s is '
                "rounded up.",
                CLOSE,
            ),
            slip(
                "full convolution",
                _full,
                "That is a full convolution. The depthwise one reads one channel for each map.",
                FAR,
            ),
            slip(
                "stride in the second",
                _before_stride,
                "The stride belongs to the depthwise convolution: the 1 × 1 already reads its "
                "small maps.",
                CLOSE,
            ),
        ),
        stub="def separable_count(height, width, channels, filters, kernel, strides):\n"
        '    """Parameters, multiplications and bytes of the maps."""\n    ### SOLUTION\n',
        solution="""\
places = -(-height // strides) * -(-width // strides)
weights = kernel**2 * channels + channels * filters
return weights + channels + filters, weights * places, 4 * places * (channels + filters)""",
    ),
]
