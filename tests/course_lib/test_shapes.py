"""Sizes, splits and counts: against windows counted one by one, and the lectures' own numbers."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_lib import shapes
from course_lib.shapes import (
    activation_memory,
    conv_parameters,
    dense_parameters,
    dropped,
    multiply_adds,
    output_shape,
    output_size,
    padding_split,
    receptive_field,
    transpose_output_shape,
    transpose_output_size,
)

small = st.integers(1, 6)
paddings = st.one_of(
    st.sampled_from(["valid", "same"]),
    st.integers(0, 4),
    st.tuples(st.integers(0, 4), st.integers(0, 4)),
)


def evaluated(step):
    """Value of the last side of a step, computed by Python itself."""
    text = step.split(":")[-1].split(" = ")[-1].removeprefix("= ").split(",")[0]
    return eval(text, {"floor": math.floor, "ceil": math.ceil, "max": max})


def windows_counted(size, kernel, stride, before, after, dilation):
    """Starts, on the padded axis, of all windows that lie inside it."""
    reach = dilation * (kernel - 1)
    return [s for s in range(0, size + before + after, stride) if s + reach < size + before + after]


@given(st.integers(1, 30), small, small, paddings, st.integers(1, 3))
def test_output_size_counts_the_windows(size, kernel, stride, padding, dilation):
    before, after = padding_split(size, kernel, stride, padding, dilation)
    starts = windows_counted(size, kernel, stride, before, after, dilation)
    if not starts:
        with pytest.raises(ValueError, match="kernel_size must not be larger than the input"):
            output_size(size, kernel, stride, padding, dilation)
        return
    result = output_size(size, kernel, stride, padding, dilation)
    assert result == len(starts)
    read = max(starts) + dilation * (kernel - 1) + 1 - before
    assert dropped(size, kernel, stride, padding, dilation) == max(size - read, 0)


@given(st.integers(1, 30), small, small, st.integers(1, 3))
def test_same_covers_all_with_least_and_late_padding(size, kernel, stride, dilation):
    before, after = padding_split(size, kernel, stride, "same", dilation)
    outputs = output_size(size, kernel, stride, "same", dilation)
    assert outputs == -(-size // stride)
    assert 0 <= after - before <= 1
    assert outputs == len(windows_counted(size, kernel, stride, before, after, dilation))
    if before + after:  # one zero less and a window is lost
        assert outputs > len(windows_counted(size, kernel, stride, before, after - 1, dilation))


@given(st.integers(1, 30), small, small, paddings, st.integers(1, 3))
def test_every_step_of_an_output_size_has_its_value(size, kernel, stride, padding, dilation):
    try:
        result = output_size(size, kernel, stride, padding, dilation)
    except ValueError:
        return
    arithmetic = [step for step in result.steps if not step.startswith("kernel span")]
    assert {evaluated(step) for step in arithmetic} == {result.value}


@pytest.mark.parametrize(
    ("arguments", "value"),
    [
        ((6, 3, 1, 0), 4),  # size-06
        ((6, 3, 2, 1), 3),
        ((28, 5, 1), 24),  # size-08
        ((28, 5, 2), 12),
        ((11, 2, 3), 4),  # size-09: without the floor it would be 10/3
        ((32, 3), 30),  # size-11
        ((30, 2, 2), 15),  # size-10
        ((28, 2, 2), 14),  # pool-07
        ((11, 2, 2), 5),  # pool-06
        ((5, 2, 2, "same"), 3),  # pool-02
        ((227, 11, 4), 55),  # mod-10
        ((14, 5), 10),  # mod-09
    ],
)
def test_the_lectures_sizes(arguments, value):
    assert output_size(*arguments) == value


def test_the_lectures_uneven_same():
    assert padding_split(6, 3, 2, "same") == (0, 1)  # size-07
    assert padding_split(6, 3, 1, "same") == (1, 1)
    assert dropped(11, 2, 2) == 1  # pool-06
    assert dropped(10, 2, 2) == 0


def test_steps_of_an_output_size():
    assert output_size(6, 3, 2, 1).steps == [
        "floor((6 + 2*1 - 3) / 2) + 1",
        "= floor(5 / 2) + 1",
        "= 2 + 1",
        "= 3",
    ]
    assert output_size(6, 3, 2, (0, 1)).steps[0] == "floor((6 + 0 + 1 - 3) / 2) + 1"
    assert output_size(6, 3, 2).steps[0] == "floor((6 - 3) / 2) + 1"
    assert output_size(6, 3, 2, "same").steps == ["ceil(6 / 2)", "= 3"]
    assert output_size(9, 3, dilation_rate=2).steps[0] == "kernel span = 2*(3 - 1) + 1 = 5"


def test_steps_of_a_padding_split():
    assert padding_split(6, 3, 2).steps == [
        "outputs = ceil(6 / 2) = 3",
        "total = max((3 - 1)*2 + 3 - 6, 0) = max(1, 0) = 1",
        "before = floor(1 / 2) = 0",
        "after = 1 - 0 = 1",
    ]
    assert padding_split(6, 3, 2, 2).value == (2, 2)
    assert padding_split(6, 3, 2, (2, 0)).value == (2, 0)


def test_output_shape_takes_each_argument_once_or_per_axis():
    result = output_shape((28, 30), (3, 5), (1, 2), (0, (1, 2)), 1)
    assert result.value == (output_size(28, 3).value, output_size(30, 5, 2, (1, 2)).value)
    assert result.steps[0].startswith("axis 1: floor((28 - 3) / 1) + 1 = ")
    assert output_shape((28, None), 3, padding="same").value == (28, None)
    assert output_shape((9,), 3, padding=(2, 1)).value == (output_size(9, 3, 1, (2, 1)).value,)


@given(small, small, st.integers(1, 4), st.integers(1, 2), st.sampled_from(["valid", "same"]))
def test_a_transposed_size_leads_back_to_the_inputs(size, kernel, stride, dilation, padding):
    least = 1 - (dilation * (kernel - 1) + 1) % 2 if padding == "same" else 0
    for extra in (None, *range(least, least + stride)):
        grown = transpose_output_size(size, kernel, stride, padding, extra, dilation)
        assert output_size(int(grown), kernel, stride, padding, dilation) == size
        assert evaluated(grown.steps[-1]) == grown.value


def test_transposed_shapes():
    assert transpose_output_shape((7, None), 3, 2, "same").value == (14, None)
    assert transpose_output_size(5, 3, 2).steps == ["(5 - 1)*2 + 3", "= 8 + 3", "= 11"]
    assert transpose_output_size(5, 3, 2, "same", 1).steps == ["(5 - 1)*2 + 3 % 2 + 1", "= 10"]
    assert transpose_output_shape((5, 6), (3, 2), 2, "valid", (1, 0)).value == (12, 12)


@pytest.mark.parametrize(
    ("arguments", "value"),
    [
        (((3, 3), 1, 32), 320),  # par-05
        (((3, 3), 32, 64), 18496),  # par-06
        (((3, 3), 3, 4, False), 108),  # par-03
        (((3, 3), 3, 4), 112),
        (((3, 3), 1, 5), 50),  # par-07
        (((3, 3), 5, 2), 92),  # par-08
        (((3, 3), 1, 8), 80),  # par-09
        (((3, 3), 8, 16), 1168),  # par-10
        (((5, 5), 1, 1), 26),  # par-11
        (((5, 5), 100, 50), 125_050),  # par-12
        ((2, 3, 1), 7),  # dim-05
        ((3, 300, 10), 9010),  # dim-06
        (((5, 5), 6, 16), 2416),  # mod-09
        (((11, 11), 3, 96), 34_944),  # mod-10
    ],
)
def test_the_lectures_convolution_parameters(arguments, value):
    result = conv_parameters(*arguments)
    assert result == value
    assert {evaluated(step) for step in result.steps} == {value}


def test_the_lectures_dense_parameters():
    assert dense_parameters(784, 784, use_bias=False) == 614_656  # par-01
    assert dense_parameters(784, 784) == 615_440
    assert dense_parameters(200_000, 200_000, use_bias=False) == 40_000_000_000  # par-02
    outputs = output_shape((400, 500), 3)
    assert (
        dense_parameters(600_000, 4 * outputs[0] * outputs[1], False) == 475_689_600_000
    )  # par-04
    assert dense_parameters(1600, 10).steps == ["(1600 + 1) * 10", "= 1601 * 10", "= 16010"]
    assert dense_parameters(36, 16, use_bias=False) == 576  # par-16


def test_multiply_adds_are_the_products_of_the_loops():
    assert multiply_adds((11, 11), 3, 32, 64) == 11 * 11 * 64 * 3 * 3 * 32
    assert multiply_adds(4, 2, 3, 1).steps == ["(4*1) * (2*3)", "= 4 * 6", "= 24"]


def seen(layers, cell):
    """Input cells that output ``cell`` reads, found by walking back through the layers."""
    cells = {cell}
    for kernel, stride, dilation in reversed(layers):
        cells = {c * stride + i * dilation for c in cells for i in range(kernel)}
    return cells


@given(st.lists(st.tuples(st.integers(1, 5), st.integers(1, 3), st.integers(1, 3)), max_size=4))
def test_receptive_field_is_the_span_of_the_cells_read(layers):
    result = receptive_field(layers)
    first, second = seen(layers, 0), seen(layers, 1)
    assert result == max(first) - min(first) + 1
    assert result.jump == min(second) - min(first)
    assert result.start == (max(first) + min(first) + 1) / 2
    assert len(result.rows) == len(layers)


def test_receptive_field_of_the_mnist_model():
    result = receptive_field([3, (2, 2), {"kernel_size": 3}, (2, 2, 1)])
    assert [row["size"] for row in result.rows] == [3, 4, 8, 10]
    assert [row["jump"] for row in result.rows] == [1, 2, 2, 4]
    assert result.steps[2] == "layer 3: size = 4 + (3 - 1)*2 = 8, jump = 2*1 = 2"
    assert receptive_field([(3, 1, 2)]).steps == [
        "layer 1: size = 1 + 2*(3 - 1)*1 = 5, jump = 1*1 = 1"
    ]


def test_a_result_may_be_used_as_its_number():
    result = output_size(6, 3)
    assert (int(result), float(result), list(range(result))) == (4, 4.0, [0, 1, 2, 3])
    assert (result + 1, 1 + result, result - 1, 5 - result, 2 * result) == (5, 5, 3, 1, 8)
    assert 3 < result <= 4 and result >= output_size(6, 3) and result != 5
    assert hash(result) == hash(4) and result and repr(result) == "Result(4)"
    before, after = padding_split(6, 3, 2)
    assert (before, after) == (0, 1) and len(padding_split(6, 3, 2)) == 2
    with pytest.raises(AttributeError):
        result.value = 5
    with pytest.raises(TypeError, match="not one integer"):
        range(padding_split(6, 3))


def test_a_result_shows_itself():
    result = output_size(6, 3, 2, 1)
    assert str(result) == "\n".join(result.steps)
    assert result._repr_latex_() == (
        r"$\displaystyle \begin{aligned} "
        r"&\left\lfloor \frac{6 + 2 \cdot 1 - 3}{2} \right\rfloor + 1 \\ "
        r" &= \left\lfloor \frac{5}{2} \right\rfloor + 1 \\  &= 2 + 1 \\  &= 3 \end{aligned}$"
    )
    assert "<code>floor((6 + 2*1 - 3) / 2) + 1</code>" in result._repr_html_()
    assert r"(3 - 1) \cdot 2" in padding_split(6, 3, 2)._repr_latex_()
    assert r"3 \bmod 2" in transpose_output_size(5, 3, 2, "same", 1)._repr_latex_()
    assert r"\text{layer 1: }" in receptive_field([3])._repr_latex_()
    assert r"\text{None}" in output_shape((None,), 3)._repr_latex_()


@pytest.mark.parametrize(
    ("call", "kind", "text"),
    [
        (
            lambda: output_size(0, 3),
            ValueError,
            "output_size: size must be a positive integer, got 0.",
        ),
        (
            lambda: output_size(6, 3, 0),
            ValueError,
            "output_size: strides must be a positive integer, got 0.",
        ),
        (lambda: output_size(6, 3, -2), ValueError, "strides must be a positive integer, got -2."),
        (
            lambda: output_size(6, 2.0),
            TypeError,
            "kernel_size must be a positive integer, got 2.0.",
        ),
        (lambda: output_size(True, 2), TypeError, "size must be a positive integer, got True."),
        (
            lambda: output_size(6, 3, 1, -1),
            ValueError,
            "padding must be an integer, 0 or more, got -1.",
        ),
        (
            lambda: output_size(6, 3, 1, "full"),
            ValueError,
            'padding must be "valid", "same", an integer or a pair (before, after), got \'full\'.',
        ),
        (lambda: output_size(6, 3, 1, None), ValueError, "a pair (before, after), got None."),
        (
            lambda: output_size(6, 3, 1, (1, 1, 1)),
            ValueError,
            "a pair (before, after), got (1, 1, 1).",
        ),
        (
            lambda: output_size(3, 3, dilation_rate=2),
            ValueError,
            "output_size: kernel_size must not be larger than the input, got kernel_size 3 "
            '(dilated to 5) for an input of size 3. Take a smaller one, or padding="same".',
        ),
        (lambda: output_size(3, 6, 1, 1), ValueError, "input of size 3 (padded to 5)."),
        (lambda: dropped(3, 6), ValueError, "dropped: kernel_size must not be larger"),
        (
            lambda: output_shape(28, 3),
            TypeError,
            "spatial must be a tuple with one size per axis, got 28.",
        ),
        (
            lambda: output_shape((28, 28), (3, 3, 3)),
            ValueError,
            "output_shape: kernel_size must be an integer or 2 integers, one per spatial axis, "
            "got (3, 3, 3).",
        ),
        (lambda: output_shape((9, 9), 3, padding=(1, 1, 1)), ValueError, "2 integers or pairs"),
        (
            lambda: transpose_output_size(5, 3, 2, "same", 2),
            ValueError,
            "output_padding must lie in 0 to 1 for kernel_size 3, strides 2 and padding 'same', "
            "got 2.",
        ),
        (
            lambda: transpose_output_size(5, 3, 2, 1),
            ValueError,
            'must be "valid" or "same", got 1.',
        ),
        (
            lambda: conv_parameters((3, 0), 1, 1),
            ValueError,
            "kernel_size must be a positive integer",
        ),
        (lambda: conv_parameters(3, 0, 1), ValueError, "in_channels must be a positive integer"),
        (
            lambda: conv_parameters(3, 1, -4),
            ValueError,
            "filters must be a positive integer, got -4.",
        ),
        (lambda: dense_parameters(10, 0), ValueError, "units must be a positive integer, got 0."),
        (
            lambda: multiply_adds((4, 4), (3,), 1, 1),
            ValueError,
            "or 2 integers, one per spatial axis",
        ),
        (
            lambda: receptive_field([3, (2, 0)]),
            ValueError,
            "receptive_field: layer 2: strides must be a positive integer, got 0.",
        ),
        (
            lambda: receptive_field([{"strides": 2}]),
            ValueError,
            "receptive_field: layer 1 must have kernel_size",
        ),
        (lambda: receptive_field([(1, 1, 1, 1)]), ValueError, "got (1, 1, 1, 1)."),
    ],
)
def test_bad_numbers_are_named(call, kind, text):
    with pytest.raises(kind) as caught:
        call()
    assert text in str(caught.value)


def test_the_public_names():
    assert all(hasattr(shapes, name) for name in shapes.__all__)


def test_a_group_reads_its_share_of_the_channels():
    assert conv_parameters((3, 3), 32, 64, groups=4) == (9 * 8 + 1) * 64
    assert conv_parameters(3, 8, 8, use_bias=False, groups=8) == 3 * 8
    assert multiply_adds((5, 7), 3, 32, 64, groups=4) == 5 * 7 * 64 * 9 * 8
    assert multiply_adds((5, 7), 3, 32, 64, groups=4).steps[0] == "(5*7*64) * (3*3*(32/4))"
    for owner, count in (
        ("conv_parameters", lambda: conv_parameters(3, 32, 6, groups=4)),
        ("multiply_adds", lambda: multiply_adds((5, 5), 3, 32, 6, groups=4)),
    ):
        with pytest.raises(ValueError, match=f"{owner}: filters must be a multiple of groups"):
            count()


def test_activation_memory_is_four_bytes_for_each_cell():
    assert activation_memory((112, 112, 96)) == np.zeros((112, 112, 96), np.float32).nbytes
    assert activation_memory((7, 3), 32, 8) == np.zeros((32, 7, 3)).nbytes
    assert activation_memory((7, 3), 32).steps == ["7*3*32*4", "= 2688"]
    with pytest.raises(ValueError, match="activation_memory: examples must be a positive integer"):
        activation_memory((7, 3), 0)
