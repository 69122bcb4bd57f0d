"""Questions that go from shapes and counts back to what was read, and that compare two layers."""

from course_bank.core import wrong_rows
from course_bank.core.question import CLOSE, FAR, Question, ranges, slip, swapped
from course_bank.core.rendering import columns
from course_lib import shapes

_TOPIC = "one, two and three dimensions"


def _conv1d(kernel, width, filters):
    return shapes.conv_parameters((kernel,), width, filters).value


# ---- what a Conv1D reads


def _draw_row(rng):
    kernel, width, filters = rng.integer(3, 9), rng.choice([16, 24, 32, 50, 64, 100]), 8
    filters *= rng.integer(1, 6)
    return {
        "kernel": kernel,
        "steps": rng.integer(12, 90),
        "filters": filters,
        "count": _conv1d(kernel, width, filters),
    }


def _read(n):
    return (n.steps + n.kernel - 1, (n.count // n.filters - 1) // n.kernel)


# ---- a text model, noted with one wrong count

_TEXT_LINES = (
    "Embedding({words}, {width})",
    "Conv1D({first}, {kernel})",
    "Conv1D({second}, {kernel})",
    "GlobalMaxPooling1D()",
    "Dense({classes})",
)


def _draw_text_model(rng):
    numbers = {
        "length": rng.integer(30, 80),
        "words": 100 * rng.integer(20, 90),
        "width": rng.choice([16, 24, 32, 48, 50, 64]),
        "kernel": rng.choice([3, 4, 5, 7]),
        "first": rng.integer(12, 40),
        "second": rng.integer(12, 40),
        "classes": rng.integer(2, 9),
    }
    n = wrong_rows.namespace(**numbers)
    steps = n.length - 2 * (n.kernel - 1)
    ways = {
        0: [(n.words + 1) * n.width, n.words * n.length],
        1: [(n.kernel + 1) * n.first, n.kernel * n.width + n.first],
        2: [(n.kernel * n.width + 1) * n.second, (n.kernel**2 * n.first + 1) * n.second],
        4: [(steps * n.second + 1) * n.classes, n.second * n.classes],
    }
    return {**numbers, "noted": wrong_rows.noted(rng, _text_counts(n), ways)}


def _text_counts(n):
    return [
        n.words * n.width,
        _conv1d(n.kernel, n.width, n.first),
        _conv1d(n.kernel, n.first, n.second),
        0,
        shapes.dense_parameters(n.second, n.classes).value,
    ]


def _text_lines(n):
    return [line.format(**vars(n)) for line in _TEXT_LINES]


def _text_table(n):
    rows = zip(range(1, 6), _text_lines(n), n.noted, strict=True)
    return columns(["row", "layer", "parameters"], [[i, f"`{line}`", c] for i, line, c in rows])


# ---- slices as channels, or as an axis

_SCAN = ranges(
    slices=(12, 40), side=[32, 48, 64, 96], kernel=[3, 5], depth=[2, 3, 4], filters=(6, 24)
)


def _as_channels(n):
    return shapes.conv_parameters((n.kernel, n.kernel), n.slices, n.filters).value


def _as_axis(n):
    return shapes.conv_parameters((n.kernel, n.kernel, n.depth), 1, n.filters).value


_PICTURE = ranges(length=(20, 60), width=[24, 32, 50, 64, 100], kernel=(3, 9), filters=(8, 40))

QUESTIONS = [
    Question(
        id="dims-read-back",
        topic=_TOPIC,
        teaches="Steps and count of a Conv1D tell how many steps of which width it reads.",
        draw=_draw_row,
        prompt="The row of `Conv1D({filters}, {kernel})` in a summary says: Output Shape "
        "(None, {steps}, {filters}), Param # {count}. Nothing is padded. What does the layer read? "
        "Write (steps, width).",
        form="shape",
        expects="a pair (steps, width)",
        answer=_read,
        steps=lambda n: [
            f"steps: {n.steps} + {n.kernel} - 1 = {_read(n)[0]}",
            f"a filter has {n.count} / {n.filters} = {n.count // n.filters} parameters, one of "
            f"them its bias: ({n.count // n.filters} - 1) / {n.kernel} = {_read(n)[1]}",
        ],
        misconceptions=(
            slip(
                "steps of the output",
                lambda n: (n.steps, _read(n)[1]),
                "The width is right. Without padding the output has fewer steps than the input.",
                CLOSE,
            ),
            slip(
                "kernel added whole",
                lambda n: (n.steps + n.kernel, _read(n)[1]),
                "The width is right. A convolution takes k - 1 steps, not k.",
                CLOSE,
            ),
            slip(
                "kernel not divided out",
                lambda n: (_read(n)[0], n.count // n.filters - 1),
                "The steps are right. A filter has a weight for each of its k places and each "
                "number of the width.",
                CLOSE,
            ),
            slip(
                "width counts the filters",
                lambda n: (_read(n)[0], n.filters),
                "The filters are what comes out. What a filter spans, its parameters tell.",
                CLOSE,
            ),
            swapped(_read, "the number of steps"),
            slip(
                "bias not taken off",
                lambda n: (_read(n)[0], n.count / n.filters / n.kernel),
                "The steps are right. One of a filter's parameters is its bias: take it off "
                "before you divide.",
                CLOSE,
            ),
        ),
        solution="(\n    n.steps + n.kernel - 1,\n    (n.count // n.filters - 1) // n.kernel,\n)",
    ),
    Question(
        id="dims-wrong-row",
        topic=_TOPIC,
        teaches="What each layer of a text model reads decides its count, not the text's length.",
        draw=_draw_text_model,
        prompt=lambda n: (
            f"Somebody counted the parameters of a model for texts of {n.length} words:"
            f"{_text_table(n)}One count is wrong. Which row, and what is the right count? Write "
            "(row, count)."
        ),
        form="shape",
        expects="a pair (row, count)",
        answer=lambda n: wrong_rows.wrong_row(n, _text_counts),
        steps=lambda n: wrong_rows.steps(n, _text_counts, _text_lines),
        misconceptions=wrong_rows.slips(_text_counts),
        solution="next(\n    (row, right)\n    for row, (right, noted) in enumerate(\n        zip("
        "\n            [\n                n.words * n.width,\n"
        "                (n.kernel * n.width + 1) * n.first,\n"
        "                (n.kernel * n.first + 1) * n.second,\n                0,\n"
        "                (n.second + 1) * n.classes,\n            ],\n            n.noted,\n"
        "        ),\n        1,\n    )\n    if right != noted\n)",
    ),
    Question(
        id="dims-slices-as-channels",
        topic=_TOPIC,
        teaches="What is an axis costs its kernel's size; what is a channel is spanned whole.",
        draw=_SCAN,
        prompt="A grey scan of {slices} slices, {side} × {side} pixels each, can be read in two "
        "ways: with the slices as channels by `Conv2D({filters}, {kernel})`, or with the slices as "
        "a third axis by `Conv3D({filters}, ({kernel}, {kernel}, {depth}))`. How many parameters "
        "more does the first layer have than the second?",
        answer=lambda n: _as_channels(n) - _as_axis(n),
        steps=lambda n: [
            f"as channels: ({n.kernel}*{n.kernel}*{n.slices} + 1) * {n.filters} = "
            f"{_as_channels(n)}",
            f"as an axis: ({n.kernel}*{n.kernel}*{n.depth}*1 + 1) * {n.filters} = {_as_axis(n)}",
            f"{_as_channels(n)} - {_as_axis(n)} = {_as_channels(n) - _as_axis(n)}",
        ],
        misconceptions=(
            slip(
                "slices spanned by both",
                lambda n: (
                    _as_channels(n)
                    - shapes.conv_parameters(
                        (n.kernel, n.kernel, n.depth), n.slices, n.filters
                    ).value
                ),
                "Where the slices are an axis, the scan has one channel: it is grey.",
                CLOSE,
            ),
            slip(
                "one channel for both",
                lambda n: (n.kernel**2 + 1) * n.filters - _as_axis(n),
                "Where the slices are channels, every filter has a weight for each of them.",
                CLOSE,
            ),
            slip(
                "first layer alone",
                _as_channels,
                "That is what the first layer has. The second has some as well.",
                CLOSE,
            ),
            slip(
                "biases of one layer",
                lambda n: _as_channels(n) - _as_axis(n) + n.filters,
                "Both layers have a bias for each filter: they cancel.",
                CLOSE,
            ),
            slip(
                "the other way round",
                lambda n: _as_axis(n) - _as_channels(n),
                "The sign is turned round: asked for is the first layer minus the second.",
                CLOSE,
            ),
            slip(
                "second layer alone",
                _as_axis,
                "That is what the second layer has. Asked for is by how many the first has more.",
                CLOSE,
            ),
        ),
        solution="n.kernel**2 * (n.slices - n.depth) * n.filters",
    ),
    Question(
        id="dims-text-as-picture",
        topic=_TOPIC,
        teaches="A Conv1D is a Conv2D whose kernel is as wide as the picture.",
        draw=_PICTURE,
        prompt="A text is handed on as a picture of {length} × {width} × 1: a row for each word, a "
        "column for each number of its embedding. Which shape must the *kernel* of a `Conv2D` have "
        "in Keras for the layer to compute what `Conv1D({filters}, {kernel})` computes from the "
        "embedding?",
        form="kernel",
        expects="a tuple of four numbers",
        answer=lambda n: (n.kernel, n.width, 1, n.filters),
        steps=lambda n: [
            f"rows: {n.kernel} words; columns: all {n.width} numbers, since a 1D filter spans them",
            f"one channel, {n.filters} filters: {(n.kernel, n.width, 1, n.filters)}",
        ],
        misconceptions=(
            slip(
                "width as channels",
                lambda n: (n.kernel, 1, n.width, n.filters),
                "That kernel reads the numbers of a word as channels; of this picture they are "
                "columns, and it has one channel.",
                CLOSE,
            ),
            slip(
                "square kernel",
                lambda n: (n.kernel, n.kernel, 1, n.filters),
                "That window would also move along the numbers of a word, and see few of them.",
                FAR,
            ),
            slip(
                "rows and columns swapped",
                lambda n: (n.width, n.kernel, 1, n.filters),
                "Words are the rows of the picture: the first side counts words.",
                CLOSE,
            ),
            slip(
                "kernel of the Conv1D",
                lambda n: (n.kernel, n.width, n.filters),
                "That is the kernel of the Conv1D itself. A picture has an axis of channels too.",
                CLOSE,
            ),
            slip(
                "kernel one row high",
                lambda n: (1, n.kernel, n.width, n.filters),
                "The words are the rows of the picture, and the window moves along them: it is "
                "as high as the "
                "words that a filter of the Conv1D spans.",
                CLOSE,
            ),
        ),
        solution="(n.kernel, n.width, 1, n.filters)",
    ),
]
