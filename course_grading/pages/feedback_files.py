"""`nbgrader generate_feedback` that never leaves an old page in place.

nbgrader's converter makes a page once and skips it from then on, whatever becomes of the grades.
This one makes every page anew and writes those that came out otherwise: after a resubmission, a
person's points and comments, a regrade, a late penalty, or another option.
"""

import os
from glob import escape, glob

from nbgrader.converters import GenerateFeedback, NbGraderException

from course_grading.gradebook import failures
from course_grading.gradebook.files import write_atomically


class CurrentFeedback(GenerateFeedback):
    """GenerateFeedback whose pages are always those of the gradebook."""

    def start(self):
        self.written, self.same = [], 0
        try:
            super().start()
        except failures.Stop as stop:
            self.log.error("%s", stop)
            raise NbGraderException(str(stop)) from None
        self.log.info("Feedback: %d pages written, %d unchanged", len(self.written), self.same)

    def init_notebooks(self):
        """The graded submissions; an id such as "[ab]" is a name and no pattern."""
        assignment, student = self.coursedir.assignment_id, self.coursedir.student_id
        pattern = self._format_source(assignment, student)
        named = self._format_source(assignment, escape(student))
        found = glob(named) or glob(pattern, include_hidden=True)
        self.assignments = {path: _notebooks(path) for path in sorted(found)}
        self.notebooks = []
        if not self.assignments:
            message = f"There is no graded submission at {pattern}"
            self.log.error(message)
            raise NbGraderException(message)

    def init_destination(self, assignment_id, student_id):
        """Every student's page is made but those of students whom nbgrader is told to leave out."""
        return student_id not in (self.coursedir.student_id_exclude or "").split(",")

    def convert_single_notebook(self, notebook_filename):
        """Make one page; a full disk or a lost gradebook stops all, with a sentence."""
        with failures.stopping():
            super().convert_single_notebook(notebook_filename)

    def write_single_notebook(self, output, resources):
        run = resources["nbgrader"]
        folder = os.path.normpath(self._format_dest(run["assignment"], run["student"]))
        path = os.path.join(folder, f"{resources['unique_key']}{self.exporter.file_extension}")
        if _read(path) == output:
            self.same += 1
            return
        os.makedirs(folder, exist_ok=True)
        write_atomically(path, output)
        self.written.append(path)


def _notebooks(folder):
    return sorted(glob(os.path.join(escape(folder), "*.ipynb")))


def _read(path):
    try:
        with open(path, encoding="utf-8", newline="") as file:
            return file.read()
    except (OSError, UnicodeDecodeError):
        return None


def install():
    """Let `nbgrader generate_feedback` and formgrader use `CurrentFeedback`: see `converter`."""
    import nbgrader.apps.api
    import nbgrader.apps.generatefeedbackapp

    nbgrader.apps.api.GenerateFeedback = CurrentFeedback
    nbgrader.apps.generatefeedbackapp.GenerateFeedback = CurrentFeedback
