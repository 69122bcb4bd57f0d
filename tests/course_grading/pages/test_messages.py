"""How what a verdict says is shown."""

import pytest
from bs4 import BeautifulSoup

from course_bank import bank
from course_bank.core.value_answer import look_again
from course_bank.topics.design import judging
from course_grading.pages import messages
from course_grading.pages.feedback import Page
from course_grading.pipeline import verdicts


def test_what_is_missing_is_a_list_and_all_of_it_is_text():
    shown = messages.shown("Right: a < b. Not yet:\n- `c` is 3.\n- d.", "In the book: x.")
    assert shown == (
        "<p class='message'>Right: a &lt; b. Not yet:</p><ul class='missing'>"
        "<li><code>c</code> is 3.</li><li>d.</li></ul><p>In the book: x.</p>"
    )
    assert messages.shown("No.", "x") == "<p class='message'>No. x</p>"


@pytest.mark.parametrize("where", [bank["sizes-valid"].where, "Lecture 3", ""])
def test_where_to_look_is_told_once_and_with_what_a_cell_stopped_stays(where):
    verdict = verdicts.entry("a", 1, 0.0, message=f"Not right.{look_again(where)}", where=where)
    entry = verdicts.explained(verdict, "stopped with NameError: ‘name 'k' is not defined’.")
    page = Page.__new__(Page)
    page.key, page.answers, page.worked = None, {}, None
    shown = BeautifulSoup("".join(filter(None, page._question(entry))), "html.parser")
    told = "Not right. Your cell stopped with NameError: ‘name 'k' is not defined’."
    place = f"In the book: {where}." if where else ""
    assert shown.get_text().strip() == f"{told} {place}".strip()


ENTRY = {"id": "a", "credit": 0.0, "misconception": "the rate was too small", "answer": "'b'"}


@pytest.mark.parametrize(
    ("choices", "told"),
    [(None, "known mistake: the rate was too small"), ({"b": "x"}, "not right")],
)
def test_a_wrong_choice_is_not_called_what_the_patient_suffers_from(choices, told):
    page = Page.__new__(Page)
    page.entries, page.record = {"a": {**ENTRY, "choices": choices}}, {}
    assert page._state("a") == ("wrong", told)


def test_designs_list_what_they_miss():
    found = judging.verdict(
        [
            judging.Property(True, "output shape (3,)", ""),
            judging.Property(False, "9 parameters", "Take k - 1."),
            judging.Property(False, "no softmax", ""),
        ]
    )
    assert found.message == (
        "Right: output shape (3,). Not yet:\n- 9 parameters. Take k − 1.\n- No softmax."
    )
