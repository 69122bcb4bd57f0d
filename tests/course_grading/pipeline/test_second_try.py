"""A class that hands in twice: which try counts, what is kept of the first, what is refused."""

import csv

import pytest

from course_grading.commands import demo, sample_class
from course_grading.commands.cli import main
from course_grading.gradebook import second_try
from course_grading.gradebook.files import Unusable
from course_grading.gradebook.grades import grade_table
from course_grading.pages import export
from tests.course_grading.graded_class import AUTOMATIC, PS2, hand_in, nbgrader, page_of

UNTIL = "2026-05-20 12:00 UTC"
FIRST = {
    "better": sample_class.misconceptions,
    "worse": sample_class.right,
    "late": sample_class.misconceptions,
    "broken": sample_class.half_right,
    "once": sample_class.half_right,
    "hasty": sample_class.empty,
}
SECOND = {
    "better": sample_class.right,
    "worse": sample_class.misconceptions,
    "late": sample_class.right,
    "broken": sample_class.not_a_notebook,
}


@pytest.mark.slow
def test_a_class_hands_in_twice(new_course):
    course = new_course()
    hand_in(course, FIRST)
    nbgrader("autograde", PS2)
    hand_in(course, {"hasty": sample_class.right})  # before any feedback: no second try
    assert main(["second-try", PS2, "--until", UNTIL]) == 0
    nbgrader("autograde", PS2)
    demo.feedback(course, PS2)
    before = grades(course)
    assert before["hasty"].score == before["worse"].score == AUTOMATIC
    assert not any(grade.counts for grade in before.values())

    hand_in(course, SECOND)
    stamp(course, "better", "2026-05-20 11:59:59 UTC")
    stamp(course, "late", "2026-05-20 12:00:01 UTC")
    nbgrader("autograde", PS2)
    demo.feedback(course, PS2)
    after = grades(course)
    counts = {"better": "second", "worse": "first", "late": "", "broken": "first", "once": ""}
    assert {name: after[name].counts for name in counts} == counts
    assert after["better"].score == after["worse"].score == AUTOMATIC
    for student in ("late", "broken", "once"):
        assert after[student].score == before[student].score
    assert after["worse"].tries[1] < AUTOMATIC
    told = "the first try counts (the better counts); a second try; the first had"
    assert after["worse"].remark.startswith(f"{told} {AUTOMATIC:g} points")
    assert after["worse"].remark.count("the first had") == 1

    both_have_their_feedback(course)
    the_export_says_which(course, after["worse"])

    assert main(["second-try", PS2, "--until", UNTIL, "--counts", "later"]) == 0
    later = grades(course)
    assert later["worse"].counts == "second"
    assert later["worse"].score == after["worse"].tries[1]
    assert later["broken"].counts == "first"  # what nobody could read never counts
    a_third_is_refused(course, later)


def both_have_their_feedback(course):
    page, kept = page_of(course, "better"), f"{PS2}{second_try.FIRST_PAGE}"
    assert f"This is your second try. <a href='{kept}'>The first</a> had" in page
    assert "known mistake" in (course.folder("feedback", PS2, "better") / kept).read_text("utf-8")
    assert "known mistake" not in page
    assert f"counts, which is the first: {AUTOMATIC:g} points." in page_of(course, "worse")
    assert "second try" not in page_of(course, "late")


def the_export_says_which(course, worse):
    warned = []
    export.write(course, PS2, "moodle", warned.append)
    assert any("two tries of 3" in line for line in warned)
    with open(course.root / "reports" / f"{PS2}-tries.csv", encoding="utf-8") as file:
        rows = {row["Student"]: row for row in csv.DictReader(file)}
    points = {"First try": f"{AUTOMATIC:g}", "Second try": f"{worse.tries[1]:g}"}
    assert rows["worse"] == {"Student": "worse", **points, "Counts": "first"}


def a_third_is_refused(course, before):
    """A third hand-in is not graded, one after an unreadable second is."""
    from course_grading.commands.class_run import grade_class

    record = course.record(PS2, "better")
    hand_in(course, {"better": sample_class.empty, "broken": sample_class.right})
    lines = grade_class(course, PS2, 1, say=lambda line: None)
    told = {line.student: line.remark for line in lines if line.failed}
    assert told["better"] == "handed in a third time; the second try stands"
    assert told["late"] == "the second try came after 2026-05-20 12:00 UTC; the first stands"
    assert course.record(PS2, "better") == record
    after = grades(course)
    assert after["better"].score == before["better"].score
    assert after["broken"].counts == "second"
    assert after["broken"].tries == (before["broken"].tries[0], AUTOMATIC)


def grades(course):
    return {grade.student: grade for grade in grade_table(course, PS2)}


def stamp(course, student, text):
    (course.folder("submitted", PS2, student) / "timestamp.txt").write_text(text)


def test_what_is_allowed_is_read_from_the_configuration_too(tmp_path):
    assert second_try.allowed(tmp_path, PS2) is None
    config = {"SecondTry": {"until": {PS2: UNTIL}, "counts": "later"}}
    found = second_try.allowed(tmp_path, PS2, config)
    assert (f"{found.until:%d %H:%M}", found.counts) == ("20 12:00", "later")
    assert second_try.allowed(tmp_path, "ps3", config) is None
    second_try.allow(tmp_path, PS2, "2026-06-01 10:00 UTC")
    assert second_try.allowed(tmp_path, PS2, config).counts == "better"
    with pytest.raises(Unusable, match="until was not understood: expected a time"):
        second_try.allow(tmp_path, PS2, "next week")
    with pytest.raises(Unusable, match="counts must be one of"):
        second_try.allow(tmp_path, PS2, UNTIL, "best")
    (tmp_path / second_try.FOLDER / f"{PS2}.json").write_text("{")
    with pytest.raises(Unusable, match="restore it from a backup"):
        second_try.allowed(tmp_path, PS2)
