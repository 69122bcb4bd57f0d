"""From what a check emitted to an entry of the record: points, and what was misunderstood."""

import math
import re
import reprlib

from course_bank.core import value_answer
from course_grading.kernels.inside.answers import BadAnswer, read_all
from course_grading.pipeline.hidden_inputs import has_hidden_inputs, without_texts
from course_grading.text import quoted, shorten
from course_lib.exercise import wording

NO_ANSWER = ("empty", "no answer")  # what a verdict calls it
_INPUT = re.compile(r"\(<ipython-input[^>]*>, (line \d+)\)")  # IPython's name of a cell
_LONGEST = 1200  # characters of an answer of several values
_SHOWN = 200  # numbers of an array: so many already fill the 400 characters of its text
_STOPPED = ("died", "timeout", "not run")
_ENDED = ("CellTimeoutError", "DeadKernelError", "NotRun")  # as TrustedExecute names them


def judged(variant, values, problem, name, points):
    """The record's entry for a question and the values that its probe emitted."""
    credit, misconception, message, failing = 0.0, "no answer", problem, ""
    is_secret = has_hidden_inputs(variant)
    if is_secret:
        values = without_texts(values, variant.prompt)
    else:
        values = {name: _marked(name, value) for name, value in values.items()}
    if not problem:
        try:
            verdict = value_answer.judged(variant, values)
            credit, misconception, message = verdict.credit, verdict.misconception, verdict.message
            failing = verdict.failing
        except Exception as error:  # a hole in the bank must not stop the class
            misconception, message = "ungraded", f"Could not be graded: {type(error).__name__}."
    credit = float(credit) if isinstance(credit, int | float) else 0.0
    credit = min(max(credit, 0.0), 1.0) if math.isfinite(credit) else 0.0
    return entry(
        name,
        points,
        _hundredths(credit * points),
        credit=credit,
        misconception=misconception,
        message=str(message),
        failing=str(failing),
        prompt=variant.prompt,
        choices=variant.choices or {},
        answer="" if misconception in NO_ANSWER or is_secret else _told(values),
        teaches=variant.question.teaches,
        where=variant.question.where,
    )


def _hundredths(score):
    """Rounded down: mistakes that earn a third each do not add up to more than a third."""
    return math.floor(100 * score + 1e-6) / 100


def _marked(name, value):
    """What a probe emitted; of an error the student's words as such."""
    if not name.startswith("error"):
        return value
    kind, _, text = str(value).partition(": ")
    return f"{kind}: {quoted(text)}" if text else kind


def entry(name, points, score, **more):
    """One question of the record."""
    blank = {"credit": score / points if points else 0.0, "misconception": None, "message": ""}
    return {"id": name, "points": points, "score": score, "status": "ok", **blank, **more}


def values(outcome):
    """What the probe emitted as plain values, and None or why there is nothing to grade."""
    if outcome.status in _STOPPED:
        return {}, f"No answer: the check {outcome.reason}."
    if outcome.unread:
        return {}, f"No answer: reading it {outcome.unread}."
    if outcome.answer:
        try:
            return read_all(outcome.answer), None
        except BadAnswer as problem:
            return {}, f"No answer: {problem}."
    if outcome.error:
        name, text = (str(outcome.error.get(key, ""))[:300] for key in ("ename", "evalue"))
        return {}, f"No answer: {name}: {quoted(text)}" if text else f"No answer: {name}"
    return {}, None


def timed(outcome):
    """A round of a timed question: what was emitted, and the grader's own measurements."""
    emitted, _ = values(outcome)
    return {**emitted, "seconds": outcome.seconds, "pace": outcome.pace}


def stop(cell):
    """What a cell stopped with, as the end of a sentence, or None."""
    errors = [o for o in cell.outputs if o.output_type == "error"]
    if not errors:
        return None
    name, text = str(errors[-1].ename), shorten(str(errors[-1].evalue), 2000).strip()
    text = shorten(text.partition("\n")[0], 300)  # libraries put their own stack below
    if name in _ENDED:
        return text.removeprefix("The cell ")
    text = _INPUT.sub(r"(\1)", text)
    return f"stopped with {name}: {quoted(text)}." if text else f"stopped with {name}."


def explained(made, stopped):
    """An entry that earned nothing, with what the student's cell stopped with."""
    if not stopped or made["credit"] > 0:
        return made
    if made["misconception"] in NO_ANSWER:
        return {**made, "message": f"No answer: your cell {stopped}"}
    return {**made, "message": f"{made['message']} Your cell {stopped}"}


class _Short(reprlib.Repr):
    def __init__(self):
        super().__init__()
        self.maxstring = self.maxother = 200
        self.maxlist = self.maxtuple = self.maxdict = 40

    def repr_float(self, value, level):
        return f"{value:.6g}"

    def repr_ndarray(self, value, level):
        numbers = self.repr1(_beginning(value).tolist(), self.maxlevel)
        return shorten(f"array of shape {value.shape}: {numbers}", 400)


def _beginning(array):
    """The first ten along the first axis, and of a large array no more than can be shown.

    From the last axis to the first, of each as many entries as a list shows (``most``), and no
    more than fill the text with what one entry shows (``inner``).
    """
    most = [10, *(_short.maxlist + 1 for _ in array.shape)]  # one more is shown as "..."
    kept, inner = [], 1  # slices; numbers in an entry, or lists shown as "[]" or "[...]"
    for axis in reversed(range(array.ndim)):
        length = min(array.shape[axis], most[axis] if axis < _short.maxlevel else 1)
        kept.append(slice(min(length, math.ceil(_SHOWN / inner))))
        inner *= max(length, 1)
    return array[tuple(reversed(kept))]


_short = _Short()


def _told(values):
    """The answer as a short text."""
    if "instead" in values:
        return ""  # no function: the message says what there is
    if set(values) == {"value"}:
        if isinstance(values["value"], dict):
            return wording.kind(values["value"])
        return shorten(_short.repr(values["value"]), 600)
    told = ""
    for name, value in values.items():
        if len(told) > _LONGEST:
            break
        told += f"{', ' if told else ''}{name} = {_short.repr(value)}"
    return shorten(told, _LONGEST)


def classic(cell, name, points, outcome):
    """nbgrader's rule for a test cell that is no question of the bank, with the holes closed.

    An error is worth nothing, a number at the end of the cell that many points, anything else all
    points. Warnings and prints cost nothing. Such a check runs beside the student's code, which
    can forge it; questions of the bank cannot be forged.
    """
    if outcome.status != "ok" or outcome.unread:
        message = "The check failed."
        if outcome.status == "ok":
            message = f"No points: reading what the check showed {outcome.unread}."
        return entry(name, points, 0.0, status=outcome.status, message=message)
    score = points
    for output in outcome.outputs:
        if output["output_type"] == "execute_result":
            try:
                score = float(output["data"].get("text/plain", ""))
            except ValueError:
                continue
            score = min(max(score, 0.0), points) if math.isfinite(score) else 0.0
    return entry(name, points, score)
