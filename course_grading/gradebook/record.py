"""The grading record: what report, feedback and a resumed run read, kept in the graded notebook."""

import json

from nbformat.v4.rwbase import split_lines

RECORD = "grading"  # key of the record in the notebook's metadata
INSTRUCTOR = "instructor"  # in a cell's metadata, under that key: not for the student


def record(run):
    """What the report, the feedback and a resumed run read: plain JSON."""
    return {
        "version": 1,
        "student": run.student,
        "assignment": run.assignment,
        "shown_id": run.shown_id or run.student,
        "typed_id": run.typed_id,
        "problem": run.problem,
        "questions": list(run.verdicts.values()),
        "answers": run.answers,
        "flags": run.flags,
        "failed_cells": run.failed_cells,
        "restarts": run.restarts,
        "starved": run.starved,
        "seconds": {k: round(v, 3) for k, v in run.seconds.items()},
        "fingerprint": run.fingerprint,
        "hand_in": run.hand_in,
    }


def notebook_text(nb):
    """The cells of a graded notebook as they stand in its file: JSON, a cell in a line."""
    cells = split_lines(nb)["cells"]
    return "[" + ",\n".join(map(_json, cells)) + "]"


def with_record(cells, metadata, found):
    """The file of a graded notebook, of its cells (text), its metadata, and the record."""
    told = _json({**metadata, RECORD: found})
    return f'{{"cells": {cells},\n"metadata": {told},\n"nbformat": 4,\n"nbformat_minor": 5}}\n'


def _json(value):
    return json.dumps(value, ensure_ascii=False, sort_keys=True)  # indented it takes far longer


def read_record(path):
    """The grading record in an autograded notebook, {} if there is none."""
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)["metadata"].get(RECORD, {})
    except (OSError, ValueError, KeyError, TypeError):
        return {}
