"""A gradebook that is not the one of the last grading, and folders that are no longer there."""

import shutil

import pytest

from course_grading.commands import class_run, cli, demo, sample_class
from course_grading.gradebook.grades import grade_table
from tests.course_grading.graded_class import AUTOMATIC, PS2, hand_in, scores

CLASS = {
    "ada": sample_class.right,
    "bo": sample_class.empty,
    "zoe": sample_class.not_a_notebook,
}
FOUND = {"ada": AUTOMATIC, "bo": 0, "zoe": 0}


@pytest.fixture
def course(new_course):
    made = new_course()
    hand_in(made, CLASS)
    grade(made)
    return made


def grade(course, **options):
    lines = class_run.grade_class(course, PS2, workers=1, say=lambda line: None, **options)
    return {line.student: line for line in lines}


def remarks(course):
    return {grade.student: grade.remark for grade in grade_table(course, PS2)}


def test_a_new_gradebook_is_filled_from_the_submissions(course):
    assert grade(course) == {}
    (course.root / "gradebook.db").unlink()
    demo.generate(course, PS2)
    assert scores(course) == dict.fromkeys(CLASS)
    lost = "graded, but not in this gradebook: course grade again"
    assert remarks(course) == dict.fromkeys(CLASS, lost)
    assert set(grade(course)) == set(CLASS)
    assert scores(course) == FOUND
    assert lost not in remarks(course).values()
    assert grade(course) == {}


def test_an_older_copy_of_the_gradebook_is_brought_up_to_date(course):
    gradebook = course.root / "gradebook.db"
    shutil.copy(gradebook, course.root / "older.db")
    hand_in(course, {"bo": sample_class.half_right})
    half = grade(course)["bo"].points
    assert half > 0
    shutil.copy(course.root / "older.db", gradebook)
    assert scores(course) == FOUND
    older = "the gradebook has other points than the graded notebook: course grade again"
    assert [student for student, text in remarks(course).items() if text == older] == ["bo"]
    assert set(grade(course)) == {"bo"}
    assert scores(course) == FOUND | {"bo": half}


def test_a_submission_that_was_removed_is_said_so(course):
    shutil.rmtree(course.root / "submitted" / "ada")
    assert remarks(course)["ada"] == "submission removed"
    assert scores(course)["ada"] == AUTOMATIC
    hand_in(course, {"new": sample_class.right})
    assert remarks(course)["new"] == "not graded yet"


def test_points_that_a_person_gives_are_told_beside(course, capsys):
    assert cli.main(["grade", PS2, "--force", "--workers", "1"]) == 0
    ada, _, zoe = sorted(capsys.readouterr().out.splitlines()[:3])
    most = grade_table(course, PS2)[0].most
    assert most > AUTOMATIC
    assert f" {AUTOMATIC:g} of {AUTOMATIC:g} ({most - AUTOMATIC:g} more read by a person)" in ada
    assert f" 0 of {most:g}  " in zoe  # nobody reads what cannot be read
