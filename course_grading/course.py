"""The course folder: its configuration, gradebook and grader, as the `course` command uses them."""

import difflib
import logging
import os
import warnings
from dataclasses import dataclass
from pathlib import Path

from course_grading import scores
from course_grading.converter import TrustedAutograde, read_record

CONFIG = "nbgrader_config.py"
FOLDER = "exercises"
MOST_NAMED = 5  # ids in a message


class NoCourse(ValueError):
    """There is no course here, or no such assignment in it; the text says what to do."""


def find_root(start="."):
    """The folder with nbgrader_config.py: this one, or ``exercises`` in it."""
    start = Path(start).resolve()
    for folder in (start, start / FOLDER):
        if (folder / CONFIG).is_file():
            return folder
    above = [folder for parent in start.parents for folder in (parent, parent / FOLDER)]
    found = next((folder for folder in above if (folder / CONFIG).is_file()), FOLDER)
    raise NoCourse(
        f"No {CONFIG} in {start}. Go to the course: cd {os.path.relpath(start / found, start)}"
    )


def nearest(name, known):
    """The known names, those first that are most like ``name``."""

    def unlike(other):
        likeness = difflib.SequenceMatcher(None, name.lower(), other.lower()).ratio()
        return not other.startswith(name), -likeness, other

    return sorted(known, key=unlike)


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

    def require_submissions(self, assignment, students):
        """Raise unless each of the students has handed something in."""
        known = self.students(assignment)
        if not known:
            where = self.folder("submitted", assignment, "*").relative_to(self.root)
            expected = self.folder("submitted", assignment, "<id>") / self.source(assignment).name
            raise NoCourse(
                f"No submissions in {where}/; expected {expected.relative_to(self.root)}."
            )
        for student in students or ():
            if student not in known:
                listed = ", ".join(nearest(student, known)[:MOST_NAMED])
                raise NoCourse(
                    f"{student} has handed in nothing for {assignment}. "
                    f"Of {len(known)} who have, the nearest are: {listed}."
                )

    def assignments(self):
        """Names of the assignments that have a notebook in ``source``, sorted."""
        folder = self.folder("source", "x").parent
        return sorted({path.parent.name for path in folder.glob("*/*.ipynb")})

    def source(self, assignment):
        """Path of the instructor's notebook; raises where there is no such assignment."""
        found = sorted(self.folder("source", assignment).glob("*.ipynb"))
        if found:
            return found[0]
        listed = ", ".join(nearest(assignment, self.assignments())) or "none"
        raise NoCourse(f"There is no assignment {assignment!r}; there are: {listed}.")

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

        records, notebook = self.records(assignment), self.source(assignment).stem
        table = {student: Grade(student) for student in self.students(assignment)}
        handed_in = set(table)
        with self.gradebook() as gradebook:
            try:
                entry = gradebook.find_assignment(assignment)
            except MissingEntry:
                raise NoCourse(
                    f"The gradebook has no notebooks of {assignment}: "
                    f"run nbgrader generate_assignment {assignment} --force first."
                ) from None
            most, unread = entry.max_score, _unread(gradebook, entry.id)
            known = scores.automatic(gradebook, assignment)
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
            if student in handed_in:
                record = records.get(student)
                lacking = _missing(record, known.get((student, notebook)))
                grade.remark = lacking or remark(record)
            elif grade.score is not None:
                grade.remark = "submission removed"
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


def _missing(record, known):
    """What the gradebook lacks; ``known`` are its automatic points, {cell: points}, or None."""
    if not record:
        return "not graded yet"
    if known is None:
        return "graded, but not in this gradebook: course grade again"
    if not scores.are_of(record, known):
        return "the gradebook has other points than the graded notebook: course grade again"
    return ""


def remark(record):
    """What an instructor should know of a graded submission, in a few words."""
    if record.get("problem"):
        return record["problem"]
    return "; ".join(record.get("flags", []))


def quiet_database():
    """nbgrader 0.9 makes SQLAlchemy 2 warn about its own queries; nobody here can act on it."""
    from sqlalchemy.exc import SAWarning

    warnings.filterwarnings("ignore", category=SAWarning, message=".*not in session.*")
