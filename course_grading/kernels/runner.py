"""Running one submission: its cells in order, each question's probe where its test cell stands.

What is asked with hidden inputs is asked last: no cell of the student's runs after they were seen.

A job whose steps are made is plain data, and so is its result: the same function runs in the
grader's process, in a worker process, or on a machine of a cluster. A cell that ends the kernel
costs its own points: the kernel is started again, the cells before are repeated without it, and the
rest runs on.
"""

import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from course_grading.kernels import limits, sandbox, shares
from course_grading.kernels.client import Kernel, Outcome, size

MOST_RESTARTS = 6
SHOWN_LIMIT = 64_000_000  # bytes of what all cells of a notebook show
EMITTED_LIMIT = 64_000_000  # bytes of all its answers: what cells show takes no room from them


@dataclass
class Job:
    """A submission to run.

    Args:
        steps: requests in order, ``{"run": source}`` or ``{"probe": source}``; with hidden inputs
            ``{"ask": source}``, which is answered when all others are done, from the names of its
            place. ``{"probe": source, "unless": number}`` is left out where the step of that number
            has found an answer. Or a function that returns them, which is called when a kernel was
            started, as what makes them works meanwhile; and once more, for the same ones, where
            that kernel's server is lost.
        files: {name: base64} of the files beside the notebook.
        sheet: what course_lib.exercise shows: prompts and numbers, no answers.
        limits: as `limits.Limits` sets them.
    """

    steps: list | Callable[[], list]
    files: dict = field(default_factory=dict)
    sheet: dict = field(default_factory=dict)
    limits: dict = field(default_factory=dict)
    isolated: bool = True
    copies: bool = True  # whether a finished kernel can be copied; not after TensorFlow has run


@dataclass
class Result:
    """One `client.Outcome` for each step, and where the seconds went."""

    outcomes: list
    start_seconds: float = 0.0
    execute_seconds: float = 0.0
    restarts: int = 0
    starved: bool = False  # whether time was up while the machine worked for others


def run(job, path):
    """Run ``job`` on the kernel server at ``path``; returns a `Result`."""
    return _Run(job, path).result()


class _Room:
    """Bytes of memory for what comes of the steps."""

    def __init__(self, left):
        self._left = left

    def kept(self, bodies):
        """These messages, which take their room; none where it is too small."""
        if size(bodies) > self._left:
            return []
        self._left -= size(bodies)
        return bodies


def _found_nothing(outcome):
    """Whether a probe ran and has found nothing, as its kernel says: what that forges costs it.

    What was found and had no room, of which nothing is kept, is asked for again.
    """
    is_kept = outcome.claimed and outcome.emitted is not None
    return outcome.status in ("ok", "error") and not is_kept


class _Run:
    def __init__(self, job, path):
        self.job, self.path, self.steps = job, path, job.steps
        self.kernel, self.replay = None, []
        self.starting = 0.0
        self.restarts = -1  # the first start is none
        self.deadline = time.monotonic() + job.limits["total_timeout"]
        self.folders = []  # homes of kernels that run without isolation
        self.shown_room, self.emitted_room = _Room(SHOWN_LIMIT), _Room(EMITTED_LIMIT)

    def result(self):
        try:
            if callable(self.steps):
                self._ensure_kernel()
                self.steps = self.steps()
            begin, starting = time.monotonic(), self.starting
            self.deadline = begin + self.job.limits["total_timeout"]
            outcomes = []
            for step in self._in_place():
                needed = "unless" not in step or _found_nothing(outcomes[step["unless"]])
                outcomes.append(self._step(step) if needed else Outcome("ok"))
            self.deadline = time.monotonic() + self.job.limits["hidden_timeout"]
            for number, step in self._hidden():
                if outcomes[number].status == "ok":  # the kernel came as far as there
                    outcomes[number] = self._step(step)
        finally:
            if self.kernel is not None:
                self.kernel.close()
            for folder in self.folders:
                shutil.rmtree(folder, ignore_errors=True)
        spent = time.monotonic() - begin
        restarts = max(self.restarts, 0)
        starved = self._is_starved(outcomes)
        executing = spent - (self.starting - starting)
        return Result(outcomes, self.starting, executing, restarts, starved)

    def _is_starved(self, outcomes):
        """Whether a cell was stopped, or not run, for time that the machine gave to others."""
        cell, whole = (self.job.limits[name] for name in ("cell_timeout", "total_timeout"))
        stopped = any(o.lost > shares.STARVED * cell for o in outcomes)
        late = any(o.status == "not run" for o in outcomes)
        return stopped or (late and sum(o.lost for o in outcomes) > shares.STARVED * whole)

    def _in_place(self):
        """The steps at their places; a question with hidden inputs is only marked there."""
        for number, step in enumerate(self.steps):
            yield {"hold": number} if "ask" in step else step

    def _hidden(self):
        """The questions with hidden inputs, with the numbers of their steps."""
        for number, step in enumerate(self.steps):
            if "ask" in step:
                yield number, {**step, "held": number, "copy": self.job.copies}

    def _step(self, step):
        if not self._ensure_kernel():
            why = "the time for the notebook is up"
            if self.restarts >= MOST_RESTARTS:
                why = "the kernel was lost too often"
            return Outcome("not run", reason=f"was not run: {why}")
        outcome = self._timed(step) if step.get("timed") else self._asked(step)
        self._make_fit(outcome)
        if outcome.status == "died":
            self.kernel = None
        elif ("run" in step and outcome.status != "timeout") or "hold" in step:
            self.replay.append(step)
        return outcome

    def _make_fit(self, outcome):
        """Leave out what has no room beside what came of the steps before."""
        shown = self.shown_room.kept(outcome.shown)
        emitted = self.emitted_room.kept([outcome.emitted] if outcome.emitted else [])
        is_whole = len(shown) == len(outcome.shown) and bool(emitted) == bool(outcome.emitted)
        outcome.shown, outcome.emitted = shown, emitted[0] if emitted else None
        if not (is_whole or emitted):
            outcome.unread = "is left out: the cells of this notebook told too much"

    def _asked(self, step):
        return self.kernel.run(step, self._timeout())

    def _timed(self, step):
        """A request measured by this clock, beside loops of our own: nothing a student can tell."""
        from course_bank.topics.from_scratch.timing import pace  # not needed to start a server

        before, begin = pace(), time.monotonic()
        outcome = self._asked(step)
        outcome.seconds = time.monotonic() - begin
        outcome.pace = min(before, pace())
        return outcome

    def _timeout(self):
        left = self.deadline - time.monotonic()
        return max(0.1, min(self.job.limits["cell_timeout"], left))

    def _ensure_kernel(self):
        """A kernel that has run every good cell so far; False when there can be none."""
        while self.kernel is None:
            if self.restarts >= MOST_RESTARTS or time.monotonic() > self.deadline:
                return False
            self.restarts += 1
            self.kernel = self._start()
            for step in list(self.replay):
                if self.kernel.run(step, self._timeout()).status == "died":
                    self.replay.remove(step)
                    self.kernel = None
                    break
        return time.monotonic() < self.deadline

    def _start(self):
        begin = time.monotonic()
        submission = {"files": self.job.files, "sheet": self.job.sheet}
        if not self.job.isolated:
            folder = tempfile.mkdtemp(prefix="course-submission-")
            self.folders.append(folder)
            submission.update(home=folder, tmp=folder)
        processes = self.job.limits["processes"] + limits.counted_already(self.job.isolated)
        bounds = {**self.job.limits, "processes": processes}
        kernel = Kernel(self.path, submission, bounds, sandbox.environment(self.job.isolated))
        self.starting += time.monotonic() - begin
        return kernel
