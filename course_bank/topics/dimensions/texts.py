"""Questions on convolutions over one axis, and on embeddings in front of them."""

import numpy as np

from course_bank.core.question import CLOSE, FAR, Question, ranges, slip
from course_bank.topics.convolution.sums import NO_RELU, NOT_A_MEAN
from course_lib import ops, shapes

_TOPIC = "one, two and three dimensions"

SPANS_CHANNELS = "A filter spans all channels: it has a slice of weights for each of them."
NO_BIAS = "Every filter has a bias as well."
ONE_COLUMN_PER_FILTER = "Each filter returns one column: the last axis counts the filters."


def _conv1d(signal, kernel):
    inputs = np.array(signal, np.float64)[None, :, None]
    return ops.conv(inputs, np.array(kernel, np.float64)[:, None, None])[0, :, 0]


_TEXT = ranges(length=(8, 60), width=[50, 64, 100, 128, 300], kernel=[3, 4, 5, 7], filters=(4, 24))


QUESTIONS = [
    Question(
        id="dims-conv1d-shape",
        topic=_TOPIC,
        teaches="A 1D convolution turns (steps, width) into (steps - k + 1, filters).",
        draw=_TEXT,
        prompt="A text of {length} words, each embedded in {width} dimensions, goes through "
        "`Conv1D({filters}, {kernel})`. What is the shape of the output, without the batch axis?",
        form="shape",
        expects="a tuple of two numbers",
        answer=lambda n: (n.length - n.kernel + 1, n.filters),
        steps=lambda n: [
            f"steps: {n.length} - {n.kernel} + 1 = {n.length - n.kernel + 1}",
            f"the embedding's width is summed away; {n.filters} filters give {n.filters} columns",
        ],
        misconceptions=(
            slip(
                "one column",
                lambda n: (n.length - n.kernel + 1, 1),
                "That is one filter. " + ONE_COLUMN_PER_FILTER,
                FAR,
            ),
            slip(
                "width kept",
                lambda n: (n.length - n.kernel + 1, n.width),
                "The second axis of the input is summed away. " + ONE_COLUMN_PER_FILTER,
                FAR,
            ),
            slip(
                "width convolved too",
                lambda n: (n.length - n.kernel + 1, n.width - n.kernel + 1, n.filters),
                "A 1D kernel moves along the steps only; it spans the whole width.",
                FAR,
            ),
            slip(
                "same taken for valid",
                lambda n: (n.length, n.filters),
                "Without padding k - 1 steps are lost.",
                FAR,
            ),
        ),
        solved_by="shapes.output_size",
        solution="(shapes.output_size(n.length, n.kernel).value, n.filters)",
    ),
    Question(
        id="dims-conv1d-params",
        topic=_TOPIC,
        teaches="A 1D filter on an embedding of width c has k·c weights and a bias.",
        draw=_TEXT,
        prompt="An embedding of width {width} feeds `Conv1D({filters}, {kernel})`, {length} words "
        "at a time. How many parameters does the convolution have?",
        answer=lambda n: shapes.conv_parameters((n.kernel,), n.width, n.filters),
        misconceptions=(
            slip(
                "one filter",
                lambda n: n.kernel * n.width + 1,
                "That is one filter; the layer has several.",
                CLOSE,
            ),
            slip(
                "forgot the width",
                lambda n: (n.kernel + 1) * n.filters,
                SPANS_CHANNELS,
                FAR,
            ),
            slip("forgot the bias", lambda n: n.kernel * n.width * n.filters, NO_BIAS, CLOSE),
            slip(
                "length taken for the width",
                lambda n: (n.kernel * n.length + 1) * n.filters,
                "A filter spans the width of the embedding. How many words come at a time does not "
                "matter.",
                FAR,
            ),
            slip(
                "square kernel",
                lambda n: (n.kernel**2 * n.width + 1) * n.filters,
                "A 1D kernel has one axis: k weights for each channel, not k · k.",
                FAR,
            ),
            slip(
                "length counted",
                lambda n: (n.length * n.width + 1) * n.filters,
                "The weights are shared between the places: the length does not matter.",
                FAR,
            ),
            slip(
                "one bias",
                lambda n: n.kernel * n.width * n.filters + 1,
                "There is one bias for each filter, not one for the layer.",
                CLOSE,
            ),
        ),
        solved_by="shapes.conv_parameters",
        solution="shapes.conv_parameters((n.kernel,), n.width, n.filters).value",
    ),
    Question(
        id="dims-embedding-shape",
        topic=_TOPIC,
        teaches="An embedding puts a vector in the place of each number.",
        draw=ranges(words=(1000, 9000), width=(41, 300), length=(4, 40)),
        prompt="A sequence of {length} word numbers goes through "
        "`Embedding(input_dim={words}, output_dim={width})`. What is the shape of the output, "
        "without the batch axis?",
        form="shape",
        expects="a tuple of numbers",
        answer=lambda n: (n.length, n.width),
        steps=lambda n: [f"each of the {n.length} numbers becomes a row of {n.width} values"],
        misconceptions=(
            slip(
                "axes swapped",
                lambda n: (n.width, n.length),
                "The steps come first: a row for each word.",
                CLOSE,
            ),
            slip(
                "one-hot",
                lambda n: (n.length, n.words),
                "That would be one-hot vectors. An embedding's vectors are `output_dim` long.",
                FAR,
            ),
            slip(
                "table of weights",
                lambda n: (n.words, n.width),
                "That is the table of the layer's weights; the output has a row for each word of "
                "the sequence.",
                FAR,
            ),
        ),
        solved_by="formula",
        solution="(n.length, n.width)",
    ),
    Question(
        id="dims-embedding-params",
        topic=_TOPIC,
        teaches="An embedding's parameters are its table: words times width, no bias.",
        draw=ranges(words=(1000, 9000), width=(41, 300), length=(4, 40)),
        prompt="How many parameters does `Embedding(input_dim={words}, output_dim={width})` have "
        "for sequences of {length} words?",
        answer=lambda n: n.words * n.width,
        steps=lambda n: [f"{n.words} * {n.width} = {n.words * n.width}"],
        misconceptions=(
            slip(
                "bias counted",
                lambda n: (n.words + 1) * n.width,
                "An embedding looks a row up: it has no bias.",
                CLOSE,
            ),
            slip(
                "sequence counted",
                lambda n: n.length * n.width,
                "That is the size of the output. The table has a row for each word there is.",
                FAR,
            ),
            slip(
                "added",
                lambda n: n.words + n.width,
                "Each word has a whole row: multiply.",
                FAR,
            ),
            slip(
                "length taken for the width",
                lambda n: n.words * n.length,
                "A row of the table is as long as a vector, `output_dim`. How long a text is "
                "does not matter.",
                FAR,
            ),
            slip(
                "table for each place",
                lambda n: n.words * n.width * n.length,
                "All places of a text look into the same table.",
                FAR,
            ),
        ),
        solved_by="formula",
        solution="n.words * n.width",
    ),
    Question(
        id="dims-conv1d-values",
        topic=_TOPIC,
        teaches="A 1D convolution: the kernel moves along one axis.",
        draw=lambda rng: {
            "signal": [rng.integer(-5, 9) for _ in range(7)],
            "kernel": [rng.integer(-3, 3) for _ in range(3)],
        },
        prompt="The series `{signal}` goes through a 1D convolution with one filter, kernel "
        "`{kernel}`, no padding, no bias. What is the output?",
        form="array",
        expects="a list of numbers",
        answer=lambda n: _conv1d(n.signal, n.kernel),
        steps=lambda n: [
            f"output {i}: "
            + " + ".join(f"({x})·({w})" for x, w in zip(n.signal[i:], n.kernel, strict=False))
            + f" = {value:g}"
            for i, value in enumerate(_conv1d(n.signal, n.kernel))
        ],
        misconceptions=(
            slip(
                "kernel flipped",
                lambda n: _conv1d(n.signal, n.kernel[::-1]),
                "You turned the kernel round; a CNN layer lays it on as it is.",
                CLOSE,
            ),
            slip(
                "same taken for valid",
                lambda n: _conv1d([0, *n.signal, 0], n.kernel),
                "That is the output with same padding. Without padding it is shorter.",
                FAR,
            ),
            slip(
                "windows side by side",
                lambda n: _conv1d(n.signal, n.kernel)[::3],
                "The kernel moves by one place, not by its own length.",
                FAR,
            ),
            slip(
                "ReLU applied",
                lambda n: np.maximum(_conv1d(n.signal, n.kernel), 0),
                NO_RELU,
                CLOSE,
            ),
            slip(
                "divided as a score",
                lambda n: _conv1d(n.signal, n.kernel) / 3,
                NOT_A_MEAN,
                CLOSE,
            ),
        ),
        solved_by="numpy",
        solution='np.correlate(n.signal, n.kernel, "valid")',
    ),
    Question(
        id="dims-conv1d-kernel",
        topic=_TOPIC,
        teaches="A 1D kernel is stored as (size, in, out).",
        draw=_TEXT,
        prompt="An embedding of width {width} feeds `Conv1D({filters}, {kernel})`, {length} words "
        "at a time. What is the shape of the layer's kernel in Keras?",
        form="kernel",
        expects="a tuple of three numbers",
        answer=lambda n: (n.kernel, n.width, n.filters),
        steps=lambda n: ["(size, input channels, filters); the embedding's width is the channels"],
        misconceptions=(
            slip(
                "flat",
                lambda n: (n.kernel, n.filters),
                SPANS_CHANNELS,
                FAR,
            ),
            slip(
                "in and out swapped",
                lambda n: (n.kernel, n.filters, n.width),
                "Keras' order is size, input channels, filters.",
                CLOSE,
            ),
            slip(
                "square kernel",
                lambda n: (n.kernel, n.kernel, n.width, n.filters),
                "A 1D kernel moves along one axis and has one size.",
                FAR,
            ),
            slip(
                "size and channels swapped",
                lambda n: (n.width, n.kernel, n.filters),
                "The three numbers are right, but Keras puts the size of the window first.",
                CLOSE,
            ),
            slip(
                "square kernel on one channel",
                lambda n: (n.kernel, n.kernel, 1, n.filters),
                "A 1D kernel moves along one axis and has one size, and the numbers of a word are "
                "its channels.",
                FAR,
            ),
            slip(
                "kernel of a Conv2D",
                lambda n: (1, n.kernel, n.width, n.filters),
                "That is the kernel of a Conv2D, one row high. A 1D kernel has one axis to move "
                "along.",
                CLOSE,
            ),
        ),
        solved_by="formula",
        solution="(n.kernel, n.width, n.filters)",
    ),
]
