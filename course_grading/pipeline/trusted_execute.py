"""Runs the submission in the sandbox, with a probe in the place of every test cell.

A probe asks for the student's answers: it emits a variable, or calls the student's function on
inputs drawn from the course's secret, when no cell is left to run. What comes back is data. The
expected answers stay in this process; the kernel never has them.
"""

import base64
import os

from nbformat import from_dict
from nbgrader import utils
from nbgrader.preprocessors import Execute

from course_grading.gradebook import mistyped_ids, secret
from course_grading.kernels.client import Outcome
from course_grading.kernels.executor import IsolatedKernel
from course_grading.pipeline import closed_libraries
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

    def preprocess(self, nb, resources, km=None):
        run = run_of(resources)
        if run.problem:
            return nb, resources
        student, assignment = run.student, run.assignment
        run.shown_id = shown = mistyped_ids.shown_id(run.root, assignment, student)
        run.variants = variants = self._variants(nb, run, shown)
        steps, places, rounds = [], [], {}  # rounds: {grade id: steps that are timed}
        if run.key and run.key.own_code:
            steps.append({"run": closed_libraries.closing()})
            places.append(None)
        # whose notebook it is, the folder tells, until the student's own cell says it again
        steps.append({"run": f"STUDENT_ID = {shown!r}"})
        places.append(None)
        for place, cell in enumerate(nb.cells):
            if cell.cell_type != "code" or not cell.source.strip():
                continue
            variant = variants.get(_grade_id(cell))
            if variant is None:
                steps.append({"run": student_id.runnable(cell.source, shown)})
            else:
                kind = "ask" if has_hidden_inputs(variant) else "probe"
                steps.append({kind: variant.question.probe(variant)})
            places.append(place)
            if variant is not None and variant.question.timed:
                rounds[_grade_id(cell)] = range(len(steps), len(steps) + variant.question.timed)
                for number in range(variant.question.timed):
                    source = variant.question.timing_probe(variant, number)
                    steps.append({"ask": source, "timed": True})
                    places.append(None)
        late = {}  # {grade id: its step at the end}: answers that are set below their check
        for name, variant in variants.items():
            if not has_hidden_inputs(variant):
                late[name] = len(steps)
                steps.append({"probe": variant.question.probe(variant)})
                places.append(None)
        kernel = IsolatedKernel(parent=self)
        sheet = run.key.sheet(shown) if run.key else {}
        timeout = self.timeout or 10**6
        result = kernel.run(steps, _files(run), sheet, assignment, run.kind, timeout, run.root)
        run.outcomes = {}
        left = NOTEBOOK_LIMIT
        ran = [pair for pair in zip(places, result.outcomes, strict=True) if pair[0] is not None]
        for count, (place, outcome) in enumerate(ran, 1):
            cell = nb.cells[place]
            cell.execution_count = count
            kept, left = within(_outputs(outcome), left)
            cell.outputs = [from_dict(output) for output in kept]
            name = _grade_id(cell)
            if name in late and _is_empty(outcome):
                below = result.outcomes[late[name]]
                if below.answer and not _is_empty(below):
                    run.remarks.append(f"{name} was answered below its check, and counts")
                    outcome.answer, outcome.error = below.answer, below.error
            if outcome.error and name in variants and has_hidden_inputs(variants[name]):
                outcome.error = {"ename": kind_of_error(str(outcome.error.get("ename")))}
            if name:
                run.outcomes[name] = outcome
        run.rounds = {name: [result.outcomes[i] for i in steps] for name, steps in rounds.items()}
        run.failed_cells = sum(o.status not in ("ok", "error") for o in result.outcomes)
        run.seconds = {"start": result.start_seconds, "execute": result.execute_seconds}
        run.restarts = result.restarts
        run.starved = result.starved and not run.alone
        if result.starved:
            run.remarks.append(BUSY)
        return nb, resources

    def _variants(self, nb, run, shown):
        """{grade id: the question's variant} of the test cells that the bank grades."""
        if run.key is None:
            return {}
        hidden, listed = secret.of_hand_in(run.root, run.hand_in), run.key.questions
        names = [_grade_id(cell) for cell in nb.cells]
        return {
            name: run.key.graded_variant(name, shown, hidden) for name in names if name in listed
        }


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
