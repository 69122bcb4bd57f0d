"""What model answers and rubrics claim, computed."""

import pytest

from course_bank.assignments.judgements import judgements
from course_lib import shapes


def places(n, k, s):
    """Where a window starts, tried one by one."""
    return [i for i in range(0, n, s) if i + k <= n]


def test_when_the_page_without_a_floor_is_right():
    """sizes-why-floor: (n - k + 1)/s is right where s divides it, and rounded up always."""
    assert "right where s divides n - k + 1" in judgements["sizes-why-floor"].rubric[0][1]
    for n in range(2, 40):
        for k in range(1, min(n, 9) + 1):
            for s in range(1, 7):
                count, cells = len(places(n, k, s)), n - k + 1
                assert count == shapes.output_size(n, k, s).value == -(-cells // s)
                assert (cells / s == count) == (cells % s == 0)
                if cells % s:
                    assert cells // s == count - 1  # rounded down: one too few


@pytest.mark.parametrize(("n", "size", "left"), [(11, 4, 0), (12, 4, 1), (13, 4, 2)])
def test_the_examples_of_the_floor(n, size, left):
    assert len(places(n, 2, 3)) == size
    assert n - (places(n, 2, 3)[-1] + 2) == left == shapes.dropped(n, 2, 3).value


def test_the_two_designs_from_64_to_8():
    """sizes-design: three layers with stride 2 and same padding, or one of 8 x 8 with stride 8."""
    size = 64
    for expected in (32, 16, 8):
        size = shapes.output_size(size, 3, 2, "same").value
        assert size == expected
    assert shapes.output_size(64, 8, 8).value == 8


def test_the_kernel_whose_weights_sum_to_zero():
    """conv-zero-sum: three rows [-1, 0, 1] on three rows [2, 2, 9]."""
    assert 3 * sum(w * x for w, x in zip([-1, 0, 1], [2, 2, 9], strict=True)) == 21


def test_the_ways_of_five_pixels():
    """rf-not-all-alike: through two kernels of 3, each pixel by so many pairs of weights."""
    ways = [sum(a + b == place for a in range(3) for b in range(3)) for place in range(5)]
    told = ", ".join(map(str, ways[:4])) + f" and {ways[4]}"
    assert told in judgements["rf-not-all-alike"].solution


def test_the_counts_of_the_small_device():
    """mnist-small-device: parameters of the classifier with 3 x 3 kernels, and their bytes."""
    text = judgements["mnist-small-device"].solution
    for first, second in ((16, 24), (8, 16), (8, 12)):
        a = shapes.conv_parameters((3, 3), 1, first).value
        b = shapes.conv_parameters((3, 3), first, second).value
        c = shapes.dense_parameters(25 * second, 10).value
        assert f"{a + b + c:,}" in text
        assert f"{4 * (a + b + c):,}" in text


def test_where_the_lectures_parameters_sit():
    """params-where-they-sit: 1,024 units behind 5 x 5 x 64 values."""
    assert shapes.dense_parameters(5 * 5 * 64, 1024).value == 1_639_424
    assert shapes.dense_parameters(5 * 5 * 64, 10).value == 16_010
