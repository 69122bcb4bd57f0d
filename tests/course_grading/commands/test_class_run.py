"""A class is graded to the end, whatever happens to the workers."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time

import psutil
import pytest

from course_bank.assignments.key import Key
from course_grading.commands import class_run, sample_class
from course_grading.kernels import executor, groups, runner, warm
from tests.course_grading.conftest import PS2
from tests.course_grading.graded_class import AUTOMATIC, gradebook_rows, hand_in, scores


def quiet(line):
    pass


def test_a_worker_that_dies_is_replaced_and_its_student_tried_again(new_course, monkeypatch):
    course = new_course()
    hand_in(course, dict.fromkeys(("ada", "bo", "chi"), sample_class.right))
    marker = course.root / "died-once"
    graded = class_run._graded

    def dying(course, grader, assignment, student, alone):
        if student == "bo" and not marker.exists():
            marker.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return graded(course, grader, assignment, student, alone)

    monkeypatch.setattr(class_run, "_graded", dying)
    lines = class_run.grade_class(course, PS2, workers=2, say=quiet)
    assert sorted(line.student for line in lines) == ["ada", "bo", "chi"]
    assert set(scores(course).values()) == {AUTOMATIC}


def test_a_submission_that_ends_every_worker_gets_0_and_a_comment(new_course, monkeypatch):
    course = new_course()
    hand_in(course, dict.fromkeys(("ada", "bo"), sample_class.right))
    graded = class_run._graded

    def dying(course, grader, assignment, student, alone):
        if student == "bo":
            os._exit(9)
        return graded(course, grader, assignment, student, alone)

    monkeypatch.setattr(class_run, "_graded", dying)
    lines = class_run.grade_class(course, PS2, workers=1, say=quiet)
    assert {line.student: line.failed for line in lines} == {"ada": False, "bo": False}
    assert scores(course) == {"ada": AUTOMATIC, "bo": 0}
    assert "ended the grader twice" in str(gradebook_rows(course))


def test_submissions_whose_group_linux_refuses_are_graded_and_counted(new_course, monkeypatch):
    course, said = new_course(), []
    hand_in(course, {"ada": sample_class.right})
    nowhere = groups.Groups(2, {"memory": course.root / "nowhere"})
    monkeypatch.setattr(groups, "_tried", [nowhere])
    class_run.grade_class(course, PS2, workers=1, say=said.append)
    assert scores(course) == {"ada": AUTOMATIC}
    assert "(version 2: memory). 1 of them had none and were bounded process by process" in said[-1]


def test_a_lost_kernel_server_is_replaced(new_course, monkeypatch):
    course = new_course()
    hand_in(course, dict.fromkeys(("ada", "bo"), sample_class.right))
    start = executor.IsolatedKernel.start_servers

    def lost(self, kinds, root):
        sockets = start(self, kinds, root)
        for server in warm._servers.values():
            server.process.kill()
            server.process.wait()
        return sockets

    monkeypatch.setattr(executor.IsolatedKernel, "start_servers", lost)
    class_run.grade_class(course, PS2, workers=2, say=quiet)
    assert scores(course) == {"ada": AUTOMATIC, "bo": AUTOMATIC}


def test_what_judging_needs_is_looked_up_once_by_each_worker(new_course, monkeypatch):
    course = new_course()
    hand_in(course, dict.fromkeys(("ada", "bo", "chi"), sample_class.right))
    told = course.root / "prepared"

    def prepare(key):
        with told.open("a") as file:
            print(os.getpid(), file=file)

    monkeypatch.setattr(Key, "prepare", prepare)
    class_run.grade_class(course, PS2, workers=1, say=quiet)
    assert len(told.read_text().split()) == 1


def test_what_cannot_be_looked_up_is_told_and_costs_no_points(new_course, monkeypatch):
    course = new_course()
    hand_in(course, {"ada": sample_class.right})
    monkeypatch.setattr(Key, "prepare", lambda key: 1 / 0)
    (line,) = class_run.grade_class(course, PS2, workers=1, say=quiet)
    assert line.failed and "division by zero" in line.remark
    assert scores(course) == {"ada": None}


def test_what_was_late_on_a_busy_machine_is_run_again_alone(new_course, monkeypatch):
    course = new_course()
    hand_in(course, dict.fromkeys(("ada", "bo"), sample_class.right))
    marker, graded = course.root / "busy-once", class_run._graded

    def busy_once(run, outcomes):
        first = "ada" in str(run.job.sheet) and not marker.exists()
        marker.touch() if first else None
        return first

    def told(course, grader, assignment, student, alone):
        line = graded(course, grader, assignment, student, alone)
        assert grader.is_current(assignment, student) == (not line.starved)
        line.remark += f" alone: {alone}"
        return line

    monkeypatch.setattr(runner._Run, "_is_starved", busy_once)
    monkeypatch.setattr(class_run, "_graded", told)
    lines = class_run.grade_class(course, PS2, workers=2, say=quiet)
    assert [line.student for line in lines if "True" in line.remark] == ["ada"]
    assert [line.student for line in lines][-1] == "ada"
    assert "run again alone" in lines[-1].remark
    assert len(lines) == 2
    assert set(scores(course).values()) == {AUTOMATIC}


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_an_interrupted_run_goes_on_where_it_was(new_course, number, sockets):
    course = new_course()
    students = [f"student-{i:02}" for i in range(6)]
    hand_in(course, dict.fromkeys(students[:-2], sample_class.right))
    hand_in(course, dict.fromkeys(students[-2:], slow_and_right))  # not done before it ends
    command = [sys.executable, "-m", "course_grading.commands.cli", "grade", PS2, "--workers", "2"]
    process = subprocess.Popen(
        command,
        cwd=course.root,
        env=os.environ | {"TMPDIR": sockets},  # so its kernel servers are told from others
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        # as in a terminal: a test run in the background hands down that SIGINT is ignored
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    first = process.stdout.readline()  # one line: one submission is done
    process.send_signal(number)
    process.communicate(timeout=120)
    assert process.returncode != 0
    done = [s for s in students if course.record(PS2, s)]
    assert first.split()[0] in done
    assert len(done) < len(students)
    stamps = {s: stamp(course, s) for s in done}
    deadline = time.monotonic() + 120
    while left := graders(course, sockets):  # a killed parent's workers and kernels notice
        assert time.monotonic() < deadline, f"processes were left behind: {left}"
        time.sleep(0.1)
    assert os.listdir(sockets) == []  # nothing is left in the temporary folder
    whole = [s for s in students if course.folder("autograded", PS2, s).is_dir()]
    assert all(course.record(PS2, s) for s in whole) or number == signal.SIGKILL
    hand_in(course, dict.fromkeys({*students[-2:]} - {*done}, sample_class.right))
    lines = class_run.grade_class(course, PS2, workers=2, say=quiet)
    assert {line.student for line in lines} <= set(students) - set(done)
    assert {s: stamp(course, s) for s in done} == stamps
    assert scores(course) == dict.fromkeys(students, AUTOMATIC)


@pytest.fixture
def sockets():
    """A folder for sockets, with a name that is short enough for them."""
    with tempfile.TemporaryDirectory(prefix="class-run-") as folder:
        yield folder


def graders(course, sockets):
    """Command lines of the processes that grade this course, its kernel servers among them."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            line = process.cmdline()
            is_server = any(sockets in part for part in line)
            is_grader = process.cwd() == str(course.root) and process.pid != os.getpid()
            if is_server or is_grader:
                found.append(line)
    return found


def slow_and_right(book):
    book.solve()
    book.set(book.questions[0], "\nimport time; time.sleep(4)")
    return book.text()


def stamp(course, student):
    return (course.folder("autograded", PS2, student) / f"{PS2}.ipynb").stat().st_mtime_ns


def test_half_written_submissions_are_graded_again(new_course):
    course = new_course()
    hand_in(course, {"ada": sample_class.right})
    folder = course.folder("autograded", PS2, "ada")
    folder.mkdir(parents=True)
    (folder / f"{PS2}.ipynb").write_text('{"cells": [], "metadata"')
    class_run.grade_class(course, PS2, workers=1, say=quiet)
    assert scores(course) == {"ada": AUTOMATIC}


def test_workers_share_one_kernel_server(new_course, monkeypatch):
    course = new_course()
    hand_in(course, dict.fromkeys(("ada", "bo", "chi"), sample_class.right))

    def own(*arguments):
        raise AssertionError("a worker started a kernel server of its own")

    monkeypatch.setattr(warm, "run_here", own)
    lines = class_run.grade_class(course, PS2, workers=2, say=quiet)
    assert [line.remark for line in lines if line.failed] == []
