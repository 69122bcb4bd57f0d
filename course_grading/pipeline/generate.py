"""`nbgrader generate_assignment` that draws what the questions ask and keeps the key.

Beside the notebook students get its file of sheets: see `course_bank.assignments.release`.
"""

import contextlib
import os
import shutil

from nbgrader.converters import GenerateAssignment, NbGraderException

from course_bank.assignments import release
from course_grading.gradebook import failures, keys
from course_grading.gradebook.files import Unusable


class ReleaseAssignment(GenerateAssignment):
    """GenerateAssignment that writes the key and the sheets of questions of the bank."""

    def convert_notebooks(self):
        """Draw first: what cannot be drawn is refused before anything is written."""
        root, self._drawn = self.coursedir.root, {}
        for notebooks in self.assignments.values():
            assignment = os.path.basename(os.path.dirname(notebooks[0]))
            try:
                if points := keys.asked(notebooks, root):
                    self._drawn[assignment] = keys.drawn(root, assignment, points)
            except Unusable as refusal:  # nbgrader would not print it
                self.log.error("%s", refusal)
                raise NbGraderException(str(refusal)) from None
        try:
            super().convert_notebooks()
        except failures.Stop as stop:
            self._remove_released()  # half of it would pass for the whole
            self.log.error("%s %s", stop, failures.GOES_ON)
            raise NbGraderException(str(stop)) from None

    def _remove_released(self):
        """As nbgrader does: where one notebook was asked for, the others stay."""
        if self.coursedir.notebook_id == "*":
            shutil.rmtree(self._released, ignore_errors=True)
            return
        for notebook in self.notebooks:
            with contextlib.suppress(OSError):
                os.remove(os.path.join(self._released, os.path.basename(notebook)))

    def init_assignment(self, assignment_id, student_id):
        """Write them beside the other files of the assignment."""
        self._released = os.path.normpath(self._format_dest(assignment_id, student_id))
        with failures.stopping():
            super().init_assignment(assignment_id, student_id)
            self._keep_drawn(assignment_id)

    def convert_single_notebook(self, notebook_filename):
        """Write one notebook; what would stop all others stops here, with a sentence."""
        with failures.stopping():
            super().convert_single_notebook(notebook_filename)

    def _keep_drawn(self, assignment_id):
        if content := self._drawn.get(assignment_id):
            book = str(self.config.FeedbackExporter.get("book", ""))
            keys.keep(self.coursedir.root, content, self._released, book)
            self.log.info(
                "Of a class of %d, two share their whole sheet with a chance of %.0e.",
                release.CLASS,
                release.shared_chance(content),
            )


def install():
    """Let nbgrader's command and formgrader use `ReleaseAssignment`: see `converter`."""
    import nbgrader.apps.api
    import nbgrader.apps.generateassignmentapp

    nbgrader.apps.api.GenerateAssignment = ReleaseAssignment
    nbgrader.apps.generateassignmentapp.GenerateAssignment = ReleaseAssignment
