"""Questions on how a convolution becomes one matrix product."""

from course_bank.core.question import CLOSE, FAR, Question, ranges, slip
from course_lib import shapes

_TOPIC = "fast convolution"

_LAYER = ranges(
    batch=[2, 4, 8, 16], size=(10, 30), kernel=[3, 5], channels=[2, 3, 4, 8], filters=(9, 40)
)


def _places(n):
    return shapes.output_size(n.size, n.kernel).value ** 2


QUESTIONS = [
    Question(
        id="fast-patch-matrix",
        topic=_TOPIC,
        teaches="One row for each window, one column for each number in it.",
        draw=_LAYER,
        prompt="To compute `Conv2D({filters}, {kernel})` on a batch of {batch} inputs of {size} × "
        "{size} × {channels} as one matrix product, every window is written into a row of a "
        "matrix. "
        "What is the shape of that matrix?",
        form="shape",
        expects="a pair (rows, columns)",
        answer=lambda n: (n.batch * _places(n), n.kernel**2 * n.channels),
        steps=lambda n: [
            f"windows: {n.batch} * {_places(n)} = {n.batch * _places(n)}",
            f"numbers in each: {n.kernel}*{n.kernel}*{n.channels} = {n.kernel**2 * n.channels}",
        ],
        misconceptions=(
            slip(
                "batch left out",
                lambda n: (_places(n), n.kernel**2 * n.channels),
                "The windows of all inputs of the batch are rows.",
                CLOSE,
            ),
            slip(
                "forgot the channels",
                lambda n: (n.batch * _places(n), n.kernel**2),
                "A window spans all channels.",
                CLOSE,
            ),
            slip(
                "rows and columns swapped",
                lambda n: (n.kernel**2 * n.channels, n.batch * _places(n)),
                "Each window is a row here.",
                CLOSE,
            ),
            slip(
                "every pixel a window",
                lambda n: (n.batch * n.size**2, n.kernel**2 * n.channels),
                "Without padding there are fewer windows than pixels.",
                CLOSE,
            ),
        ),
        solution="(\n    n.batch * shapes.output_size(n.size, n.kernel).value ** 2,\n"
        "    n.kernel**2 * n.channels,\n)",
    ),
    Question(
        id="fast-kernel-matrix",
        topic=_TOPIC,
        teaches="The filters are the columns of the other matrix.",
        draw=_LAYER,
        prompt="The windows of `Conv2D({filters}, {kernel})` on inputs of {size} × {size} × "
        "{channels} (batch {batch}) stand in the rows of a matrix. What is the shape of the matrix "
        "of weights that it is multiplied with from the right?",
        form="shape",
        expects="a pair (rows, columns)",
        answer=lambda n: (n.kernel**2 * n.channels, n.filters),
        steps=lambda n: [
            f"a row for each number of a window: {n.kernel**2 * n.channels}",
            f"a column for each filter: {n.filters}",
        ],
        misconceptions=(
            slip(
                "rows and columns swapped",
                lambda n: (n.filters, n.kernel**2 * n.channels),
                "The columns of the first matrix meet the rows of the second.",
                CLOSE,
            ),
            slip(
                "forgot the channels",
                lambda n: (n.kernel**2, n.filters),
                "A filter has weights for every channel.",
                CLOSE,
            ),
            slip(
                "kernel as it is",
                lambda n: (n.kernel, n.kernel, n.channels, n.filters),
                "That is how the layer keeps it; for the product it is reshaped to two axes.",
                FAR,
            ),
        ),
        solution="(n.kernel**2 * n.channels, n.filters)",
    ),
    Question(
        id="fast-copies",
        topic=_TOPIC,
        teaches="The price of the matrix product: overlapping windows repeat the input.",
        draw=_LAYER,
        prompt="All windows of a {kernel} × {kernel} convolution (stride 1, no padding) over one "
        "input of {size} × {size} × {channels} are copied into a matrix. How many more numbers "
        "does "
        "it hold than the input?",
        answer=lambda n: _places(n) * n.kernel**2 * n.channels - n.size**2 * n.channels,
        steps=lambda n: [
            f"matrix: {_places(n)} * {n.kernel**2 * n.channels} = "
            f"{_places(n) * n.kernel**2 * n.channels}",
            f"input: {n.size**2 * n.channels}",
            f"difference: {_places(n) * n.kernel**2 * n.channels - n.size**2 * n.channels}",
        ],
        misconceptions=(
            slip(
                "size of the matrix",
                lambda n: _places(n) * n.kernel**2 * n.channels,
                "That is what the matrix holds; subtract what the input holds.",
                CLOSE,
            ),
            slip(
                "forgot the channels",
                lambda n: _places(n) * n.kernel**2 - n.size**2,
                "Windows and input have channels.",
                CLOSE,
            ),
            slip(
                "every pixel a window",
                lambda n: n.size**2 * (n.kernel**2 - 1) * n.channels,
                "Without padding there are fewer windows than pixels.",
                CLOSE,
            ),
        ),
        solution="(\n    shapes.output_size(n.size, n.kernel).value ** 2 * n.kernel**2\n"
        "    - n.size**2\n) * n.channels",
    ),
]
