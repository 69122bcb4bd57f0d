"""What a practice quiz of the book gets from the bank."""

import pytest

from course_bank import bank, quiz
from course_bank.practice import written


@pytest.mark.parametrize(
    ("form", "answer", "text"),
    [
        ("shape", [13, 13, 32], "(13, 13, 32)"),
        ("shape", [1600], "(1600,)"),
        ("integer", 1668490, "1,668,490"),
        ("integer", -7, "−7"),
        ("number", 5.640000000000001, "5.64"),
        ("number", -0.3239213693678733, "−0.3239"),
        ("array", [[4, 8], [8, 4]], "[[4, 8], [8, 4]]"),
        ("choice", "b", "b"),
    ],
)
def test_answers_are_written_as_the_course_writes_them(form, answer, text):
    assert written(form, answer) == text


def test_a_question_about_a_picture_of_the_notebook_is_none_for_a_quiz():
    assert bank["clinic-flat-pace"].in_quiz
    with pytest.raises(ValueError, match=r"got \['clinic-flat-fault'\]"):
        quiz(questions=["clinic-flat-pace", "clinic-flat-fault"])
