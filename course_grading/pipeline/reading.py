"""What a kernel told of its cells, read: outputs made clean, answers still encoded.

This runs in a child with limits (`limited`). Where reading all of it ends the child, each cell is
read in a child of its own: then one costs itself, and not the others.
"""

from course_grading import limited
from course_grading.kernels.inside import frames
from course_grading.kernels.inside.answers import is_bounded
from course_grading.submission.outputs import Outputs

SECONDS = 10.0  # for one cell, where each is read alone
ALL_SECONDS = 60.0  # for all of those that take long


def read(outcomes, alone=False):
    """Fill in ``outputs``, ``answer`` and ``error`` of `client.Outcome`s, or why not in ``unread``.

    ``alone``: each in a child of its own.
    """
    left = ALL_SECONDS
    for outcome in outcomes:
        if not (outcome.shown or outcome.emitted):
            continue
        found, spent = _alone(outcome, min(SECONDS, left)) if alone else (_read(outcome), 0.0)
        left -= spent
        vars(outcome).update(found)


def _alone(outcome, seconds):
    """(what is found in an outcome, or why nothing; the seconds of a child that was ended)."""
    try:
        if seconds <= 0:
            raise limited.Ended("is left out: others took too long")
        return limited.call(_read, outcome, seconds=seconds), 0.0
    except limited.Ended as end:
        note = f"[not shown: reading what this cell showed {end}]"
        output = {"output_type": "stream", "name": "stderr", "text": note}
        return {"outputs": [output], "unread": str(end)}, SECONDS


def _read(outcome):
    outputs, found = Outputs(), {}
    for body in outcome.shown:
        if message := _decoded(body):
            outputs.add(message)
    if message := _decoded(outcome.emitted or b""):
        for name in ("answer", "error"):
            part = message.get(name)
            if isinstance(part, dict) and is_bounded(part):
                found[name] = part
    return {"outputs": outputs.items, **found}


def _decoded(body):
    """The JSON object in a message, {} where it is none."""
    try:
        return frames.decode(body)
    except frames.BadFrame:
        return {}
