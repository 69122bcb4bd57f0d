"""The plain files of a folder that somebody else may change at any moment, copied and bounded.

Each folder and file is opened from the folder above it, which stays open: no link is followed, not
even one that appears meanwhile, nothing waits for a pipe, and what another user owns is left there.
"""

import contextlib
import fnmatch
import os
import stat
from pathlib import Path

from course_grading.gradebook import failures
from course_grading.submission import files, handed_in_at

DEEPEST = 20  # folders below each other
_CAREFULLY = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
_PIECE = 1 << 20  # bytes


class OwnFiles:
    """A folder that is open while it is copied.

    Args:
        path: the folder.
        exclude, include: patterns of names, as nbgrader's ``CourseDirectory`` has them; the first
            holds for folders too.
        each, room: bytes of one file (0: any) and of all.

    ``left`` holds a sentence on each thing that was not copied, save what the patterns leave out;
    ``status`` is the open folder's.
    """

    def __init__(self, path, exclude, include, each, room):
        self._path, self._each, self._room = path, each, room
        self._exclude, self._include = exclude, include
        self.left = []

    def __enter__(self):
        self._top = os.open(self._path, _CAREFULLY | os.O_DIRECTORY)
        self.status = os.fstat(self._top)
        return self

    def __exit__(self, *problem):
        os.close(self._top)

    def copy(self, target, of_owner):
        """Copy into the folder ``target``, notebooks first; with ``of_owner`` what the owner of the
        folder owns.
        """
        self._owner = self.status.st_uid if of_owner else None
        paths = sorted(self._found(), key=_order)
        for path in paths[: files.MOST_FILES]:
            with self._naming(path):
                self._room -= self._copied(path, Path(target, *path))
        if len(paths) > files.MOST_FILES:
            self.left.append(f"only {files.MOST_FILES} of its {len(paths):,} files are taken")

    def _found(self):
        """The paths of plain files, as tuples of names."""
        found, waiting = [], [()]
        for count, path in enumerate(waiting):  # which grows
            if count == files.MOST_FILES:
                self.left.append(f"only {files.MOST_FILES} of its folders are read")
                break
            with self._naming(path):
                for name, kind in self._entries(path):
                    inner = (*path, name)
                    if kind == "folder" and len(inner) > DEEPEST:
                        self.left.append(f"{'/'.join(inner)[:80]}...: it lies too deep")
                    elif kind == "folder":
                        waiting.append(inner)
                    elif kind == "file":
                        found.append(inner)
                    else:
                        self.left.append(f"{'/'.join(inner)}: it is {kind}")
        return found

    def _entries(self, path):
        """[(name, "folder", "file" or what it is instead)], sorted, of what is not excluded."""
        with self._folder(path) as here, os.scandir(here) as entries:
            kinds = [(entry.name, _kind(entry)) for entry in entries]
        return sorted(
            (name, kind)
            for name, kind in kinds
            if not _matches(name, self._exclude)
            and (kind != "file" or _matches(name, self._include))
            and (path or name.casefold() != handed_in_at.NAME)  # the time is not the student's
        )

    @contextlib.contextmanager
    def _folder(self, path):
        """An open folder below the top, reached from folder to folder."""
        here = os.dup(self._top)
        try:
            for name in path:
                inner = os.open(name, _CAREFULLY | os.O_DIRECTORY, dir_fd=here)
                os.close(here)
                here = inner
                self._require_own(os.fstat(here))
            yield here
        finally:
            os.close(here)

    def _require_own(self, status):
        if self._owner not in (None, status.st_uid):
            raise ValueError("it belongs to somebody else")

    def _copied(self, path, target):
        """Copy one file; returns its bytes, raises with a sentence and leaves no half of it."""
        with self._folder(path[:-1]) as here:
            handle = os.open(path[-1], _CAREFULLY, dir_fd=here)
        with os.fdopen(handle, "rb") as source:
            status = os.fstat(handle)
            if not stat.S_ISREG(status.st_mode):
                raise ValueError("it is no file")
            self._require_own(status)
            if status.st_size > min(self._each or self._room, self._room):
                raise ValueError(f"{status.st_size:,} bytes have no room")
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                with open(target, "xb") as copy:
                    _send(source, copy, status.st_size)
            except BaseException:
                target.unlink(missing_ok=True)
                raise
        return status.st_size

    @contextlib.contextmanager
    def _naming(self, path):
        """What concerns this path alone is named, and the others are copied."""
        try:
            yield
        except (ValueError, OSError) as problem:
            if failures.of_all(problem) or not path:
                raise
            why = getattr(problem, "strerror", None) or problem
            self.left.append(f"{'/'.join(path)}: {why}")


def _order(path):
    """Notebooks first, and what lies near the top: the last are the first to find no room."""
    return not path[-1].endswith(".ipynb"), len(path), path


def _kind(entry):
    if entry.is_symlink():
        return "a link"
    if entry.is_dir(follow_symlinks=False):
        return "folder"
    return "file" if entry.is_file(follow_symlinks=False) else "no file"


def _matches(name, patterns):
    return any(fnmatch.fnmatch(name, pattern) for pattern in patterns)


def _send(source, copy, size):
    """As many bytes as were counted: the file may grow while it is read."""
    while size > 0 and (piece := source.read(min(size, _PIECE))):
        copy.write(piece)
        size -= len(piece)
