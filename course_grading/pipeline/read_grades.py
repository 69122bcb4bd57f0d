"""The gradebook's points, for the feedback; what a person has yet to read has none."""

from nbgrader.preprocessors import GetGrades


class ReadGrades(GetGrades):
    """nbgrader's step; a score that a person has yet to give is None there, not 0.

    ``by_person`` marks the points that a person gave in the place of the automatic ones. The
    resources get the student's name and ``ends``, the deadline in UTC, where the gradebook knows.
    """

    def preprocess_cell(self, cell, resources, cell_index):
        if cell_index == 0:
            self._tell(resources["nbgrader"])
        return super().preprocess_cell(cell, resources, cell_index)

    def _tell(self, run):
        student = self.gradebook.find_student(self.student_id)
        names = (student.first_name, student.last_name)
        run["student_name"] = " ".join(filter(None, names))
        run["ends"] = self.gradebook.find_assignment(self.assignment_id).duedate

    def _get_score(self, cell, resources):
        super()._get_score(cell, resources)
        grade = self.gradebook.find_grade(
            cell.metadata.nbgrader["grade_id"],
            self.notebook_id,
            self.assignment_id,
            self.student_id,
        )
        if grade.needs_manual_grade and grade.manual_score is None:
            cell.metadata.nbgrader["score"] = None
        overridden = grade.manual_score is not None and grade.auto_score is not None
        cell.metadata.nbgrader["by_person"] = overridden
