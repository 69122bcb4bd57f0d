"""Facts about channels, filters, and the layer as a sheet of perceptrons."""

import numpy as np

from course_lib import ops
from course_lib.lectures import examples
from course_lib.lectures.facts.convolution import convolved
from course_lib.lectures.facts.fact import Fact

TOPIC = "channels and filters"


def rgb_map():
    """The feature map of the 7 x 9 x 3 image, (5, 7)."""
    outputs = ops.conv(examples.batch(examples.rgb_7x9), examples.single(examples.rgb_filter))
    return outputs[0, :, :, 0]


def _perceptron():
    """Is one cell of the map the dot product of 27 inputs and the 27 shared weights?"""
    patch = examples.rgb_7x9[1:4, 2:5].ravel()
    return patch.size == 27 and patch @ examples.rgb_filter.ravel() == rgb_map()[1, 2]


def _layer_shapes(rows=12, columns=9, filters=7):
    """Shapes after five 3x3x3 filters and then ``filters`` 3x3x5 filters."""
    first = ops.conv(np.zeros((1, rows, columns, 3)), np.zeros((3, 3, 3, 5)))
    second = ops.conv(first, np.zeros((3, 3, 5, filters)))
    return {"first layer": first.shape[1:], "second layer": second.shape[1:]}


def _one_kernel_per_channel():
    """Is the map of a filter the sum of the maps of its kernels, channel by channel?"""
    maps = [
        convolved(examples.rgb_7x9[:, :, channel], examples.rgb_filter[:, :, channel])
        for channel in range(3)
    ]
    return np.array_equal(sum(maps), rgb_map())


FACTS = [
    Fact(
        "conv-05",
        "amity",
        TOPIC,
        "Filter 2, [−1 1 −1] in each row, gives a second 4 × 4 map; the two 4 × 4 maps form a "
        "4 × 4 × 2 array.",
        compute=lambda: convolved(examples.binary_6x6, examples.filter_2),
        printed=[[-1, -1, -1, -1], [-1, -1, -2, 1], [-1, -1, -2, 1], [-1, 0, -4, 3]],
    ),
    Fact(
        "conv-06",
        "layers",
        TOPIC,
        "A 7 × 9 × 3 image with one 3 × 3 × 3 filter gives 5 × 7 × 1: 35 printed results, from "
        "5849 to 6179.",
        compute=rgb_map,
        printed=examples.rgb_printed,
    ),
    Fact(
        "conv-07",
        "layers",
        TOPIC,
        "Each output unit is a perceptron with 27 inputs (the patch) and 27 weights (the filter); "
        "all units have the same weights. A layer applies an activation, usually ReLU, to the dot "
        "product.",
        compute=_perceptron,
        printed=True,
    ),
    Fact(
        "conv-08",
        "layers",
        TOPIC,
        "An $R \\times C \\times 3$ input with five 3 × 3 × 3 filters has "
        "$(R−2) \\times (C−2) \\times 5$ units; $K$ filters of 3 × 3 × 5 then have "
        "$(R−4) \\times (C−4) \\times K$. For $R = 12$, $C = 9$, $K = 7$:",
        compute=_layer_shapes,
        printed={"first layer": (12 - 2, 9 - 2, 5), "second layer": (12 - 4, 9 - 4, 7)},
    ),
    Fact(
        "conv-09",
        "layers",
        TOPIC,
        "With five filters the weights can be thought of as a 4D array of size 3 × 3 × 3 × 4.",
        compute=lambda: np.stack([examples.rgb_filter] * 5, axis=-1).shape,
        printed=(3, 3, 3, 4),
        truth="The array is {value}: height, width, input channels, filters. The last axis counts "
        "the filters, and there are five.",
        reason="the slides before it use four filters, and the array has four axes: the same 4 "
        "stands for two things.",
    ),
    Fact(
        "conv-11",
        "amity",
        TOPIC,
        "There is one kernel for every input channel, and a filter is the collection of its "
        "kernels: $k \\times k \\times 1$ for a grey image, $k \\times k \\times 3$ for a colour "
        "image.",
        compute=_one_kernel_per_channel,
        printed=True,
    ),
]
