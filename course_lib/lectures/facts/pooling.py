"""Facts about pooling."""

import numpy as np

from course_lib import ops
from course_lib.lectures import examples
from course_lib.lectures.facts.channels import rgb_map
from course_lib.lectures.facts.fact import Fact
from course_lib.shapes import output_shape, output_size

TOPIC = "pooling"


def pooled(values, pool_size=2, strides=None, padding="valid"):
    """Max pooling of one map, (rows, columns)."""
    return ops.max_pool(examples.batch(values), pool_size, strides, padding)[0, :, :, 0]


def _both_kinds():
    """Have both poolings the size of the formula, for windows 2 and 3, stride 2, on 11 cells?"""
    inputs = np.ones((1, 11, 11, 2), "float32")
    return all(
        pool(inputs, size, 2).shape[1] == (11 - size) // 2 + 1 == int(output_size(11, size, 2))
        for pool in (ops.max_pool, ops.average_pool)
        for size in (2, 3)
    )


FACTS = [
    Fact(
        "pool-01",
        "made-easy",
        TOPIC,
        "2 × 2 max pooling of [4 1 1 8; 1 1 0 2; 7 3 2 2; 3 8 4 1] is [4 8; 9 4].",
        compute=lambda: pooled(examples.pool_4x4),
        printed=[[4, 8], [9, 4]],
        truth="It is {value}: the window at the bottom left holds 7, 3, 3 and 8, and its maximum "
        "is 8.",
        reason="an 8 is easily copied as a 9. There is a check: max pooling can only give numbers "
        "that stand in the table, and no 9 does.",
    ),
    Fact(
        "pool-02",
        "layers",
        TOPIC,
        "The 5 × 5 map of the 7 × 7 × 3 image pools 2 × 2 to 3 × 3 × 1.",
        compute=lambda: pooled(rgb_map()[:, :5], padding="same"),
        printed=[[7463, 7902, 6699], [7301, 6804, 7450], [6917, 6838, 6121]],
        reserved=True,
        truth='Right for partial windows at the border (Keras: `padding="same"`). Keras\' default '
        "drops them and gives 2 × 2.",
    ),
    Fact(
        "pool-03",
        "amity",
        TOPIC,
        "Max pooling selects the maximum pixel of the batch. For the 4 × 4 table that would be one "
        "number, 8.",
        compute=lambda: pooled(examples.pool_4x4),
        printed=np.max(examples.pool_4x4),
        truth="It takes the maximum of each window: {value}. A batch is a set of examples, and "
        "pooling never mixes examples.",
        reason="the pixels under the window are a batch in the everyday sense of the word.",
    ),
    Fact(
        "pool-04",
        "amity",
        TOPIC,
        "Max or average pooling; window 2 or 3, stride 2; no parameters; the output has "
        "$\\lfloor (n − k)/s \\rfloor + 1$ cells"
        ".",
        compute=_both_kinds,
        printed=True,
    ),
    Fact(
        "pool-05",
        "amity",
        TOPIC,
        "26 × 26 × 8 pools with window 2, stride 2 to 13 × 13 × 8.",
        compute=lambda: (*output_shape((26, 26), 2, 2), 8),
        printed=(13, 13, 8),
    ),
    Fact(
        "pool-06",
        "layers",
        TOPIC,
        "11 × 11 × 64 pools 2 × 2 to 5 × 5 × 64: the last row and column are ignored.",
        compute=lambda: (*output_shape((11, 11), 2, 2), 64),
        printed=(5, 5, 64),
    ),
    Fact(
        "pool-07",
        "notes-sizes",
        TOPIC,
        "Average pooling (2, 2) with $s = 2$ on 28 gives (28 − 2 + 1)/2.",
        compute=lambda: output_size(28, 2, 2),
        printed=(28 - 2 + 1) / 2,
        truth="It gives floor((28 − 2)/2) + 1 = {value}. The 1 is added after the division.",
        reason="at stride 1 the order does not matter, and the formula is remembered from there.",
    ),
]
