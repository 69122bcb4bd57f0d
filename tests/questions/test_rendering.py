"""Prompts as the book prints them."""

import pytest

from course_lib.questions.rendering import minus, to_html


@pytest.mark.parametrize(
    "typed, printed",
    [
        ("-3 and +1", "−3 and +1"),
        ("2·(-3.5) + (-b) - .5", "2·(−3.5) + (−b) − .5"),
        ("-ln(0.5), -(-2)", "−ln(0.5), −(−2)"),
        ("[0, -2]", "[0, −2]"),
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
