"""Prompts as the book prints them."""

import pytest

from course_bank import bank
from course_bank.core.question import slip
from course_bank.core.rendering import minus, to_html


@pytest.mark.parametrize(
    "typed, printed",
    [
        ("-3 and +1", "−3 and +1"),
        ("2·(-3.5) + (-b) - .5", "2·(−3.5) + (−b) − .5"),
        ("-ln(0.5), -(-2)", "−ln(0.5), −(−2)"),
        ("[0, -2]", "[0, −2]"),
        ("`x[-1]` is -1, `-x` as well", "`x[-1]` is −1, `-x` as well"),
        ("LeNet-5, rows 1-3, 1e-5, side-by-side", "LeNet-5, rows 1-3, 1e-5, side-by-side"),
    ],
)
def test_a_sign_is_printed_as_minus(typed, printed):
    assert minus(typed) == printed


def test_code_keeps_its_hyphens():
    prompt = "The bias -2 and `[-1, 2]`\n\n| a |\n|---|\n| -4 |\n\n```python\nx = -1\n```"
    html = to_html(prompt)
    assert "bias −2" in html and "<td>−4</td>" in html
    assert "<code>[-1, 2]</code>" in html and "x = -1" in html
    assert to_html("all `-1` or -1", inline=True) == "all <code>-1</code> or −1"


def test_messages_have_the_sign_and_code_in_them_does_not():
    assert slip("last", None, "`x[-1]` is -1.").message == "`x[-1]` is −1."
    variant = bank["pixel-agreement"].variant(0)
    strokes = next(wrong for wrong in variant.misconceptions if wrong.name == "strokes only")
    said = variant.question.grade(variant, {"value": strokes.answer}).message
    assert said == "Two background pixels agree as well: −1 times −1 is +1."


def test_a_typed_answer_is_told_as_it_was_typed():
    variant = bank["pixel-agreement"].variant(0)
    assert "-2.5 is none" in variant.question.grade(variant, {"value": -2.5}).message
    assert "'-two'" in variant.question.grade(variant, {"value": "-two"}).message
