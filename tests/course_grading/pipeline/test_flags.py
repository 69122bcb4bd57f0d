"""Remarks on the id in a notebook: they stand only where an instructor has something to do."""

import contextlib

import pytest

from course_grading.commands import class_run, cli, sample_class
from course_grading.gradebook.grades import grade_table
from course_grading.kernels import warm
from course_lib.exercise import SAMPLE_STUDENT
from tests.course_grading.conftest import make_course
from tests.course_grading.graded_class import AUTOMATIC, PS2, hand_in, scores
from tests.requirements import bubblewrap


def signed(name, function):
    """A submission that names another id, with answers from ``function``."""

    def write(book):
        book.sign(name)
        return function(book)

    return write


def values_of(other):
    """Answers that are numbers, worked out for ``other``."""

    def write(book):
        for name in book.value_questions():
            book.set_value(name, book.variant(name, other).answer)
        return book.text()

    return write


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    bubblewrap()
    root = tmp_path_factory.mktemp("remarks")
    with contextlib.chdir(root):
        made = make_course(root)
        hand_in(
            made,
            {
                "ada": sample_class.right,
                "formulas": signed("formulasx", sample_class.right),
                "formulas-of-demo": signed(SAMPLE_STUDENT, sample_class.right),
                "formulas-of-ada": signed("ada", sample_class.right),
                "empty": signed(SAMPLE_STUDENT, sample_class.empty),
                "numbers": signed("numbersx", values_of("numbersx")),
                "other-numbers": signed("otherx", values_of("otherx")),
            },
        )
        class_run.grade_class(made, PS2, workers=1, say=lambda line: None)
        yield made
    warm.close_servers()


def remarks(course):
    return {grade.student: grade.remark for grade in grade_table(course, PS2)}


def earned(typed, under, whose, own):
    return (
        f"the notebook says STUDENT_ID = {typed!r}; under those numbers the answers earn "
        f"{under:g} of {AUTOMATIC:g} points, under {whose} {own:g}"
    )


def test_an_id_that_changes_nothing_is_not_remarked(course):
    found = remarks(course)
    assert found["ada"] == found["formulas"] == found["formulas-of-demo"] == ""
    assert scores(course)["formulas"] == scores(course)["formulas-of-demo"] == AUTOMATIC


def test_another_students_id_is_remarked(course):
    expected = "the notebook says STUDENT_ID = 'ada', who is another student"
    assert remarks(course)["formulas-of-ada"] == expected


def test_an_untouched_notebook_is_said_so(course):
    expected = f"STUDENT_ID left at {SAMPLE_STUDENT!r}, nothing answered"
    assert remarks(course)["empty"] == expected


def test_a_mistyped_id_that_costs_points(course):
    own = scores(course)["numbers"]
    assert remarks(course)["numbers"] == earned("numbersx", AUTOMATIC, "the own", own)


def test_remarks_after_regrade_as_do_not_contradict_each_other(course):
    recorded = "graded, as recorded by regrade-as, under the numbers of {!r}"
    assert cli.main(["regrade-as", PS2, "numbers", "--shown-id", "numbersx"]) == 0
    assert remarks(course)["numbers"] == recorded.format("numbersx")
    assert cli.main(["regrade-as", PS2, "formulas", "--shown-id", "formulas-y"]) == 0
    assert remarks(course)["formulas"] == recorded.format("formulas-y")
    assert cli.main(["regrade-as", PS2, "other-numbers", "--shown-id", "mistaken"]) == 0
    own = scores(course)["other-numbers"]
    assert remarks(course)["other-numbers"] == "; ".join(
        [recorded.format("mistaken"), earned("otherx", AUTOMATIC, "those of 'mistaken'", own)]
    )
