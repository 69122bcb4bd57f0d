"""Writes the grades into the gradebook and the record into the notebook.

Scores come from `TrustedScore`, never from cell outputs. Grades and comments that a person gave
are left alone, as in nbgrader.
"""

import contextlib
import time

from nbformat import from_dict
from nbgrader import utils
from nbgrader.preprocessors import AssignLatePenalties, SaveAutoGrades

from course_grading.gradebook import read_again
from course_grading.pipeline.record import RECORD, record
from course_grading.pipeline.run import run_of
from course_grading.submission.unanswered import is_unanswered


class TrustedSave(SaveAutoGrades):
    """SaveAutoGrades with the scores of the pipeline; a test cell without one gets 0."""

    def preprocess(self, nb, resources):
        run, begin = run_of(resources), time.monotonic()
        run.answers = read_again.digests(nb, run)
        with one_transaction(run.gradebook) as gradebook:
            self._hand_in(run, gradebook)
            self._save(nb, run, gradebook)
            assign_late_penalty(self, run, gradebook)
        run.seconds["database"] = time.monotonic() - begin
        nb.metadata[RECORD] = from_dict(record(run))
        return nb, resources

    def _hand_in(self, run, gradebook):
        """The student and the submission in the gradebook."""
        student, assignment = run.student, run.assignment
        if run.create_student:
            gradebook.update_or_create_student(student)
        given = {"timestamp": run.timestamp} if run.timestamp else {}
        gradebook.update_or_create_submission(assignment, student, **given)

    def _save(self, nb, run, gradebook):
        submitted = gradebook.find_submission_notebook(run.notebook, run.assignment, run.student)
        grades = {grade.name: grade for grade in submitted.grades}
        comments = {comment.name: comment for comment in submitted.comments}
        told = False
        for cell in nb.cells:
            name = cell.metadata.get("nbgrader", {}).get("grade_id")
            if utils.is_grade(cell) and name in grades:
                self._grade(nb, cell, grades[name], run)
            if name in grades:
                grades[name].needs_manual_grade = read_again.is_to_read(grades[name], run)
            if (utils.is_solution(cell) or utils.is_task(cell)) and name in comments:
                comments[name].auto_comment = self._comment(nb, cell, run, told)
                told = True

    @staticmethod
    def _is_unanswered(nb, cell, run):
        name = cell.metadata.nbgrader.grade_id
        stub = run.plan.cells[name].source
        return utils.is_solution(cell) and is_unanswered(nb, name, stub)

    def _comment(self, nb, cell, run, told):
        """nbgrader's automatic comment; the first one says why a submission could not be read."""
        if run.problem:
            return None if told else run.problem
        if utils.is_task(cell) or not self._is_unanswered(nb, cell, run):
            return None
        return "No response."

    def _grade(self, nb, cell, grade, run):
        if run.problem:
            grade.auto_score = 0.0
        elif utils.is_solution(cell) or cell.cell_type != "code":
            grade.auto_score = 0.0 if self._is_unanswered(nb, cell, run) else None
        elif not run.was_run():
            return  # --no-execute
        else:
            verdict = run.verdicts.get(grade.name)
            grade.auto_score = verdict["score"] if verdict else 0.0


@contextlib.contextmanager
def one_transaction(gradebook):
    """All that a submission changes is written at once, or not at all.

    nbgrader's methods commit after every step; each commit waits for the disk. Within the block
    they only send their statements.
    """
    session = gradebook.db
    session.commit = session.flush
    try:
        yield gradebook
    except BaseException:
        del session.commit
        session.rollback()
        raise
    del session.commit
    session.commit()
    session.expunge_all()  # a class of thousands must not pile up in memory


def assign_late_penalty(parent, run, gradebook):
    """nbgrader's late penalty (``c.AssignLatePenalties.plugin_class``), in this transaction."""
    assigner = AssignLatePenalties(parent=parent)
    assigner.init_plugin()
    submission = gradebook.find_submission(run.assignment, run.student)
    notebook = gradebook.find_submission_notebook(run.notebook, run.assignment, run.student)
    notebook.late_submission_penalty = None
    seconds = submission.total_seconds_late
    if seconds > 0 and not run.first:  # a second try has a deadline of its own
        penalty = assigner.plugin_inst.late_submission_penalty(run.student, notebook.score, seconds)
        if penalty is not None:
            notebook.late_submission_penalty = assigner._check_late_penalty(notebook, penalty)
