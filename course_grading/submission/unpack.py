"""`nbgrader zip_collect`: what learning platforms send is unpacked, bounded, one level deep.

The platform's own archive holds a file or a folder for each student. A student's zip among them is
unpacked into a folder of its own, whose name tells `collect` whose it is: names inside are the
student's and prove nothing. What is not taken is named, and the others are collected all the same.
"""

import os
import shutil
import time
import zipfile
from pathlib import Path, PurePosixPath

from nbgrader.api import Gradebook
from nbgrader.plugins import ExtractorPlugin

from course_grading import bounded_child
from course_grading.gradebook import failures
from course_grading.submission import files
from course_grading.submission.platform_names import begins_with, is_platforms
from course_grading.text import printable_line

UNPACKED = ".unpacked"  # ends the name of the folder that a student's zip is unpacked into
_PLATFORM = (20_000, 100_000_000, 8_000_000_000)  # files, bytes of one, of all
_SECONDS = (900.0, 60.0)  # for a platform's archive, for a student's
_ALL = "*"  # in the place of a file: what stops all archives
_MOST_TOLD = 20  # files of one archive
_STUDENT = (files.MOST_FILES, files.LARGEST_FILE, files.ALL_FILES)


class BoundedExtractor(ExtractorPlugin):
    """Unpacks archives of platforms, and one level of students' zips."""

    def extract(self, archive_path, extracted_path):
        """Copy and unpack what lies in ``archive_path`` into ``extracted_path``."""
        try:
            self._extract(archive_path, extracted_path)
        except OSError as error:
            if told := failures.of_all(error):
                self.parent.fail(told)
            raise

    def _extract(self, archive_path, extracted_path):
        for place, folders, names in os.walk(archive_path, followlinks=False):
            folders.sort()
            target = Path(extracted_path) / os.path.relpath(place, archive_path)
            for name in sorted(names):
                path = Path(place) / name
                if path.is_symlink() or not path.is_file():
                    self._left(path, "it is no file")
                elif path.suffix.lower() != ".zip":
                    target.mkdir(parents=True, exist_ok=True)
                    shutil.copy2(path, target / name)
                elif self._is_students(path):
                    self._unpack(path, target / f"{name}{UNPACKED}", _STUDENT)
                else:
                    whole = target / path.stem
                    self._unpack(path, whole, _PLATFORM)
                    self._unpack_students(whole)

    def _is_students(self, path):
        """Whether a zip is one student's: named by the platform, or by an id of the gradebook."""
        if is_platforms(path.name) or is_platforms(path.parent.name):
            return True
        directory = self.parent.coursedir
        with Gradebook(directory.db_url, directory.course_id) as gradebook:
            return any(begins_with(path.name, student.id) for student in gradebook.students)

    def _unpack_students(self, folder):
        """Unpack the students' zips that the platform's archive held."""
        for path in sorted(folder.rglob("*")):
            if path.suffix.lower() == ".zip" and path.is_file():
                self._unpack(path, path.with_name(f"{path.name}{UNPACKED}"), _STUDENT)
                path.unlink()

    def _unpack(self, path, folder, bounds):
        """Take what can be taken of a zip, in a child with limits; say what was left and why."""
        try:
            seconds = _SECONDS[bounds is _STUDENT]
            for entry, why in bounded_child.call(_unpacked, path, folder, bounds, seconds=seconds):
                if entry == _ALL:
                    self.parent.fail(why)
                self._left(path, why, entry)
        except bounded_child.Ended as end:
            shutil.rmtree(folder, ignore_errors=True)
            self._left(path, f"reading it {end}")

    def _left(self, path, why, entry=None):
        inside = f", in it {printable_line(entry)!r}" if entry else ""
        told = f"{printable_line(path.name)}{inside}: {printable_line(why)}"
        self.log.warning("Left out: %s", told)


def _unpacked(path, folder, bounds):
    """Unpack a zip into ``folder``; returns [(file in it or None, why it was left)]."""
    folder.mkdir(parents=True, exist_ok=True)
    (most, each, room), left = bounds, []
    try:
        with zipfile.ZipFile(path) as archive:
            listed = [entry for entry in archive.infolist() if not entry.is_dir()]
            for entry in listed[:most]:
                try:
                    room -= _take(archive, entry, folder, min(each, room))
                except Exception as problem:  # each way to compress breaks in its own way
                    if told := failures.of_all(problem):
                        return [(_ALL, told)]
                    left.append((entry.filename, str(problem) or type(problem).__name__))
            if len(listed) > most:
                left.append((None, f"only {most:,} of its {len(listed):,} files are read"))
    except Exception as problem:
        left.append((None, f"it is no zip that can be read ({problem})"))
    more = len(left) - _MOST_TOLD
    return left[:_MOST_TOLD] + ([(None, f"and {more} more files")] if more > 0 else [])


def _take(archive, entry, folder, limit):
    """Write one file of a zip below ``folder``; returns its bytes, raises with a sentence."""
    if entry.flag_bits & 1:
        raise ValueError("it has a password")
    parts = PurePosixPath(entry.filename.replace("\\", "/")).parts
    if not parts or any(part in ("..", "/") or part.endswith(":") for part in parts):
        raise ValueError("its name leads out of the folder")
    if parts[0] == "__MACOSX" or parts[-1].startswith("."):
        return 0
    if any(part.endswith(UNPACKED) for part in parts):
        raise ValueError("its name is reserved")
    path = folder.joinpath(*parts)
    if len(os.fsencode(str(path))) > 3000 or any(len(os.fsencode(part)) > 250 for part in parts):
        raise ValueError("its name is too long")
    if path.exists():
        raise ValueError("there are two files of this name")
    path.parent.mkdir(parents=True, exist_ok=True)
    size = 0
    try:
        with archive.open(entry) as source, open(path, "xb") as target:
            while piece := source.read(1 << 20):
                size += len(piece)
                if size > limit:
                    raise ValueError(f"it has more than {limit:,} bytes")
                target.write(piece)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    moment = time.mktime((*entry.date_time, 0, 0, -1)) if entry.date_time[0] > 1980 else 0
    os.utime(path, (moment, moment))
    return size
