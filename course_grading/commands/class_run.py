"""Grading a class in worker processes: `course grade`.

Each worker grades one submission at a time with the same pipeline as `nbgrader autograde`. What is
done is told by the autograded notebooks themselves, so an interrupted run goes on where it was.
"""

import contextlib
import multiprocessing
import os
import signal
import sys
import time
from dataclasses import dataclass
from multiprocessing.connection import wait

from tqdm import tqdm

from course_grading.commands import error_text
from course_grading.gradebook.files import alone
from course_grading.gradebook.grades import remark
from course_grading.kernels import executor, warm

MOST_TRIES = 2


@dataclass
class Line:
    """What became of one submission."""

    student: str
    points: float = 0.0
    most: float = 0.0
    by_person: float = 0.0  # further points, which a person gives
    seconds: float = 0.0
    remark: str = ""
    failed: bool = False

    def __str__(self):
        note = f"  {self.remark}" if self.remark else ""
        if self.failed:
            return f"{self.student:<30} not graded {note}"
        more = f" ({self.by_person:g} more read by a person)" if self.by_person else ""
        points = f"{self.points:6g} of {self.most:g}{more}"
        return f"{self.student:<30} {points}  {self.seconds:5.2f} s{note}"


def grade_class(course, assignment, workers=None, force=False, students=None, say=None):
    """Grade every submission that is new or has changed; returns [Line] of those graded.

    Raises `NoCourse` where nothing was handed in, by the class or by one of ``students``, and
    `sandbox.IsolationUnavailable` where submissions may not be run.
    """
    with alone(course.root, "course grade"):
        return _grade_class(course, assignment, workers, force, students, say or _say)


def _grade_class(course, assignment, workers, force, students, say):
    grader = course.grader(assignment, force)
    grader.require_master(assignment)
    course.require_submissions(assignment, students)
    waiting = [
        student
        for student in (students or course.students(assignment))
        if force or not grader.is_current(assignment, student)
    ]
    if not waiting:
        grader.close()
        return []
    count = max(1, min(workers or os.cpu_count() or 1, len(waiting)))
    lines = []
    pool = _Pool(course, assignment, count, grader)
    try:
        with tqdm(total=len(waiting), unit="student", disable=None, file=sys.stderr) as bar:
            for line in pool.run(waiting):
                lines.append(line)
                say(str(line))
                bar.update()
    finally:
        pool.close()
        grader.close()
    return lines


def _say(line):
    """Print above the progress bar, at once: the lines may go into a file that somebody watches."""
    tqdm.write(line)
    sys.stdout.flush()


class _Pool:
    """Workers that each own a pipe; a worker that dies is replaced, its student tried again."""

    def __init__(self, course, assignment, count, grader):
        self.course, self.assignment, self.grader = course, assignment, grader
        self._context = multiprocessing.get_context("fork")
        self.workers = {}
        self._count = count
        self._sockets = {}

    def run(self, students):
        """Yield a `Line` for each student, in the order in which they are done."""
        queue = list(students)
        tries = dict.fromkeys(students, 0)
        self.grader.close()
        for _ in range(self._count):  # forked before any server or thread is started
            self._start()
        self._sockets = executor.IsolatedKernel(parent=self.grader).start_servers(
            self.grader.kinds(self.assignment), self.course.root
        )
        while queue or any(job for _, job in self.workers.values()):
            self._hand_out(queue, tries)
            for pipe in wait([pipe for pipe, (_, job) in self.workers.items() if job]):
                process, student = self.workers[pipe]
                try:
                    line = pipe.recv()
                    self.workers[pipe] = (process, None)
                    yield line
                except (EOFError, OSError):
                    self._bury(pipe)
                    self._start()
                    if tries[student] < MOST_TRIES:
                        queue.append(student)
                    else:
                        yield self._give_up(student)

    def _hand_out(self, queue, tries):
        for pipe, (process, job) in list(self.workers.items()):
            if job is None and queue:
                student = queue.pop(0)
                tries[student] += 1
                self.workers[pipe] = (process, student)
                with contextlib.suppress(OSError):  # a dead worker is noticed when waiting
                    pipe.send((student, self._sockets))

    def _start(self):
        ours, theirs = self._context.Pipe()
        others = [*self.workers, ours]
        process = self._context.Process(
            target=_work, args=(self.course, self.assignment, self.grader.force, theirs, others)
        )
        process.start()
        theirs.close()
        self.workers[ours] = (process, None)

    def _bury(self, pipe):
        process, _ = self.workers.pop(pipe)
        pipe.close()
        process.join()

    def _give_up(self, student):
        reason = "Grading this submission ended the grader twice; it was given 0 points."
        self.grader.grade_student(self.assignment, student, problem=reason)
        self.grader.close()
        return Line(student, most=self.grader.points(self.assignment), remark=reason)

    def close(self):
        """End the workers and the kernels."""
        for pipe, (process, _) in self.workers.items():
            pipe.close()
            process.terminate()
        for process, _ in self.workers.values():
            process.join()
        self.workers.clear()
        warm.close_servers()


def _work(course, assignment, force, pipe, others):
    """A worker process: students come in through the pipe, lines go out."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, who ends us
    for other in others:
        other.close()
    warm.forget_servers()
    grader = course.grader(assignment, force)
    while True:
        try:
            student, sockets = pipe.recv()
        except (EOFError, OSError):
            return
        grader.use_servers(sockets)
        pipe.send(_graded(course, grader, assignment, student))


def _graded(course, grader, assignment, student):
    begin = time.monotonic()
    try:
        grader.grade_student(assignment, student)
    except Exception as error:
        return Line(student, remark=error_text.sentence(error), failed=True)
    record = course.record(assignment, student)
    most = by_program = grader.points(assignment)
    if not record["problem"]:
        by_program = sum(entry["points"] for entry in record["questions"])
    return Line(
        student,
        sum(entry["score"] for entry in record["questions"]),
        by_program,
        most - by_program,
        time.monotonic() - begin,
        remark(record),
    )
