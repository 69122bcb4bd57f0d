"""Untouched is not unanswered; and cells find their places without marks, or with copied ones."""

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from course_grading.submission.repair import Plan, copied, repaired
from course_grading.submission.student_id import runnable, slip, typed
from course_grading.submission.typed_into import own_text, places
from course_grading.submission.unanswered import is_unanswered
from tests.course_grading.submission.test_preflight import Stub

PLAN = Plan(Stub, ["prompt", "answer", "check", "essay"])
STUB = PLAN.cells["essay"].source


def cell(source, name=None, kind="code"):
    made = (new_code_cell if kind == "code" else new_markdown_cell)(source)
    if name:
        made.metadata["nbgrader"] = {"grade_id": name}
    return made


def named(cells):
    """[(name, source)] of the cells as they are put in order."""
    found = repaired(cells, PLAN)
    return [(c.metadata.get("nbgrader", {}).get("grade_id"), c.source) for c in found]


@pytest.mark.parametrize(
    ("beside", "unanswered"),
    [
        ((), True),
        ((cell("", kind="markdown"),), True),
        ((cell("print('scratch')"),), True),
        ((cell("My reason: it rounds down.", kind="markdown"),), False),
    ],
)
def test_own_text_beside_the_stub_or_at_the_end_is_read(beside, unanswered):
    marked = [cell(c.source, c.name, c.cell_type) for c in PLAN.cells.values()]
    for cells in (
        [*marked[:3], *beside, marked[3]],
        [*marked, *beside],
        [*marked[:2], marked[3], *beside, marked[2]],
    ):
        assert is_unanswered(new_notebook(cells=cells), "essay", STUB) is unanswered


def test_a_written_answer_is_one():
    cells = [cell("Because.", "essay", "markdown")]
    assert not is_unanswered(new_notebook(cells=cells), "essay", STUB)


@pytest.mark.parametrize("kept", [None, *PLAN.order])
def test_a_notebook_without_marks_is_put_in_order_by_the_locked_texts(kept):
    """Blanks and line ends of another program are no other text; one mark may be left."""
    sources = {"prompt": " show()\r\n", "answer": "x = 3", "check": "probe() ", "essay": "Because."}
    kinds = {"essay": "markdown"}
    cells = [
        cell(source, name if name == kept else None, kinds.get(name, "code"))
        for name, source in sources.items()
    ]
    assert named(cells) == [
        ("prompt", "show()"),
        ("answer", "x = 3"),
        ("check", "probe()"),
        ("essay", "Because."),
    ]


def test_of_copies_the_one_in_its_place_counts():
    cells = [
        cell("show()", "prompt"),
        cell("x = 3", "answer"),
        cell("probe()", "check"),
        cell("x = 1  # an older attempt", "answer"),
        cell("Because.", "essay", "markdown"),
    ]
    assert copied(cells, PLAN) == ["answer"]
    assert named(cells)[:4] == [
        ("prompt", "show()"),
        ("answer", "x = 3"),
        ("check", "probe()"),
        (None, "x = 1  # an older attempt"),
    ]


@pytest.mark.parametrize(
    ("line", "value", "run"),
    [
        ('STUDENT_ID = "ada"', "ada", 'STUDENT_ID = "ada"'),
        ("STUDENT_ID = 0012345", "0012345", "STUDENT_ID = 'bo'"),
        ("STUDENT_ID = carol  # me", "carol", "STUDENT_ID = 'bo'"),
        ("STUDENT_ID = “ada”", "ada", "STUDENT_ID = 'bo'"),
        ('STUDENT_ID = ""', "", 'STUDENT_ID = ""'),
        ("x = 1", None, "x = 1"),
    ],
)
def test_a_slip_in_the_line_with_the_id_costs_nothing(line, value, run):
    nb = new_notebook(cells=[cell(line)])
    assert typed(nb) == value
    assert runnable(line, "bo") == run
    assert (slip(nb) is None) == (run == line)


def test_what_was_typed_into_the_instructors_cells_is_kept_beside_them():
    cells = [
        cell("show()", "prompt"),
        cell("x = None", "answer"),
        cell("x = 3\nprobe()\r\n", "check"),
        cell("Because.", "essay", "markdown"),
    ]
    assert named(cells) == [
        ("prompt", "show()"),
        ("answer", "x = None"),
        (None, "x = 3"),
        ("check", "probe()"),
        ("essay", "Because."),
    ]
    made = repaired(cells[:1] + [cell("show()\nI think", "prompt")], PLAN)
    assert places(made) == [0]


@pytest.mark.parametrize(
    ("source", "own"),
    [
        ("a\n  b", ""),
        ("b\n\na\r\n", ""),
        ("a\nmine\n\nmore\nb", "mine\n\nmore"),
        ("", ""),
        ("a  # b", "a  # b"),
    ],
)
def test_the_lines_that_are_not_the_instructors(source, own):
    assert own_text(source, "a\nb\n") == own
