"""Questions on what padding and dilation do to sizes, and on cells that are read by no window."""

from course_bank.core.question import CLOSE, FAR, Question, ranges, slip
from course_bank.topics.stride_and_padding.sizes import NO_PLUS_ONE
from course_lib import shapes

_TOPIC = "stride and padding"


def _split(n):
    return shapes.padding_split(n.size, n.kernel, n.stride).value


def _split_and_start(n):
    """Zeros in front and behind, and the sample at which the window starts."""
    before, after = _split(n)
    return (before, after, n.window * n.stride - before)


def _rests(n):
    """Rows at the bottom and columns at the right that no window reads."""
    return [shapes.dropped(side, n.kernel, n.stride).value for side in (n.height, n.width)]


def _drops_on_both(n):
    return n.stride < n.kernel and all(_rests(n)) and n.height != n.width


def _unread(n):
    rows, columns = _rests(n)
    return n.height * n.width - (n.height - rows) * (n.width - columns)


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
        teaches="Same padding may be uneven, the extra zero at the end; windows start before 0.",
        draw=ranges(size=(100, 400), kernel=(3, 9), stride=[1, 2, 3, 4], window=(5, 24)),
        prompt='`Conv1D(16, {kernel}, strides={stride}, padding="same")` reads a recording of '
        "{size} samples. How many zeros does Keras put in front of it, how many behind, and at "
        "which sample of the recording does window number {window} start? Windows and samples are "
        "counted from 0. Write (before, after, start).",
        form="shape",
        expects="a triple (before, after, start)",
        answer=_split_and_start,
        steps=lambda n: [
            *shapes.padding_split(n.size, n.kernel, n.stride).steps,
            f"window {n.window} starts {n.window}*{n.stride} cells behind the first, which starts "
            f"{_split(n)[0]} in front of sample 0: at sample {_split_and_start(n)[2]}",
        ],
        misconceptions=(
            slip(
                "extra zero in front",
                lambda n: (*_split(n)[::-1], n.window * n.stride - _split(n)[1]),
                "The total is right. When it is odd, Keras puts the extra zero at the end.",
                CLOSE,
            ),
            slip(
                "zeros counted as samples",
                lambda n: (*_split(n), n.window * n.stride),
                "The zeros are right. The first window starts on them, in front of sample 0.",
                CLOSE,
            ),
            slip(
                "everything at the end",
                lambda n: (0, sum(_split(n)), n.window * n.stride),
                "The total is right; it is shared between both ends.",
                FAR,
            ),
            slip(
                "stride ignored",
                lambda n: (*_split(n), n.window - _split(n)[0]),
                "The zeros are right. Windows start one stride apart.",
                FAR,
            ),
            slip(
                "half the kernel on each side",
                lambda n: (
                    None
                    if _split(n) == (n.kernel // 2, n.kernel // 2)
                    else (n.kernel // 2, n.kernel // 2, n.window * n.stride - n.kernel // 2)
                ),
                "Half a kernel on each side is right for odd kernels at stride 1. Start from "
                "the windows: "
                "ceil(n/s) of them need so many cells.",
                CLOSE,
            ),
            slip(
                "windows counted from one",
                lambda n: (*_split(n), (n.window - 1) * n.stride - _split(n)[0]),
                "The zeros are right. The windows are counted from 0: the first is number 0.",
                CLOSE,
            ),
            slip(
                "zeros added to the place",
                lambda n: (*_split(n), n.window * n.stride + _split(n)[0]),
                "The zeros are right. They stand in front of sample 0, so the windows start "
                "earlier, not later.",
                CLOSE,
            ),
        ),
        solution="(\n    *(zeros := shapes.padding_split(n.size, n.kernel, n.stride).value),\n"
        "    n.window * n.stride - zeros[0],\n)",
    ),
    Question(
        id="sizes-dropped",
        topic=_TOPIC,
        teaches="What the floor throws away: rows and columns at the end that no window reads.",
        draw=ranges(
            height=(40, 120), width=(40, 120), kernel=(4, 9), stride=(3, 7), where=_drops_on_both
        ),
        prompt="A window of {kernel} × {kernel} moves with stride {stride} over an image {height} "
        "pixels high and {width} wide, without padding. How many pixels of the image are read by "
        "no window?",
        answer=_unread,
        steps=lambda n: [
            f"rows: the rest of ({n.height} - {n.kernel})/{n.stride} is {_rests(n)[0]}: so many "
            "are left over at the bottom",
            f"columns: the rest of ({n.width} - {n.kernel})/{n.stride} is {_rests(n)[1]}",
            f"{n.height}*{n.width} - {n.height - _rests(n)[0]}*{n.width - _rests(n)[1]} = "
            f"{_unread(n)}",
        ],
        misconceptions=(
            slip(
                "rest of the size",
                lambda n: (
                    n.height * n.width
                    - (n.height - n.height % n.stride) * (n.width - n.width % n.stride)
                ),
                "You divided the whole side by the stride. The first window takes k cells; the "
                "steps share the n - k cells behind it.",
                CLOSE,
            ),
            slip(
                "corner counted twice",
                lambda n: _unread(n) + _rests(n)[0] * _rests(n)[1],
                "The rows at the bottom and the columns at the right share a corner: count it "
                "once.",
                CLOSE,
            ),
            slip(
                "corner alone",
                lambda n: _rests(n)[0] * _rests(n)[1],
                "Those pixels lie below and to the right of all windows. A pixel that lies only "
                "below them, or only to the right, is read by none either.",
                FAR,
            ),
            slip(
                "rows and columns added",
                lambda n: sum(_rests(n)),
                "Those are numbers of rows and of columns. Count their pixels.",
                FAR,
            ),
        ),
        solution="n.height * n.width - (\n"
        "    (n.height - (n.height - n.kernel) % n.stride)\n"
        "    * (n.width - (n.width - n.kernel) % n.stride)\n)",
    ),
    Question(
        id="sizes-keeping-padding",
        topic=_TOPIC,
        teaches="An odd kernel keeps the size at stride 1 when p = d(k - 1)/2.",
        draw=ranges(size=(120, 300), kernel=[3, 5, 7, 9, 11], dilation=(2, 8)),
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
                FAR,
            ),
            slip(
                "both sides together",
                lambda n: n.dilation * (n.kernel - 1),
                "That is the total; each side gets half of it.",
                CLOSE,
            ),
            slip(
                "half of rate times size",
                lambda n: n.dilation * n.kernel // 2,
                "A dilated kernel spans d(k - 1) + 1 cells, not d·k: there is no hole behind the "
                "last weight.",
                FAR,
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
                CLOSE,
            ),
            slip(
                "forgot the one",
                lambda n: n.size - n.dilation * (n.kernel - 1) - 1,
                NO_PLUS_ONE,
                CLOSE,
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
                FAR,
            ),
            slip(
                "corner square counted twice",
                lambda n: _kernel(n) * (2 * n.padding - n.row - n.column),
                "Rows and columns of zeros share the square in the corner: you counted it twice.",
                CLOSE,
            ),
            slip(
                "counted those in the image",
                _inside,
                "Those are the weights that meet pixels of the image.",
                FAR,
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
                FAR,
            ),
            slip(
                "square of the difference",
                lambda n: (n.kernel - 1) ** 2,
                "Subtract the squares, not the sides: the border runs around the whole map.",
                FAR,
            ),
            slip(
                "forgot the one",
                lambda n: n.size**2 - (n.size - n.kernel) ** 2,
                NO_PLUS_ONE,
                CLOSE,
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
                FAR,
            ),
            slip(
                "one step too many",
                lambda n: n.size * n.stride + n.kernel,
                "Between n windows there are n - 1 steps.",
                CLOSE,
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
                CLOSE,
            ),
            slip(
                "only in front",
                lambda n: (n.size + n.before - n.kernel) // n.stride + 1,
                "What stands behind is padding too: add what is in front and what is behind.",
                FAR,
            ),
            slip(
                "forgot the padding",
                lambda n: (n.size - n.kernel) // n.stride + 1,
                "You left the padding out: the window moves over the padded row.",
                FAR,
            ),
        ),
        solution="shapes.output_size(n.size, n.kernel, n.stride, (n.before, n.after)).value",
    ),
]
