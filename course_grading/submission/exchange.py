"""`nbgrader collect`: of what lies in the exchange, what is a student's own and no more.

Every student may write into the folder in which work is handed in. nbgrader takes a folder in a
classmate's name with a warning, copies what a link in it points to, with the rights of whoever
collects, and ends for everybody at the first name or file that it cannot read.
"""

import os
import pwd
import stat
import tempfile
from datetime import datetime
from pathlib import Path

from nbgrader.exchange.default import ExchangeCollect, ExchangeError

from course_grading.gradebook import failures
from course_grading.submission import files, handed_in_at
from course_grading.submission.own_files import OwnFiles
from course_grading.text import listed, printable_line

_NOBODY = {"username": "", "filename": "", "timestamp": datetime.min}


class OwnCollect(ExchangeCollect):
    """ExchangeCollect that names what it leaves and goes on with the others."""

    def start(self):
        try:
            super().start()
        except Exception as problem:
            if told := failures.of_all(problem):
                self.fail(told)
            raise

    def init_src(self):
        super().init_src()
        self.src_records = [record for record in self.src_records if record is not _NOBODY]

    def _path_to_record(self, path):
        try:
            self._require_own(_student(path), os.lstat(path))
            return super()._path_to_record(path)
        except Exception as problem:  # a time in a name is read in many ways, each with its errors
            self._left(path, problem)
            return _NOBODY

    def _require_own(self, student, status):
        """Raise where the folder is not the student's; the name in it is anybody's to choose."""
        if not stat.S_ISDIR(status.st_mode):
            raise ValueError("it is no folder")
        if not files.is_plain(student):
            raise ValueError("its name holds what no id can hold")
        if not self.check_owner:
            return
        try:
            owner = pwd.getpwuid(status.st_uid).pw_name
        except KeyError:
            owner = f"the user {status.st_uid}"
        if owner != student:
            raise ValueError(
                f"it belongs to {owner}. Where ids are no names of users, set "
                "c.ExchangeCollect.check_owner = False"
            )

    def copy_files(self):
        about = f"{self.coursedir.assignment_id!r} for course {self.coursedir.course_id!r}"
        if not self.src_records:
            self.log.warning("No submissions of %s to collect", about)
            return
        self.log.info("Processing %d submissions of %s", len(self.src_records), about)
        for record in self.src_records:
            path = os.path.join(self.inbound_path, record["filename"])
            try:
                self._collect(path, record["username"], record["timestamp"])
            except Exception as problem:
                self._left(path, problem)

    def _collect(self, path, student, time):
        """Take the student's hand-in of that time, where it is newer than what is there."""
        directory = self.coursedir
        assignment = directory.assignment_id
        dest = Path(directory.format_path(directory.submitted_directory, student, assignment))
        if os.path.lexists(dest):
            below = Path(directory.root, directory.submitted_directory)
            known = handed_in_at.of_folder(dest, below)
            is_newer = known is None or time > known
            if not (self.update and is_newer) and not (self.before_duedate and known != time):
                why = "No newer submission" if self.update else "There is one, see --update"
                self.log.info("%s: %s %s", why, student, assignment)
                return
        self.log.info("Collecting submission: %s %s", student, assignment)
        dest.parent.mkdir(parents=True, exist_ok=True)
        self._put(path, dest, time)

    def _put(self, src, dest, time):
        """Put a copy in the place of an earlier one, which stays where the copy does not end."""
        hidden = {"prefix": f".{dest.name}-", "dir": dest.parent}
        with tempfile.TemporaryDirectory(**hidden, ignore_cleanup_errors=True) as room:
            new, old = Path(room) / "new", Path(room) / "old"
            new.mkdir()
            left = self._copy(src, new)
            # the student's own says what the student likes
            (new / handed_in_at.NAME).write_text(f"{time.isoformat(' ')} UTC\n")
            if self.coursedir.groupshared:
                for made in (new, *new.rglob("*")):
                    made.chmod(made.stat().st_mode | (0o2770 if made.is_dir() else 0o660))
            if os.path.lexists(dest):
                os.rename(dest, old)
            try:
                os.rename(new, dest)
            except OSError:
                if os.path.lexists(old):
                    os.rename(old, dest)
                raise
        for told in listed(left):
            self.log.warning("Left out: %s: %s", printable_line(os.path.basename(src)), told)

    def _copy(self, src, new):
        """Copy what is the student's; sentences on what is not."""
        options = self.coursedir
        own = OwnFiles(
            src,
            exclude=options.ignore,
            include=options.include,
            each=1000 * options.max_file_size,
            room=1000 * options.max_dir_size,
        )
        with own:
            self._require_own(_student(src), own.status)
            own.copy(new, self.check_owner)
        return own.left

    def _left(self, path, why):
        """Name what one student's folder costs; raise where the others' would cost the same."""
        if failures.of_all(why):
            raise why
        told = printable_line(os.path.relpath(path, self.inbound_path))
        self.log.warning("Left out: %s: %s", told, printable_line(why or type(why).__name__))


def _student(path):
    """The id in a folder's name, as nbgrader reads it."""
    name = os.path.basename(path)
    parts = name.rsplit("+", 3)
    if len(parts) < 3:
        raise ExchangeError("expected a name such as id+assignment+time")
    return parts[0]
