"""What goes into the gradebook: points and comments of each cell.

Scores come from `TrustedScore`, never from cell outputs. This runs in a child with limits; the
gradebook is the grader's own, who writes it: see `stages` and `write_grades`.
"""

from nbgrader import utils
from nbgrader.preprocessors import SaveAutoGrades

from course_grading.gradebook import read_again
from course_grading.pipeline.run import run_of
from course_grading.submission.unanswered import is_unanswered


class TrustedSave(SaveAutoGrades):
    """SaveAutoGrades with the scores of the pipeline; a test cell without one gets 0."""

    def preprocess(self, nb, resources):
        run = run_of(resources)
        run.answers = read_again.digests(nb, run)
        run.grades, run.comments = {}, []
        for cell in nb.cells:
            name = cell.metadata.get("nbgrader", {}).get("grade_id")
            if utils.is_grade(cell):
                self._grade(nb, cell, name, run)
            if utils.is_solution(cell) or utils.is_task(cell):
                run.comments.append((name, self._comment(nb, cell, run)))
        return nb, resources

    @staticmethod
    def _is_unanswered(nb, cell, run):
        name = cell.metadata.nbgrader.grade_id
        stub = run.plan.cells[name].source
        return utils.is_solution(cell) and is_unanswered(nb, name, stub)

    def _comment(self, nb, cell, run):
        """nbgrader's automatic comment; the first one says why a submission could not be read."""
        if run.problem:
            return None if run.comments else run.problem
        if utils.is_task(cell) or not self._is_unanswered(nb, cell, run):
            return None
        return "No response."

    def _grade(self, nb, cell, name, run):
        if run.problem:
            run.grades[name] = 0.0
        elif utils.is_solution(cell) or cell.cell_type != "code":
            run.grades[name] = 0.0 if self._is_unanswered(nb, cell, run) else None
        elif run.was_run():  # not with --no-execute
            verdict = run.verdicts.get(name)
            run.grades[name] = verdict["score"] if verdict else 0.0
