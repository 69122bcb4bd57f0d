"""`nbgrader zip_collect` for archives of Moodle and Canvas: whose file is it?

The platforms begin a file's name with the student's name and a number of their own. The gradebook
knows both (`nbgrader db student import`), so it tells the id. With
``c.FileNameCollectorPlugin.named_regexp`` nbgrader's own rule holds instead.

Canvas puts LATE into a name, and not how late: such a submission gets the first second after the
due date as its time, and a warning.
"""

import contextlib
import os
import unicodedata
from datetime import timedelta
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.plugins import FileNameCollectorPlugin

from course_grading.submission.platform_names import (
    CANVAS,
    MOODLE,
    begins_with,
    copy_number,
    plain,
)
from course_grading.submission.unpack import UNPACKED
from course_grading.text import printable_line


class ClassListCollector(FileNameCollectorPlugin):
    """Finds the student of each file in the gradebook, by id, platform number or name."""

    def collect(self, submitted_file):
        if self.named_regexp:
            return super().collect(submitted_file)
        if not submitted_file.endswith(".ipynb"):
            return None
        best = self._best(submitted_file)
        if submitted_file not in best:
            return None
        student, name = best[submitted_file]
        found = {"student_id": student, "file_id": f"{name}.ipynb"}
        if _is_late(submitted_file) and (time := self._first_late_second(submitted_file)):
            found["timestamp"] = time
        return found

    def _first_late_second(self, path):
        """The time of what Canvas calls late, as text, or None where there is no due date."""
        told, directory = printable_line(os.path.basename(path)), self.parent.coursedir
        assignment, due = directory.assignment_id, None
        opened = Gradebook(directory.db_url, directory.course_id)
        with opened as gradebook, contextlib.suppress(MissingEntry):
            due = gradebook.find_assignment(assignment).duedate
        if due is None:
            self.log.warning(
                "%s: Canvas says LATE, but %s has no due date, so it counts as in time. Set one "
                "(nbgrader db assignment add %s --duedate ...) and collect again.",
                *(told, assignment, assignment),
            )
            return None
        self.log.warning(
            "%s: Canvas says LATE and not how late: timestamp.txt says one second. Where the "
            "penalty counts days, write the time that Canvas shows into it.",
            told,
        )
        return f"{due + timedelta(seconds=1):%Y-%m-%d %H:%M:%S}"

    def _best(self, path):
        """{path: (id, name of the notebook)} of the files to take: of several copies the last."""
        if not hasattr(self, "_chosen"):
            root = Path(self.parent._format_collect_path(self.parent.extracted_directory))
            found = {}
            for other in sorted(root.rglob("*.ipynb")) if path.startswith(str(root)) else [path]:
                try:
                    student, name = self._found(str(other))
                except LookupError as problem:
                    told = printable_line(os.path.basename(other))
                    self.log.warning("%s: %s", told, problem)
                    continue
                found.setdefault((student, plain(name)), []).append((name, str(other)))
            self._chosen = {self._last(copies): key for key, copies in found.items()}
        return self._chosen

    def _last(self, copies):
        """The path of the last copy by its number, then by its time."""

        def order(copy):
            return copy_number(copy[0]), os.stat(copy[1]).st_mtime, copy[1]

        *others, (_, best) = sorted(copies, key=order)
        if others:
            told = printable_line(os.path.basename(best))
            self.log.warning("%d copies of one notebook, taken: %s", len(copies), told)
        return best

    def _found(self, path):
        """(id, name of the notebook); raises LookupError with a sentence."""
        folder, name = _platforms_names(path)
        student, own = self._owner(folder, name)
        return student, own if path.endswith(name) else os.path.basename(path)

    def _owner(self, folder, name):
        for text in (name, folder):
            if moodle := MOODLE.match(text):
                return self._named(moodle["name"]), moodle["file"] if text is name else name
        if canvas := CANVAS.match(name):
            return self._numbered(canvas["number"], canvas["name"]), canvas["file"]
        begun = [s.id for s in self._students() if begins_with(name, s.id)]
        if not begun:
            raise LookupError(
                "expected a name as Moodle or Canvas gives it, or one that begins with a student's "
                "id and an underscore"
            )
        student = max(begun, key=len)
        return student, name[len(student) + 1 :]

    def _named(self, name):
        return _only(
            [s.id for s in self._students() if _letters(name) in _spellings(s)],
            f"the name {name!r}",
        )

    def _numbered(self, number, name):
        by_number = [s.id for s in self._students() if s.lms_user_id == number]
        return _only(by_number, f"the platform number {number} ({name})")

    def _students(self):
        if not hasattr(self, "_known"):
            directory = self.parent.coursedir
            with Gradebook(directory.db_url, directory.course_id) as gradebook:
                self._known = list(gradebook.students)
                gradebook.db.expunge_all()
        return self._known


def _platforms_names(path):
    """(folder, file) as the platform named them: a student's zip, where the notebook is in one.

    Names in a student's zip are the student's own: the zip's name tells whose it is.
    """
    parts = path.split(os.sep)
    inside = next((i for i, part in enumerate(parts) if part.endswith(UNPACKED)), len(parts) - 1)
    return parts[inside - 1], parts[inside].removesuffix(UNPACKED)


def _is_late(path):
    """Whether Canvas says so."""
    _, name = _platforms_names(path)
    canvas = CANVAS.match(name)
    return bool(canvas and canvas["late"] and not MOODLE.match(name))


def _only(found, what):
    if len(found) == 1:
        return found[0]
    have = f"{len(found)} students ({', '.join(found)}) have" if found else "no student has"
    raise LookupError(
        f"{have} {what} in the gradebook; see nbgrader db student list. "
        "Put the file into submitted/<id>/ by hand, or mend the entry."
    )


def _spellings(student):
    first, last = _letters(student.first_name or ""), _letters(student.last_name or "")
    return (first + last, last + first)


def _letters(text):
    """Letters alone: case, blanks and commas do not matter, nor how an ü is stored."""
    return "".join(c for c in unicodedata.normalize("NFC", text).casefold() if c.isalnum())
