"""Grading a class in worker processes: `course grade`.

Each worker grades one submission at a time with the same pipeline as `nbgrader autograde`. What is
done is told by the autograded notebooks themselves, so an interrupted run goes on where it was.
"""

import contextlib
import gc
import multiprocessing
import signal
import sys
import time
from dataclasses import dataclass
from multiprocessing.connection import wait

from tqdm import tqdm

from course_grading.commands import error_text
from course_grading.gradebook import failures
from course_grading.gradebook.files import Unusable, alone
from course_grading.gradebook.grades import remark
from course_grading.kernels import executor, groups, warm
from course_grading.text import printable_line

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
    starved: bool = False  # time was up while others had the machine
    stops: bool = False  # what failed would fail for all others too
    no_group: str = ""  # why Linux did not let a control group bound it

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
    `sandbox.IsolationUnavailable` where submissions may not be run, and `Unusable` where the disk
    is full or the gradebook cannot be written.
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
    kernel = executor.IsolatedKernel(parent=grader)
    if not kernel.scheduler:  # else other machines bound them
        groups.available()  # tried once, by the process that all workers come from
    count = workers or kernel.most_workers(grader.kinds(assignment))
    count = max(1, min(count, len(waiting)))
    lines = []
    pool = _Pool(course, assignment, count, grader)
    try:
        with tqdm(total=len(waiting), unit="student", disable=None, file=sys.stderr) as bar:
            for line in pool.run(waiting):
                if line.stops:
                    done = f"{len(lines)} of {len(waiting)} submissions were graded before."
                    raise Unusable(f"{line.remark}\n{done}")
                lines.append(line)
                say(str(line))
                bar.update()
    finally:
        pool.close()
        grader.close()
    if not kernel.scheduler:
        say(groups.told([line.no_group for line in lines if line.no_group]))
    return lines


def _say(line):
    """Print above the progress bar, at once: the lines may go into a file that somebody watches."""
    tqdm.write(printable_line(line))
    sys.stdout.flush()


@dataclass
class _Worker:
    process: object
    place: int  # among the workers: whose cores its submissions get
    job: str | None = None


class _Pool:
    """Workers that each own a pipe; a worker that dies is replaced, its student tried again."""

    def __init__(self, course, assignment, count, grader):
        self.course, self.assignment, self.grader = course, assignment, grader
        self._context = multiprocessing.get_context("fork")
        self.workers = {}
        self._count = count
        self._sockets = {}

    def run(self, students):
        """Yield a `Line` for each student, in the order in which they are done.

        Where time was up while the machine was busy, the submission is run again at the end, when
        no other one runs.
        """
        self.grader.close()
        for _ in range(self._count):  # forked before any thread is started
            self._start()
        self._sockets = executor.IsolatedKernel(parent=self.grader).start_servers(
            self.grader.kinds(self.assignment), self.course.root
        )
        again = []
        for line in self._run(list(students)):
            if line.starved:
                again.append(line.student)
            else:
                yield line
        for student in again:
            yield from self._run([student], alone=True)

    def _run(self, queue, alone=False):
        tries = dict.fromkeys(queue, 0)
        while queue or any(worker.job for worker in self.workers.values()):
            self._hand_out(queue, tries, alone)
            for pipe in wait([pipe for pipe, worker in self.workers.items() if worker.job]):
                student = self.workers[pipe].job
                try:
                    line = pipe.recv()
                    self.workers[pipe].job = None
                    yield line
                except (EOFError, OSError):
                    self._start(self._bury(pipe))
                    if tries[student] < MOST_TRIES:
                        queue.append(student)
                    else:
                        yield self._give_up(student)

    def _hand_out(self, queue, tries, alone):
        workers = 1 if alone else self._count
        for pipe, worker in list(self.workers.items()):
            if worker.job is None and queue:
                worker.job = student = queue.pop(0)
                tries[student] += 1
                share = (0 if alone else worker.place, workers)
                with contextlib.suppress(OSError):  # a dead worker is noticed when waiting
                    pipe.send((student, self._sockets, share, alone))

    def _start(self, place=None):
        ours, theirs = self._context.Pipe()
        others = [*self.workers, ours]
        process = self._context.Process(
            target=_work, args=(self.course, self.assignment, self.grader.force, theirs, others)
        )
        process.start()
        theirs.close()
        self.workers[ours] = _Worker(process, len(self.workers) if place is None else place)

    def _bury(self, pipe):
        """Forget a worker that has ended; returns its place."""
        worker = self.workers.pop(pipe)
        pipe.close()
        worker.process.join()
        return worker.place

    def _give_up(self, student):
        reason = "Grading this submission ended the grader twice; it was given 0 points."
        self.grader.grade_student(self.assignment, student, problem=reason)
        self.grader.close()
        return Line(student, most=self.grader.points(self.assignment), remark=reason)

    def close(self):
        """End the workers and the kernels."""
        for pipe, worker in self.workers.items():
            pipe.close()
            worker.process.terminate()
        for worker in self.workers.values():
            worker.process.join()
        self.workers.clear()
        warm.close_servers()


def _work(course, assignment, force, pipe, others):
    """A worker process: students come in through the pipe, lines go out."""
    gc.freeze()  # what the parent has made is the parent's to clean up
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, who ends us
    for other in others:
        other.close()
    warm.forget_servers()
    grader = course.grader(assignment, force)
    with contextlib.suppress(Exception):  # it comes again where a submission is graded, and is told
        grader.get_ready(assignment)  # the kernel server imports what it needs meanwhile
    while True:
        try:
            student, sockets, share, alone = pipe.recv()
        except (EOFError, OSError):
            return
        grader.use_servers(sockets, *share)
        line = _graded(course, grader, assignment, student, alone)
        line.no_group = groups.refusal()
        pipe.send(line)


def _graded(course, grader, assignment, student, alone=False):
    begin = time.monotonic()
    try:
        grader.grade_student(assignment, student, alone=alone)
    except Exception as error:
        told = error_text.sentence(error)
        return Line(student, remark=told, failed=True, stops=failures.of_all(error) is not None)
    if refusal := grader.refused.get(student):
        return Line(student, remark=refusal, failed=True)
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
        starved=record["starved"],
    )
