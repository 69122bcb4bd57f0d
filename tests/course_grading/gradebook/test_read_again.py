"""What a person has read stays read, until the answer changes."""

import base64
import json

import pytest

from course_grading.commands import class_run, cli, sample_class
from tests.course_grading.graded_class import (
    AUTOMATIC,
    MANUAL,
    PS2,
    gradebook_rows,
    hand_in,
    nbgrader,
    scores,
)
from tests.course_grading.submission.test_outputs import png_of

OVERRIDDEN = "sizes-stride"
PICTURE = {"image/png": base64.b64encode(png_of(4, 3)).decode()}


@pytest.fixture
def course(new_course):
    """A class of one whose answers were all read; one automatic score was overridden."""
    made = new_course()
    hand_in(made, {"ben": sample_class.right})
    grade(made)
    with made.gradebook() as gradebook:  # as formgrader does
        submitted = gradebook.find_submission_notebook(PS2, PS2, "ben")
        for found in submitted.grades:
            if found.auto_score is None or found.name == OVERRIDDEN:
                found.manual_score, found.needs_manual_grade = 1.5, False
        gradebook.db.commit()
    assert to_read(made) == []
    return made


def grade(course, **options):
    class_run.grade_class(course, PS2, workers=1, say=lambda line: None, **options)


def to_read(course):
    return [cell for (_, cell, *more), row in gradebook_rows(course).items() if not more and row[2]]


def change(course, function):
    """Let the student hand in again, with the cells changed by a function."""
    path = course.folder("submitted", PS2, "ben") / f"{PS2}.ipynb"
    notebook = json.loads(path.read_text("utf-8"))
    function({marks(cell).get("grade_id"): cell for cell in notebook["cells"]}, notebook["cells"])
    path.write_text(json.dumps(notebook), "utf-8")
    grade(course)


def marks(cell):
    return cell["metadata"].get("nbgrader", {})


def test_a_regrade_leaves_the_marks_of_unchanged_answers(course):
    total = scores(course)
    grade(course, force=True)
    assert to_read(course) == []
    nbgrader("autograde", PS2, "--force")
    nbgrader("autograde", PS2, "--force", "--no-execute")
    grade(course, force=True)
    assert to_read(course) == []
    assert scores(course) == total


def test_a_changed_answer_is_to_be_read_until_it_is(course):
    total = scores(course)

    def write(named, cells):
        named[MANUAL]["source"] = "Another reason."

    change(course, write)
    assert to_read(course) == [MANUAL]
    assert scores(course) == total  # the points stay
    grade(course, force=True)
    assert to_read(course) == [MANUAL]  # a regrade does not read it
    with course.gradebook() as gradebook:
        gradebook.find_grade(MANUAL, PS2, PS2, "ben").needs_manual_grade = False
        gradebook.db.commit()
    grade(course, force=True)
    assert to_read(course) == []


def add_below(named, cells):
    added = {"cell_type": "markdown", "id": "added", "metadata": {}, "source": "And also this."}
    cells.insert(cells.index(named[MANUAL]) + 1, added)


def add_picture(named, cells):
    named[MANUAL]["attachments"] = {"sketch.png": PICTURE}


@pytest.mark.parametrize("function", [add_below, add_picture])
def test_what_stands_below_or_is_pasted_belongs_to_the_answer(course, function):
    change(course, function)
    assert to_read(course) == [MANUAL]


def test_an_override_is_read_again_where_the_automatic_answer_changed(course):
    def recompute(named, cells):
        named[f"{OVERRIDDEN}-answer"]["source"] += "\nsizes_stride = 3"

    change(course, recompute)
    assert to_read(course) == [OVERRIDDEN]
    rows = gradebook_rows(course)
    assert rows["ben", OVERRIDDEN][:2] == (0.0, 1.5)


def test_a_value_that_changed_by_another_cell_counts(course):
    def elsewhere(named, cells):
        named["sizes-valid-answer"]["source"] += "\nsheet.numbers = lambda name: 1 / 0"

    change(course, elsewhere)
    assert to_read(course) == [OVERRIDDEN]  # its cell stops now


def test_other_numbers_are_another_answer(course):
    assert cli.main(["regrade-as", PS2, "ben", "--shown-id", "benn"]) == 0
    assert OVERRIDDEN in to_read(course)
    assert scores(course)["ben"] > AUTOMATIC


def test_a_submission_that_cannot_be_read_any_more(course):
    path = course.folder("submitted", PS2, "ben") / f"{PS2}.ipynb"
    path.write_text("Dear professor")
    grade(course)
    assert OVERRIDDEN in to_read(course) and MANUAL in to_read(course)
