"""Questions on output sizes: stride, padding, dilation, and the cells a window never reads."""

from course_bank.core.question import CLOSE, FAR, Question, ranges, slip
from course_lib import shapes

_TOPIC = "stride and padding"

NO_PLUS_ONE = "There are n - k steps between the first and the last place, and one place more."
STEPS_NOT_PLACES = (
    "floor((n - k)/s) steps lead from the first place to the last. The first place counts as well: "
    "add 1, after dividing and rounding down."
)
SAME_FOR_VALID = (
    "That is the size same padding would give. Here nothing is padded: the window must stay "
    "inside the image."
)
NO_FLOOR = (
    "The division leaves a rest. A last step that does not fit is not taken: round down before "
    "adding 1."
)
CEIL = "You rounded up. A last window that would stick out of the image is left out: round down."
ONE_TOO_EARLY = (
    "You used (n - k + 1)/s. The 1 is the first place: it is added after dividing by the stride."
)
NO_STRIDE = "You let the window move by one cell at a time. Use the stride."
PADDING_ONCE = "The padding is added on both sides of the image: it counts twice."


def _rounding_matters(n):
    """The division leaves a rest, and one that a 1 added too early does not fill up."""
    rest = (n.size + 2 * getattr(n, "padding", 0) - n.kernel) % n.stride
    return 0 < rest < n.stride - 1


def ceil_size(size, kernel, stride):
    """Output size when one rounds up: a wrong idea in several questions."""
    return -(-(size - kernel) // stride) + 1


def same_size(size, kernel, stride):
    """Output size with same padding: a wrong idea where nothing is padded."""
    return -(-size // stride)


def chain(n, rule):
    """Size behind the two layers of sizes-two-layers, each by ``rule(size, kernel, stride)``."""
    return int(rule(int(rule(n.size, n.first, n.stride)), n.second, 2))


QUESTIONS = [
    Question(
        id="sizes-valid",
        topic=_TOPIC,
        teaches="A window of k cells fits at n - k + 1 places along an axis of n cells.",
        draw=ranges(size=(20, 90), kernel=[3, 4, 5, 6, 7, 9]),
        prompt="An image of {size} × {size} pixels is convolved with a kernel of "
        "{kernel} × {kernel}: stride 1, no padding. How many pixels high is the output?",
        answer=lambda n: shapes.output_size(n.size, n.kernel),
        misconceptions=(
            slip("forgot the one", lambda n: n.size - n.kernel, NO_PLUS_ONE, FAR),
            slip("same taken for valid", lambda n: n.size, SAME_FOR_VALID, FAR),
            slip(
                "half the kernel",
                lambda n: n.size - n.kernel // 2,
                "You took off half a kernel once. It is lost at both ends of the axis.",
                FAR,
            ),
            slip(
                "kernel added",
                lambda n: n.size + n.kernel - 1,
                "That is the size of a full convolution, whose window may hang over the border.",
                FAR,
            ),
        ),
        solved_by="shapes.output_size",
        solution="shapes.output_size(n.size, n.kernel).value",
    ),
    Question(
        id="sizes-stride",
        topic=_TOPIC,
        teaches="With stride s the size is floor((n - k)/s) + 1.",
        draw=ranges(
            size=(48, 160), kernel=[9, 11, 12, 13, 15], stride=[3, 4, 5], where=_rounding_matters
        ),
        prompt="A kernel of {kernel} × {kernel} moves over an image of {size} × {size} pixels with "
        "stride {stride}, without padding. How many pixels high is the output?",
        answer=lambda n: shapes.output_size(n.size, n.kernel, n.stride),
        misconceptions=(
            slip("forgot the floor", lambda n: (n.size - n.kernel) / n.stride + 1, NO_FLOOR, CLOSE),
            slip("ceil for floor", lambda n: ceil_size(n.size, n.kernel, n.stride), CEIL, CLOSE),
            slip(
                "one added before dividing",
                lambda n: (n.size - n.kernel + 1) / n.stride,
                ONE_TOO_EARLY,
                FAR,
            ),
            slip(
                "forgot the one",
                lambda n: (n.size - n.kernel) // n.stride,
                STEPS_NOT_PLACES,
                FAR,
            ),
            slip("stride ignored", lambda n: n.size - n.kernel + 1, NO_STRIDE, FAR),
            slip(
                "same taken for valid",
                lambda n: same_size(n.size, n.kernel, n.stride),
                SAME_FOR_VALID,
                FAR,
            ),
            slip(
                "kernel ignored",
                lambda n: n.size // n.stride,
                "You divided the whole image by the stride. The first window takes k pixels; the "
                "steps share the n - k behind it.",
                FAR,
            ),
        ),
        solved_by="shapes.output_size",
        solution="shapes.output_size(n.size, n.kernel, n.stride).value",
    ),
    Question(
        id="sizes-padding",
        topic=_TOPIC,
        teaches="Padding p on both sides makes the input 2p cells larger.",
        draw=ranges(
            size=(32, 120),
            kernel=[9, 11, 12, 13, 15],
            stride=[3, 4],
            padding=(4, 8),
            where=_rounding_matters,
        ),
        prompt="An image of {size} × {size} pixels gets {padding} rows and columns of zeros on "
        "every side. A kernel of {kernel} × {kernel} then moves over it with stride {stride}. "
        "How many pixels high is the output?",
        answer=lambda n: shapes.output_size(n.size, n.kernel, n.stride, n.padding),
        misconceptions=(
            slip(
                "padding counted once",
                lambda n: (n.size + n.padding - n.kernel) // n.stride + 1,
                PADDING_ONCE,
                CLOSE,
            ),
            slip(
                "forgot the padding",
                lambda n: (n.size - n.kernel) // n.stride + 1,
                "You left the padding out: the window moves over the padded image.",
                FAR,
            ),
            slip(
                "forgot the floor",
                lambda n: (n.size + 2 * n.padding - n.kernel) / n.stride + 1,
                NO_FLOOR,
                CLOSE,
            ),
            slip(
                "ceil for floor",
                lambda n: ceil_size(n.size + 2 * n.padding, n.kernel, n.stride),
                CEIL,
                CLOSE,
            ),
            slip(
                "forgot the one",
                lambda n: (n.size + 2 * n.padding - n.kernel) // n.stride,
                STEPS_NOT_PLACES + " Here n is the padded size.",
                FAR,
            ),
            slip(
                "stride ignored",
                lambda n: n.size + 2 * n.padding - n.kernel + 1,
                NO_STRIDE,
                FAR,
            ),
            slip(
                "stride applied twice",
                lambda n: (n.size + 2 * n.padding - n.kernel) // n.stride**2 + 1,
                "The height is divided by the stride once. It is the number of pixels that falls "
                "with the square of the stride.",
                FAR,
            ),
        ),
        solved_by="shapes.output_size",
        solution="shapes.output_size(n.size, n.kernel, n.stride, n.padding).value",
    ),
    Question(
        id="sizes-same-stride",
        topic=_TOPIC,
        teaches="With same padding the size is ceil(n/s): it does not depend on the kernel.",
        draw=ranges(
            size=(21, 95),
            kernel=[3, 5, 7],
            stride=[2, 3, 4],
            where=lambda n: n.size % n.stride,
        ),
        prompt='`Conv2D(8, kernel_size={kernel}, strides={stride}, padding="same")` reads an '
        "image of {size} × {size} pixels. How many pixels high is its output?",
        answer=lambda n: shapes.output_size(n.size, n.kernel, n.stride, "same"),
        misconceptions=(
            slip(
                "same means equal",
                lambda n: n.size,
                "Same padding keeps the size at stride 1 only. The stride still skips places.",
                FAR,
            ),
            slip(
                "floor for ceil",
                lambda n: n.size // n.stride,
                "With same padding the last, incomplete step is taken too: round up.",
                CLOSE,
            ),
            slip(
                "valid taken for same",
                lambda n: (n.size - n.kernel) // n.stride + 1,
                "That is the size without padding.",
                FAR,
            ),
            slip(
                "forgot the ceil",
                lambda n: n.size / n.stride,
                "A number of pixels is whole. The last, incomplete step is taken too: round up.",
                CLOSE,
            ),
            slip(
                "stride and padding ignored",
                lambda n: n.size - n.kernel + 1,
                "That is the size without padding, at stride 1.",
                FAR,
            ),
        ),
        solved_by="shapes.output_size",
        solution='shapes.output_size(n.size, n.kernel, n.stride, "same").value',
    ),
    Question(
        id="sizes-rectangle",
        topic=_TOPIC,
        teaches="Height and width follow the same rule, each by itself; the last axis counts the "
        "filters.",
        draw=ranges(
            height=(20, 65),
            width=(20, 65),
            channels=[2, 3, 4],
            kernel=[3, 5, 7],
            filters=[6, 8, 12, 16, 24, 32],
        ),
        prompt="An image {height} pixels high and {width} wide, with {channels} channels, goes "
        "through `Conv2D({filters}, kernel_size={kernel})`. What is the shape of the output, "
        "without the batch axis?",
        form="shape",
        expects="a tuple (height, width, channels)",
        answer=lambda n: (n.height - n.kernel + 1, n.width - n.kernel + 1, n.filters),
        steps=lambda n: [
            f"height: {n.height} - {n.kernel} + 1 = {n.height - n.kernel + 1}",
            f"width: {n.width} - {n.kernel} + 1 = {n.width - n.kernel + 1}",
            f"channels: one for each of the {n.filters} filters",
        ],
        misconceptions=(
            slip(
                "height and width swapped",
                lambda n: (n.width - n.kernel + 1, n.height - n.kernel + 1, n.filters),
                "The first axis is the height (the rows), the second the width.",
                CLOSE,
            ),
            slip(
                "channels kept",
                lambda n: (n.height - n.kernel + 1, n.width - n.kernel + 1, n.channels),
                "A filter reads all channels of the input and returns one map: the last axis "
                "counts the filters.",
                FAR,
            ),
            slip(
                "channels multiplied",
                lambda n: (n.height - n.kernel + 1, n.width - n.kernel + 1, n.channels * n.filters),
                "A filter adds its products over all channels: it returns one map, not one for "
                "each channel.",
                FAR,
            ),
            slip(
                "same taken for valid",
                lambda n: (n.height, n.width, n.filters),
                SAME_FOR_VALID + " Keras pads only when told to.",
                FAR,
            ),
            slip(
                "channels first",
                lambda n: (n.filters, n.height - n.kernel + 1, n.width - n.kernel + 1),
                "Keras puts the channels last.",
                CLOSE,
            ),
            slip(
                "forgot the one",
                lambda n: (n.height - n.kernel, n.width - n.kernel, n.filters),
                NO_PLUS_ONE,
                FAR,
            ),
            slip(
                "filters left out",
                lambda n: (n.height - n.kernel + 1, n.width - n.kernel + 1),
                "Height and width are right. The output has an axis for the filters as well.",
                CLOSE,
            ),
        ),
        solved_by="shapes.output_shape",
        solution="(*shapes.output_shape((n.height, n.width), n.kernel).value, n.filters)",
    ),
    Question(
        id="sizes-two-layers",
        topic=_TOPIC,
        teaches="Sizes are worked out layer by layer: the floor is taken after each.",
        draw=ranges(
            size=(64, 220), first=[7, 9, 11], stride=[2, 3], second=[3, 4, 5], filters=[8, 16, 24]
        ),
        prompt="An image of {size} × {size} pixels goes through `Conv2D({filters}, {first}, "
        "strides={stride})` and then through `Conv2D({filters}, {second}, strides=2)`. How many "
        "pixels high is the output of the second layer?",
        answer=lambda n: chain(n, shapes.output_size),
        steps=lambda n: [
            f"first layer: floor(({n.size} - {n.first}) / {n.stride}) + 1 = "
            f"{(n.size - n.first) // n.stride + 1}",
            f"second layer: floor(({(n.size - n.first) // n.stride + 1} - {n.second}) / 2) + 1 = "
            f"{chain(n, shapes.output_size)}",
        ],
        misconceptions=(
            slip("ceil for floor", lambda n: chain(n, ceil_size), CEIL, CLOSE),
            slip(
                "first layer left out",
                lambda n: (n.size - n.second) // 2 + 1,
                "The second layer reads what the first returns, not the image.",
                FAR,
            ),
            slip(
                "stopped after the first layer",
                lambda n: (n.size - n.first) // n.stride + 1,
                "That is what the first layer returns. The second makes it smaller once more.",
                FAR,
            ),
            slip(
                "stride of the second layer ignored",
                lambda n: (n.size - n.first) // n.stride + 1 - n.second + 1,
                "The second layer has a stride too: it takes every second place only.",
                CLOSE,
            ),
            slip(
                "stride of the first layer ignored",
                lambda n: (n.size - n.first + 1 - n.second) // 2 + 1,
                "The first layer has a stride too: its window skips places.",
                CLOSE,
            ),
            slip(
                "forgot the one",
                lambda n: chain(n, lambda size, kernel, stride: (size - kernel) // stride),
                STEPS_NOT_PLACES,
                FAR,
            ),
            slip(
                "a one too few",
                lambda n: chain(n, lambda size, kernel, stride: (size - kernel + 1) // stride),
                "In one of the layers the 1 of the first place is missing, or it was added before "
                "dividing: it comes last, in both layers.",
                FAR,
            ),
            slip(
                "same taken for valid",
                lambda n: chain(n, same_size),
                SAME_FOR_VALID + " Keras pads only when told to.",
                FAR,
            ),
            slip("strides ignored", lambda n: n.size - n.first - n.second + 2, NO_STRIDE, FAR),
        ),
        solved_by="shapes.output_size",
        solution="shapes.output_size(\n    shapes.output_size(n.size, n.first, n.stride).value, "
        "n.second, 2\n).value",
    ),
]
