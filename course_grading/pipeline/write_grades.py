"""Writes what was found into the gradebook, all of a submission at once.

Grades and comments that a person gave are left alone, as in nbgrader.
"""

import contextlib

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
    submitted = next(found for found in submission.notebooks if found.name == run.notebook)
    # rows that are not written yet do not know their cell, only its number
    entry = submitted.notebook
    listed = (*entry.grade_cells, *entry.solution_cells, *entry.task_cells)
    cells = {cell.id: cell.name for cell in listed}
    grades = {cells[grade.cell_id]: grade for grade in submitted.grades}
    for name, score in found["grades"].items():
        if name in grades:
            grades[name].auto_score = score
    answers = found["record"]["answers"]
    for name in answers.keys() & grades.keys():
        is_same = answers[name] == run.earlier.get(name)
        grades[name].needs_manual_grade = read_again.is_to_read(grades[name], is_same)
    comments = {cells[comment.cell_id]: comment for comment in submitted.comments}
    for name, comment in found["comments"]:
        if name in comments:
            comments[name].auto_comment = comment
    return submitted


@contextlib.contextmanager
def one_transaction(gradebook):
    """All that a submission changes is written at once, or not at all.

    nbgrader's methods commit after every step; each commit waits for the disk. Within the block
    nothing is sent before a query needs it: most rows are written once, with their points.
    """
    session = gradebook.db
    session.commit = lambda: None
    try:
        yield gradebook
    except BaseException:
        del session.commit
        session.rollback()
        raise
    del session.commit
    session.commit()
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
