"""Compares the answers with the key, outside the kernel, and says what was misunderstood.

This runs in a child with limits: see `stages`.
"""

import json
import time

from nbformat import from_dict
from nbgrader import utils
from nbgrader.preprocessors import NbGraderPreprocessor

from course_grading import bounded_child
from course_grading.pipeline import flags, verdicts
from course_grading.pipeline.hidden_inputs import has_hidden_inputs
from course_grading.pipeline.run import run_of
from course_grading.submission import student_id

_SECONDS = 10.0  # for one question, where each is judged alone
KEPT = 2000  # characters of an answer that the record keeps as it came


class TrustedScore(NbGraderPreprocessor):
    """Fills ``verdicts`` of the run: {grade id: entry of the record}."""

    def preprocess(self, nb, resources):
        run, begin = run_of(resources), time.monotonic()
        run.verdicts = found = {}
        if not run.problem and not run.was_run():
            return nb, resources  # --no-execute: grades stay as they are
        entries = self._entries([cell for cell in nb.cells if _is_check(cell)], run)
        stopped = None  # what the last cell before the check stopped with
        for cell in nb.cells:
            if cell.cell_type != "code":
                continue
            if not _is_check(cell):
                stopped = verdicts.stop(cell) or stopped
                continue
            name = cell.metadata.nbgrader.grade_id
            entry = verdicts.explained(entries[name], stopped)
            found[name], stopped = entry, None
            cell.outputs = [
                *[o for o in cell.outputs if name not in run.variants],
                _shown(entry),
            ]
        run.remarks += _unread(run)
        run.typed_id = student_id.typed(nb)
        if line := student_id.slip(nb):
            run.remarks.append(f"no text in straight quotes, so the folder's id was used: {line!r}")
        run.flags = flags.of(run)
        if run.flags:
            nb.cells.insert(0, flags.note(run.flags))
        run.seconds["score"] = time.monotonic() - begin
        return nb, resources

    def _entries(self, checks, run):
        """{grade id: entry}."""
        judge = self._alone if run.judges_alone else self._entry
        return {cell.metadata.nbgrader.grade_id: judge(cell, run) for cell in checks}

    def _alone(self, cell, run):
        """The entry of one question, made in a child of its own: what ends it costs no other."""
        try:
            return bounded_child.call(self._entry, cell, run, seconds=_SECONDS)
        except bounded_child.Failed:  # an error of ours
            raise
        except bounded_child.Ended as end:
            name, points = cell.metadata.nbgrader.grade_id, float(cell.metadata.nbgrader.points)
            message = f"No answer: reading it {end}."
            return verdicts.entry(name, points, 0.0, misconception="form", message=message)

    def _entry(self, cell, run):
        name, points = cell.metadata.nbgrader.grade_id, float(cell.metadata.nbgrader.points)
        outcome = (run.outcomes or {}).get(name)
        variant = run.variants.get(name)
        if run.problem:
            return verdicts.entry(name, points, 0.0, message="The submission could not be read.")
        if outcome is None:
            return verdicts.entry(name, points, 0.0, message="The test cell was not run.")
        if variant is None:
            self.log.warning("%s is no question of the bank: its own cell decides", name)
            return verdicts.classic(cell, name, points, outcome)
        values, problem = verdicts.values(outcome)
        if name in run.rounds:
            rounds = [verdicts.timed(run.came[step]) for step in run.rounds[name]]
            values = {**values, "rounds": rounds}
        made = verdicts.judged(variant, values, problem, name, points)
        made["status"] = outcome.status
        if values and not has_hidden_inputs(variant) and len(json.dumps(outcome.answer)) <= KEPT:
            made["emitted"] = outcome.answer
        return made


def _is_check(cell):
    return cell.cell_type == "code" and utils.is_grade(cell) and not utils.is_solution(cell)


def _unread(run):
    """Sentences on checks of the instructor's own that showed more than is kept."""
    return [
        f"{name} has no points, as reading what it showed {outcome.unread}"
        for name, outcome in (run.outcomes or {}).items()
        if outcome.unread and name not in run.variants
    ]


def _shown(made):
    """The verdict as an output of the test cell, for the instructor."""
    lines = [f"{made['score']:g} of {made['points']:g} points", made["message"]]
    if made.get("answer"):
        lines.append(f"answered: {made['answer']}")
    if made["misconception"]:
        lines.append(f"({made['misconception']})")
    text = {"text/plain": "\n".join(filter(None, lines))}
    return from_dict({"output_type": "display_data", "data": text, "metadata": {}})
