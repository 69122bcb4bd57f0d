"""Outputs and feedback pages: small, and nothing in them acts."""

import base64
import struct
from types import SimpleNamespace

import nbformat
import pytest

from course_bank import bank
from course_grading.pages import feedback, terminal
from course_grading.submission import outputs, pictures


def shown(*frames):
    made = outputs.Outputs()
    for frame in frames:
        made.add(frame)
    return made.items


def display(**data):
    data = {key.replace("_", "/", 1): value for key, value in data.items()}
    return {"output": {"output_type": "display_data", "data": data}}


@pytest.mark.parametrize(
    "bad",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<svg onload=alert(1)></svg>",
        "<iframe src=//evil></iframe>",
        "<a href='javascript:alert(1)'>x</a>",
        "<style>body{display:none}</style>",
        "<form action=//evil><input></form>",
        "<b onclick=alert(1)>x</b>",
        "<table background=javascript:alert(1)>",
    ],
)
def test_html_is_cleaned(bad):
    (item,) = shown(display(text_html=bad, text_plain="x"))
    text = item["data"]["text/html"].lower()
    for word in ("script", "onerror", "onload", "onclick", "iframe", "style", "form", "background"):
        assert word not in text, text


def test_tables_stay():
    (item,) = shown(display(text_html="<table><tr><td colspan=2>1</td></tr></table>"))
    assert 'colspan="2"' in item["data"]["text/html"]


def png_of(width, height):
    """The beginning of a PNG file of this size."""
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", width, height)


def test_the_size_of_a_jpeg_is_found():
    frame = struct.pack(">BBHBHH", 0xFF, 0xC0, 17, 8, 3, 4) + bytes(20)
    comment = struct.pack(">BBH", 0xFF, 0xFE, 4) + b"hi"
    picture = base64.b64encode(b"\xff\xd8" + comment + frame).decode()
    assert pictures.is_picture("image/jpeg", picture)
    assert not pictures.is_picture("image/jpeg", base64.b64encode(b"\xff\xd8\xff").decode())


def test_only_pictures_are_pictures():
    png = base64.b64encode(png_of(4, 3)).decode()
    assert shown(display(image_png=png))[0]["data"]["image/png"] == png
    unfolding = base64.b64encode(png_of(16_000, 16_000)).decode()
    for fake in ("<script>", base64.b64encode(b"GIF89a").decode(), "A" * 2_000_000, unfolding):
        assert shown(display(image_png=fake)) == []


def test_unknown_types_are_dropped():
    assert shown(display(**{"application_javascript": "alert(1)"})) == []
    assert shown({"output": {"output_type": "execute_result", "data": 3}}) == []
    assert shown({"output": 7}, {"output": {"output_type": "stream", "text": 3}}) == []


def test_size_of_a_cell_is_bounded():
    stream = {"output": {"output_type": "stream", "name": "stdout", "text": "x" * 90_000}}
    items = shown(*[stream] * 50, *[display(text_plain="y" * 50_000)] * 50)
    assert sum(len(str(item)) for item in items) < 600_000
    assert len(shown(*[display(text_plain="y")] * 1000)) == outputs.MOST_OUTPUTS


def page(*cells, record=None, key=None, **run):
    nb = nbformat.v4.new_notebook(cells=list(cells), metadata={"grading": record or {}})
    values = {"notebook": "ps2", "score": 1.0, "max_score": 2.0, "late_penalty": 0.0, **run}
    made = feedback.Page(nb, values)
    made.key = key
    return made.text()


def key_of(name):
    """As much of an assignment's key as a page reads, of one question of the bank."""
    question = bank[name]
    return SimpleNamespace(
        title="Sizes",
        questions={name: 1},
        hidden=lambda _: question.hidden,
        page=lambda _: question.page,
        picture=lambda *_: None,
    )


def test_a_page_shows_names_and_answers_as_text():
    bad = "<script>alert(1)</script>"
    entry = {
        "id": "q1",
        "points": 2.0,
        "score": 1.0,
        "credit": 0.5,
        "message": bad,
        "answer": bad,
        "prompt": f"How many? {bad}",
        "where": "Chapter 3",
    }
    text = page(
        nbformat.v4.new_markdown_cell(bad),
        nbformat.v4.new_code_cell(
            f"print({bad!r})", outputs=[nbformat.v4.new_output("stream", name="stdout", text=bad)]
        ),
        record={"questions": [entry], "flags": ["for the instructor"], "assignment": "ps2"},
    )
    assert "<script" not in text
    assert "partly right" in text
    assert "1 of 2 points" in text
    assert "for the instructor" not in text


def test_the_sentence_comes_before_the_numbers_of_a_function():
    """What a function returned on hidden inputs is long: it is folded."""
    entry = {
        "id": "conv2d-loops",
        "points": 5.0,
        "score": 0.0,
        "credit": 0.0,
        "message": "Not yet. Keep `bias`.",
        "answer": "case0 = array of shape (4, 4, 1)",
    }
    text = page(record={"questions": [entry]}, key=key_of(entry["id"]))
    assert "Keep <code>bias</code>." in text
    assert text.index("Not yet.") < text.index("<details>") < text.index("case0 =")
    failing = page(record={"questions": [{**entry, "failing": "x = [<1>]"}]})
    assert "The smallest input on which it fails" in failing and "x = [&lt;1&gt;]" in failing
    assert "Your answer" not in page(record={"questions": [{**entry, "answer": ""}]})


def test_the_book_is_linked_where_its_address_is_known():
    entry = {
        "id": "sizes-stride",
        "points": 2.0,
        "score": 0.0,
        "credit": 0.0,
        "message": "No.",
        "where": "Chapter 3, Stride",
    }
    nb = nbformat.v4.new_notebook(metadata={"grading": {"questions": [entry]}})
    run = {"notebook": "ps2", "score": 0.0, "max_score": 2.0}
    assert "In the book: Chapter 3, Stride." in feedback.Page(nb, run).text()
    linked = feedback.Page(nb, run, book="https://example.org/book/")
    linked.key = key_of("sizes-stride")
    text = linked.text()
    link = "https://example.org/book/chapters/03-stride-and-padding.html#stride"
    assert f'<a href="{link}">Chapter 3, Stride</a>.' in text
    assert "javascript:x" not in feedback.Page(nb, run, book="javascript:x").text()


def test_progress_bars_and_colours_are_shown_as_a_terminal_has_them():
    bar = "1/2 [==>   ]\x1b[1m\x1b[32m 50%\x1b[0m\rdone\x1b[K\nloss 0.5" + "\b" * 3 + "0.4"
    output = nbformat.v4.new_output("stream", name="stdout", text=bar)
    red = nbformat.v4.new_output(
        "error", ename="E", evalue="e", traceback=["\x1b[31mE\x1b[0m: <e>"]
    )
    text = page(nbformat.v4.new_code_cell("fit()", outputs=[output, red]))
    assert "<pre class='stdout'>done\nloss 0.4</pre>" in text
    assert '<span class="ansi-red-fg">E</span>: &lt;e&gt;' in text
    assert terminal.shown("a: 1%\nb: 2%\x1b[A\ra: 9%\n") == "a: 9%\nb: 2%"  # two bars of tqdm
    assert terminal.shown("ab\x1b[2Dx\x1b]0;title\x07y") == "xy"
    assert terminal.to_html("\x1b[33;1mwarn\x1b[0m").startswith('<span class="ansi-yellow')


def test_no_sequence_makes_a_terminal_large():
    assert len(terminal.shown("\x1b[9999B\x1b[9999Cx" * 1000)) < 10_000
    assert len(terminal.shown("x" * 100_000)) == terminal.WIDEST
    assert len(terminal.shown("\n" * 100_000).splitlines()) <= terminal.MOST_LINES + 3


def test_written_answers_keep_their_stars():
    marks = {"grade": True, "solution": True, "locked": False, "task": False, "points": 2}
    answer = nbformat.v4.new_markdown_cell("2*3*4 = 24 and **my_long_name** with `a*b`\n\n* one")
    answer.metadata["nbgrader"] = {**marks, "grade_id": "why", "score": None, "comment": None}
    asked = nbformat.v4.new_markdown_cell("**why** (2 points, read by a person)\n\nWhy *so*?")
    locked = {"grade": False, "solution": False, "locked": True, "task": False}
    asked.metadata["nbgrader"] = {**locked, "grade_id": "why-prompt"}
    text = page(asked, answer)
    assert "2*3*4 = 24 and **my_long_name** with <code>a*b</code>" in text
    assert "<li>one</li>" in text
    assert text.count("Why <em>so</em>?") == text.count("2*3*4") == 1
    assert "2 points of the 2 are for those, and not given yet" in text


def test_a_page_is_bounded():
    text = page(*[nbformat.v4.new_code_cell("x = 1\n" * 10_000) for _ in range(100)])
    assert len(text) < 3_200_000
    assert "too long to be shown" in text


def test_checks_are_not_shown():
    check = nbformat.v4.new_code_cell("### BEGIN HIDDEN TESTS\nassert x == 26")
    check.metadata["nbgrader"] = {"grade": True, "solution": False, "grade_id": "q1", "points": 1}
    assert "26" not in page(check).replace("#", "").split("Your notebook")[1]


def test_what_is_too_large_displaces_nothing_after_it():
    small = {"output_type": "stream", "name": "stdout", "text": "small"}
    large = {"output_type": "stream", "name": "stdout", "text": "x" * 100}
    kept, left = outputs.within([small, large, small], 60)
    assert [output["text"] for output in kept] == ["small", "small", outputs.TOO_MUCH]
    assert left < 60
    assert outputs.within([small], left)[0] == [small]
