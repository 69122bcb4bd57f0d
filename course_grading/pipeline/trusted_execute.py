"""Runs the submission in the sandbox, with a probe in the place of every test cell.

A probe asks for the student's answers: it emits a variable, or calls the student's function on
inputs drawn from the course's secret, when no cell is left to run. What comes back is data. The
expected answers stay with the grader; the kernel never has them.

The three parts run in turn (see `stages`): a child lists the cells, the grader has them run, moving
their texts and what comes back, and that child, or a new one, puts this into the notebook.
"""

import base64
import os

from nbformat import from_dict
from nbgrader import utils
from nbgrader.preprocessors import Execute

from course_grading.kernels import kinds
from course_grading.kernels.client import Outcome
from course_grading.kernels.executor import IsolatedKernel
from course_grading.pipeline import closed_libraries, unasked
from course_grading.pipeline.hidden_inputs import has_hidden_inputs, kind_of_error
from course_grading.pipeline.run import run_of
from course_grading.submission import student_id
from course_grading.submission.files import copyable_files
from course_grading.submission.outputs import NOTEBOOK_LIMIT, within

BUSY = (
    "time was up while the machine was busy with other work: grade it once more, with --force and "
    "--student, when it is not"
)


class TrustedExecute(Execute):
    """nbgrader's Execute (``c.Execute.timeout`` holds), in kernels that are not trusted."""

    def listed(self, nb, run):
        """[(place, source, grade id)] of what is to run: of a question's check the id alone.

        It begins with what the kernel needs for these cells, which has no place.
        """
        found = []
        for place, cell in enumerate(nb.cells):
            if cell.cell_type != "code" or not cell.source.strip():
                continue
            name = _grade_id(cell)
            if name in run.variants:
                found.append((place, None, name))
            else:
                found.append((place, student_id.runnable(cell.source, run.shown_id), name))
        begin = kinds.beginning(run.kind, [source for _, source, _ in found if source])
        return [(None, begin, None), *found] if begin else found

    def execute(self, run, read):
        """Run the cells that `read` returns, as `listed` has listed them, once they are read.

        ``run`` gets the steps' places and what came of them; nothing where it cannot be read.
        """

        def steps():
            cells = read()
            if run.problem:
                return []
            made, run.places, run.rounds, run.late = _steps(run, cells)
            return made

        kernel = IsolatedKernel(parent=self)
        sheet = run.key.sheet(run.shown_id) if run.key else {}
        timeout = self.timeout or 10**6
        result = kernel.run(steps, _files(run), sheet, run.assignment, run.kind, timeout, run.root)
        if run.problem:
            return
        run.came = result.outcomes
        run.failed_cells = sum(o.status not in ("ok", "error") for o in result.outcomes)
        run.seconds = {"start": result.start_seconds, "execute": result.execute_seconds}
        run.restarts = result.restarts
        run.starved = result.starved and not run.alone
        if result.starved:
            run.remarks.append(BUSY)

    def preprocess(self, nb, resources, km=None):
        """What came of the cells, into the notebook."""
        run = run_of(resources)
        if run.came is None:
            return nb, resources
        run.outcomes = {}
        left, count = NOTEBOOK_LIMIT, 0
        for place, outcome in zip(run.places, run.came, strict=True):
            if place is None:
                continue
            count += 1
            cell = nb.cells[place]
            cell.execution_count = count
            kept, left = within(_outputs(outcome), left)
            cell.outputs = [from_dict(output) for output in kept]
            if name := _grade_id(cell):
                run.outcomes[name] = self._checked(name, outcome, run)
        return nb, resources

    @staticmethod
    def _checked(name, outcome, run):
        """The outcome of a check, its answer read below it where it is set there."""
        if name in run.late and _is_empty(outcome):
            below = run.came[run.late[name]]
            if below.answer and not _is_empty(below):
                run.remarks.append(f"{name} was answered below its check, and counts")
                outcome.answer, outcome.error = below.answer, below.error
                outcome.unread = ""  # of what stood at its place
        if outcome.error and name in run.variants and has_hidden_inputs(run.variants[name]):
            outcome.error = {"ename": kind_of_error(str(outcome.error.get("ename")))}
        return outcome


def _steps(run, listed):
    """(requests in order, place of each in the notebook or None, rounds, late).

    ``rounds`` are {grade id: steps that are timed}, ``late`` {grade id: its step at the end}, where
    answers are found that are set below their check: it is left out where one was found there.
    """
    steps, places, rounds, late, asked = [], [], {}, {}, {}

    def add(step, place=None):
        steps.append(step)
        places.append(place)

    if run.key and run.key.own_code:
        add({"run": closed_libraries.closing()})
    # whose notebook it is, the folder tells, until the student's own cell says it again
    add({"run": f"STUDENT_ID = {run.shown_id!r}"})
    for place, source, name in listed:
        variant = run.variants.get(name) if source is None else None
        if variant is None:
            add({"run": source}, place)
            continue
        asked[name] = len(steps)
        request, *timed = _requests(name, variant, run)
        add(request, place)
        if timed:
            rounds[name] = list(range(len(steps), len(steps) + len(timed)))
            for round_ in timed:
                add(round_)
    for name, step in asked.items():
        if "probe" in steps[step]:
            late[name] = len(steps)
            add({**steps[step], "unless": step})
    return steps, places, rounds, late


def _requests(name, variant, run):
    """The request of a question, and those of its timed rounds.

    Where the question's code raises, which may be the instructor's own, it is not asked.
    """
    if run.key and name in run.key.unprepared:
        return _not_asked(name, variant, run, run.key.unprepared[name])
    question = variant.question
    try:
        kind = "ask" if has_hidden_inputs(variant) else "probe"
        rounds = [question.timing_probe(variant, number) for number in range(question.timed)]
        timed = [{"ask": source, "timed": True} for source in rounds]
        return [{kind: question.probe(variant)}, *timed]
    except Exception as problem:
        return _not_asked(name, variant, run, problem)


def _not_asked(name, variant, run, problem):
    """The request in the place of a question whose code raises ``problem``; the run is told."""
    run.remarks.append(unasked.told(name, problem))
    run.variants[name], run.unasked = unasked.instead(variant, problem), True
    return [{"probe": ""}]


def _is_empty(outcome):
    """Whether a check that ran found no answer, or the None that stood there from the start."""
    ran = outcome.status in ("ok", "error")
    return ran and (not outcome.answer or all(v is None for v in outcome.answer.values()))


def _grade_id(cell):
    """The grade id of a test cell, else None."""
    if utils.is_grade(cell) and not utils.is_solution(cell):
        return cell.metadata.nbgrader.grade_id
    return None


def _files(run):
    """{name: base64} of the files beside the graded notebook: data, the student's modules."""
    files = {}
    for path, name in copyable_files(run.folder, os.path.dirname(run.folder)):
        with open(path, "rb") as file:
            files[name] = base64.b64encode(file.read()).decode("ascii")
    return files


def _outputs(outcome: Outcome):
    """The cell's outputs, with an error where the cell was stopped."""
    if not outcome.reason:
        return outcome.outputs
    name = {"timeout": "CellTimeoutError", "died": "DeadKernelError"}.get(outcome.status, "NotRun")
    text = f"The cell {outcome.reason}."
    outputs = [o for o in outcome.outputs if o.get("ename") != "KeyboardInterrupt"]
    error = {"output_type": "error", "ename": name, "evalue": text, "traceback": [text]}
    return [*outputs, error]
