"""Facts about convolution over one, two and three axes, and about embeddings."""

import numpy as np

from course_lib import ops
from course_lib.lectures.facts.fact import Fact
from course_lib.shapes import conv_parameters, output_size

TOPIC = "one, two and three dimensions"


def _shapes(spatial, kernel, channels, filters):
    """Does a convolution of these sizes give the shape that the lecture describes?"""
    outputs = ops.conv(np.zeros((1, *spatial, channels)), np.zeros((*kernel, channels, filters)))
    sizes = [int(output_size(n, k)) for n, k in zip(spatial, kernel, strict=True)]
    return outputs.shape[1:] == (*sizes, filters)


def _one_axis():
    """Does a convolution over one axis give steps × filters?"""
    return _shapes((7,), (3,), 2, 4)


def _two_axes():
    """Does a convolution over two axes give width × height × filters?"""
    return _shapes((5, 7), (3, 3), 3, 4)


def _three_axes():
    """Does a convolution over three axes give width × height × length × filters?"""
    return _shapes((6, 6, 5), (3, 3, 2), 2, 4)


def _input_ranks():
    """Rank of input_shape for the three models of the lecture."""
    from course_lib import Input, layers

    cases = (
        (layers.Conv1D(1, 3), (7, 1)),
        (layers.Conv2D(1, 3), (5, 7, 1)),
        (layers.Conv3D(1, (3, 3, 2)), (6, 6, 6, 1)),
    )
    return {
        f"{axes}D": len(layer(Input(shape=shape)).shape) - 1
        for axes, (layer, shape) in enumerate(cases, 1)
    }


def embedded_sequence():
    """The sequence 1, 3, 5, 4, 6 in three dimensions, then one filter of size 2: the shapes."""
    table = np.arange(21.0).reshape(7, 3)
    embedded = ops.embedding(np.array([[1, 3, 5, 4, 6]]), table)
    outputs = ops.conv(embedded, np.ones((2, 3, 1)))
    return embedded.shape[1:], outputs.shape[1:]


def _ten_filters(length=3, width=300):
    return ops.conv(np.zeros((1, length, width)), np.zeros((3, width, 10))).shape[1:]


FACTS = [
    Fact(
        "dim-01",
        "amity",
        TOPIC,
        "1D convolution moves in one direction: input (steps $\\times\\, c$), $d$ filters "
        "($k \\times c$), output (steps₁ $\\times\\, d$)"
        ". Time series, text.",
        compute=_one_axis,
        printed=True,
    ),
    Fact(
        "dim-02",
        "amity",
        TOPIC,
        "2D convolution moves in two directions: input ($W \\times H \\times c$), $d$ filters "
        "($k \\times k \\times c$), output ($W_1 \\times H_1 \\times d$)"
        ". Images.",
        compute=_two_axes,
        printed=True,
    ),
    Fact(
        "dim-03",
        "amity",
        TOPIC,
        "3D convolution moves in three directions: input ($W \\times H \\times L \\times C$), "
        "$m$ filters ($k \\times k \\times d$), output ($W_1 \\times H_1 \\times L_1 \\times m$)"
        ". MRI data, video.",
        compute=_three_axes,
        printed=True,
        truth="The output is so. But a filter spans every channel as well: it is "
        "$k \\times k \\times d \\times C$.",
        reserved=True,
    ),
    Fact(
        "dim-04",
        "amity",
        TOPIC,
        "input_shape has two axes for a 1D CNN (7 steps, 1 channel), three for a 2D CNN (5 × 7, 1 "
        "channel), four for a 3D CNN (6 × 6 × depth, 1 channel; kernel 3 × 3 × 2).",
        compute=_input_ranks,
        printed={"1D": 2, "2D": 3, "3D": 4},
    ),
    Fact(
        "dim-05",
        "notes-model",
        TOPIC,
        "np.array([1, 3, 5, 4, 6]) embedded in 3 dimensions is 5 × 3; one 1D filter of size 2 has "
        "(2 · 3) + 1 = 7 parameters.",
        compute=lambda: {
            "embedded": embedded_sequence()[0],
            "parameters": conv_parameters(2, 3, 1),
        },
        printed={"embedded": (5, 3), "parameters": 7},
        truth="The output is {calc}`lectures.facts.dimensions.embedded_sequence()[1]`.",
    ),
    Fact(
        "dim-06",
        "notes-model",
        TOPIC,
        "After an embedding of width 300, Conv1D(10, 3) has 3 · 300 + 1 = 901 weights, and the "
        "second dimension is gone.",
        compute=lambda: conv_parameters(3, 300, 1),
        printed=901,
        truth="901 is one filter, with its bias. The layer has ten: "
        "{calc}`conv_parameters(3, 300, 10)` parameters. The width 300 is "
        "summed over, and the number of filters takes its place: the output of a sequence of "
        "length $L$ is $(L − 2, 10)$.",
        reserved=True,
    ),
    Fact(
        "dim-07",
        "notes-model",
        TOPIC,
        "The output of that layer has shape (31, 1).",
        compute=_ten_filters,
        printed=(31, 1),
        truth="Ten filters of size 3 give $(L − 2, 10)$: {value} for the sequence of length 3 that "
        "the page writes, (3, 300). One filter would give $(L − 2, 1)$.",
        reason="the notes have one filter in mind, and 31 fits a sequence of 33 words, not the one "
        "on the page.",
    ),
]
