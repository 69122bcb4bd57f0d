"""Writes what was found into the gradebook, all of a submission at once.

Grades and comments that a person gave are left alone, as in nbgrader.
"""

import contextlib

from nbgrader.api import Comment, Grade, SubmittedNotebook
from nbgrader.preprocessors import AssignLatePenalties

from course_grading.gradebook import read_again


def write(run, found, parent):
    """The student, the submission, its points and comments, and a late penalty.

    ``found`` is what `stages.grade` returns, ``parent`` has nbgrader's configuration.
    """
    with one_transaction(run.gradebook) as gradebook:
        submission = _hand_in(run, gradebook)
        notebook = _save(run, found, submission)
        notebook.late_submission_penalty = _late_penalty(parent, run, submission, notebook)


def _hand_in(run, gradebook):
    """The student and the submission in the gradebook."""
    student, assignment = run.student, run.assignment
    if run.create_student:
        gradebook.update_or_create_student(student)
    given = {"timestamp": run.timestamp} if run.timestamp else {}
    return gradebook.update_or_create_submission(assignment, student, **given)


def _save(run, found, submission):
    submitted = next((one for one in submission.notebooks if one.name == run.notebook), None)
    if submitted is None:  # the notebook was added after this submission had been graded
        notebook = run.gradebook.find_notebook(run.notebook, run.assignment)
        submitted = SubmittedNotebook(notebook=notebook, assignment=submission)
        run.gradebook.db.add(submitted)
    cells = submitted.notebook
    grades = _rows(run, Grade, submitted, submitted.grades, cells.grade_cells, cells.task_cells)
    for name, score in found["grades"].items():
        if name in grades:
            grades[name].auto_score = score
    answers = found["record"]["answers"]
    for name in answers.keys() & grades.keys():
        is_same = answers[name] == run.earlier.get(name)
        grades[name].needs_manual_grade = read_again.is_to_read(grades[name], is_same)
    told = submitted.comments
    comments = _rows(run, Comment, submitted, told, cells.solution_cells, cells.task_cells)
    for name, comment in found["comments"]:
        if name in comments:
            comments[name].auto_comment = comment
    return submitted


def _rows(run, kind, submitted, known, *cells):
    """{cell: row} of the submitted notebook, each cell's; those that are not there are made.

    A row that is not written yet does not know its cell, only the cell's number.
    """
    names = {cell.id: cell.name for group in cells for cell in group}
    rows = {names[row.cell_id]: row for row in known if row.cell_id in names}
    for number, name in names.items():
        if name not in rows:
            rows[name] = kind(cell_id=number, notebook=submitted)
            run.gradebook.db.add(rows[name])
    return rows


@contextlib.contextmanager
def one_transaction(gradebook):
    """All that a submission changes is written at once, or not at all.

    nbgrader's methods commit after every step; each commit waits for the disk. Within the block
    nothing is sent before a query needs it: most rows are written once, with their points.
    """
    session = gradebook.db
    session.commit = lambda: None
    try:
        try:
            yield gradebook
        finally:
            del session.commit
        session.commit()  # which may be refused, as another process has written meanwhile
    except BaseException:
        session.rollback()
        raise
    session.expunge_all()  # a class of thousands must not pile up in memory


def _late_penalty(parent, run, submission, notebook):
    """nbgrader's late penalty (``c.AssignLatePenalties.plugin_class``), or None."""
    seconds = submission.total_seconds_late
    if seconds <= 0 or run.first:  # a second try has a deadline of its own
        return None
    assigner = AssignLatePenalties(parent=parent)
    assigner.init_plugin()
    notebook.late_submission_penalty = None
    run.gradebook.db.flush()  # the score is a sum that the database makes
    penalty = assigner.plugin_inst.late_submission_penalty(run.student, notebook.score, seconds)
    return None if penalty is None else assigner._check_late_penalty(notebook, penalty)
