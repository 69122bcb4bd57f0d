"""The course folder: its configuration, gradebook and grader, as the `course` command uses them."""

import contextlib
import difflib
import logging
import os
import warnings
from pathlib import Path

from course_grading.gradebook.record import read_record
from course_grading.pipeline.converter import TrustedAutograde
from course_grading.root import NoCourse, find_root
from course_grading.submission.files import is_plain

MOST_NAMED = 5  # ids in a message


def nearest(name, known):
    """The known names, those first that are most like ``name``."""

    def unlike(other):
        likeness = difflib.SequenceMatcher(None, name.lower(), other.lower()).ratio()
        return not other.startswith(name), -likeness, other

    return sorted(known, key=unlike)


class Course:
    """The course at ``root``, with nbgrader's configuration loaded."""

    def __init__(self, root=".", options=None):
        from nbgrader.apps.autogradeapp import AutogradeApp

        quiet_database()
        self.root = find_root(root)
        self.app = AutogradeApp(log_level=logging.ERROR)
        with contextlib.chdir(self.root):  # nbgrader reads the configuration of where it is, too
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
        ids = (str(path)[len(before) : -len(after) or None] for path in found)
        return sorted(student for student in ids if is_plain(student))

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
        folder = self.folder("source", assignment)
        # `glob` raises where a name is too long for a file
        if found := sorted(folder.glob("*.ipynb")) if os.path.isdir(folder) else []:
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


def enter(start=".", options=None):
    """Open the course and go into its folder, where relative paths of its configuration begin."""
    course = Course(start, options)
    os.chdir(course.root)
    return course


def quiet_database():
    """nbgrader 0.9 makes SQLAlchemy 2 warn about its own queries; nobody here can act on it."""
    from sqlalchemy.exc import SAWarning

    warnings.filterwarnings("ignore", category=SAWarning, message=".*not in session.*")
