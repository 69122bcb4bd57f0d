"""Answers that a formula gives are those of the engine's layers, built with the same numbers."""

import numpy as np
import pytest

from course_bank import bank
from course_lib import Input, Sequential, layers, shapes
from course_lib.exercise import Numbers


def model(shape, *stack):
    return Sequential([Input(shape=shape), *stack])


def shape(*arguments):
    return list(model(*arguments).output_shape[1:])


def count(*arguments):
    return model(*arguments).count_params()


conv, pool, dense = layers.Conv2D, layers.MaxPooling2D, layers.Dense
mean, flat = layers.AveragePooling2D, layers.Flatten


def grey(n):
    return (n.size, n.size, 1)


LAYERS = {
    "sizes-valid": lambda n: shape(grey(n), conv(1, n.kernel))[0],
    "sizes-stride": lambda n: shape(grey(n), conv(1, n.kernel, n.stride))[0],
    "sizes-padding": lambda n: shape(
        grey(n), layers.ZeroPadding2D(n.padding), conv(1, n.kernel, n.stride)
    )[0],
    "sizes-same-stride": lambda n: shape(grey(n), conv(1, n.kernel, n.stride, "same"))[0],
    "sizes-rectangle": lambda n: shape((n.height, n.width, n.channels), conv(n.filters, n.kernel)),
    "sizes-two-layers": lambda n: shape(grey(n), conv(1, n.first, n.stride), conv(1, n.second, 2))[
        0
    ],
    "sizes-dilation": lambda n: shape(grey(n), conv(1, n.kernel, dilation_rate=n.dilation))[0],
    "sizes-keeping-padding": lambda n: (
        n.size - shape(grey(n), conv(1, n.kernel, dilation_rate=n.dilation))[0]
        if n.size > n.dilation * n.kernel
        else None
    ),
    "sizes-same-or-valid": lambda n: (
        np.prod(shape(grey(n), conv(1, n.kernel, padding="same")))
        - np.prod(shape(grey(n), conv(1, n.kernel)))
    ),
    "sizes-transpose": lambda n: shape(
        grey(n), layers.Conv2DTranspose(1, n.kernel, strides=n.stride)
    )[0],
    "channels-output-shape": lambda n: shape(
        (n.height, n.width, n.channels), conv(n.filters, n.kernel)
    ),
    "channels-kernel-shape": lambda n: list(
        model((n.height, n.width, n.channels), conv(n.filters, n.kernel)).get_weights()[0].shape
    ),
    "channels-two-layers": lambda n: list(
        model((n.size, n.size, n.channels), conv(n.first, n.kernel), conv(n.second, n.kernel))
        .get_weights()[2]
        .shape[:3]
    ),
    "pool-odd-shape": lambda n: shape((n.height, n.width, n.channels), pool(2)),
    "pool-same-shape": lambda n: shape((n.height, n.width, n.channels), pool(2, padding="same")),
    "pool-overlapping": lambda n: shape(grey(n), pool(3, 2))[0],
    "pool-halves": lambda n: shape((n.windows * n.window,) * 2 + (1,), mean(n.window))[0],
    "pool-chain": lambda n: shape(grey(n), conv(1, n.first), pool(2), conv(1, n.second), pool(2))[
        0
    ],
    "pool-shrinks-by": lambda n: np.prod(
        shape((n.side * n.window, n.side * n.window, n.channels), pool(n.window))
    ),
    "params-conv": lambda n: count((9, 9, n.channels), conv(n.filters, n.kernel)),
    "params-conv-no-bias": lambda n: count(
        (9, 9, n.channels), conv(n.filters, n.kernel, use_bias=False)
    ),
    "params-dense": lambda n: count((n.inputs,), dense(n.units)),
    "params-dense-after-flatten": lambda n: count(
        (n.height, n.width, n.channels), flat(), dense(n.units)
    ),
    "params-two-convolutions": lambda n: count(
        (30, 30, n.channels), conv(n.first, n.kernel), pool(2), conv(n.second, n.kernel)
    ),
    "params-rectangular-kernel": lambda n: count(
        (9, 9, n.channels), conv(n.filters, (n.high, n.wide))
    ),
    "params-memory": lambda n: sum(
        array.nbytes for array in model((9, 9, n.channels), conv(n.filters, n.kernel)).get_weights()
    ),
    "params-two-small-kernels": lambda n: (
        count((9, 9, n.channels), conv(n.channels, 5, use_bias=False))
        - count(
            (9, 9, n.channels),
            conv(n.channels, 3, use_bias=False),
            conv(n.channels, 3, use_bias=False),
        )
        if n.channels < 64
        else None
    ),
    "summary-functional-total": lambda n: count(
        grey(n), conv(n.first, n.kernel), conv(n.second, n.kernel)
    ),
    "summary-functional-shape": lambda n: shape(
        grey(n), conv(n.first, n.kernel), conv(n.second, n.kernel)
    ),
    "summary-minimal-cnn": lambda n: count(
        (n.size, n.size, 3), conv(n.filters, n.kernel), pool(2), flat(), dense(n.classes)
    ),
    "summary-kernel-size": lambda n: next(
        [high, wide]
        for high in range(2, 10)
        for wide in range(2, 10)
        if shape((n.height, n.width, n.channels), conv(n.filters, (high, wide)))
        == [n.rows, n.columns, n.filters]
    ),
    "dims-conv1d-shape": lambda n: shape((n.length, n.width), layers.Conv1D(n.filters, n.kernel)),
    "dims-conv1d-params": lambda n: count((n.length, n.width), layers.Conv1D(n.filters, n.kernel)),
    "dims-embedding-shape": lambda n: shape((n.length,), layers.Embedding(n.words, n.width)),
    "dims-embedding-params": lambda n: count((n.length,), layers.Embedding(n.words, n.width)),
    "dims-conv3d-shape": lambda n: shape(
        (n.side, n.side, n.frames, n.channels),
        layers.Conv3D(n.filters, (n.kernel, n.kernel, n.depth)),
    ),
    "dims-conv3d-params": lambda n: count(
        (9, 9, 9, n.channels), layers.Conv3D(n.filters, (n.kernel, n.kernel, n.depth))
    ),
    "batchnorm-parameters": lambda n: count(
        (n.size, n.size, n.channels), layers.BatchNormalization()
    ),
    "lenet-second-shape": lambda n: shape(
        grey(n), conv(n.first, n.kernel), mean(2), conv(n.second, n.kernel)
    ),
    "lenet-flatten": lambda n: shape(
        grey(n), conv(n.first, n.kernel), mean(2), conv(n.second, n.kernel), mean(2), flat()
    )[0],
    "alexnet-first-layer": lambda n: shape(
        (n.size, n.size, 3), conv(n.filters, n.kernel, n.stride)
    ),
    "transfer-trainable": lambda n: count((n.features,), dense(n.hidden), dense(n.classes)),
    "transfer-unfrozen": lambda n: count(
        (9, 9, n.channels),
        conv(n.filters, n.kernel),
        layers.GlobalAveragePooling2D(),
        dense(n.classes),
    ),
    "mnist-count": lambda n: count(
        (28, 28, 1),
        conv(n.first, n.kernel),
        pool(2),
        conv(n.second, n.kernel),
        pool(2),
        flat(),
        dense(10),
    ),
}
BOTH_SIDES = {"sizes-keeping-padding"}  # the layer tells what both sides lose together


@pytest.mark.parametrize("name", LAYERS)
def test_the_layers_give_the_same(name):
    compared = 0
    for seed in range(12):
        variant = bank[name].variant(seed)
        expected = LAYERS[name](variant.n)
        if expected is not None:
            compared += 1
            answer = 2 * variant.answer if name in BOTH_SIDES else variant.answer
            assert answer == expected, variant.prompt
    assert compared > 3


def test_only_the_line_that_was_written_makes_the_row_of_the_summary():
    for seed in range(12):
        variant = bank["summary-written-line"].variant(seed)
        rows = {}
        for letter, line in variant.choices.items():
            layer = eval(line.strip("`"), {"Conv2D": conv})
            built = model(grey(variant.n), layer)
            rows[letter] = (str(built.output_shape), f"{built.count_params()} parameters")
        fitting = [k for k, row in rows.items() if all(part in variant.prompt for part in row)]
        assert fitting == [variant.answer], variant.prompt


def read_by(kernel, stride, dilation, outputs_read, size):
    """Which of ``size`` cells the given cells of the next layer read."""
    cells = np.zeros(size, bool)
    for output in np.flatnonzero(outputs_read):
        cells[output * stride + dilation * np.arange(kernel)] = True
    return cells


FIELDS = {
    "rf-stack": lambda n: [(n.first, 1, 1), (n.second, 1, 1), (n.third, 1, 1)],
    "rf-pooling": lambda n: [(n.first, 1, 1), (2, 2, 1), (n.second, 1, 1)],
    "rf-strides": lambda n: [(n.first, n.stride, 1), (n.second, 2, 1), (3, 1, 1)],
    "rf-span": lambda n: [(n.kernel, 1, n.dilation)],
    "rf-dilated-stack": lambda n: [(n.kernel, 1, 2**i) for i in range(n.layers)],
}
OF_OLD = {  # drawings of earlier releases, whose rates begin at another one
    "rf-dilated-stack": {"kernel": 3, "layers": 4, "start": 2},
    "rf-plain-for-dilated": {"first": 7, "layers": 3, "kernel": 5, "plain": 3, "start": 3},
}


@pytest.mark.parametrize("name", OF_OLD)
def test_the_solution_is_right_for_drawings_of_earlier_releases(name):
    n = Numbers(OF_OLD[name])
    value = eval(bank[name].solution, {"n": n, "shapes": shapes})
    assert value == bank[name].answer(n)
    assert value != bank[name].answer(Numbers({**n, "start": 1}))


@pytest.mark.parametrize("name", FIELDS)
def test_receptive_fields_by_walking_back(name):
    """From one output back to the pixels, cell by cell."""
    for seed in range(12):
        variant = bank[name].variant(seed)
        cells = np.ones(1, bool)
        for kernel, stride, dilation in reversed(FIELDS[name](variant.n)):
            size = (len(cells) - 1) * stride + dilation * (kernel - 1) + 1
            cells = read_by(kernel, stride, dilation, cells, size)
        assert variant.answer == len(cells)


def test_readers_of_a_pixel_by_trying_every_window():
    for seed in range(12):
        variant = bank["rf-readers"].variant(seed)
        n = variant.n
        places = range(n.size - n.kernel + 1)
        rows = sum(row <= n.row < row + n.kernel for row in places)
        columns = sum(column <= n.column < column + n.kernel for column in places)
        assert variant.answer == rows * columns
