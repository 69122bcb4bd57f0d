"""Facts about the convolution operation: one image, one kernel."""

import numpy as np

from course_lib import ops
from course_lib.lectures import examples
from course_lib.lectures.facts.fact import Fact
from course_lib.shapes import output_shape

TOPIC = "convolution"


def convolved(image, kernel, strides=1, padding="valid"):
    """The feature map of one image and one kernel, (rows, columns)."""
    outputs = ops.conv(examples.batch(image), examples.single(kernel), strides, padding)
    return outputs[0, :, :, 0]


def _flip_matters():
    """Is the layer's output different from the convolution of mathematics (kernel flipped)?"""
    image, kernel = examples.numbers_6x6, examples.edge_kernel
    return not np.array_equal(convolved(image, kernel), convolved(image, kernel[::-1, ::-1]))


FACTS = [
    Fact(
        "conv-01",
        "amity",
        TOPIC,
        "A 5 × 5 image of zeros and ones, convolved with the kernel [1 0 1; 0 1 0; 1 0 1], "
        "gives a 3 × 3 feature map.",
        compute=lambda: convolved(examples.binary_5x5, examples.cross_kernel),
        printed=[[4, 3, 4], [2, 4, 3], [2, 3, 4]],
    ),
    Fact(
        "conv-02",
        "made-easy",
        TOPIC,
        "A 5 × 5 image and a 3 × 3 kernel give a 3 × 3 output; each output is the sum over the "
        "nine places $j$ of $w_j \\cdot i_j$.",
        compute=lambda: output_shape((5, 5), 3),
        printed=(3, 3),
    ),
    Fact(
        "conv-03",
        "amity",
        TOPIC,
        "The 6 × 6 image of zeros and ones with filter 1, the diagonal, at stride 1: the dot "
        "products begin 3, −1.",
        compute=lambda: convolved(examples.binary_6x6, examples.filter_1),
        printed=[[3, -1, -3, -1], [-3, 1, 0, -3], [-3, -3, 0, 1], [3, -2, -2, -1]],
    ),
    Fact(
        "conv-10",
        "layers",
        TOPIC,
        "A convolutional layer is based on the convolution operation, but not identical to it.",
        compute=_flip_matters,
        printed=True,
    ),
]
