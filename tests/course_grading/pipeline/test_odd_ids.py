"""Folders of students whose names are patterns, hidden, or no names at all: nobody else waits."""

import fcntl
import os

import pytest

from course_grading.commands import cli, demo, sample_class
from course_grading.gradebook.grades import grade_table
from tests.course_grading.graded_class import (
    AUTOMATIC,
    PS2,
    hand_in,
    nbgrader,
    page_of,
    scores,
)


def test_odd_folders_stop_nobody_and_are_named(new_course, capsys):
    course = new_course()
    hand_in(course, dict.fromkeys(("[ab]", "ada", "a", ".hidden", "x\ny"), sample_class.right))
    strange = os.path.join(os.fsencode(course.root / "submitted"), b"\xff", PS2.encode())
    os.makedirs(strange)
    assert cli.main(["grade", PS2, "--workers", "1"]) == 0
    told = capsys.readouterr().err
    known = ("[ab]", "a", "ada", ".hidden")
    assert scores(course) == dict.fromkeys(known, AUTOMATIC)
    assert "submitted/x?y/: the name holds what no id can hold" in told
    assert "submitted/?/: the name holds" in told
    demo.feedback(course, PS2)
    for student in known:
        assert f"{AUTOMATIC:g}" in page_of(course, student)
    for command in (["report", PS2], ["grades", PS2], ["export", PS2, "--format", "moodle"]):
        assert cli.main(command) == 0


def test_a_time_that_is_not_understood_is_told_in_the_table(new_course):
    course = new_course()
    hand_in(course, dict.fromkeys(("ada", "bo"), sample_class.right))
    (course.folder("submitted", PS2, "ada") / "timestamp.txt").write_text("1.5.2024, 12 Uhr")
    stamp = "2024-05-01 12:00:00 UTC".encode("utf-16")
    (course.folder("submitted", PS2, "bo") / "timestamp.txt").write_bytes(stamp)
    assert cli.main(["grade", PS2, "--workers", "1"]) == 0
    table = {grade.student: grade.remark for grade in grade_table(course, PS2)}
    assert "timestamp.txt was not understood, so it counts as in time" in table["ada"]
    assert table["bo"] == ""
    with course.gradebook() as gradebook:
        assert str(gradebook.find_submission(PS2, "bo").timestamp) == "2024-05-01 12:00:00"


def test_two_gradings_of_one_class_do_not_meet(new_course, capsys):
    course = new_course()
    hand_in(course, {"ada": sample_class.right})
    with open(course.root / ".lock", "a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert cli.main(["grade", PS2, "--workers", "1"]) == 1
        with pytest.raises(SystemExit):
            nbgrader("autograde", PS2)  # formgrader's button too
        assert course.records(PS2) == {}
    assert "Another course grade runs on this course." in capsys.readouterr().err
    assert cli.main(["grade", PS2, "--workers", "1"]) == 0
