"""The course folder: its configuration, gradebook and grader, as the `course` command uses them."""

import logging
import os
import warnings
from dataclasses import dataclass
from pathlib import Path

from course_lib.grading.converter import TrustedAutograde, read_record

CONFIG = "nbgrader_config.py"


class NoCourse(ValueError):
    """There is no course here, or no such assignment in it; the text says what to do."""


def find_root(start="."):
    """The folder with nbgrader_config.py: this one, or ``exercises`` in it."""
    start = Path(start).resolve()
    for folder in (start, start / "exercises"):
        if (folder / CONFIG).is_file():
            return folder
    raise NoCourse(f"There is no {CONFIG} in {start} nor in {start / 'exercises'}.")


@dataclass
class Grade:
    """One line of the grade table. ``to_read`` counts answers that a person must still read."""

    student: str
    score: float | None = None
    most: float = 0.0
    to_read: int = 0
    late: bool = False
    remark: str = ""


class Course:
    """The course at ``root``, with nbgrader's configuration loaded."""

    def __init__(self, root=".", options=None):
        from nbgrader.apps.autogradeapp import AutogradeApp

        quiet_database()
        self.root = find_root(root)
        os.chdir(self.root)
        self.app = AutogradeApp(log_level=logging.ERROR)
        self.app.initialize([], root=str(self.root))
        if options:
            self.app.update_config(options)
        self.directory = self.app.coursedir

    def grader(self, assignment, force=False):
        """A `TrustedAutograde` for one assignment."""
        self.directory.assignment_id = assignment
        self.directory.student_id = "*"
        grader = TrustedAutograde(coursedir=self.directory, parent=self.app)
        grader.force = force
        grader.prepare()
        return grader

    def gradebook(self):
        """nbgrader's gradebook, as a context manager."""
        from nbgrader.api import Gradebook

        return Gradebook(self.directory.db_url, self.directory.course_id)

    def folder(self, step, assignment, student="."):
        """Path of the folder of one step, such as "submitted"."""
        name = getattr(self.directory, f"{step}_directory")
        return Path(os.path.normpath(self.directory.format_path(name, student, assignment)))

    def students(self, assignment):
        """Ids of the students who handed something in, sorted."""
        pattern = self.directory.format_path(self.directory.submitted_directory, "*", assignment)
        before, after = pattern.split("*")
        found = Path(before).glob(f"*{after}")
        return sorted(str(path)[len(before) : -len(after) or None] for path in found)

    def source(self, assignment):
        """Path of the instructor's notebook."""
        found = sorted(self.folder("source", assignment).glob("*.ipynb"))
        if not found:
            known = sorted(p.name for p in self.folder("source", "x").parent.glob("*"))
            raise NoCourse(f"There is no assignment {assignment!r}; there are: {', '.join(known)}.")
        return found[0]

    def record(self, assignment, student):
        """The grading record of one submission, {} before it is graded."""
        name = self.source(assignment).name
        return read_record(self.folder("autograded", assignment, student) / name)

    def records(self, assignment):
        """{student: grading record} of the autograded submissions."""
        found = {student: self.record(assignment, student) for student in self.students(assignment)}
        return {student: record for student, record in found.items() if record}

    def grades(self, assignment):
        """A `Grade` for every student of the gradebook or with a submission, by id."""
        from nbgrader.api import MissingEntry

        records = self.records(assignment)
        table = {student: Grade(student) for student in self.students(assignment)}
        with self.gradebook() as gradebook:
            try:
                entry = gradebook.find_assignment(assignment)
            except MissingEntry:
                raise NoCourse(
                    f"{assignment} is not in the gradebook: nbgrader generate_assignment first."
                ) from None
            most, unread = entry.max_score, _unread(gradebook, entry.id)
            for student in gradebook.students:
                table.setdefault(student.id, Grade(student.id, remark="nothing handed in"))
            for submission in gradebook.assignment_submissions(assignment):
                student = submission.student_id
                penalty = sum(n.late_submission_penalty or 0 for n in submission.notebooks)
                late = submission.total_seconds_late > 0
                table[student] = Grade(
                    student, submission.score - penalty, most, unread.get(student, 0), late
                )
        for student, grade in table.items():
            grade.most = most
            grade.remark = grade.remark or remark(records.get(student))
        return [table[student] for student in sorted(table)]


def _unread(gradebook, assignment_id):
    """{student: answers that a person must still read}, in one query for the whole class."""
    from nbgrader import api
    from sqlalchemy import func

    rows = (
        gradebook.db.query(api.SubmittedAssignment.student_id, func.count())
        .join(api.SubmittedAssignment.notebooks)
        .join(api.SubmittedNotebook.grades)
        .filter(api.SubmittedAssignment.assignment_id == assignment_id)
        .filter(api.Grade.needs_manual_grade)
        .group_by(api.SubmittedAssignment.student_id)
    )
    return dict(map(tuple, rows))


def remark(record):
    """What an instructor should know of a submission, in a few words."""
    if record is None:
        return "not graded yet"
    if record.get("problem"):
        return record["problem"]
    return "; ".join(record.get("flags", []))


def quiet_database():
    """nbgrader 0.9 makes SQLAlchemy 2 warn about its own queries; nobody here can act on it."""
    from sqlalchemy.exc import SAWarning

    warnings.filterwarnings("ignore", category=SAWarning, message=".*not in session.*")
