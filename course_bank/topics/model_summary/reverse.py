"""Questions that go from a printed summary back to the program that made it."""

from math import isqrt

from course_bank.core import wrong_rows
from course_bank.core.question import CLOSE, Question, slip, swapped
from course_bank.core.rendering import columns
from course_bank.topics.model_summary.classifiers import conv_count
from course_lib import shapes

_TOPIC = "model summary"

_KINDS = ("Conv2D", "Conv2D", "MaxPooling2D", "Conv2D", "MaxPooling2D")
_INTENDED = {"Conv2D": 3, "MaxPooling2D": 2}
_OTHERS = {"Conv2D": (2, 4, 5, 6, 7, 8, 9), "MaxPooling2D": (3, 4, 5)}


def _behind(kind, size, window):
    stride = window if kind == "MaxPooling2D" else 1
    return shapes.output_size(size, window, stride).value


def _windows(n):
    """The window of each row that leads from the size above it to its own.

    Where pooling rounds down several might; `_draw_faulty` keeps to sizes with one.
    """
    found = []
    for kind, before, after in zip(_KINDS, n.sides, n.sides[1:], strict=False):
        fits = [w for w in range(1, min(before, 10) + 1) if _behind(kind, before, w) == after]
        found.append(fits[0] if len(fits) == 1 else None)
    return found


def _draw_faulty(rng):
    while True:
        row, windows = rng.integer(0, 4), [_INTENDED[kind] for kind in _KINDS]
        windows[row] = rng.choice(_OTHERS[_KINDS[row]])
        sides = [rng.integer(80, 180)]
        for kind, window in zip(_KINDS, windows, strict=True):
            sides.append(_behind(kind, sides[-1], window))
        numbers = {"sides": sides, "filters": [rng.integer(6, 20) for _ in range(3)]}
        if _windows(wrong_rows.namespace(**numbers)) == windows:
            return numbers


def _faulty(n):
    """(row counted from 1, the window that was written there)."""
    for row, (kind, window) in enumerate(zip(_KINDS, _windows(n), strict=True), 1):
        if window != _INTENDED[kind]:
            return (row, window)
    return None


def _shapes(n):
    filters = [n.filters[0], n.filters[1], n.filters[1], n.filters[2], n.filters[2]]
    return [f"(None, {s}, {s}, {f})" for s, f in zip(n.sides[1:], filters, strict=True)]


def _faulty_summary(n):
    rows = zip(range(1, 6), _KINDS, _shapes(n), strict=True)
    return columns(["row", "Layer (type)", "Output Shape"], [list(row) for row in rows])


# ---- a summary without the program


def _draw_read_back(rng):
    first, second = rng.choice([3, 5, 7]), rng.choice([3, 5, 7])
    filters, more = rng.integer(6, 24), rng.integer(12, 48)
    channels, size = rng.choice([1, 3]), rng.integer(28, 96)
    a = _behind("Conv2D", size, first)
    b = _behind("MaxPooling2D", a, 2)
    c = _behind("Conv2D", b, second)
    return {
        "channels": channels,
        "sides": [a, b, c],
        "filters": [filters, more],
        "counts": [conv_count(first, channels, filters), conv_count(second, filters, more)],
    }


def _kernel(count, channels, filters):
    """The kernel size of which ``filters`` filters have that many parameters."""
    return isqrt((count // filters - 1) // channels)


def _read_back(n):
    """(side of the image, kernel size of the first, of the second convolution)."""
    first = _kernel(n.counts[0], n.channels, n.filters[0])
    second = _kernel(n.counts[1], n.filters[0], n.filters[1])
    return (n.sides[0] + first - 1, first, second)


def _of_one_channel(n):
    """What somebody finds who takes a colour image for a grey one; None where it is grey."""
    first = _kernel(n.counts[0], 1, n.filters[0])
    return None if n.channels == 1 else (n.sides[0] + first - 1, first, _read_back(n)[2])


def _read_back_summary(n):
    (a, b, c), (f, g), (p, q) = n.sides, n.filters, n.counts
    return columns(
        ["Layer (type)", "Output Shape", "Param #"],
        [
            ["conv2d (Conv2D)", f"(None, {a}, {a}, {f})", p],
            ["max_pooling2d (MaxPooling2D)", f"(None, {b}, {b}, {f})", 0],
            ["conv2d_1 (Conv2D)", f"(None, {c}, {c}, {g})", q],
        ],
    )


QUESTIONS = [
    Question(
        id="summary-faulty-layer",
        topic=_TOPIC,
        teaches="From row to row the shapes tell which window a layer was given.",
        draw=_draw_faulty,
        prompt=lambda n: (
            "All convolutions of a model should have windows of 3 × 3 (stride 1, no padding), and "
            f"all pooling layers windows of 2 × 2. It reads {n.sides[0]} × {n.sides[0]} pixels, "
            f"and its summary is{_faulty_summary(n)}In one line of the program another window was "
            "written. In which row, and how many pixels high is that window? Write (row, window)."
        ),
        form="shape",
        expects="a pair (row, window)",
        answer=_faulty,
        steps=lambda n: [
            *(
                f"row {i}, {kind}: {before} becomes {after}, a window of {window}"
                for i, (kind, before, after, window) in enumerate(
                    zip(_KINDS, n.sides, n.sides[1:], _windows(n), strict=False), 1
                )
            ),
            f"row {_faulty(n)[0]} has a window of {_faulty(n)[1]}",
        ],
        misconceptions=(
            slip(
                "intended window",
                lambda n: (_faulty(n)[0], _INTENDED[_KINDS[_faulty(n)[0] - 1]]),
                "That is the row. But this is the intended window, not the one that was written.",
                CLOSE,
            ),
            slip(
                "rows counted from 0",
                lambda n: (_faulty(n)[0] - 1, _faulty(n)[1]),
                "The window is right; the rows are counted from 1.",
                CLOSE,
            ),
            slip(
                "lost pixels taken for the window",
                lambda n: (
                    _faulty(n)[0],
                    n.sides[_faulty(n)[0] - 1] - n.sides[_faulty(n)[0]],
                ),
                "That is the row. A convolution takes k - 1 pixels from the size, and pooling "
                "divides it.",
                CLOSE,
            ),
            swapped(_faulty, "the row"),
            slip(
                "next row blamed",
                lambda n: (_faulty(n)[0] + 1, _faulty(n)[1]),
                "The window is right, but it stands in the row above: a row tells what comes "
                "out of its layer.",
                CLOSE,
            ),
        ),
        solution="next(\n    (row, window)\n    for row, (kind, before, after) in enumerate(\n"
        '        zip("ccpcp", n.sides, n.sides[1:]), 1\n    )\n'
        "    for window in range(1, 10)\n"
        '    if window != (3 if kind == "c" else 2)\n'
        '    and after == (before - window + 1 if kind == "c" else before // window)\n)',
    ),
    Question(
        id="summary-read-back",
        topic=_TOPIC,
        teaches="The counts tell the kernels, the kernels the size of the image.",
        draw=_draw_read_back,
        prompt=lambda n: (
            f"A model for square {'grey' if n.channels == 1 else 'colour'} images "
            f"({n.channels} channel{'s' * (n.channels > 1)}) has square kernels, stride 1 and no "
            f"padding. Its summary is{_read_back_summary(n)}How many pixels high are the images, "
            "and which kernel sizes do the two convolutions have? Write (image, first kernel, "
            "second kernel)."
        ),
        form="shape",
        expects="a triple (image, first kernel, second kernel)",
        answer=_read_back,
        steps=lambda n: [
            f"first: {n.counts[0]} / {n.filters[0]} - 1 = {n.counts[0] // n.filters[0] - 1} "
            f"weights of a filter, on {n.channels}: a kernel of {_read_back(n)[1]}",
            f"second: {n.counts[1]} / {n.filters[1]} - 1 = {n.counts[1] // n.filters[1] - 1} "
            f"weights, on {n.filters[0]} maps: a kernel of {_read_back(n)[2]}",
            f"image: {n.sides[0]} + {_read_back(n)[1]} - 1 = {_read_back(n)[0]}",
        ],
        misconceptions=(
            slip(
                "image as large as the map",
                lambda n: (n.sides[0], *_read_back(n)[1:]),
                "The kernels are right. Without padding the first map is smaller than the image.",
                CLOSE,
            ),
            slip(
                "kernel added whole",
                lambda n: (_read_back(n)[0] + 1, *_read_back(n)[1:]),
                "The kernels are right. A convolution takes k - 1 from the size, not k.",
                CLOSE,
            ),
            slip(
                "weights of a filter taken for channels",
                lambda n: (
                    _read_back(n)[0],
                    _read_back(n)[1],
                    isqrt(n.counts[1] // n.filters[1] - 1),
                ),
                "A filter of the second convolution reads all maps of the first: its weights are "
                "shared out among them before the root is taken.",
                CLOSE,
            ),
            slip(
                "image last",
                lambda n: (*_read_back(n)[1:], _read_back(n)[0]),
                "All three numbers are right, in another order: the image comes first.",
                CLOSE,
            ),
            slip(
                "channels of the image forgotten",
                _of_one_channel,
                "The second kernel is right. The first reads three channels: its weights are "
                "shared out among "
                "them before the root is taken.",
                CLOSE,
            ),
        ),
        solution="[\n    (n.sides[0] + first - 1, first, second)\n"
        "    for first in (3, 5, 7)\n    for second in (3, 5, 7)\n"
        "    if (first**2 * n.channels + 1) * n.filters[0] == n.counts[0]\n"
        "    and (second**2 * n.filters[0] + 1) * n.filters[1] == n.counts[1]\n][0]",
    ),
]
