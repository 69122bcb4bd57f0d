"""`nbgrader zip_collect` for archives of Moodle and Canvas: whose file is it?

The platforms begin a file's name with the student's name and a number of their own. The gradebook
knows both (`nbgrader db student import`), so it tells the id. With
``c.FileNameCollectorPlugin.named_regexp`` nbgrader's own rule holds instead.
"""

import os
import re
import unicodedata

from nbgrader.api import Gradebook
from nbgrader.plugins import FileNameCollectorPlugin

_MOODLE = re.compile(r"(?P<name>[^_]+)_(?P<number>\d+)_assignsubmission_file_?(?P<file>.*)")
_CANVAS = re.compile(r"(?P<name>[^_]+)_(?:LATE_)?(?P<number>\d+)_\d+_(?P<file>.+)")
_COPY = re.compile(r"(-\d+| ?\(\d+\))$")  # of a name: what Canvas or a browser adds to another copy


class ClassListCollector(FileNameCollectorPlugin):
    """Finds the student of each file in the gradebook, by id, platform number or name."""

    def collect(self, submitted_file):
        if self.named_regexp:
            return super().collect(submitted_file)
        if not submitted_file.endswith(".ipynb"):
            return None
        try:
            student, name = self._found(submitted_file)
        except LookupError as problem:
            self.log.warning("%s: %s", os.path.basename(submitted_file), problem)
            return None
        return {"student_id": student, "file_id": _COPY.sub("", name.removesuffix(".ipynb"))}

    def _found(self, path):
        """(id, name of the notebook); raises LookupError with a sentence."""
        folder, name = path.split(os.sep)[-2:]
        for text in (name, folder):
            if moodle := _MOODLE.match(text):
                return self._named(moodle["name"]), moodle["file"] if text is name else name
        if canvas := _CANVAS.match(name):
            return self._numbered(canvas["number"], canvas["name"]), canvas["file"]
        begun = [s.id for s in self._students() if re.match(rf"{re.escape(s.id)}[_ -]", name)]
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
