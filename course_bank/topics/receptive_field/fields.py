"""Questions on the receptive field: which pixels a feature depends on, and what widens it."""

from course_bank.core.question import CLOSE, FAR, Question, ranges, slip, swapped
from course_lib import shapes

_TOPIC = "receptive field"

STRIDES_MULTIPLY = (
    "A layer behind a stride steps over several pixels at once: what it adds is multiplied by all "
    "strides in front of it."
)


def field(*layers):
    """The receptive field of layers (kernel, stride, dilation), as a `Result`."""
    return shapes.receptive_field(list(layers))


def _pooled(n):
    return ((n.first, 1), (2, 2), (n.second, 1))


def _twice(n):
    return ((n.first, n.stride), (n.second, 2), (3, 1))


def _draw_readers(rng):
    """A pixel near the upper right corner, fewer pixels from both edges than the kernel has."""
    kernel, size = rng.choice([7, 9, 11, 13]), rng.integer(32, 60)
    row, right = rng.integer(1, kernel - 2), rng.integer(1, kernel - 2)
    return {"size": size, "kernel": kernel, "row": row, "column": size - 1 - right}


def _readers(n):
    return min(n.kernel, n.row + 1) * min(n.kernel, n.size - n.column)


QUESTIONS = [
    Question(
        id="rf-stack",
        topic=_TOPIC,
        teaches="At stride 1 each layer widens the receptive field by k - 1.",
        draw=ranges(first=(2, 11), second=(2, 11), third=(2, 11)),
        prompt="Three convolutions with kernel sizes {first}, {second} and {third} stand in a row, "
        "all with stride 1. How many pixels wide is the part of the image that one output value "
        "depends on?",
        answer=lambda n: field(n.first, n.second, n.third),
        misconceptions=(
            slip(
                "kernels added",
                lambda n: n.first + n.second + n.third,
                "Neighbouring windows overlap: each layer adds k - 1, not k.",
                CLOSE,
            ),
            slip(
                "last kernel only",
                lambda n: n.third,
                "The last kernel reads values that depend on more pixels each.",
                FAR,
            ),
            slip(
                "kernels multiplied",
                lambda n: n.first * n.second * n.third,
                "The field grows by addition: neighbouring windows overlap.",
                FAR,
            ),
            slip(
                "start left out",
                lambda n: n.first + n.second + n.third - 3,
                "Start with 1, the output itself, then add k - 1 for each layer.",
                CLOSE,
            ),
        ),
        solved_by="shapes.receptive_field",
        solution="shapes.receptive_field([n.first, n.second, n.third]).value",
    ),
    Question(
        id="rf-pooling",
        topic=_TOPIC,
        teaches="Behind a pooling layer every step counts twice.",
        draw=ranges(first=(2, 11), second=(2, 11)),
        prompt="`Conv2D(8, {first})`, `MaxPooling2D(2)`, `Conv2D(8, {second})`: how many pixels "
        "wide is the receptive field of one output value?",
        answer=lambda n: field(*_pooled(n)),
        misconceptions=(
            slip(
                "stride ignored",
                lambda n: n.first + n.second,
                STRIDES_MULTIPLY,
                FAR,
            ),
            slip(
                "pooling left out",
                lambda n: field(n.first, n.second),
                "The pooling layer reads windows too, and its stride spreads the layer behind it.",
                FAR,
            ),
            slip(
                "pooling window forgotten",
                lambda n: field((n.first, 2), n.second),
                "The pooling layer's own window adds a pixel as well.",
                CLOSE,
            ),
            slip(
                "everything doubled",
                lambda n: 2 * (n.first + n.second - 1),
                "Only what comes behind the stride is doubled.",
                FAR,
            ),
            slip(
                "windows added up",
                lambda n: n.first + 2 + n.second,
                "Neighbouring windows overlap: a layer adds k - 1, and behind the pooling that "
                "counts twice.",
                FAR,
            ),
            slip(
                "own stride counted",
                lambda n: field(*_pooled(n)).value + 1,
                "A layer's own stride spreads the layers behind it, not its own window.",
                CLOSE,
            ),
        ),
        solved_by="shapes.receptive_field",
        solution="shapes.receptive_field([(n.first, 1), (2, 2), (n.second, 1)]).value",
    ),
    Question(
        id="rf-strides",
        topic=_TOPIC,
        teaches="Strides multiply: what a layer adds is scaled by all strides in front of it.",
        draw=ranges(first=(4, 9), stride=[2, 3, 4], second=(3, 9)),
        prompt="Three convolutions in a row: kernel {first} with stride {stride}, kernel {second} "
        "with stride 2, kernel 3 with stride 1. How many pixels wide is the receptive field of one "
        "output value?",
        answer=lambda n: field(*_twice(n)),
        misconceptions=(
            slip(
                "strides ignored",
                lambda n: field(n.first, n.second, 3),
                STRIDES_MULTIPLY,
                FAR,
            ),
            slip(
                "own stride counted",
                lambda n: (
                    1 + (n.first - 1) * n.stride + (n.second - 1) * n.stride * 2 + 2 * n.stride * 2
                ),
                "A layer's own stride spreads the layers behind it, not its own window.",
                CLOSE,
            ),
            slip(
                "start left out",
                lambda n: field(*_twice(n)).value - 1,
                "Start with 1, the output itself, then add what each layer adds.",
                CLOSE,
            ),
            slip(
                "strides added",
                lambda n: n.first + (n.second - 1) * n.stride + 2 * (n.stride + 2),
                "Strides multiply, they do not add.",
                CLOSE,
            ),
            slip(
                "only the last stride",
                lambda n: n.first + (n.second - 1) * n.stride + 2 * 2,
                "All strides in front of a layer count, not only the last one.",
                CLOSE,
            ),
            slip(
                "kernel not less one",
                lambda n: n.first + n.second * n.stride + 3 * n.stride * 2,
                "Neighbouring windows overlap: a kernel of k cells adds (k - 1) steps, not k.",
                CLOSE,
            ),
        ),
        solved_by="shapes.receptive_field",
        solution="shapes.receptive_field([(n.first, n.stride), (n.second, 2), (3, 1)]).value",
    ),
    Question(
        id="rf-jump",
        topic=_TOPIC,
        teaches="The jump: how many pixels apart the fields of two neighbouring outputs lie.",
        draw=ranges(first=[5, 6, 7, 8], a=(2, 5), b=(1, 5), c=(2, 5)),
        prompt="Three layers have the strides {a}, {b} and {c} (kernel size {first} each). By how "
        "many pixels of the image are the receptive fields of two neighbouring output values "
        "shifted?",
        answer=lambda n: field((n.first, n.a), (n.first, n.b), (n.first, n.c)).jump,
        steps=lambda n: [f"{n.a} * {n.b} * {n.c} = {n.a * n.b * n.c}"],
        misconceptions=(
            slip(
                "strides added",
                lambda n: n.a + n.b + n.c,
                "A step of the last layer is several steps of the layer in front: multiply.",
                FAR,
            ),
            slip(
                "last stride only",
                lambda n: n.c,
                "A step of the last layer skips several values of the layer in front, which are "
                "several pixels apart themselves.",
                FAR,
            ),
            slip(
                "last stride left out",
                lambda n: n.a * n.b,
                "The last layer's own stride counts here as well.",
                CLOSE,
            ),
            slip(
                "width of the field",
                lambda n: field((n.first, n.a), (n.first, n.b), (n.first, n.c)),
                "That is how wide a field is, not how far apart two of them lie.",
                FAR,
            ),
        ),
        solved_by="formula",
        solution="n.a * n.b * n.c",
    ),
    Question(
        id="rf-layers-needed",
        topic=_TOPIC,
        teaches="Without strides the field grows slowly: n pixels need (n - 1)/(k - 1) layers.",
        draw=ranges(size=(20, 120), kernel=[3, 5, 7]),
        prompt="How many convolutions of kernel size {kernel} with stride 1 are needed at least, "
        "until one output value can depend on {size} pixels in a row?",
        answer=lambda n: -(-(n.size - 1) // (n.kernel - 1)),
        steps=lambda n: [
            f"L layers see 1 + L*({n.kernel} - 1) pixels",
            f"L = ceil(({n.size} - 1) / ({n.kernel} - 1)) = {-(-(n.size - 1) // (n.kernel - 1))}",
        ],
        misconceptions=(
            slip(
                "divided by the kernel",
                lambda n: -(-n.size // n.kernel),
                "Each layer adds k - 1 pixels: neighbouring windows overlap.",
                CLOSE,
            ),
            slip(
                "pixels instead of k - 1 each",
                lambda n: n.size - 1,
                "A layer adds k - 1 pixels, not one.",
                FAR,
            ),
            slip(
                "size of the map",
                lambda n: n.size - n.kernel + 1,
                "That is the size of a map. Count how the receptive field grows.",
                FAR,
            ),
            slip(
                "one layer too few",
                lambda n: -(-(n.size - 1) // (n.kernel - 1)) - 1,
                "Count the first layer as well, and round up: with so many the field is still "
                "too narrow.",
                CLOSE,
            ),
        ),
        solved_by="formula",
        solution="-(-(n.size - 1) // (n.kernel - 1))",
    ),
    Question(
        id="rf-pixels-read",
        topic=_TOPIC,
        teaches="Output i of a strided layer reads the pixels i·s to i·s + k - 1.",
        draw=ranges(kernel=[4, 5, 7], stride=[2, 3, 4], index=(3, 20)),
        prompt="A convolution with kernel size {kernel} and stride {stride} moves over a row of "
        "pixels, without padding. Which pixels does output number {index} read? Give (first, "
        "last), everything counted from 0.",
        form="shape",
        expects="a pair (first, last)",
        answer=lambda n: (n.index * n.stride, n.index * n.stride + n.kernel - 1),
        steps=lambda n: [
            f"first: {n.index}*{n.stride} = {n.index * n.stride}",
            f"last: {n.index * n.stride} + {n.kernel} - 1 = {n.index * n.stride + n.kernel - 1}",
        ],
        misconceptions=(
            swapped(lambda n: (n.index * n.stride, n.index * n.stride + n.kernel - 1), "the first"),
            slip(
                "one pixel too many",
                lambda n: (n.index * n.stride, n.index * n.stride + n.kernel),
                "k pixels from the first on: the last is k - 1 further.",
                CLOSE,
            ),
            slip(
                "stride ignored",
                lambda n: (n.index, n.index + n.kernel - 1),
                "The windows start one stride apart.",
                FAR,
            ),
            slip(
                "counted from one",
                lambda n: ((n.index - 1) * n.stride, (n.index - 1) * n.stride + n.kernel - 1),
                "Outputs are counted from 0: output 0 starts at pixel 0.",
                CLOSE,
            ),
            slip(
                "pixels counted from one",
                lambda n: (n.index * n.stride + 1, n.index * n.stride + n.kernel),
                "You counted the pixels from 1. The first pixel is number 0.",
                CLOSE,
            ),
            slip(
                "everything counted from one",
                lambda n: ((n.index - 1) * n.stride + 1, (n.index - 1) * n.stride + n.kernel),
                "You counted outputs and pixels from 1. Output 0 starts at pixel 0.",
                CLOSE,
            ),
            slip(
                "windows side by side",
                lambda n: (n.index * n.kernel, n.index * n.kernel + n.kernel - 1),
                "The windows start one stride apart, not one kernel.",
                FAR,
            ),
        ),
        solved_by="formula",
        solution="(n.index * n.stride, n.index * n.stride + n.kernel - 1)",
    ),
    Question(
        id="rf-readers",
        topic=_TOPIC,
        teaches="A pixel in the middle is read by k·k windows, one near a corner by fewer.",
        draw=_draw_readers,
        prompt="A kernel of {kernel} × {kernel} moves over {size} × {size} pixels (stride 1, no "
        "padding). How many outputs read the pixel in row {row}, column {column} (counted from 0)?",
        answer=_readers,
        steps=lambda n: [
            f"windows that reach row {n.row}: their top rows are 0 to {n.row}, that is {n.row + 1}",
            f"windows that reach column {n.column}: they must end inside the {n.size} columns, "
            f"and {n.size - n.column} do",
            f"{n.row + 1} * {n.size - n.column} = {_readers(n)}",
        ],
        misconceptions=(
            slip(
                "edges ignored",
                lambda n: n.kernel**2,
                "Near an edge fewer windows reach a pixel: they must lie inside the image.",
                CLOSE,
            ),
            slip(
                "right edge ignored",
                lambda n: (n.row + 1) * n.kernel,
                "The rows are right. This column lies near an edge as well, the right one.",
                CLOSE,
            ),
            slip(
                "counted from one",
                lambda n: n.row * (n.size - 1 - n.column),
                "Rows and columns are counted from 0: a window may start at row 0 as well.",
                CLOSE,
            ),
            slip(
                "one direction",
                lambda n: n.row + 1,
                "The windows differ in their columns too.",
                FAR,
            ),
            slip(
                "columns alone",
                lambda n: n.size - n.column,
                "So many windows beside one another reach it. They differ in their rows too.",
                FAR,
            ),
        ),
        solution="min(n.kernel, n.row + 1) * min(n.kernel, n.size - n.column)",
    ),
]
