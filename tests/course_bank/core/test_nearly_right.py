"""An array that is right but for a few values: half of the points, and where to look."""

import numpy as np
import pytest

from course_bank import bank
from course_bank.core.nearly_right import few_wrong
from course_bank.core.question import CLOSE

MAP = [[4, 8, 2], [3, 1, 7], [5, 0, 6]]


def changed(*places):
    value = np.array(MAP, np.float64)
    for place in places:
        value[place] += 1
    return value


@pytest.mark.parametrize(
    ("places", "sentence"),
    [
        ([(1, 2)], "8 of the 9 values are right. Look again at row 1 (counted from 0)."),
        ([(0, 0), (2, 1)], "7 of the 9 values are right. Look again at rows 0 and 2 (counted"),
        ([(0, 0), (0, 1)], "7 of the 9 values are right. Look again at row 0 (counted"),
        ([], None),
        ([(0, 0), (1, 1), (2, 2)], None),
    ],
)
def test_a_few_wrong_values_are_located(places, sentence):
    found = few_wrong(changed(*places), MAP, 1e-3)
    assert found is None if sentence is None else found.startswith(sentence), found


def test_three_rows_and_a_plain_list():
    expected = np.arange(1, 13).reshape(6, 2)
    wrong = expected + np.array([[0, 0], [1, 0], [1, 0], [0, 1], [0, 0], [0, 0]])
    assert "rows 1, 2 and 3 (" in few_wrong(wrong, expected, 1e-3)
    assert "Look again at value 2 (" in few_wrong(np.array([1, 2, 4]), [1, 2, 3], 1e-3)


def test_an_array_of_zeros_is_never_nearly_right():
    expected = np.zeros((4, 4))
    expected[0, 1] = expected[2, 2] = 3
    assert few_wrong(np.zeros((4, 4)), expected, 1e-3) is None


def test_axes_of_length_one_do_not_matter_and_other_shapes_are_not_compared():
    assert few_wrong(changed((1, 2))[None, :, :, None], MAP, 1e-3).startswith("8 of the 9")
    assert few_wrong(np.zeros((2, 2)), MAP, 1e-3) is None


@pytest.mark.parametrize("name", ["conv-valid-map", "dims-conv1d-values"])
def test_one_wrong_value_earns_what_a_near_mistake_does(name):
    variant = bank[name].variant(1)
    value = np.array(variant.answer)
    value.flat[-1] += 1
    verdict = bank[name].grade(variant, {"value": value})
    assert (verdict.credit, verdict.misconception) == (CLOSE, None)
    assert f"{value.size - 1} of the {value.size} values are right." in verdict.message
