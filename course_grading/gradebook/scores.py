"""Whether the gradebook holds what grading found; it may be lost, new, or an older copy."""

import math


def automatic(gradebook, assignment):
    """{(student, notebook): {cell: points that grading gave}}, in one query for the class."""
    from nbgrader import api

    rows = (
        gradebook.db.query(
            api.SubmittedAssignment.student_id,
            api.Notebook.name,
            api.BaseCell.name,
            api.Grade.auto_score,
        )
        .select_from(api.Grade)
        .join(api.SubmittedNotebook, api.Grade.notebook_id == api.SubmittedNotebook.id)
        .join(
            api.SubmittedAssignment,
            api.SubmittedNotebook.assignment_id == api.SubmittedAssignment.id,
        )
        .join(api.Assignment, api.SubmittedAssignment.assignment_id == api.Assignment.id)
        .join(api.Notebook, api.SubmittedNotebook.notebook_id == api.Notebook.id)
        .join(api.BaseCell, api.Grade.cell_id == api.BaseCell.id)
        .filter(api.Assignment.name == assignment)
    )
    found = {}
    for student, notebook, cell, score in rows:
        found.setdefault((student, notebook), {})[cell] = score
    return found


def are_of(record, scores):
    """Whether ``scores`` ({cell: points}, or None) are those that the grading record tells."""
    return scores is not None and all(
        scores.get(entry["id"]) is not None
        and math.isclose(scores[entry["id"]], entry["score"], abs_tol=1e-6)
        for entry in record.get("questions", [])
    )
