"""What a kernel told of its cells, read: outputs made clean, answers still encoded.

This runs in a child with limits (`bounded_child`). Where reading all of it ends the child, each
cell is read in a child of its own: then one costs itself, and not the others.
"""

import resource

from course_grading import bounded_child
from course_grading.kernels.inside import frames
from course_grading.kernels.inside.answers import is_bounded
from course_grading.submission.outputs import Outputs

SECONDS = 10.0  # for one cell, where each is read alone
ALL_SECONDS = 60.0  # for all cells together


def read(outcomes, alone=False):
    """Fill in ``outputs``, ``answer`` and ``error`` of `client.Outcome`s, or why not in ``unread``.

    ``alone``: each in a child of its own.
    """
    left = ALL_SECONDS
    for outcome in outcomes:
        if not (outcome.shown or outcome.emitted):
            continue
        before = _spent()
        found = _alone(outcome, min(SECONDS, left)) if alone else _read(outcome)
        left -= _spent() - before
        vars(outcome).update(found)


def _alone(outcome, seconds):
    """What is found in an outcome, or why nothing."""
    try:
        if seconds <= 0:
            raise bounded_child.Ended("is left out: others took too long")
        return bounded_child.call(_read, outcome, seconds=seconds)
    except bounded_child.Ended as end:
        if end.of_all:
            raise
        note = f"[not shown: reading what this cell showed {end}]"
        output = {"output_type": "stream", "name": "stderr", "text": note}
        return {"outputs": [output], "unread": str(end)}


def _spent():
    """Seconds of processor time that the children have taken, however they ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


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
