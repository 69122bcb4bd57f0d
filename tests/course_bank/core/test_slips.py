"""Wrong ideas as students write them down: each is called by its name, and none is ever right."""

import math

import numpy as np
import pytest

from course_bank import bank
from course_bank.core.question import Question, ranges, slip
from course_bank.core.variant import FORGOTTEN_FLOOR

DRAWINGS = 100


def valid(size, kernel, stride=1):
    return (size - kernel) // stride + 1


def side(n, layers):
    """Side behind a row of layers: "c" is a convolution, "p" pooling by 2."""
    size = n.size
    for layer in layers:
        size = valid(size, n.kernel) if layer == "c" else size // 2
    return size


def scored(patch, kernel):
    return int((np.array(patch) * np.array(kernel)).sum())


def agreements(image, shift):
    """Pixels at which an image and its copy agree that was moved to the left."""
    return sum(
        pixel == (row[j + shift] if j + shift < len(row) else 0)
        for row in image
        for j, pixel in enumerate(row)
    )


def classifier_total(n, conv_biases=True, dense_biases=True):
    flat = side(n, "cpcp") ** 2 * n.second
    first = (n.kernel**2 + conv_biases) * n.first
    return (
        first + (n.kernel**2 * n.first + conv_biases) * n.second + (flat + dense_biases) * n.classes
    )


def slope(n):
    return (n.high - n.low) // (n.light - n.dark)


def split(n):
    """Zeros in front and behind with same padding."""
    total = max((math.ceil(n.size / n.stride) - 1) * n.stride + n.kernel - n.size, 0)
    return total // 2, total - total // 2


# (question, the slip's name, what somebody with this idea writes)
IDEAS = [
    ("pixel-shifted", "moved to the left", lambda n: agreements(n.image, n.shift)),
    ("pixel-map-values", "one column only", lambda n: valid(n.height, n.feature)),
    ("pixel-map-values", "one row only", lambda n: valid(n.width, n.feature)),
    ("conv-with-bias", "ReLU applied", lambda n: max(0, scored(n.patch, n.kernel) + n.bias)),
    (
        "conv-mathematical",
        "quarter turn to the right",
        lambda n: scored(n.patch, list(zip(*n.kernel[::-1], strict=True))),
    ),
    (
        "conv-mathematical",
        "quarter turn to the left",
        lambda n: scored(n.patch, list(zip(*n.kernel, strict=True))[::-1]),
    ),
    ("conv-mathematical", "mirrored top to bottom", lambda n: scored(n.patch, n.kernel[::-1])),
    ("sizes-stride", "same taken for valid", lambda n: math.ceil(n.size / n.stride)),
    ("sizes-stride", "kernel ignored", lambda n: n.size // n.stride),
    ("sizes-stride", "forgot the one", lambda n: (n.size - n.kernel) // n.stride),
    ("sizes-stride", "forgot the one", lambda n: (n.size - n.kernel + 1) // n.stride),
    ("sizes-padding", "stride ignored", lambda n: valid(n.size + 2 * n.padding, n.kernel)),
    (
        "sizes-padding",
        "forgot the one",
        lambda n: (n.size + 2 * n.padding - n.kernel + 1) // n.stride,
    ),
    (
        "sizes-two-layers",
        "stride of the second layer ignored",
        lambda n: valid(valid(n.size, n.first, n.stride), n.second),
    ),
    (
        "sizes-two-layers",
        "stride of the first layer ignored",
        lambda n: valid(valid(n.size, n.first), n.second, 2),
    ),
    (
        "sizes-two-layers",
        "stopped after the first layer",
        lambda n: valid(n.size, n.first, n.stride),
    ),
    (
        "sizes-two-layers",
        "a one too few",
        lambda n: (valid(n.size, n.first, n.stride) - n.second) // 2,
    ),
    (
        "sizes-dropped",
        "corner alone",
        lambda n: (
            (valid(n.height, n.kernel) - 1) % n.stride * ((valid(n.width, n.kernel) - 1) % n.stride)
        ),
    ),
    ("dims-conv1d-kernel", "size and channels swapped", lambda n: (n.width, n.kernel, n.filters)),
    (
        "dims-conv1d-kernel",
        "square kernel on one channel",
        lambda n: (n.kernel, n.kernel, 1, n.filters),
    ),
    (
        "params-conv",
        "one side of the kernel only",
        lambda n: (n.kernel * n.channels + 1) * n.filters,
    ),
    (
        "params-two-convolutions",
        "second filter flat",
        lambda n: (n.kernel**2 * n.channels + 1) * n.first + (n.kernel**2 + 1) * n.second,
    ),
    (
        "params-filters-from-count",
        "forgot the bias, rounded down",
        lambda n: n.count // (n.kernel * n.kernel * n.channels),
    ),
    ("summary-six-hidden", "one convolution in front", lambda n: side(n, "cpcpc")),
    ("summary-six-hidden", "last convolution left out", lambda n: side(n, "ccpcp")),
    ("summary-six-hidden", "three convolutions", lambda n: side(n, "ccppc")),
    (
        "summary-total",
        "forgot the biases of the dense layer",
        lambda n: classifier_total(n, dense_biases=False),
    ),
    (
        "summary-total",
        "forgot the biases of the convolutions",
        lambda n: classifier_total(n, conv_biases=False),
    ),
    ("summary-flatten", "same taken for valid", lambda n: (n.size // 4) ** 2 * n.second),
    (
        "summary-flatten",
        "halved by dropout",
        lambda n: side(n, "cpcp") ** 2 * n.second // 2,
    ),
    (
        "summary-second-pool-shape",
        "same taken for valid",
        lambda n: (n.size // 4, n.size // 4, n.second),
    ),
    ("summary-weight-shape", "first convolution's bias", lambda n: (n.first,)),
    (
        "rf-dilated-stack",
        "last layer only",
        lambda n: 2 ** (n.layers - 1) * (n.kernel - 1) + 1,
    ),
    (
        "rf-pixels-read",
        "pixels counted from one",
        lambda n: (n.index * n.stride + 1, n.index * n.stride + n.kernel),
    ),
    (
        "rf-pixels-read",
        "everything counted from one",
        lambda n: ((n.index - 1) * n.stride + 1, (n.index - 1) * n.stride + n.kernel),
    ),
    ("equivariance-strided-peak", "the map stays", lambda n: n.outputs),
    (
        "dims-conv1d-params",
        "length taken for the width",
        lambda n: (n.kernel * n.length + 1) * n.filters,
    ),
    (
        "dims-conv3d-params",
        "filters added",
        lambda n: n.kernel**2 * n.depth * n.channels + n.filters,
    ),
    (
        "conv-missing-weight",
        "other products left out",
        lambda n: n.output / n.patch[n.row][n.column],
    ),
    (
        "conv-missing-weight",
        "kernel turned",
        lambda n: (
            (n.output - scored(n.patch, [row[::-1] for row in n.kernel[::-1]]))
            / n.patch[2 - n.row][2 - n.column]
        ),
    ),
    (
        "conv-missing-weight",
        "other products added",
        lambda n: (n.output + scored(n.patch, n.kernel)) / n.patch[n.row][n.column],
    ),
    (
        "conv-unknown-kernel",
        "kernel transposed",
        lambda n: [[n.map[2 - j][2 - i] / n.grey for j in range(3)] for i in range(3)],
    ),
    (
        "conv-unknown-kernel",
        "map transposed",
        lambda n: [[n.map[j][i] / n.grey for j in range(3)] for i in range(3)],
    ),
    (
        "conv-unknown-kernel",
        "mirrored left to right",
        lambda n: [[value / n.grey for value in row[::-1]] for row in n.map],
    ),
    ("conv-sum-and-bias", "output taken for the bias", lambda n: (slope(n), n.low)),
    ("batchnorm-parameters", "bias counted", lambda n: 5 * n.channels),
    ("batchnorm-parameters", "bias counted, five altogether", lambda n: 5),
    (
        "sizes-same-split",
        "windows counted from one",
        lambda n: (*split(n), n.stride * (n.window - 1) - split(n)[0]),
    ),
    (
        "sizes-input-range",
        "one added before dividing",
        lambda n: (
            n.stride * n.outputs + n.kernel - 1,
            n.stride * n.outputs + n.kernel + n.stride - 2,
        ),
    ),
    (
        "params-larger-image",
        "all parameters times four",
        lambda n: (
            3 * (n.kernel**2 + 1) * n.filters + 3 * (n.filters * (n.size // 2) ** 2 + 1) * n.units
        ),
    ),
    (
        "summary-faulty-layer",
        "next row blamed",
        lambda n: (lambda row, window: (row + 1, window))(*bank["summary-faulty-layer"].answer(n)),
    ),
    (
        "dims-read-back",
        "bias not taken off",
        lambda n: (n.steps + n.kernel - 1, n.count / (n.filters * n.kernel)),
    ),
    ("dims-embedding-params", "table for each place", lambda n: n.length * n.words * n.width),
    (
        "dims-conv3d-shape",
        "same taken for valid",
        lambda n: (n.side, n.side, n.frames, n.filters),
    ),
    (
        "rf-layers-needed",
        "one layer too few",
        lambda n: math.ceil((n.size - n.kernel) / (n.kernel - 1)),
    ),
    (
        "rf-strides",
        "start left out",
        lambda n: (n.first - 1) + (n.second - 1) * n.stride + 2 * n.stride * 2,
    ),
    (
        "rf-dilated-stack",
        "start left out",
        lambda n: (n.kernel - 1) * (2**n.layers - 1),
    ),
    ("rf-pooling", "own stride counted", lambda n: n.first + 2 + 2 * (n.second - 1)),
    (
        "equivariance-at-border",
        "the map moves along",
        lambda n: n.outputs[n.shift :] + [0] * n.shift,
    ),
    ("training-spread", "two sets compared", lambda n: math.sqrt(2 * n.errors)),
    ("mnist-steps", "forgot the ceil", lambda n: n.epochs * 2000 / n.batch),
    (
        "clinic-plateau-growth",
        "mean of the factors",
        lambda n: np.mean(np.divide(n.sums[1:], n.sums[:-1])),
    ),
    (
        "cost-block-memory",
        "half as many places",
        lambda n: (
            4
            * n.batch
            * n.channels
            * (n.times * n.size**2 + (n.times + 1) * n.size * (n.size // 2))
        ),
    ),
]


@pytest.mark.parametrize(("name", "idea", "formula"), IDEAS)
def test_a_wrong_formula_is_called_by_its_name(name, idea, formula):
    for seed in range(DRAWINGS):
        variant = bank[name].variant(f"idea {seed}")
        value = formula(variant.n)
        verdict = bank[name].grade(variant, {"value": value})
        assert verdict.misconception == idea, (variant.numbers, value, variant.answer)


@pytest.mark.parametrize("name", [name for name, q in bank.items() if q.form == "integer"])
def test_rounding_makes_no_wrong_idea_right(name):
    """Who divides with // instead of / has the same idea. It mends a forgotten floor only."""
    for seed in range(DRAWINGS):
        variant = bank[name].variant(seed)
        for wrong in variant.misconceptions:
            rounded = math.floor(wrong.answer)
            assert rounded != variant.answer or wrong.name == FORGOTTEN_FLOOR, variant.numbers


def test_numbers_are_drawn_until_rounding_makes_no_wrong_idea_right():
    question = Question(
        id="rounding",
        topic="pooling",
        teaches="Nothing.",
        draw=ranges(size=(10, 19)),
        prompt="{size}",
        answer=lambda n: 3,
        misconceptions=(slip("divided", lambda n: n.size / 4, "No."),),
    )
    assert {question.variant(seed).n.size for seed in range(60)} == {10, 11, 16, 17, 18, 19}


def test_a_score_needs_its_three_decimals():
    for seed in range(DRAWINGS):
        variant = bank["pixel-piece-score"].variant(seed)
        score = scored(variant.n.piece, variant.n.patch) / np.size(variant.n.piece)
        for value in (score, round(score, 3), str(round(score, 3))):
            assert bank["pixel-piece-score"].grade(variant, {"value": value}).credit == 1
        for off in (-0.002, 0.002, 0.004):
            assert bank["pixel-piece-score"].grade(variant, {"value": score + off}).credit == 0


@pytest.mark.parametrize("name", ["sizes-stride", "sizes-padding", "sizes-two-layers"])
def test_with_a_stride_no_message_counts_n_minus_k_steps(name):
    for wrong in bank[name].misconceptions:
        assert "n − k steps" not in wrong.message
