"""A question whose own code raises costs itself, and the instructor hears of it."""

import errno
from dataclasses import replace
from types import SimpleNamespace

import pytest

from course_bank.core.function_questions import FunctionQuestion
from course_grading.commands.class_run import grade_class
from course_grading.commands.sample_class import right
from course_grading.gradebook.files import Unusable
from course_grading.pipeline import trusted_execute, unasked, verdicts
from tests.course_grading.graded_class import POINTS, PS2, hand_in
from tests.course_grading.pipeline.test_own_code import PS7
from tests.released import key_of

BROKEN, ASKED = "conv2d-windows", "conv2d-loops"


def variant_of(name):
    return key_of(PS7).graded_variant(name, "ada", "a secret")


def raising(*_):
    raise KeyError("kernel")


@pytest.mark.parametrize("which", ["probe", "timing_probe"])
def test_a_question_whose_code_raises_costs_itself_alone(which):
    asked, broken = variant_of(ASKED), variant_of(BROKEN)
    of_it = ("id", "teaches", "where", "timed", "probe", "timing_probe")
    question = {name: getattr(broken.question, name) for name in of_it}
    broken = replace(broken, question=SimpleNamespace(**{**question, which: raising}))
    variants = {BROKEN: broken, ASKED: asked}
    run = SimpleNamespace(key=None, kind="numpy", shown_id="ada", variants=variants, remarks=[])
    listed = [(0, None, BROKEN), (1, None, ASKED)]

    requests, places, rounds, _ = trusted_execute._steps(run, listed)
    assert requests[places.index(0)] == {"probe": ""}
    assert requests[places.index(1)] == {"ask": asked.question.probe(asked)}
    assert rounds == {}
    (remark,) = run.remarks
    assert remark.startswith("conv2d-windows was not asked and has no points")
    assert "KeyError: 'kernel'" in remark
    made = verdicts.judged(run.variants[BROKEN], {}, None, BROKEN, 4.0)
    assert (made["score"], made["misconception"]) == (0.0, "ungraded")
    assert made["message"] == "Could not be graded: KeyError."


def test_a_question_whose_answer_is_a_value_is_left_out_as_well():
    name = next(iter(POINTS))
    variant = key_of(PS2).graded_variant(name, "ada", "a secret")
    left_out = unasked.instead(variant, ZeroDivisionError("division by zero"))
    made = verdicts.judged(left_out, {}, None, name, 1.0)
    assert made["message"] == "Could not be graded: ZeroDivisionError."
    assert made["prompt"] == variant.prompt


@pytest.fixture
def handed_in(new_course, monkeypatch):
    """A course with one right submission, and a function: what preparing a question raises."""

    def raises(problem):
        def prepare(question):
            if question.id == BROKEN:
                raise problem

        monkeypatch.setattr(FunctionQuestion, "prepare", prepare, raising=False)

    course = new_course(PS7)
    hand_in(course, {"ada": right}, PS7)
    return course, raises


def test_a_question_that_cannot_be_prepared_costs_itself_alone(handed_in):
    course, raises = handed_in
    raises(KeyError("table"))
    (line,) = grade_class(course, PS7, workers=1, say=lambda line: None)
    assert not line.failed
    record = course.record(PS7, "ada")
    entries = {entry["id"]: entry for entry in record["questions"]}
    assert (entries[BROKEN]["score"], entries[BROKEN]["misconception"]) == (0, "ungraded")
    assert entries[ASKED]["credit"] == 1
    (flag,) = record["flags"]
    assert flag.startswith(f"{BROKEN} was not asked and has no points")
    assert "KeyError: 'table'" in flag


def test_what_no_submission_could_be_graded_with_stops_the_class(handed_in):
    course, raises = handed_in
    raises(OSError(errno.ENOSPC, "no space"))
    grader = course.grader(PS7)
    with pytest.raises(OSError, match="no space"):
        grader.get_ready(PS7)
    assert not grader.gradebook.db().in_transaction()
    grader.close()
    with pytest.raises(Unusable, match="The disk is full"):
        grade_class(course, PS7, workers=1, say=lambda line: None)
