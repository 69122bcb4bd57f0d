"""Facts about the receptive field, dilation, and the sharing of weights."""

import numpy as np

from course_lib import ops
from course_lib.lectures import examples
from course_lib.lectures.facts.convolution import convolved
from course_lib.lectures.facts.fact import Fact
from course_lib.shapes import conv_parameters, dense_parameters, receptive_field

TOPIC = "receptive field"
SHARING = "weight sharing and equivariance"


def depends_on(layers, size, place):
    """Input cells that output cell ``place`` changes with, found by touching each of them.

    layers: function from inputs (1, size, 1) to outputs (1, cells, filters).
    """
    inputs = np.zeros((1, size, 1))
    before = layers(inputs)[0, place]
    touched = []
    for cell in range(size):
        inputs[0, cell] = 1
        if np.any(layers(inputs)[0, place] != before):
            touched.append(cell)
        inputs[0, cell] = 0
    return touched


def _two_layers(inputs):
    kernel = np.ones((3, 1, 1))
    return ops.conv(ops.conv(inputs, kernel), kernel)


def _local():
    """Does an output depend on its receptive field alone, and a dense unit on everything?"""
    field = depends_on(_two_layers, 12, 4)
    dense = depends_on(lambda x: ops.dense(x[:, :, 0], np.ones((12, 1)))[:, None], 12, 0)
    return len(field) == int(receptive_field([3, 3])) and len(dense) == 12


def _grows():
    """Do depth, stride, pooling and dilation each enlarge the receptive field?"""
    base = int(receptive_field([3, 3]))
    others = ([3, 3, 3], [(3, 2), 3], [3, (2, 2), 3], [3, (3, 1, 2)])
    return all(int(receptive_field(layers)) > base for layers in others)


def _what_dilation_expands():
    """Which array may get the holes so that an ordinary convolution gives the same?"""
    inputs = np.arange(12.0).reshape(1, 12, 1) ** 2
    kernel = np.array([1.0, -2.0, 3.0]).reshape(3, 1, 1)
    expanded = np.zeros((5, 1, 1))
    expanded[::2] = kernel
    dilated = ops.conv(inputs, kernel, dilation_rate=2)
    return "the kernel" if np.array_equal(dilated, ops.conv(inputs, expanded)) else "the input"


def _fewer():
    """Has the shared kernel fewer weights than full connection, for any size of image?"""
    shared = conv_parameters((3, 3), 1, 1, use_bias=False)
    return all(
        int(shared) < int(dense_parameters(n * n, (n - 2) ** 2, use_bias=False))
        for n in (6, 28, 400)
    )


def _moves_along():
    """Does the map of a moved object move by the same amount?"""
    image = np.zeros((12, 12), "float32")
    image[2:5, 2:5] = examples.small_cross
    moved = np.roll(image, (3, 2), axis=(0, 1))
    before = convolved(image, examples.diagonal)
    return np.array_equal(convolved(moved, examples.diagonal), np.roll(before, (3, 2), (0, 1)))


FACTS = [
    Fact(
        "rf-01",
        "amity",
        TOPIC,
        "The receptive field is the region of the input that a feature depends on. It is defined "
        "for local operations, not for fully connected layers, and should cover the relevant "
        "region of the image.",
        compute=_local,
        printed=True,
    ),
    Fact(
        "rf-02",
        "amity",
        TOPIC,
        "It grows with more layers, with pooling or a higher stride, and with dilated "
        "convolutions.",
        compute=_grows,
        printed=True,
        truth="Each layer adds $d(k − 1)$ times the product of the strides before it.",
    ),
    Fact(
        "rf-03",
        "amity",
        TOPIC,
        "Dilation expands the kernel (input) by inserting holes between its elements.",
        compute=_what_dilation_expands,
        printed="the kernel (input)",
        truth="It is {value} that is expanded, to $d(k − 1) + 1$ cells. The input stays as it is.",
        reason="the holes are seen on the input, as the pixels that the window passes over.",
    ),
    Fact(
        "shr-01",
        "amity",
        SHARING,
        "Parameter sharing: the kernel is used again at every place, so there are fewer weights to "
        "store and to train.",
        compute=_fewer,
        printed=True,
    ),
    Fact(
        "shr-02",
        "amity",
        SHARING,
        "If the object moves in the input, its representation moves by the same amount in the "
        "output.",
        compute=_moves_along,
        printed=True,
        truth="Exactly so away from the borders and at stride 1; at stride $s$ only for moves by "
        "multiples of $s$.",
        reserved=True,
    ),
]
