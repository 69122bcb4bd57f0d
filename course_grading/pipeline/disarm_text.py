"""Last step: tags in a student's text become text.

Formgrader shows markdown with the HTML in it, scripts included. The submission itself stays as it
was handed in; what is disarmed is the autograded copy that formgrader and the feedback show.
"""

from nbgrader.preprocessors import NbGraderPreprocessor

from course_grading.pages.html_cleaning import disarm
from course_grading.pipeline.run import run_of


class DisarmText(NbGraderPreprocessor):
    """Disarm markdown and raw cells but for the instructor's own, which are locked."""

    def preprocess_cell(self, cell, resources, index):
        marks = cell.metadata.get("nbgrader", {})
        is_instructors = marks.get("locked") and not marks.get("solution")
        if cell.cell_type != "code" and not is_instructors and index != self._note(resources):
            cell.source = disarm(cell.source)
        return cell, resources

    @staticmethod
    def _note(resources):
        """Place of the note on an unreadable submission, which is ours."""
        return 0 if run_of(resources).problem else -1
