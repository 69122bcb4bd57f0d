"""What a practice quiz of the book gets from the bank."""

import json

import pytest

from course_bank import bank, quiz
from course_bank.core.question import Question
from course_bank.practice import page_data, written

VALUES = [name for name, question in bank.items() if not question.hidden]


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


@pytest.mark.parametrize("name", VALUES)
def test_the_quiz_gets_plain_json_and_safe_html(name):
    variant = bank[name].variant(0)
    payload = json.loads(json.dumps(page_data(variant)))
    assert payload["id"] == name
    assert payload["answer"] == variant.answer
    assert [m["name"] for m in payload["misconceptions"]] == [
        m.name for m in variant.misconceptions
    ]
    html = payload["prompt_html"] + "".join(payload["steps"])
    assert "<script" not in html
    assert "**" not in payload["prompt_html"]
    if "|---|" in variant.prompt:
        assert "<table>" in payload["prompt_html"]
    if bank[name].form == "choice":
        assert [c["letter"] for c in payload["choices"]] == list(variant.choices)


def test_a_question_answered_by_code_is_none_for_the_quiz():
    with pytest.raises(ValueError, match="conv2d-loops is answered by code"):
        page_data(bank["conv2d-loops"].variant(1))


def test_the_quiz_shows_no_backticks():
    for name in VALUES:
        payload = page_data(bank[name].variant(0))
        assert "`" not in "".join(m["message"] for m in payload["misconceptions"])
        assert "`" not in "".join(payload["steps"])


def test_html_in_a_prompt_is_shown_not_obeyed():
    question = Question(
        id="hostile",
        topic="pooling",
        teaches="Nothing.",
        draw=lambda rng: {"size": rng.integer(1, 9)},
        prompt="<img src=x onerror=alert(1)> [click](javascript:alert(1)) {size}",
        answer=lambda n: n.size,
        steps=lambda n: ["<b>1*2*3</b>"],
    )
    payload = page_data(question.variant(1))
    assert "<img" not in payload["prompt_html"]
    assert 'href="javascript' not in payload["prompt_html"]
    assert payload["steps"] == ["&lt;b&gt;1*2*3&lt;/b&gt;"]
