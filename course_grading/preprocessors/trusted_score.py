"""Compares the answers with the key, outside the kernel, and says what was misunderstood."""

import json
import math
import re
import reprlib
import time

from nbformat.v4 import new_markdown_cell, new_output
from nbgrader import utils
from nbgrader.preprocessors import NbGraderPreprocessor

import course_bank as questions
from course_bank.core import wording
from course_grading.inside.answers import BadAnswer, read_all
from course_grading.outputs import shorten
from course_grading.preflight import OWN_ID
from course_grading.preprocessors.trusted_save import INSTRUCTOR, RECORD
from course_lib.exercise import SAMPLE_STUDENT

_TYPED = re.compile(r"""^\s*STUDENT_ID\s*=\s*(["'])([^"'\n]{0,100})\1""", re.MULTILINE)
KEPT = 2000  # characters of an answer that the record keeps as it came
_INPUT = re.compile(r"\(<ipython-input[^>]*>, (line \d+)\)")  # IPython's name of a cell
_STOPPED = ("died", "timeout", "not run")
_NO_ANSWER = ("empty", "no answer")  # what a verdict calls it
_ENDED = ("CellTimeoutError", "DeadKernelError", "NotRun")  # as TrustedExecute names them


class TrustedScore(NbGraderPreprocessor):
    """Fills ``resources["nbgrader"]["verdicts"]``: {grade id: entry of the record}."""

    def preprocess(self, nb, resources):
        run, begin = resources["nbgrader"], time.monotonic()
        run["verdicts"] = verdicts = {}
        if not run.get("problem") and "outcomes" not in run:
            return nb, resources  # --no-execute: grades stay as they are
        stopped = None  # what the last cell before the check stopped with
        for cell in nb.cells:
            if cell.cell_type != "code":
                continue
            if not utils.is_grade(cell) or utils.is_solution(cell):
                stopped = _stop(cell) or stopped
                continue
            name, points = cell.metadata.nbgrader.grade_id, float(cell.metadata.nbgrader.points)
            entry = _explained(self._entry(cell, name, points, run), stopped)
            verdicts[name], stopped = entry, None
            cell.outputs = [
                *[o for o in cell.outputs if name not in run.get("variants", {})],
                _shown(entry),
            ]
        run["typed_id"] = _typed_id(nb)
        run["flags"] = _flags(run)
        if run["flags"]:
            nb.cells.insert(0, _note(run["flags"]))
        run.setdefault("seconds", {})["score"] = time.monotonic() - begin
        return nb, resources

    def _entry(self, cell, name, points, run):
        outcome = run.get("outcomes", {}).get(name)
        variant = run.get("variants", {}).get(name)
        if run.get("problem"):
            return entry(name, points, 0.0, message="The submission could not be read.")
        if outcome is None:
            return entry(name, points, 0.0, message="The test cell was not run.")
        if variant is None:
            self.log.warning("%s is no question of the bank: its own cell decides", name)
            return _classic(cell, name, points, outcome)
        values, problem = _values(outcome)
        made = judged(variant, values, problem, name, points)
        made["status"] = outcome.status
        if values and len(json.dumps(outcome.answer)) <= KEPT:
            made["emitted"] = outcome.answer
        return made


def judged(variant, values, problem, name, points):
    """The record's entry for a question and the values that its probe emitted."""
    credit, misconception, message = 0.0, "no answer", problem
    if not problem:
        try:
            verdict = variant.question.grade(variant, values)
            credit, misconception, message = verdict.credit, verdict.misconception, verdict.message
        except Exception as error:  # a hole in the bank must not stop the class
            misconception, message = "ungraded", f"Could not be graded: {type(error).__name__}."
    credit = float(credit) if isinstance(credit, int | float) else 0.0
    credit = min(max(credit, 0.0), 1.0) if math.isfinite(credit) else 0.0
    return entry(
        name,
        points,
        round(credit * points, 2),
        credit=credit,
        misconception=misconception,
        message=str(message),
        prompt=variant.prompt,
        choices=variant.choices or {},
        answer="" if misconception in _NO_ANSWER else _told(values),
        teaches=variant.question.teaches,
        where=variant.question.where,
    )


def entry(name, points, score, **more):
    """One question of the record."""
    blank = {"credit": score / points if points else 0.0, "misconception": None, "message": ""}
    return {"id": name, "points": points, "score": score, "status": "ok", **blank, **more}


def _values(outcome):
    """What the probe emitted as plain values, and None or why there is nothing to grade."""
    if outcome.status in _STOPPED:
        return {}, f"No answer: the check {outcome.reason}."
    if outcome.answer:
        try:
            return read_all(outcome.answer), None
        except BadAnswer as problem:
            return {}, f"No answer: {problem}."
    if outcome.error:
        name, text = (str(outcome.error.get(key, ""))[:300] for key in ("ename", "evalue"))
        return {}, f"No answer: {name}: {text}"
    return {}, None


def _stop(cell):
    """What a cell stopped with, as the end of a sentence, or None."""
    errors = [o for o in cell.outputs if o.output_type == "error"]
    if not errors:
        return None
    name, text = str(errors[-1].ename), shorten(str(errors[-1].evalue), 300).strip()
    if name in _ENDED:
        return text.removeprefix("The cell ")
    text = _INPUT.sub(r"(\1)", text)
    told = f"stopped with {name}: {text}" if text else f"stopped with {name}"
    return told if told.endswith(".") else f"{told}."


def _explained(made, stopped):
    """An entry that earned nothing, with what the student's cell stopped with."""
    if not stopped or made["credit"] > 0:
        return made
    if made["misconception"] in _NO_ANSWER:
        return {**made, "message": f"No answer: your cell {stopped}"}
    return {**made, "message": f"{made['message']} Your cell {stopped}"}


class _Short(reprlib.Repr):
    def __init__(self):
        super().__init__()
        self.maxstring = self.maxother = 200
        self.maxlist = self.maxtuple = self.maxdict = 40

    def repr_ndarray(self, value, level):
        return shorten(f"array of shape {value.shape}: {value.tolist()}", 400)


_short = _Short()


def _told(values):
    """The answer as a short text."""
    if "instead" in values:
        return ""  # no function: the message says what there is
    if set(values) == {"value"}:
        if isinstance(values["value"], dict):
            return wording.kind(values["value"])
        return shorten(_short.repr(values["value"]), 600)
    return shorten(", ".join(f"{name} = {_short.repr(v)}" for name, v in values.items()), 1200)


def _classic(cell, name, points, outcome):
    """nbgrader's rule for a test cell that is no question of the bank, with the holes closed.

    An error is worth nothing, a number at the end of the cell that many points, anything else all
    points. Warnings and prints cost nothing. Such a check runs beside the student's code, which
    can forge it; questions of the bank cannot be forged.
    """
    if outcome.status != "ok":
        return entry(name, points, 0.0, status=outcome.status, message="The check failed.")
    score = points
    for output in outcome.outputs:
        if output["output_type"] == "execute_result":
            try:
                score = float(output["data"].get("text/plain", ""))
            except ValueError:
                continue
            score = min(max(score, 0.0), points) if math.isfinite(score) else 0.0
    return entry(name, points, score)


def _shown(made):
    """The verdict as an output of the test cell, for the instructor."""
    lines = [f"{made['score']:g} of {made['points']:g} points", made["message"]]
    if made.get("answer"):
        lines.append(f"answered: {made['answer']}")
    if made["misconception"]:
        lines.append(f"({made['misconception']})")
    return new_output("display_data", data={"text/plain": "\n".join(filter(None, lines))})


def _typed_id(nb):
    """The id that the student wrote into the notebook ("" where it is blank), or None."""
    for cell in nb.cells:
        if cell.cell_type == "code" and (found := _TYPED.search(cell.source)):
            return found.group(2).strip()
    return None


def _flags(run):
    """Sentences for the instructor alone."""
    flags = []
    if run.get("failed_cells"):
        count = run["failed_cells"]
        flags.append(f"{wording.counted(count, 'cell')} stopped or not run")
    flags += _flags_on_id(run)
    if match := run["class_numbers"].match(run["student"], list(run["verdicts"].values())):
        flags.append(str(match))
    return flags


def _flags_on_id(run):
    """On the id in the notebook, where it costs points or is another student's."""
    typed, student = run["typed_id"], run["student"]
    shown, flags = run.get("shown_id") or student, []
    if shown != student:
        flags.append(f"graded, as recorded by regrade-as, under the numbers of {shown!r}")
    if typed == "":
        flags.append("STUDENT_ID is blank in the notebook")
    if not typed or typed in (student, shown) or not run.get("variants"):
        return flags
    verdicts = run["verdicts"].values()
    under, own = points_under(typed, run), sum(made["score"] for made in verdicts)
    if under > own:
        most = sum(made["points"] for made in verdicts)
        whose = "the own" if shown == student else f"those of {shown!r}"
        flags.append(
            f"the notebook says STUDENT_ID = {typed!r}; under those numbers the answers earn "
            f"{under:g} of {most:g} points, under {whose} {own:g}"
        )
    elif typed == SAMPLE_STUDENT and all(v["misconception"] in _NO_ANSWER for v in verdicts):
        flags.append(f"STUDENT_ID left at {typed!r}, nothing answered")
    elif typed in run["class_numbers"].students:
        flags.append(f"the notebook says STUDENT_ID = {typed!r}, who is another student")
    return flags


def _note(flags):
    """The flags as a cell that formgrader shows and the feedback leaves out."""
    cell = new_markdown_cell("**For the instructor only**\n\n- " + "\n- ".join(flags))
    cell["id"], cell.metadata[RECORD] = f"{OWN_ID}flags", {"for": INSTRUCTOR}
    return cell


def points_under(other, run):
    """Points that the answers would earn if ``other``'s numbers had been shown."""
    total = 0.0
    for name, variant in run["variants"].items():
        if variant.question.hidden or name not in run["outcomes"]:
            total += run["verdicts"].get(name, {}).get("score", 0.0)
            continue
        values, problem = _values(run["outcomes"][name])
        if not problem:
            theirs = questions.student_variant(name, other, run["assignment"])
            points = run["verdicts"][name]["points"]
            total += judged(theirs, values, None, name, points)["score"]
    return total
