"""Questions on what padding and dilation do to sizes, and on cells that are read by no window."""

from course_bank.core.question import Question, ranges, slip
from course_bank.topics.stride_and_padding.sizes import NO_PLUS_ONE
from course_lib import shapes

_TOPIC = "stride and padding"


def _split(n):
    return shapes.padding_split(n.size, n.kernel, n.stride).value


def _windows(n):
    """Number of windows that fit into a row."""
    return shapes.output_size(n.size, n.kernel, n.stride).value


def _end(n):
    """Pixels of a row up to the end of the last window."""
    return (_windows(n) - 1) * n.stride + n.kernel


def _kernel(n):
    """The odd kernel size for which ``padding`` zeros on each side keep the size."""
    return 2 * n.padding + 1


def _inside(n):
    """Pixels of the image in the window of the output at (row, column) near the corner."""
    return (n.padding + 1 + n.row) * (n.padding + 1 + n.column)


QUESTIONS = [
    Question(
        id="sizes-same-split",
        topic=_TOPIC,
        teaches="Keras' same padding may be uneven: the extra zero goes after, at the end.",
        draw=ranges(size=(100, 400), kernel=(9, 64), stride=[1, 2, 3, 4, 5]),
        prompt='`Conv1D(16, {kernel}, strides={stride}, padding="same")` reads a recording of '
        "{size} samples. How many zeros does Keras put in front of it, and how many behind? Write "
        "(before, after).",
        form="shape",
        expects="a pair (before, after)",
        answer=lambda n: shapes.padding_split(n.size, n.kernel, n.stride),
        misconceptions=(
            slip(
                "extra zero in front",
                lambda n: _split(n)[::-1],
                "The total is right. When it is odd, Keras puts the extra zero at the end.",
                0.5,
            ),
            slip(
                "half the kernel on each side",
                lambda n: (n.kernel // 2, n.kernel // 2),
                "floor(k/2) on each side is right for odd kernels at stride 1. Start from the "
                "total that ceil(n/s) windows need.",
                0.25,
            ),
            slip(
                "everything at the end",
                lambda n: (0, sum(_split(n))),
                "The total is right; it is shared between both ends.",
                0.25,
            ),
        ),
        solution="shapes.padding_split(n.size, n.kernel, n.stride).value",
    ),
    Question(
        id="sizes-dropped",
        topic=_TOPIC,
        teaches="What the floor throws away: cells at the end that no window reads.",
        draw=ranges(size=(60, 220), kernel=(2, 7), stride=(8, 32)),
        prompt="A window of {kernel} cells moves over rows of {size} pixels with stride {stride}, "
        "without padding. How many pixels at the end of each row, behind the last window, are read "
        "by no window?",
        answer=lambda n: shapes.dropped(n.size, n.kernel, n.stride),
        steps=lambda n: [
            f"windows: floor(({n.size} - {n.kernel}) / {n.stride}) + 1 = {_windows(n)}",
            f"the last one ends behind pixel ({_windows(n)} - 1)*{n.stride} + {n.kernel} = "
            f"{_end(n)} (counted from 1)",
            f"{n.size} - {_end(n)} = {n.size - _end(n)}",
        ],
        misconceptions=(
            slip(
                "rest of the size",
                lambda n: n.size % n.stride,
                "You divided the whole row by the stride. The first window takes k cells; the "
                "steps share the n - k cells behind it.",
                0.25,
            ),
            slip(
                "gaps counted too",
                lambda n: n.size - n.kernel * ((n.size - n.kernel) // n.stride + 1),
                "You counted the pixels in the gaps between the windows as well. Only those behind "
                "the last window are asked for.",
                0.25,
            ),
            slip(
                "up to the next step",
                lambda n: n.stride - (n.size - n.kernel) % n.stride,
                "That many pixels would have to be added for one more window.",
                0.25,
            ),
            slip(
                "places taken for steps",
                lambda n: (n.size - n.kernel + 1) % n.stride,
                "n - k + 1 counts the places at stride 1. From the first place to the last there "
                "are n - k cells to step over: take the rest of these.",
                0.5,
            ),
        ),
        solution="shapes.dropped(n.size, n.kernel, n.stride).value",
    ),
    Question(
        id="sizes-keeping-padding",
        topic=_TOPIC,
        teaches="An odd kernel keeps the size at stride 1 when p = d(k - 1)/2.",
        draw=ranges(size=(120, 300), kernel=[3, 5, 7, 9, 11, 13, 15], dilation=(2, 8)),
        prompt="A kernel of {kernel} × {kernel} with dilation rate {dilation} moves with stride 1 "
        "over an image of {size} × {size} pixels. How many rows of zeros are needed on each side "
        "for the output to be as high as the image?",
        answer=lambda n: n.dilation * (n.kernel - 1) // 2,
        steps=lambda n: [
            f"the dilated kernel spans {n.dilation}*({n.kernel} - 1) + 1 = "
            f"{n.dilation * (n.kernel - 1) + 1} cells",
            f"the output loses {n.dilation * (n.kernel - 1)} cells, half of them on each side: "
            f"{n.dilation * (n.kernel - 1) // 2}",
        ],
        misconceptions=(
            slip(
                "dilation ignored",
                lambda n: (n.kernel - 1) // 2,
                "The holes make the kernel span more cells than it has weights.",
                0.25,
            ),
            slip(
                "both sides together",
                lambda n: n.dilation * (n.kernel - 1),
                "That is the total; each side gets half of it.",
                0.5,
            ),
            slip(
                "half of rate times size",
                lambda n: n.dilation * n.kernel // 2,
                "A dilated kernel spans d(k - 1) + 1 cells, not d·k: there is no hole behind the "
                "last weight.",
                0.25,
            ),
        ),
        solution="n.dilation * (n.kernel - 1) // 2",
    ),
    Question(
        id="sizes-dilation",
        topic=_TOPIC,
        teaches="A dilated kernel spans d(k - 1) + 1 cells; the size rule uses that span.",
        draw=ranges(size=(30, 99), kernel=[3, 4, 5, 7], dilation=[2, 3, 4]),
        prompt="`Conv2D(16, kernel_size={kernel}, dilation_rate={dilation})` reads an image of "
        "{size} × {size} pixels (stride 1, no padding). How many pixels high is the output?",
        answer=lambda n: shapes.output_size(n.size, n.kernel, dilation_rate=n.dilation),
        misconceptions=(
            slip(
                "dilation ignored",
                lambda n: n.size - n.kernel + 1,
                "The holes make the kernel span more cells than it has weights.",
            ),
            slip(
                "span of rate times size",
                lambda n: n.size - n.dilation * n.kernel + 1,
                "A dilated kernel spans d(k - 1) + 1 cells: there is no hole behind the last "
                "weight.",
                0.5,
            ),
            slip(
                "forgot the one",
                lambda n: n.size - n.dilation * (n.kernel - 1) - 1,
                NO_PLUS_ONE,
                0.5,
            ),
            slip(
                "dilation taken for stride",
                lambda n: (n.size - n.kernel) // n.dilation + 1,
                "Dilation spreads the kernel; it does not make the window skip places.",
            ),
        ),
        solution="shapes.output_size(n.size, n.kernel, dilation_rate=n.dilation).value",
    ),
    Question(
        id="sizes-corner-zeros",
        topic=_TOPIC,
        teaches="Near a corner of the image much of a padded window lies on zeros.",
        draw=ranges(
            size=(24, 64),
            padding=(2, 6),
            row=(0, 5),
            column=(0, 5),
            where=lambda n: n.row < n.padding and n.column < n.padding,
        ),
        prompt=lambda n: (
            f'`Conv2D(8, {_kernel(n)}, padding="same")` reads an image of {n.size} × {n.size} '
            f"pixels: {n.padding} rows and columns of zeros stand on every side. How many of the "
            f"{_kernel(n)} × {_kernel(n)} weights of a slice meet padded zeros where the output at "
            f"row {n.row}, column {n.column} is computed (counted from 0)?"
        ),
        answer=lambda n: _kernel(n) ** 2 - _inside(n),
        steps=lambda n: [
            f"the slice has {_kernel(n)} * {_kernel(n)} = {_kernel(n) ** 2} weights",
            f"of its window {n.padding + 1 + n.row} rows and {n.padding + 1 + n.column} columns "
            f"lie in the image: {_inside(n)} pixels",
            f"{_kernel(n) ** 2} - {_inside(n)} = {_kernel(n) ** 2 - _inside(n)}",
        ],
        misconceptions=(
            slip(
                "only the square in the corner",
                lambda n: (n.padding - n.row) * (n.padding - n.column),
                "The rows above the image and the columns to its left are zeros too, not only the "
                "square where they meet.",
                0.25,
            ),
            slip(
                "corner square counted twice",
                lambda n: _kernel(n) * (2 * n.padding - n.row - n.column),
                "Rows and columns of zeros share the square in the corner: you counted it twice.",
                0.5,
            ),
            slip(
                "counted those in the image",
                _inside,
                "Those are the weights that meet pixels of the image.",
                0.25,
            ),
        ),
        solution="(2 * n.padding + 1) ** 2 - (n.padding + 1 + n.row) * (n.padding + 1 + n.column)",
    ),
    Question(
        id="sizes-same-or-valid",
        topic=_TOPIC,
        teaches="How many output values same padding saves at the border.",
        draw=ranges(size=(16, 60), kernel=[3, 5, 7, 9]),
        prompt="A kernel of {kernel} × {kernel} moves with stride 1 over {size} × {size} pixels. "
        'How many more output values does `padding="same"` give than `padding="valid"`?',
        answer=lambda n: n.size**2 - (n.size - n.kernel + 1) ** 2,
        steps=lambda n: [
            f"same: {n.size}² = {n.size**2}",
            f"valid: ({n.size} - {n.kernel} + 1)² = {(n.size - n.kernel + 1) ** 2}",
            f"{n.size**2} - {(n.size - n.kernel + 1) ** 2} = "
            f"{n.size**2 - (n.size - n.kernel + 1) ** 2}",
        ],
        misconceptions=(
            slip(
                "one axis only",
                lambda n: n.kernel - 1,
                "That is the difference in height. The values fill a square.",
                0.25,
            ),
            slip(
                "square of the difference",
                lambda n: (n.kernel - 1) ** 2,
                "Subtract the squares, not the sides: the border runs around the whole map.",
                0.25,
            ),
            slip(
                "forgot the one",
                lambda n: n.size**2 - (n.size - n.kernel) ** 2,
                NO_PLUS_ONE,
                0.5,
            ),
        ),
        solution="n.size**2 - shapes.output_size(n.size, n.kernel).value ** 2",
    ),
    Question(
        id="sizes-transpose",
        topic=_TOPIC,
        teaches="A transposed convolution reads the size rule backwards: (n - 1)s + k.",
        draw=ranges(size=(5, 40), kernel=[3, 4, 5, 6], stride=[2, 3], filters=[8, 16]),
        prompt="`Conv2DTranspose({filters}, kernel_size={kernel}, strides={stride})` reads maps of "
        "{size} × {size} (padding valid). How many pixels high is its output?",
        answer=lambda n: shapes.transpose_output_size(n.size, n.kernel, n.stride),
        misconceptions=(
            slip(
                "sizes multiplied",
                lambda n: n.size * n.stride,
                "That is the size with same padding.",
                0.25,
            ),
            slip(
                "one step too many",
                lambda n: n.size * n.stride + n.kernel,
                "Between n windows there are n - 1 steps.",
                0.5,
            ),
            slip(
                "ordinary convolution",
                lambda n: max(n.size - n.kernel, 0) // n.stride + 1,
                "A transposed convolution makes maps larger: each input cell is spread over a "
                "window of the output.",
            ),
        ),
        solution="shapes.transpose_output_size(n.size, n.kernel, n.stride).value",
    ),
    Question(
        id="sizes-uneven-padding",
        topic=_TOPIC,
        teaches="The size rule with different padding before and after: n + before + after.",
        draw=ranges(
            size=(20, 80),
            kernel=[5, 7, 9],
            stride=[2, 3],
            before=(1, 4),
            after=(1, 5),
            where=lambda n: n.before != n.after,
        ),
        prompt="Rows of {size} values get {before} zeros in front and {after} behind. A kernel of "
        "{kernel} values moves over each row with stride {stride}. How many outputs does a row "
        "give?",
        answer=lambda n: shapes.output_size(n.size, n.kernel, n.stride, (n.before, n.after)),
        misconceptions=(
            slip(
                "front counted twice",
                lambda n: (n.size + 2 * n.before - n.kernel) // n.stride + 1,
                "The two sides differ here: add what is in front and what is behind.",
                0.5,
            ),
            slip(
                "only in front",
                lambda n: (n.size + n.before - n.kernel) // n.stride + 1,
                "What stands behind is padding too: add what is in front and what is behind.",
                0.25,
            ),
            slip(
                "forgot the padding",
                lambda n: (n.size - n.kernel) // n.stride + 1,
                "You left the padding out: the window moves over the padded row.",
                0.25,
            ),
        ),
        solution="shapes.output_size(n.size, n.kernel, n.stride, (n.before, n.after)).value",
    ),
]
