"""Questions answered by functions: convolution from scratch, by loops and by windows.

Arrays are (height, width, channels); kernels (height, width, in, out), as in Keras.
"""

from textwrap import indent

import numpy as np

from course_bank.core.function_questions import Case, FunctionQuestion, example
from course_bank.core.question import CLOSE, FAR, slip
from course_bank.topics.from_scratch.looping import LoopsQuestion
from course_bank.topics.from_scratch.timing import LOOPS, TimedQuestion
from course_lib import ops, shapes

# ---------------------------------------------------------------------------- what must come out


def conv2d(image, kernel, bias, strides=1, padding="valid"):
    """The engine's convolution of one image, plus bias."""
    return ops.conv(image[None], kernel, strides, padding)[0] + bias


# bodies of functions of image, kernel and bias
WINDOWS = """\
# (rows, columns, channels, a, b): a view, nothing is copied
windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape[:2], axis=(0, 1))
return np.einsum("ijcab,abcf->ijf", windows, kernel, optimize=True) + bias"""
# the same, of strides and padding too
STRIDED = """\
if padding == "same":
    sides = []
    for n, k in zip(image.shape[:2], kernel.shape[:2]):
        total = max((-(-n // strides) - 1) * strides + k - n, 0)
        sides.append((total // 2, total - total // 2))
    image = np.pad(image, [*sides, (0, 0)])
return conv2d_windows(image, kernel, bias)[::strides, ::strides]"""


def function(head, body):
    """Python source of a function: ``head`` is its name with the arguments."""
    return f"def {head}:\n{indent(body, '    ')}\n"


# right functions in the place of a student's, for those that may call them
CONVOLUTIONS = "".join(
    function(f"conv2d_{how}(image, kernel, bias)", WINDOWS) for how in ("loops", "windows", "taps")
)


# ---------------------------------------------------------------------------- what is called


def _conv(rng, about, image, kernel, bias=False, extra=()):
    values = rng.normals(kernel[-1]) if bias else [0.0] * kernel[-1]
    return Case(about, (rng.normals(*image), rng.normals(*kernel), values, *extra))


def conv_cases(rng):
    return [
        _conv(rng, "one channel and one filter", (6, 6, 1), (3, 3, 1, 1)),
        _conv(rng, "an image and a kernel that are not square", (5, 8, 1), (2, 3, 1, 1)),
        _conv(rng, "several channels", (6, 5, 3), (3, 2, 3, 1)),
        _conv(rng, "several filters", (5, 6, 2), (2, 2, 2, 4)),
        _conv(rng, "the bias", (5, 6, 2), (3, 3, 2, 3), bias=True),
    ]


def _strided_cases(rng):
    return [
        _conv(rng, "stride 1 without padding", (6, 7, 2), (3, 3, 2, 2), True, (1, "valid")),
        _conv(rng, "a stride", (8, 9, 1), (3, 2, 1, 2), True, (2, "valid")),
        _conv(rng, "same padding, odd kernel", (6, 7, 2), (3, 3, 2, 2), True, (1, "same")),
        _conv(rng, "same padding, even kernel", (6, 7, 1), (4, 2, 1, 2), True, (1, "same")),
        _conv(rng, "same padding with a stride", (7, 9, 2), (3, 4, 2, 2), True, (2, "same")),
        _conv(
            rng, "same padding with a stride of three", (7, 8, 1), (3, 5, 1, 2), True, (3, "same")
        ),
    ]


# ---------------------------------------------------------------------------- the student's example


def quarters(rng, *shape):
    """Numbers such as -1.75: a function that rounds its input does not pass with them."""
    if len(shape) == 1:
        return [rng.integer(-16, 20) / 4 for _ in range(shape[0])]
    return [quarters(rng, *shape[1:]) for _ in range(shape[0])]


def _draw_conv(rng, **more):
    return {
        "image": quarters(rng, 5, 6, 2),  # with stride 2, same padding is uneven on both axes
        "kernel": quarters(rng, 2, 3, 2, 2),
        "bias": quarters(rng, 2),
        **more,
    }


def example_conv(rng):
    return example(conv2d, (), **_draw_conv(rng))


def _example_strided(rng):
    return example(conv2d, (), **_draw_conv(rng, strides=2, padding="same"))


# ---------------------------------------------------------------------------- what goes wrong


def last_tap(image, kernel):
    """What the last weights of the kernel alone add to the outputs."""
    one = np.zeros_like(kernel)
    one[-1, -1] = kernel[-1, -1]
    return conv2d(image, one, 0)


def _per_tap(image, kernel, bias, strides=1, padding="valid"):
    taps = kernel.shape[0] * kernel.shape[1] * kernel.shape[2]
    return conv2d(image, kernel, bias * taps, strides, padding)


def _same_by_half(image, kernel, bias, strides, padding):
    """Same padding with floor(k/2) zeros on each side, whatever the stride."""
    if padding == "valid":
        return conv2d(image, kernel, bias, strides)
    sides = tuple((k // 2, k // 2) for k in kernel.shape[:2])
    return conv2d(image, kernel, bias, strides, sides)


def _extra_in_front(image, kernel, bias, strides, padding):
    """Same padding with the extra zero in front instead of at the end."""
    if padding == "valid":
        return conv2d(image, kernel, bias, strides)
    sides = tuple(
        shapes.padding_split(n, k, strides).value[::-1]
        for n, k in zip(image.shape[:2], kernel.shape[:2], strict=True)
    )
    return conv2d(image, kernel, bias, strides, sides)


def _same_by_floor(image, kernel, bias, strides, padding):
    """Same padding made for floor(n/s) outputs."""
    if padding == "valid":
        return conv2d(image, kernel, bias, strides)
    totals = [
        max((n // strides - 1) * strides + k - n, 0)
        for n, k in zip(image.shape[:2], kernel.shape[:2], strict=True)
    ]
    sides = tuple((total // 2, total - total // 2) for total in totals)
    return conv2d(image, kernel, bias, strides, sides)


def _floor_outputs(image, kernel, bias, strides, padding):
    """Same padding as it should be, but only floor(n/s) outputs are kept."""
    outputs = conv2d(image, kernel, bias, strides, padding)
    if padding == "valid":
        return outputs
    return outputs[: image.shape[0] // strides, : image.shape[1] // strides]


def swap(array):
    return np.swapaxes(array, 0, 1)


_FLIPPED = slip(
    "kernel flipped",
    lambda image, kernel, bias, *rest: conv2d(image, kernel[::-1, ::-1], bias, *rest),
    "Your function turns the kernel by 180 degrees. A CNN layer lays it on the window as it is.",
    CLOSE,
)
_TAPS = slip(
    "bias per tap",
    _per_tap,
    "The bias is added with every product. Add it once, to the sum.",
    CLOSE,
)
_TRANSPOSED = slip(
    "transposed axes",
    lambda image, kernel, bias, *rest: swap(conv2d(image, kernel, bias, *rest)),
    "Rows and columns of the output are exchanged: the first axis is the height.",
    CLOSE,
)
_OFF_BY_ONE = slip(
    "output off by one",
    lambda image, kernel, bias, *rest: conv2d(image, kernel, bias, *rest)[:-1, :-1],
    "The last row and column of the output are missing: there are n - k + 1 places, not n - k.",
    CLOSE,
)
_NO_BIAS = slip(
    "forgot the bias",
    lambda image, kernel, bias, *rest: conv2d(image, kernel, 0 * bias, *rest),
    "The bias is missing: each filter adds its own to all its outputs.",
    CLOSE,
)
_FIRST_CHANNEL = slip(
    "first channel only",
    lambda image, kernel, bias: conv2d(image[:, :, :1], kernel[:, :, :1], bias),
    "Only the first channel is read. A filter sums its products over all channels.",
    FAR,
)
_RELU = slip(
    "ReLU applied",
    lambda image, kernel, bias, *rest: np.maximum(conv2d(image, kernel, bias, *rest), 0),
    "Your function returns nothing below 0: a ReLU is left in. A convolution ends with its sum.",
    CLOSE,
)
CONV_SLIPS = (_FLIPPED, _TAPS, _TRANSPOSED, _OFF_BY_ONE, _NO_BIAS, _FIRST_CHANNEL, _RELU)

SHAPES = "`image` is (height, width, channels), `kernel` (height, width, in, out), `bias` (out,). "


def own(question):
    """What the prompt says about the example of the student's own."""
    return (
        f'\n\n`n = sheet.numbers("{question}")` is an example of your own: the arguments as lists, '
        "and in `n.outputs` what must come out. The check below tries it; grading uses other "
        "inputs."
    )


QUESTIONS = [
    LoopsQuestion(
        id="conv2d-loops",
        topic="convolution",
        teaches="A convolution is seven nested loops around one multiplication.",
        draw=example_conv,
        prompt="Write `conv2d_loops(image, kernel, bias)` with plain Python loops: a convolution "
        "with stride 1 and without padding. Python goes from place to place and from product to "
        "product; `np.einsum`, windows and matrix products come in the next task. "
        + SHAPES
        + "It returns (rows, columns, out)."
        + own("conv2d-loops"),
        form="function",
        answer=conv2d,
        cases=conv_cases,
        misconceptions=CONV_SLIPS,
        stub='def conv2d_loops(image, kernel, bias):\n    """Convolution of one image, stride 1, '
        'no padding, by loops."""\n    ### SOLUTION\n',
        solution=LOOPS,
    ),
    TimedQuestion(
        id="conv2d-windows",
        topic="fast convolution",
        teaches="All windows at once, and one product with the kernel.",
        draw=example_conv,
        prompt="Write `conv2d_windows(image, kernel, bias)`, which computes the same without a "
        "loop over places, pixels or filters: with "
        "`np.lib.stride_tricks.sliding_window_view` and one sum of products (`np.einsum`, "
        "`np.tensordot` or a matrix product). "
        + SHAPES
        + "Grading measures it too: right results that take as long as loops over every product "
        "earn a third." + own("conv2d-windows"),
        form="function",
        answer=conv2d,
        cases=conv_cases,
        misconceptions=CONV_SLIPS,
        stub='def conv2d_windows(image, kernel, bias):\n    """The same convolution, all windows '
        'at once."""\n    ### SOLUTION\n',
        solution=WINDOWS,
    ),
    FunctionQuestion(
        id="conv2d-strided",
        topic="stride and padding",
        teaches="Stride and same padding, by the rule that Keras uses.",
        draw=_example_strided,
        prompt="Write `conv2d_strided(image, kernel, bias, strides, padding)`: `strides` is one "
        'number for both axes, `padding` is "valid" or "same". Same padding follows Keras: '
        "ceil(n/s) outputs, and of an odd total of zeros the extra one goes to the end (bottom and "
        "right). " + SHAPES + own("conv2d-strided"),
        form="function",
        answer=conv2d,
        cases=_strided_cases,
        misconceptions=(
            slip(
                "wrong padding side",
                _extra_in_front,
                "The extra zero of an odd total stands in front in your function. Keras puts it at "
                "the end: bottom and right.",
                CLOSE,
            ),
            slip(
                "half the kernel on each side",
                _same_by_half,
                "floor(k/2) zeros on each side is right for odd kernels at stride 1 only. Start "
                "from the total that ceil(n/s) windows need.",
                CLOSE,
            ),
            slip(
                "floor for ceil",
                _same_by_floor,
                "Same padding makes ceil(n/s) outputs. Your padding is made for floor(n/s): where "
                "the stride does not divide n, one output is missing.",
                CLOSE,
            ),
            slip(
                "last output dropped",
                _floor_outputs,
                "Same padding makes ceil(n/s) outputs, your function returns floor(n/s) of them: "
                "where the stride does not divide n, the last one is missing.",
                CLOSE,
            ),
            slip(
                "padding ignored",
                lambda image, kernel, bias, strides, padding: conv2d(image, kernel, bias, strides),
                'Your function does nothing for `padding="same"`.',
                FAR,
            ),
            slip(
                "stride ignored",
                lambda image, kernel, bias, strides, padding: conv2d(
                    image, kernel, bias, 1, padding
                ),
                "Your window moves by one pixel whatever `strides` says.",
                FAR,
            ),
            _FLIPPED,
            _TAPS,
            _TRANSPOSED,
            _OFF_BY_ONE,
            _NO_BIAS,
            _RELU,
        ),
        stub="def conv2d_strided(image, kernel, bias, strides, padding):\n"
        '    """Convolution of one image with stride and padding."""\n    ### SOLUTION\n',
        may_call=CONVOLUTIONS,
        solution=STRIDED,
    ),
]
