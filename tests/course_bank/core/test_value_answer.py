"""What is read of a student's kernel where the answer is a value."""

from decimal import Decimal

import numpy as np
import pytest

from course_bank import bank
from course_lib import shapes


def test_the_probe_emits_what_the_student_assigned():
    variant = bank["sizes-rectangle"].variant(3)
    emitted = {}
    names = {"sizes_rectangle": (None, np.int64(7), shapes.output_size(9, 2), 5)}
    exec(variant.question.probe(variant), {**names, "emit": emitted.update})
    assert emitted == {"value": [None, 7, 8, 5]}


@pytest.mark.parametrize(
    ("value", "emitted"),
    [
        (float("nan"), "nan"),
        (10**30, 10**30),
        (10**40, {"type": "int, too long to be meant"}),
        (object(), {"type": "object"}),
        ({1: 2}, {"type": "dict"}),
        (Decimal(26), 26),
        (2j, {"type": "complex"}),
        (..., None),
        (shapes.output_size(9, 2), 8),
        (np.bool_(True), True),
    ],
)
def test_odd_values_become_plain_ones(value, emitted):
    variant, found = bank["sizes-valid"].variant(3), {}
    exec(variant.question.probe(variant), {"sizes_valid": value, "emit": found.update})
    assert found == {"value": emitted}
    assert variant.question.grade(variant, found).message.endswith(".")


def test_names_of_python_that_a_student_used_do_no_harm():
    variant, found = bank["sizes-rectangle"].variant(3), {}
    names = {"sizes_rectangle": (4, 5, 6), "list": [1], "isinstance": 2, "type": 3, "vars": 4}
    exec(variant.question.probe(variant), {**names, "emit": found.update})
    assert found == {"value": [4, 5, 6]}


def test_a_missing_variable_is_an_empty_answer():
    variant, found = bank["sizes-valid"].variant(3), {}
    exec(variant.question.probe(variant), {"emit": found.update})
    verdict = variant.question.grade(variant, found)
    assert verdict.misconception == "empty"
    assert verdict.message.startswith("`sizes_valid` was never set.")
    assert variant.question.grade(variant, {"value": None}).message == "No answer was given."


def test_a_heading_that_asks_ends_in_its_own_mark():
    """On the page of a task, in the verdict and so in the feedback."""
    variant = bank["conv-with-bias"].variant(1)
    message = bank["conv-with-bias"].grade(variant, {"value": 987654}).message
    assert message.endswith("Look again at Chapter 2, Convolution or cross-correlation?")
    assert (
        bank["conv-valid-map"].grade(bank["conv-valid-map"].variant(1), {"value": 5}).message[-1]
        == "."
    )
