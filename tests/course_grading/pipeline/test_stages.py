"""The process that has the gradebook moves bytes; what a student wrote is read in its children."""

import errno
import os
import signal
import time
from types import SimpleNamespace

import numpy as np
import pytest

from course_grading import bounded_child
from course_grading.commands import demo
from course_grading.kernels import warm
from course_grading.kernels.client import Outcome
from course_grading.kernels.inside import frames
from course_grading.pages import feedback, report
from course_grading.pipeline import read_outcomes, stages, verdicts
from course_grading.pipeline.disarm_text import DisarmText
from course_grading.pipeline.repair_cells import RepairCells
from course_grading.pipeline.run import run_of
from course_grading.submission import handed_in_at, outputs, preflight
from course_grading.text import shorten
from tests.course_grading.graded_class import AUTOMATIC, PS2, SECOND, hand_in, scores

READERS = [  # what parses, repairs, cleans, judges and shows
    (preflight, "parse_notebook"),
    (RepairCells, "preprocess"),
    (handed_in_at, "moment"),
    (frames, "decode"),
    (outputs.Outputs, "add"),
    (verdicts, "read_all"),
    (verdicts, "judged"),
    (DisarmText, "preprocess_cell"),
    (feedback.Page, "text"),
    (report, "page"),
]
MARK = 987654321


def marked(book):
    """All right but the second answer."""
    book.solve()
    book.set_value(book.questions[1], MARK)
    return book.text()


@pytest.fixture
def course(new_course):
    made = new_course()
    hand_in(made, {"ada": marked})
    (made.folder("submitted", PS2, "ada") / "timestamp.txt").write_text("2026-05-01 12:00:00 UTC")
    return made


def grade(course):
    grader = course.grader(PS2, force=True)
    grader.grade_student(PS2, "ada")
    grader.close()
    return course.record(PS2, "ada")


def test_nothing_is_read_where_the_gradebook_is_open(course, monkeypatch, tmp_path):
    log = tmp_path / "readers"
    for owner, name in READERS:
        function = getattr(owner, name)

        def told(*given, function=function, name=name, **more):
            with log.open("a") as file:
                file.write(f"{name} {os.getpid()}\n")
            return function(*given, **more)

        monkeypatch.setattr(owner, name, told)
    grade(course)
    demo.feedback(course, PS2)
    report.write(course, PS2)
    found = [line.split() for line in log.read_text().splitlines()]
    assert {name for name, _ in found} == {name for _, name in READERS}
    assert str(os.getpid()) not in {pid for _, pid in found}


def test_a_child_that_is_lost_while_the_cells_run_costs_nothing(course, monkeypatch):
    """What a notebook has made of the child that has read it: another one judges."""
    judged, asked = stages._Reading.judged, []

    def losing(reading, alone=False):
        asked.append("alone" if alone else "together")
        if not alone:
            os.kill(reading.child.pid, signal.SIGKILL)
        return judged(reading, alone)

    monkeypatch.setattr(stages._Reading, "judged", losing)
    grade(course)
    assert asked == ["together"]  # nothing is wrong with its cells
    assert scores(course) == {"ada": AUTOMATIC - SECOND}


def test_each_submission_has_a_child_of_its_own(course, monkeypatch, tmp_path):
    """Whatever the text of one has done to its child, no other text is read or judged by that."""
    log = tmp_path / "children"
    read, judged = stages._read, stages._judged

    def told(function):
        def telling(*given):
            run = run_of(next(one for one in given if isinstance(one, dict) and "nbgrader" in one))
            with log.open("a") as file:
                file.write(f"{run.student} {os.getpid()}\n")
            return function(*given)

        return telling

    monkeypatch.setattr(stages, "_read", told(read))
    monkeypatch.setattr(stages, "_judged", told(judged))
    hand_in(course, {"bob": marked})
    grader = course.grader(PS2, force=True)
    for student in ("ada", "bob"):
        grader.grade_student(PS2, student)
    grader.close()
    (ada, bob) = found = {
        tuple(line.split()) for line in log.read_text().splitlines()
    }  # the same child reads and judges
    assert {ada[0], bob[0]} == {"ada", "bob"}
    assert ada[1] != bob[1]
    assert str(os.getpid()) not in {pid for _, pid in found}


def test_what_ends_the_reading_of_one_cell_costs_that_cell(course, monkeypatch):
    decode, told = frames.decode, str(MARK).encode()
    monkeypatch.setattr(
        frames, "decode", lambda body: os._exit(9) if told in body else decode(body)
    )
    record = grade(course)
    assert scores(course) == {"ada": AUTOMATIC - SECOND}
    messages = [entry["message"] for entry in record["questions"] if not entry["score"]]
    assert messages == ["No answer: reading it needed more memory than it may have."]


def test_an_error_over_one_cell_costs_that_cell(course, monkeypatch):
    """It is tried cell by cell, as what ends the child is."""
    decode, told = frames.decode, str(MARK).encode()
    monkeypatch.setattr(frames, "decode", lambda body: 1 / 0 if told in body else decode(body))
    record = grade(course)
    assert scores(course) == {"ada": AUTOMATIC - SECOND}
    messages = [entry["message"] for entry in record["questions"] if not entry["score"]]
    assert messages == ["No answer: reading it failed (ZeroDivisionError)."]


def test_a_failure_that_concerns_all_costs_no_cell(monkeypatch):
    def on_a_full_disk(body):
        raise OSError(errno.ENOSPC, "no room")

    monkeypatch.setattr(frames, "decode", on_a_full_disk)
    with pytest.raises(bounded_child.Failed) as failed:
        read_alone(1)
    assert failed.value.of_all == "The disk is full. Free some space."


def read_alone(count):
    """Why each of so many cells could not be read, where each has a child of its own."""
    outcomes = [Outcome("ok", shown=[b"{}"]) for _ in range(count)]
    read_outcomes.read(outcomes, alone=True)
    return [outcome.unread for outcome in outcomes]


def test_reading_that_ends_at_once_takes_no_time_from_the_others(monkeypatch):
    monkeypatch.setattr(frames, "decode", lambda body: os._exit(9))
    count = int(read_outcomes.ALL_SECONDS / read_outcomes.SECONDS) + 2
    assert read_alone(count) == count * ["needed more memory than it may have"]


def test_reading_that_takes_long_takes_time_from_the_others(monkeypatch):
    def slowly(body):
        while time.process_time() < 0.3:
            pass
        return {}

    monkeypatch.setattr(frames, "decode", slowly)
    monkeypatch.setattr(bounded_child, "PATIENCE", 1000)
    monkeypatch.setattr(read_outcomes, "ALL_SECONDS", 0.2)
    assert read_alone(2) == ["", "is left out: others took too long"]


def test_what_ends_the_judging_of_one_question_costs_that_question(course, monkeypatch):
    judged = verdicts.judged

    def ending(variant, values, *more):
        return os._exit(9) if values == {"value": MARK} else judged(variant, values, *more)

    monkeypatch.setattr(verdicts, "judged", ending)
    grade(course)
    assert scores(course) == {"ada": AUTOMATIC - SECOND}


def test_an_error_of_the_graders_own_in_judging_one_question_costs_no_points(course, monkeypatch):
    monkeypatch.setattr(verdicts, "judged", lambda *given: 1 / 0)
    with pytest.raises(bounded_child.Failed) as failed:
        grade(course)
    assert failed.value.told == "ZeroDivisionError: division by zero"
    assert course.record(PS2, "ada") == {}


def test_what_cannot_be_read_at_all_is_worth_nothing_and_says_so(course, monkeypatch):
    parse = preflight.parse_notebook
    monkeypatch.setattr(preflight, "parse_notebook", lambda *given: os._exit(9))
    problem = grade(course)["problem"]
    assert problem == f"{PS2}.ipynb cannot be read: reading it needed more memory than it may have."
    monkeypatch.setattr(preflight, "parse_notebook", parse)
    (course.folder("submitted", PS2, "ada") / "timestamp.txt").write_text("yesterday")
    monkeypatch.setattr(read_outcomes, "read", lambda came, alone: os._exit(9) if came else None)
    record = grade(course)
    problem = record["problem"]
    assert problem.startswith("What this notebook answered cannot be read: that needed more memory")
    assert ["timestamp.txt" in flag for flag in record["flags"]].count(True) == 1  # read twice
    assert scores(course) == {"ada": 0}


def test_an_error_of_the_graders_own_costs_no_points(course, monkeypatch):
    """The submission is not graded, which is told; the next grading takes it up again."""
    monkeypatch.setattr(stages, "record", lambda run: 1 / 0)
    with pytest.raises(bounded_child.Failed) as failed:
        grade(course)
    assert failed.value.told == "ZeroDivisionError: division by zero"
    assert course.record(PS2, "ada") == {}
    warm.close_servers()


def test_a_judge_that_raises_costs_its_own_question_alone():
    def grade(variant, values):
        raise ZeroDivisionError

    question = SimpleNamespace(grade=grade, hidden=None, teaches="", where="")
    variant = SimpleNamespace(question=question, partly=None, hidden=None, prompt="?", choices=None)
    entry = verdicts.judged(variant, {"value": 1}, None, "own-one", 2)
    assert (entry["score"], entry["misconception"]) == (0, "ungraded")
    assert entry["message"] == "Could not be graded: ZeroDivisionError."


SHAPES = [(), (0, 5), (300,), (25, 20), (5, 5, 12, 20), (1, 1, 1, 900), (5, 200), (3, 100)]
SHAPES += [(5, 5, 200), (3, 41), (12, 40, 5), (2, 60, 60), (50, 0), (2, 50, 50, 0), 9 * (2,)]


@pytest.mark.parametrize("shape", [*SHAPES, (2, 2, 2, 2, 2, 2, 300), (1000, 1000)])
def test_of_a_large_array_the_same_is_shown_as_if_all_were_written_out(shape):
    array = np.random.default_rng(1).integers(0, 9, size=shape)
    first = array[:10].tolist() if array.ndim else array.item()
    whole = verdicts._short.repr1(first, verdicts._short.maxlevel)
    assert verdicts._short.repr(array) == shorten(f"array of shape {shape}: {whole}", 400)
    assert verdicts._beginning(array).size <= 1000
