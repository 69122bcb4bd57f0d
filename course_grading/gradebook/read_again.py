"""Whether an answer is still the one that a person read.

A person's points stay when a submission is graded again. They are marked to be read again only
where the answer has changed since; the record of the grading before tells.
"""

import hashlib
import json


def digests(nb, run):
    """{grade id: digest of what the student answered there}, for a notebook with repaired marks.

    An answer is all that the student wrote since the last graded cell, down to the next cell of
    the instructor, and the values that a check asked for under the numbers that were shown.
    """
    found = {}
    marks = [cell.metadata.get("nbgrader", {}) for cell in nb.cells]
    begin = next((place for place, mark in enumerate(marks) if mark), 0)
    for place, mark in enumerate(marks):
        if not (mark.get("grade") or mark.get("task")):
            continue
        end = next((i for i in range(place + 1, len(marks)) if marks[i]), len(marks))
        name, is_check = mark["grade_id"], mark["locked"] and not mark["task"]
        if is_check and not run.was_run() and not run.problem:
            found[name] = run.earlier.get(name)  # --no-execute: nothing was asked for
        else:
            told = [_written(nb.cells[begin:end]), _asked(name, run) if is_check else None]
            text = json.dumps(told, sort_keys=True)
            found[name] = hashlib.sha256(text.encode()).hexdigest()[:32]
        begin = end
    return found


def _written(cells):
    """What the student wrote into these cells, pictures included."""
    own = [cell for cell in cells if not cell.metadata.get("nbgrader", {}).get("locked")]
    return [(cell.cell_type, cell.source, cell.get("attachments", {})) for cell in own]


def _asked(name, run):
    """What a check was told, and by whose numbers."""
    outcome = (run.outcomes or {}).get(name)
    return [outcome.answer if outcome else None, run.shown_id]


def is_to_read(grade, is_same):
    """Whether a person has to read the answer, given the gradebook's `Grade`.

    ``is_same``: the answer has not changed since the last grading.
    """
    if grade.manual_score is None:
        return grade.auto_score is None
    return grade.needs_manual_grade or not is_same
