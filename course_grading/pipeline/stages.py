"""One notebook from the file to the grades, in four stages.

| stage | where | what |
|---|---|---|
| `_read` | a child | the file becomes a clean notebook; its cells are listed |
| `TrustedExecute.execute` | the grader | the cells run in the sandbox |
| `_judged` | that child, or a new one | what came back is judged; the graded notebook is made |
| `write_grades.write` | the grader | points into the gradebook; the notebook is kept |

The grader itself moves bytes: a student's text is parsed, compared and judged in a child of that
submission alone, which has limits of time and memory in each stage (`bounded_child`). Where one is
ended, each cell gets a child of its own, so that it costs that cell; what cannot be read at all is
worth nothing, with a sentence.
"""

import json
import os
from dataclasses import dataclass

import nbformat
from nbformat.v4 import new_markdown_cell, new_notebook
from nbgrader.utils import setenv

from course_grading import bounded_child
from course_grading.gradebook.record import notebook_text, record
from course_grading.kernels import shares, warm
from course_grading.pipeline import read_outcomes
from course_grading.pipeline.run import run_of
from course_grading.pipeline.trusted_execute import TrustedExecute
from course_grading.submission import files, handed_in_at, preflight
from course_grading.text import printable_line

# bytes: a notebook with its outputs is many times as large once it is read
_READING = min(4 << 30, shares.memory(len(os.sched_getaffinity(0))))
_MOST_TOLD = 4 << 20  # bytes of what came of the cells, for the child that has read them
_ALONE = 150.0  # seconds for judging where each cell has a child of its own


@dataclass(frozen=True)
class HandedIn:
    """What lies in the folder of a submission, as bytes.

    ``path`` is where the notebook belongs, ``instead`` where it was found if not there, ``problem``
    why it cannot be read; ``stamp`` are the bytes of timestamp.txt or why it cannot be read.
    """

    path: str
    notebook: bytes = b""
    instead: str | None = None
    problem: str | None = None
    stamp: bytes | str | None = None

    @property
    def name(self):
        """The name of its file."""
        return os.path.basename(self.path)

    def unread(self, problem):
        """The same, as what cannot be read."""
        return HandedIn(self.path, problem=problem, stamp=self.stamp)


def grade(resources, handed_in, before, after, log):
    """Run and judge one notebook; returns what `_judged` returns.

    ``before`` and ``after`` are nbgrader's steps before the cells run and from then on.
    """
    run = run_of(resources)
    with _Reading(resources, handed_in, before, after) as reading:
        executor = _executor(after)
        if executor and not handed_in.problem:
            executor.execute(run, reading.cells)
        reading.notebook()  # with --no-execute nobody has asked for it
        if run.problem:
            log.warning("%s: %s", run.student, run.problem)
        for alone in (False, True):
            try:
                return reading.judged(alone)
            except bounded_child.Ended as end:
                if alone or end.of_all:  # else it may be of one cell, which is found alone
                    _raise_own(end)
                problem = f"What this notebook answered cannot be read: that {end}."
                log.warning("%s: %s", run.student, problem)
    run.came = None
    with _Reading(resources, handed_in.unread(problem), before, after) as reading:
        reading.notebook()
        return reading.judged()


class _Reading:
    """The child that reads a submission, while a kernel is started, and may judge it later."""

    def __init__(self, resources, handed_in, before, after):
        self._resources, self._handed_in, self._steps = resources, handed_in, (before, after)
        self._found = None
        self._begin(handed_in)

    def _begin(self, handed_in):
        seconds = 2 * bounded_child.SECONDS  # for reading and for judging
        given = (self._resources, handed_in, *self._steps)
        self.child = bounded_child.Child(_read_and_judge, *given, most_seconds=seconds)
        self.child.begin(memory=_READING)

    def cells(self):
        """What is to run; the run is told what was found."""
        return self._read()["cells"]

    def notebook(self):
        """The repaired notebook as JSON; the run is told what was found."""
        return self._read()["notebook"]

    def judged(self, alone=False):
        """What `_judged` returns; ``alone``: with each cell in a child of its own."""
        if not alone and self._can_be_told():
            try:
                return self.child.turn(run_of(self._resources).told())
            except bounded_child.Failed:
                raise
            except bounded_child.Ended:
                pass  # perhaps it was lost while it waited: what a new one makes of it counts
        self.child.end()  # not both at once
        judging = (_judge_anew, self._resources, self.notebook(), self._steps[1], alone)
        return bounded_child.call(*judging, seconds=_ALONE if alone else bounded_child.SECONDS)

    def _can_be_told(self):
        """Whether the child still waits, and what came is little enough to be told to it.

        A new one has it from the start; so it has where a question is not asked, whose code raises.
        """
        run = run_of(self._resources)
        return self.child.waits and run.came_bytes() <= _MOST_TOLD and not run.unasked

    def _read(self):
        if self._found is None:
            try:
                self._found = self.child.result()
            except bounded_child.Ended as end:
                _raise_own(end)
                problem = f"{self._handed_in.name} cannot be read: reading it {end}."
                self._begin(self._handed_in.unread(problem))
                self._found = self.child.result()
            run_of(self._resources).take_read(self._found)
        return self._found

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.child.end()


def _raise_own(end):
    """An error of ours is no fault of the submission's: it is not graded."""
    if isinstance(end, bounded_child.Failed):
        raise end


def _executor(steps):
    """The step that runs cells, None with --no-execute."""
    found = (step for step in steps if isinstance(step, TrustedExecute) and step.enabled)
    return next(found, None)


# ---------------------------------------------------------------------------- in a child


def _read_and_judge(resources, handed_in, before, after):
    """Two turns of a child: what `_read` finds, then, told what came of the cells, the verdict."""
    warm.forget_servers()  # one that is closed meanwhile ends when nobody holds its lifeline
    run = run_of(resources)
    nb, found = _read(resources, handed_in, before, after)
    run.take_read(found)
    told = yield found
    vars(run).update(told)
    yield _judged(nb, resources, after, False)


def _read(resources, handed_in, before, after):
    """The repaired notebook; and it as JSON, the cells that are to run, and what was found."""
    run = run_of(resources)
    time = _time(handed_in.stamp, run)
    try:
        if handed_in.problem:
            raise files.Unreadable(handed_in.problem)
        nb = preflight.parse_notebook(handed_in.notebook, handed_in.name)
        if handed_in.instead:
            _take_instead(nb, handed_in, run)
        run.problem = None
    except files.Unreadable as reason:
        run.problem = str(reason)
        nb = _explanation(reason)
    nb = _through(nb, resources, before)
    executor = None if run.problem else _executor(after)
    return nb, {
        "notebook": json.dumps(nb),
        "cells": executor.listed(nb, run) if executor else [],
        "problem": run.problem,
        "remarks": run.remarks,
        "time": time and time.isoformat(),
    }


def _take_instead(nb, handed_in, run):
    """A notebook under another name counts if it holds the assignment's cells."""
    if not run.plan.is_of(nb.cells):
        raise files.Unreadable(files.missing(handed_in.path))
    here = printable_line(os.path.relpath(handed_in.instead, os.path.dirname(handed_in.path)))
    run.remarks.append(f"there is no {handed_in.name}; taken: {here!r}")


def _time(stamp, run):
    """When the submission was handed in, if timestamp.txt says so; else a remark."""
    if stamp is None:
        return None
    try:
        if isinstance(stamp, str):
            raise ValueError(stamp)
        return handed_in_at.moment(stamp)
    except (ValueError, OverflowError, OSError) as problem:
        remark = f"timestamp.txt was not understood, so it counts as in time: {problem}"
        if remark not in run.remarks:  # from a reading before, see `grade`
            run.remarks.append(remark)
        return None


def _explanation(problem):
    text = f"**This submission could not be read.** {problem}\n\nIt was graded with 0 points."
    cell = new_markdown_cell(text)
    cell["id"] = f"{preflight.OWN_ID}explanation"
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return new_notebook(cells=[cell], metadata={"kernelspec": kernel})


def _judge_anew(resources, notebook, after, alone):
    """What `_judged` returns, in a child that has not read the file itself."""
    return _judged(nbformat.from_dict(json.loads(notebook)), resources, after, alone)


def _judged(nb, resources, after, alone):
    """{"cells", "metadata": of the graded notebook, "record", "grades", "comments"}."""
    run = run_of(resources)
    run.judges_alone = alone
    read_outcomes.read(run.came or [], alone)
    with setenv(NBGRADER_EXECUTION="autograde"):
        nb = _through(nb, resources, after)
    return {
        "cells": notebook_text(nb),
        "metadata": nb.metadata,
        "record": record(run),
        "grades": run.grades,
        "comments": run.comments,
    }


def _through(nb, resources, steps):
    for step in steps:
        nb, resources = step(nb, resources)
    return nb
