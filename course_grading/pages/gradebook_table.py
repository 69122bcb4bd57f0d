"""`nbgrader export`: nbgrader's own table of the whole gradebook, whose cells stay cells.

nbgrader writes names between commas as they are: a comma in one moves the columns after it, and a
spreadsheet runs what begins like a formula.
"""

from nbgrader.api import MissingEntry
from nbgrader.plugins import CsvExportPlugin

from course_grading.gradebook.files import write_atomically
from course_grading.pages.export import as_csv

COLUMNS = (
    "assignment",
    "duedate",
    "timestamp",
    "student_id",
    "last_name",
    "first_name",
    "email",
    "raw_score",
    "late_submission_penalty",
    "score",
    "max_score",
)


class GradebookTable(CsvExportPlugin):
    """CsvExportPlugin with its options and columns; who handed in nothing has 0 points."""

    def export(self, gradebook):
        """Write the table to ``to``, by default grades.csv."""
        path = self.to or "grades.csv"
        self.log.info("Exporting grades to %s", path)
        write_atomically(path, as_csv([COLUMNS, *self._rows(gradebook)]))

    def _rows(self, gradebook):
        only, students = (
            {str(name) for name in names} for names in (self.assignment, self.student)
        )
        for assignment in gradebook.assignments:
            for student in gradebook.students:
                is_out = only and assignment.name not in only
                if is_out or (students and student.id not in students):
                    continue
                name = (student.id, student.last_name, student.first_name, student.email)
                time, *points = self._points(gradebook, assignment.name, student.id)
                row = (assignment.name, assignment.duedate, time, *name, *points)
                yield ["" if cell is None else cell for cell in (*row, assignment.max_score)]

    @staticmethod
    def _points(gradebook, assignment, student):
        """(when it was handed in, points, penalty, points that are left)."""
        try:
            found = gradebook.find_submission(assignment, student)
        except MissingEntry:
            return None, 0.0, 0.0, 0.0
        penalty = found.late_submission_penalty
        return found.timestamp, found.score, penalty, max(0.0, found.score - penalty)
