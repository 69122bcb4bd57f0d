"""Questions on output sizes: stride, padding, dilation, and the cells a window never reads."""

from course_lib import shapes
from course_lib.questions.question import Question, slip

_TOPIC = "stride and padding"

_NO_PLUS_ONE = "There are n - k steps between the first and the last place, and one place more."
_SAME_FOR_VALID = (
    "That is the size that same padding would give. Here nothing is padded: the window must stay "
    "inside the image."
)
_NO_FLOOR = (
    "The division leaves a rest. A last step that does not fit is not taken: round down before "
    "adding 1."
)
_CEIL = "You rounded up. A last window that would stick out of the image is left out: round down."
_ONE_TOO_EARLY = (
    "You used (n - k + 1)/s. The 1 is the first place: it is added after dividing by the stride."
)
_NO_STRIDE = "You let the window move by one cell at a time. Use the stride."
_PADDING_ONCE = "The padding is added on both sides of the image: it counts twice."
_NO_PADDING = "You left the padding out: the window moves over the padded image."
_STRIDE_TWICE = "The stride divides once: its square is what happens to the number of pixels."


def _indivisible(rng, sizes, kernels, strides, padding=0):
    """Numbers for which the stride does not divide, so that the floor matters."""
    while True:
        size, kernel = rng.integer(*sizes), rng.choice(kernels)
        stride = rng.choice(strides)
        if (size + 2 * padding - kernel) % stride:
            return {"size": size, "kernel": kernel, "stride": stride}


def _draw_padded(rng):
    padding = rng.integer(1, 4)
    numbers = _indivisible(rng, (24, 80), (5, 6, 7, 9), (2, 3, 4), padding)
    return {**numbers, "padding": padding}


def _draw_rectangle(rng):
    height, width = rng.sample(range(20, 65), 2)
    return {
        "height": height,
        "width": width,
        "channels": rng.choice((2, 3, 4)),
        "kernel": rng.choice((3, 5, 7)),
        "filters": rng.choice((6, 8, 12, 16, 24, 32)),
    }


def _shape(height, width, filters):
    return (int(height), int(width), filters)


def _second(size, first, stride, second, rule):
    """Size behind two layers, the second of stride 2, each by ``rule(size, kernel, stride)``."""
    return int(rule(int(rule(size, first, stride)), second, 2))


QUESTIONS = [
    Question(
        id="sizes-valid",
        topic=_TOPIC,
        teaches="A window of k cells fits at n - k + 1 places along an axis of n cells.",
        draw=lambda rng: {"size": rng.integer(20, 90), "kernel": rng.choice((3, 4, 5, 6, 7, 9))},
        prompt="An image of {size} × {size} pixels is convolved with a kernel of "
        "{kernel} × {kernel}: stride 1, no padding. How many pixels high is the output?",
        answer=lambda size, kernel: shapes.output_size(size, kernel),
        misconceptions=(
            slip("forgot the one", lambda size, kernel: size - kernel, _NO_PLUS_ONE, 0.25),
            slip("same taken for valid", lambda size, kernel: size, _SAME_FOR_VALID),
            slip(
                "half the kernel",
                lambda size, kernel: size - kernel // 2,
                "You took off half a kernel once. It is lost at both ends of the axis.",
            ),
            slip(
                "kernel added",
                lambda size, kernel: size + kernel - 1,
                "That is the size of a full convolution, whose window may hang over the border.",
            ),
        ),
        solution="shapes.output_size(n.size, n.kernel).value",
    ),
    Question(
        id="sizes-stride",
        topic=_TOPIC,
        teaches="With stride s the size is floor((n - k)/s) + 1.",
        draw=lambda rng: _indivisible(rng, (24, 90), (3, 5, 6, 7), (2, 3, 4, 5)),
        prompt="A kernel of {kernel} × {kernel} moves over an image of {size} × {size} pixels with "
        "stride {stride}, without padding. How many pixels high is the output?",
        answer=lambda size, kernel, stride: shapes.output_size(size, kernel, stride),
        misconceptions=(
            slip(
                "forgot the floor",
                lambda size, kernel, stride: (size - kernel) / stride + 1,
                _NO_FLOOR,
                0.5,
            ),
            slip(
                "ceil for floor",
                lambda size, kernel, stride: -(-(size - kernel) // stride) + 1,
                _CEIL,
                0.5,
            ),
            slip(
                "one added before dividing",
                lambda size, kernel, stride: (size - kernel + 1) / stride,
                _ONE_TOO_EARLY,
                0.25,
            ),
            slip(
                "forgot the one",
                lambda size, kernel, stride: (size - kernel) // stride,
                _NO_PLUS_ONE,
                0.25,
            ),
            slip(
                "stride ignored",
                lambda size, kernel, stride: size - kernel + 1,
                _NO_STRIDE,
            ),
        ),
        solution="shapes.output_size(n.size, n.kernel, n.stride).value",
    ),
    Question(
        id="sizes-padding",
        topic=_TOPIC,
        teaches="Padding p on both sides makes the input 2p cells larger.",
        draw=_draw_padded,
        prompt="An image of {size} × {size} pixels gets {padding} rows and columns of zeros on "
        "every side. A kernel of {kernel} × {kernel} then moves over it with stride {stride}. "
        "How many pixels high is the output?",
        answer=lambda size, kernel, stride, padding: shapes.output_size(
            size, kernel, stride, padding
        ),
        misconceptions=(
            slip(
                "padding counted once",
                lambda size, kernel, stride, padding: (size + padding - kernel) // stride + 1,
                _PADDING_ONCE,
                0.5,
            ),
            slip(
                "forgot the padding",
                lambda size, kernel, stride, padding: (size - kernel) // stride + 1,
                _NO_PADDING,
                0.25,
            ),
            slip(
                "forgot the floor",
                lambda size, kernel, stride, padding: (size + 2 * padding - kernel) / stride + 1,
                _NO_FLOOR,
                0.5,
            ),
            slip(
                "ceil for floor",
                lambda size, kernel, stride, padding: (
                    -(-(size + 2 * padding - kernel) // stride) + 1
                ),
                _CEIL,
                0.5,
            ),
            slip(
                "stride applied twice",
                lambda size, kernel, stride, padding: (
                    (size + 2 * padding - kernel) // stride**2 + 1
                ),
                _STRIDE_TWICE,
            ),
        ),
        solution="shapes.output_size(n.size, n.kernel, n.stride, n.padding).value",
    ),
    Question(
        id="sizes-same-stride",
        topic=_TOPIC,
        teaches="With same padding the size is ceil(n/s): it does not depend on the kernel.",
        draw=lambda rng: _indivisible(rng, (21, 95), (3, 5, 7), (2, 3, 4)),
        prompt='`Conv2D(8, kernel_size={kernel}, strides={stride}, padding="same")` reads an '
        "image of {size} × {size} pixels. How many pixels high is its output?",
        answer=lambda size, kernel, stride: shapes.output_size(size, kernel, stride, "same"),
        misconceptions=(
            slip(
                "same means equal",
                lambda size, kernel, stride: size,
                "Same padding keeps the size at stride 1 only. The stride still skips places.",
            ),
            slip(
                "floor for ceil",
                lambda size, kernel, stride: size // stride,
                "With same padding the last, incomplete step is taken too: round up.",
                0.5,
            ),
            slip(
                "valid taken for same",
                lambda size, kernel, stride: (size - kernel) // stride + 1,
                "That is the size without padding.",
                0.25,
            ),
            slip(
                "forgot the ceil",
                lambda size, kernel, stride: size / stride,
                "A number of pixels is whole. The last, incomplete step is taken too: round up.",
                0.5,
            ),
        ),
        solution='shapes.output_size(n.size, n.kernel, n.stride, "same").value',
    ),
    Question(
        id="sizes-same-split",
        topic=_TOPIC,
        teaches="Keras' same padding may be uneven: the extra zero goes after, at the end.",
        draw=lambda rng: {
            "size": rng.integer(20, 64),
            "kernel": rng.integer(4, 13),
            "stride": rng.choice((1, 2, 3)),
        },
        prompt='A convolution with kernel size {kernel}, stride {stride} and `padding="same"` '
        "reads rows of {size} pixels, in Keras. How many zeros are put before each row, and how "
        "many after it? Write (before, after).",
        form="shape",
        expects="a pair (before, after)",
        answer=lambda size, kernel, stride: shapes.padding_split(size, kernel, stride),
        misconceptions=(
            slip(
                "extra zero in front",
                lambda size, kernel, stride: shapes.padding_split(size, kernel, stride).value[::-1],
                "The total is right. When it is odd, Keras puts the extra zero at the end.",
                0.5,
            ),
            slip(
                "half the kernel on each side",
                lambda size, kernel, stride: (kernel // 2, kernel // 2),
                "floor(k/2) on each side is right for odd kernels at stride 1. Start from the "
                "total that ceil(n/s) windows need.",
                0.25,
            ),
            slip(
                "everything at the end",
                lambda size, kernel, stride: (
                    0,
                    sum(shapes.padding_split(size, kernel, stride).value),
                ),
                "The total is right; it is shared between both ends.",
                0.25,
            ),
        ),
        solution="shapes.padding_split(n.size, n.kernel, n.stride).value",
    ),
    Question(
        id="sizes-rectangle",
        topic=_TOPIC,
        teaches="Height and width follow the same rule, each by itself; the last axis counts the "
        "filters.",
        draw=_draw_rectangle,
        prompt="An image {height} pixels high and {width} wide, with {channels} channels, goes "
        "through `Conv2D({filters}, kernel_size={kernel})`. What is the shape of the output, "
        "without the batch axis?",
        form="shape",
        expects="a tuple (height, width, channels)",
        answer=lambda height, width, channels, kernel, filters: _shape(
            shapes.output_size(height, kernel), shapes.output_size(width, kernel), filters
        ),
        steps=lambda height, width, channels, kernel, filters: [
            f"height: {height} - {kernel} + 1 = {height - kernel + 1}",
            f"width: {width} - {kernel} + 1 = {width - kernel + 1}",
            f"channels: one for each of the {filters} filters",
        ],
        misconceptions=(
            slip(
                "height and width swapped",
                lambda height, width, channels, kernel, filters: (
                    width - kernel + 1,
                    height - kernel + 1,
                    filters,
                ),
                "The first axis is the height (the rows), the second the width.",
                0.5,
            ),
            slip(
                "channels kept",
                lambda height, width, channels, kernel, filters: (
                    height - kernel + 1,
                    width - kernel + 1,
                    channels,
                ),
                "A filter reads all channels of the input and returns one map: the last axis "
                "counts the filters.",
                0.25,
            ),
            slip(
                "channels multiplied",
                lambda height, width, channels, kernel, filters: (
                    height - kernel + 1,
                    width - kernel + 1,
                    channels * filters,
                ),
                "A filter adds its products over all channels: it returns one map, not one for "
                "each channel.",
                0.25,
            ),
            slip(
                "same taken for valid",
                lambda height, width, channels, kernel, filters: (height, width, filters),
                _SAME_FOR_VALID + " It is Keras' default.",
                0.25,
            ),
            slip(
                "channels first",
                lambda height, width, channels, kernel, filters: (
                    filters,
                    height - kernel + 1,
                    width - kernel + 1,
                ),
                "Keras puts the channels last.",
                0.5,
            ),
        ),
        solution="(*shapes.output_shape((n.height, n.width), n.kernel).value, n.filters)",
    ),
    Question(
        id="sizes-dropped",
        topic=_TOPIC,
        teaches="What the floor throws away: cells at the end that no window reads.",
        draw=lambda rng: {
            "size": rng.integer(30, 90),
            "kernel": rng.choice((2, 3, 4, 5)),
            "stride": rng.choice((5, 6, 7, 8, 9)),
        },
        prompt="A window of {kernel} cells moves over rows of {size} pixels with stride {stride}, "
        "without padding. How many pixels at the end of each row are read by no window?",
        answer=lambda size, kernel, stride: shapes.dropped(size, kernel, stride),
        misconceptions=(
            slip(
                "rest of the size",
                lambda size, kernel, stride: size % stride,
                "You divided the whole row by the stride. The first window takes k cells; the "
                "steps share the n - k cells behind it.",
                0.25,
            ),
            slip(
                "gaps counted too",
                lambda size, kernel, stride: size - kernel * ((size - kernel) // stride + 1),
                "You counted the pixels in the gaps between the windows as well. Only those behind "
                "the last window are asked for.",
                0.25,
            ),
            slip(
                "up to the next step",
                lambda size, kernel, stride: stride - (size - kernel) % stride,
                "That many pixels would have to be added for one more window.",
            ),
        ),
        solution="shapes.dropped(n.size, n.kernel, n.stride).value",
    ),
    Question(
        id="sizes-two-layers",
        topic=_TOPIC,
        teaches="Sizes are worked out layer by layer: the floor is taken after each.",
        draw=lambda rng: {
            "size": rng.integer(40, 99),
            "first": rng.choice((5, 7)),
            "stride": rng.choice((2, 3)),
            "second": rng.choice((3, 4)),
            "filters": rng.choice((8, 16, 24)),
        },
        prompt="An image of {size} × {size} pixels goes through `Conv2D({filters}, {first}, "
        "strides={stride})` and then through `Conv2D({filters}, {second}, strides=2)`. How many "
        "pixels high is the output of the second layer?",
        answer=lambda size, first, stride, second, filters: _second(
            size, first, stride, second, shapes.output_size
        ),
        steps=lambda size, first, stride, second, filters: [
            f"first layer: floor(({size} - {first}) / {stride}) + 1 = {(size - first) // stride + 1}",
            f"second layer: floor(({(size - first) // stride + 1} - {second}) / 2) + 1"
            f" = {((size - first) // stride + 1 - second) // 2 + 1}",
        ],
        misconceptions=(
            slip(
                "ceil for floor",
                lambda size, first, stride, second, filters: _second(
                    size, first, stride, second, lambda n, k, s: -(-(n - k) // s) + 1
                ),
                _CEIL,
                0.5,
            ),
            slip(
                "first layer left out",
                lambda size, first, stride, second, filters: (size - second) // 2 + 1,
                "The second layer reads what the first returns, not the image.",
                0.25,
            ),
            slip(
                "same taken for valid",
                lambda size, first, stride, second, filters: _second(
                    size, first, stride, second, lambda n, k, s: -(-n // s)
                ),
                _SAME_FOR_VALID + " It is Keras' default.",
            ),
            slip(
                "strides ignored",
                lambda size, first, stride, second, filters: size - first - second + 2,
                _NO_STRIDE,
            ),
        ),
        solution="shapes.output_size(\n    shapes.output_size(n.size, n.first, n.stride).value, "
        "n.second, 2\n).value",
    ),
]
