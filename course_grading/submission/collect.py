"""`nbgrader zip_collect` for archives of Moodle and Canvas: whose file is it?

The platforms begin the name of a file or a folder with the student's name and a number of their
own. The gradebook knows both (`nbgrader db student import`), so it tells the id. Names further
inside, in a folder or a zip, are the student's own and prove nothing. With
``c.FileNameCollectorPlugin.named_regexp`` nbgrader's own rule holds instead.

Beside the notebook goes what lay beside it: modules and data that its cells read.

Canvas puts LATE into a name, and not how late: such a submission gets the first second after the
due date as its time, and a warning.
"""

import contextlib
import os
import unicodedata
from datetime import timedelta
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.apps.zipcollectapp import ZipCollectApp
from nbgrader.plugins import FileNameCollectorPlugin

from course_grading.gradebook import failures
from course_grading.submission.places import Places
from course_grading.submission.platform_names import (
    CANVAS,
    MOODLE,
    begins_with,
    copy_number,
    plain,
)
from course_grading.submission.unpack import UNPACKED
from course_grading.text import listed, printable_line

_NBGRADERS = ZipCollectApp._transfer_files


def install():
    """Let nbgrader's command end with a sentence where what it collects has no room."""
    ZipCollectApp._transfer_files = _transferred


def _transferred(app, collected):
    try:
        _NBGRADERS(app, collected)
    except OSError as error:
        if told := failures.of_all(error):
            app.fail("%s Then collect again, with --force.", told)
        raise


class ClassListCollector(FileNameCollectorPlugin):
    """Finds the student of each file in the gradebook, by id, platform number or name."""

    def collect(self, submitted_file):
        if self.named_regexp:
            return super().collect(submitted_file)
        taken = self._taken(submitted_file)
        if submitted_file not in taken:
            return None
        student, name = taken[submitted_file]
        found = {"student_id": student, "file_id": name}
        is_late = name.endswith(".ipynb") and _is_late(self._inside(submitted_file))
        if is_late and (time := self._first_late_second(submitted_file)):
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

    def _taken(self, path):
        """{path: (id, name in the student's folder)} of what is taken of all that came."""
        if not hasattr(self, "_chosen"):
            root = self._root()
            found = sorted(filter(Path.is_file, root.rglob("*"))) if self._inside(path) else [path]
            paths = list(map(str, found))
            notebooks = self._notebooks([path for path in paths if path.endswith(".ipynb")])
            others = [path for path in paths if not path.endswith(".ipynb")]
            self._chosen = {**notebooks, **self._beside(notebooks, others)}
        return self._chosen

    def _root(self):
        return Path(self.parent._format_collect_path(self.parent.extracted_directory))

    def _inside(self, path):
        """The path below the folder of what came; of another one nothing."""
        return (
            str(Path(path).relative_to(root))
            if (root := self._root()) in Path(path).parents
            else ""
        )

    def _notebooks(self, paths):
        """{path: (id, name)} of the notebooks to take: of several copies the last."""
        found = {}
        for path in paths:
            try:
                student, own = self._owned(path)
            except LookupError as problem:
                self.log.warning("%s: %s", printable_line(os.path.basename(path)), problem)
                continue
            name = os.path.basename(own)
            found.setdefault((student, plain(name)), []).append((name, path))
        return {
            self._last(copies): (student, f"{name}.ipynb")
            for (student, name), copies in found.items()
        }

    def _beside(self, notebooks, paths):
        """{path: (id, name)} of the other files of those whose notebook is taken.

        A name is told from the notebook's own folder. What has no place of its own there is named,
        and who handed in no notebook at all.
        """
        folders = {
            student: os.path.dirname(self._owned(path)[1])
            for path, (student, _) in notebooks.items()
        }
        found, without, places = {}, {}, {}
        for student, name in notebooks.values():
            with contextlib.suppress(ValueError):  # another one's, such as Ps2 beside ps2
                places.setdefault(student, Places()).take(name)
        for path in paths:
            try:
                student, own = self._owned(path)
            except LookupError:
                continue  # nbgrader names what is not taken
            if student not in folders:
                without.setdefault(student, []).append(os.path.basename(own))
                continue
            name = own.removeprefix(f"{folders[student]}/")
            if any(part.startswith(".") for part in name.split("/")):
                continue
            try:
                found[path] = student, places[student].take(_as_nbgrader_names(name, path))
            except ValueError as problem:
                told = printable_line(self._inside(path) or os.path.basename(path))
                self.log.warning("Left out: %s: %s", told, problem)
        for student, names in without.items():
            told = ", ".join(listed(names))
            self.log.warning("%s has handed in no notebook, but %s", student, told)
        return found

    def _last(self, copies):
        """The path of the last copy by its number, then by its time."""

        def order(copy):
            return copy_number(copy[0]), os.stat(copy[1]).st_mtime, copy[1]

        *others, (_, best) = sorted(copies, key=order)
        if others:
            told = printable_line(os.path.basename(best))
            self.log.warning("%d copies of one notebook, taken: %s", len(copies), told)
        return best

    def _owned(self, path):
        """(id, the student's own name of the file); raises LookupError with a sentence."""
        named, own = _parted(self._inside(path) or os.path.basename(path))
        if moodle := MOODLE.match(named):
            return self._named(moodle["name"]), own or moodle["file"]
        if canvas := CANVAS.match(named):
            return self._numbered(canvas["number"], canvas["name"]), own or canvas["file"]
        begun = [s.id for s in self._students() if begins_with(named, s.id)]
        if not begun:
            raise LookupError(
                "expected a name as Moodle or Canvas gives it, or one that begins with a student's "
                "id and an underscore"
            )
        student = max(begun, key=len)
        return student, own or named[len(student) + 1 :]

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


def _parted(path):
    """(what the platform has named, the student's own path in it or ""), of what came.

    The outermost name counts: a folder of Moodle's, a student's zip, or the file itself.
    """
    parts = Path(path).parts
    folders = [i for i, part in enumerate(parts[:-1]) if MOODLE.match(part) or _is_zip(part)]
    place = folders[0] if folders else len(parts) - 1
    own = parts[place + 1 :]
    for i, part in enumerate(own):
        if _is_zip(part):
            own = parts[place + i + 2 :]
    return parts[place].removesuffix(UNPACKED), "/".join(own)


def _as_nbgrader_names(name, path):
    """The name that nbgrader makes of it: with the ending of what came."""
    return (os.path.splitext(name)[0] + os.path.splitext(path)[1]) if name else ""


def _is_zip(name):
    return name.endswith(UNPACKED)


def _is_late(path):
    """Whether Canvas says so."""
    canvas = CANVAS.match(_parted(path)[0])
    return bool(canvas and canvas["late"] and not MOODLE.match(_parted(path)[0]))


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
