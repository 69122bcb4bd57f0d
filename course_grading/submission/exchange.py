"""`nbgrader collect`: of what lies in the exchange, what is a student's own and no more.

Every student may write into the folder in which work is handed in. nbgrader takes a folder in a
classmate's name with a warning, copies what a link in it points to, with the rights of whoever
collects, and ends for everybody at the first name or file that it cannot read.
"""

import errno
import fnmatch
import os
import pwd
import shutil
import stat
from datetime import datetime
from pathlib import Path

from nbgrader.exchange.default import ExchangeCollect, ExchangeError

from course_grading.gradebook import failures
from course_grading.submission import files
from course_grading.text import printable_line

_ROOM = 250_000_000  # bytes of one hand-in: a notebook with its outputs, and what lies beside it
_NOBODY = {"username": "", "filename": "", "timestamp": datetime.min}


class OwnCollect(ExchangeCollect):
    """ExchangeCollect that names what it leaves and goes on with the others."""

    def init_src(self):
        super().init_src()
        self.src_records = [record for record in self.src_records if record is not _NOBODY]

    def _path_to_record(self, path):
        try:
            record = super()._path_to_record(path)
            self._require_own(path, record["username"])
        except (ExchangeError, ValueError, OSError) as problem:
            self._left(path, problem)
            return _NOBODY
        return record

    def _require_own(self, path, student):
        """Raise where the folder is not the student's; the name in it is anybody's to choose."""
        status = os.lstat(path)
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

    def do_copy(self, src, dest, log=None):
        """Copy the plain files, bounded: no link is followed, not even one that appears now."""
        try:
            self._copy(src, dest)
        except OSError as problem:
            if failures.of_all(problem):
                raise
            self._left(src, problem)

    def _copy(self, src, dest):
        count, room = files.MOST_FILES, _ROOM
        for place, folders, names, here in os.fwalk(src, follow_symlinks=False):
            folders[:] = sorted(name for name in folders if not self._is_ignored(name))
            target = Path(dest) / os.path.relpath(place, src)
            target.mkdir(parents=True, exist_ok=True)
            self._share(target, 0o2770)
            for name in sorted(name for name in names if not self._is_ignored(name)):
                try:
                    if count == 0:
                        raise ValueError(f"only {files.MOST_FILES} files are taken")
                    room -= _copied(name, here, target / name, room)
                    count -= 1
                    self._share(target / name, 0o660)
                except (ValueError, OSError) as problem:
                    if failures.of_all(problem):
                        raise
                    self._left(os.path.join(place, name), problem)

    def _share(self, path, mode):
        """Let a group of instructors write, where nbgrader is told so."""
        if self.coursedir.groupshared:
            path.chmod(path.stat().st_mode | mode)

    def _is_ignored(self, name):
        return any(fnmatch.fnmatch(name, pattern) for pattern in self.coursedir.ignore)

    def _left(self, path, why):
        told = printable_line(os.path.relpath(path, self.inbound_path))
        self.log.warning("Left out: %s: %s", told, printable_line(why))


def _copied(name, folder, target, room):
    """Copy a plain file of the open folder; returns its bytes, raises with a sentence."""
    try:
        handle = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    except OSError as problem:
        raise ValueError("it is a link") if problem.errno == errno.ELOOP else problem from None
    with os.fdopen(handle, "rb") as source:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            raise ValueError("it is no file")
        if status.st_size > room:
            raise ValueError(f"{status.st_size:,} bytes have no room")
        with open(target, "xb") as copy:
            shutil.copyfileobj(source, copy, 1 << 20)
    return status.st_size
