"""The course's own drawings in a notebook: kept and shown as pictures, and no other SVG."""

import base64

import nbformat
import pytest

from course_bank import bank
from course_grading.pages import folded_notebook
from course_grading.submission import drawings
from tests.course_grading.submission.test_outputs import display, key_of, page, shown

CARDS = [bank[f"clinic-{ward}-fault"].variant(1) for ward in ("flat", "plateau", "doubt")]


def drawn(variant=CARDS[0]):
    return variant.question.picture(variant.n)


@pytest.mark.parametrize("variant", CARDS)
def test_a_drawing_of_the_course_is_kept_and_shown_as_a_picture(variant):
    svg = drawn(variant).svg()
    (item,) = shown(display(**{"image_svg+xml": svg, "text_plain": "Drawing(526 x 562)"}))
    assert item["data"]["image/svg+xml"] == svg
    output = nbformat.v4.new_output("display_data", data=item["data"])
    cell = nbformat.v4.new_code_cell("x", outputs=[output])
    (part,) = folded_notebook.cells(nbformat.v4.new_notebook(cells=[cell]), set())
    data = base64.b64encode(svg.encode()).decode()
    source = f'src="data:image/svg+xml;base64,{data}"'
    assert f'<img class="drawing" alt="Drawing(526 x 562)" {source}>' in part


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("</svg>", "<script>alert(1)</script></svg>"),
        ("</svg>", '<image href="//evil"/></svg>'),
        ("</svg>", '<rect class="x" onload="1"/></svg>'),
        ("</svg>", '<rect style="x"/></svg>'),
        ("</svg>", '<rect x="url(//evil)"/></svg>'),
        ("</svg>", "<foreignObject><b>x</b></foreignObject></svg>"),
        ("</svg>", "<!ENTITY a 'b'></svg>"),
        ("</svg>", "&a;</svg>"),
        ("</svg>", "</svg><script/>"),
        ("<style>", "<style>@import url(//evil);"),
        ("<svg ", '<svg onload="alert(1)" '),
        (f'width="{drawn().width}"', 'width="9999"'),
    ],
)
def test_what_is_no_drawing_of_the_course_is_not_kept(old, new):
    svg = drawn().svg().replace(old, new, 1)
    assert new in svg and drawings.is_drawing(drawn().svg())
    (item,) = shown(display(**{"image_svg+xml": svg, "text_plain": "x"}))
    assert item["data"] == {"text/plain": "x"}


def test_a_drawing_that_is_too_long_ends_soon():
    svg = drawn().svg()
    more = svg.replace("</svg>", '<rect x="1"/>' * 20_000 + "</svg>")
    assert not drawings.is_drawing(more)
    assert not drawings.is_drawing(svg.replace("</svg>", "<text>" + "<tspan>a" * 9000 + "</svg>"))


def test_a_task_with_a_card_shows_it_again_from_the_key():
    entry = {
        "id": "clinic-flat-fault",
        "points": 2.0,
        "score": 0.0,
        "credit": 0.0,
        "message": "No.",
    }
    key = key_of(entry["id"])
    key.picture = lambda name, student: drawn()
    made = page(record={"questions": [entry]}, key=key)
    assert made.count('<div class=\'card\'><img class="drawing" alt="clinic-flat-fault"') == 1
    asked = {**entry, "prompt": "Which?", "choices": {"a": "It."}, "answer": "'a'"}
    whole = page(record={"questions": [asked]}, key=key)
    assert "Your answer: <code>&#x27;a&#x27;</code>, It.</p>" in whole
    assert whole.count('<img class="drawing"') == 2  # small, and as large as in the notebook
    assert "class='card'" not in page(record={"questions": [entry]}, key=key_of(entry["id"]))
