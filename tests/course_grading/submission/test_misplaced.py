"""Work in the wrong place is told beside the grades."""

import os
import shutil

import pytest

from course_grading.commands import cli, sample_class
from course_grading.submission import misplaced
from course_grading.text import MOST_LISTED
from tests.course_grading.graded_class import PS2, hand_in

SCRIPT = "<script>alert(1)</script>.ipynb"


@pytest.fixture
def course(new_course):
    made = new_course()
    hand_in(made, {"ada": sample_class.right})
    return made


def notebook(course):
    return course.folder("submitted", PS2, "ada") / f"{PS2}.ipynb"


def put(course, *where):
    """A copy of the notebook below ``submitted``."""
    path = (course.root / "submitted").joinpath(*where)
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(notebook(course), path)
    return path


def test_work_in_the_wrong_place_is_listed_after_grading(course, capsys):
    assert misplaced.misplaced(course, PS2) == []
    put(course, "kim", "ps2-output-shape", f"{PS2}.ipynb")
    put(course, "mia", f"{PS2}.ipynb")
    put(course, "ben_ps2.ipynb")
    put(course, "ada", "notes.txt")
    assert cli.main(["grade", PS2, "--workers", "1"]) == 0
    assert capsys.readouterr().err.splitlines()[-4:] == [
        "Not graded, as it is in the wrong place:",
        f"  submitted/ben_ps2.ipynb: expected submitted/<id>/{PS2}/{PS2}.ipynb",
        f"  submitted/kim/ps2-output-shape/: no assignment has this name; the nearest is {PS2}",
        f"  submitted/mia/{PS2}.ipynb: expected submitted/mia/{PS2}/{PS2}.ipynb",
    ]


def test_it_is_listed_where_nothing_else_was_handed_in(course, capsys):
    put(course, "mia", f"{PS2}.ipynb")
    shutil.rmtree(course.root / "submitted" / "ada")
    assert cli.main(["grade", PS2]) == 1
    message = capsys.readouterr().err
    assert f"submitted/mia/{PS2}.ipynb: expected" in message
    assert "No submissions in" in message


def test_the_list_is_short_and_follows_no_link(course):
    outside = course.root / "outside"
    put(course, "..", "outside", "private.ipynb")
    os.symlink(outside, course.root / "submitted" / "eve")
    assert misplaced.misplaced(course, PS2) == []
    for number in range(MOST_LISTED + 3):
        put(course, f"s{number:02}", "a\x1b[31m.ipynb")
    listed = misplaced.misplaced(course, PS2)
    assert len(listed) == MOST_LISTED + 1
    assert listed[-1] == "and 3 more"
    assert listed[0].startswith("submitted/s00/a?[31m.ipynb: ")


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (("a.ipynb", "deeper/b.ipynb"), "; it holds 'a.ipynb', 'deeper/b.ipynb'."),
        ((f"{PS2} (1).ipynb", f"Copy of {PS2}.ipynb"), f"'{PS2} (1).ipynb'."),
        ((SCRIPT, "b.ipynb"), "; it holds 'b.ipynb'."),
        (("answers.txt",), "submission."),
    ],
)
def test_the_files_that_were_found_beside_the_missing_one(course, names, told):
    (course.root / "elsewhere").mkdir()
    (course.root / "elsewhere" / "private.ipynb").touch()
    os.symlink(course.root / "elsewhere", notebook(course).parent / "link")
    for name in names:
        put(course, "ada", PS2, name)
    notebook(course).unlink()
    assert cli.main(["grade", PS2, "--workers", "1"]) == 0
    problem = course.record(PS2, "ada")["problem"]
    assert problem.startswith(f"There is no file {PS2}.ipynb in the submission")
    assert problem.endswith(told)
    graded = course.folder("autograded", PS2, "ada") / f"{PS2}.ipynb"
    assert "<script" not in graded.read_text("utf-8")


def test_a_copy_beside_the_notebook_is_told(course):
    """The work may stand in it: JupyterLab opens a copy as readily as the notebook."""
    for name in (f"{PS2}-Copy1.ipynb", "scratch.ipynb"):
        put(course, "ada", PS2, name)
    assert cli.main(["grade", PS2, "--workers", "1"]) == 0
    assert course.record(PS2, "ada")["flags"] == [
        f"not graded: the copy '{PS2}-Copy1.ipynb' beside it"
    ]


def test_a_sole_notebook_of_another_kind_is_not_taken(course):
    notebook(course).write_text('{"cells": [], "nbformat": 4, "nbformat_minor": 5, "metadata": {}}')
    notebook(course).rename(notebook(course).with_name("holiday.ipynb"))
    assert cli.main(["grade", PS2, "--workers", "1"]) == 0
    assert "it holds 'holiday.ipynb'" in course.record(PS2, "ada")["problem"]
