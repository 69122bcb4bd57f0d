"""Files of the course folder: written whole or not at all, refused where unreadable."""

import contextlib
import fcntl
import os
import tempfile
from pathlib import Path

from course_grading.gradebook import failures


class Unusable(ValueError):
    """A file of the course folder cannot be read; the text says which one and what to do."""


@contextlib.contextmanager
def alone(root, what):
    """Hold the course for one command; another one on it is refused in a sentence."""
    path = Path(root) / ".lock"
    with contextlib.ExitStack() as stack:
        try:
            file = stack.enter_context(os.fdopen(_lock_file(path)))
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Unusable(
                f"Another {what} runs on this course. Wait until it has ended."
            ) from None
        except OSError as problem:
            raise Unusable(
                failures.of_all(problem)
                or f"The course cannot be held for one {what}: {path}: {problem.strerror}. Allow "
                "yourself to write this file and its folder (chmod u+w, or g+w for a group)."
            ) from None
        yield


def _lock_file(path):
    """The open file; another instructor's is read, which NFS has no lock for."""
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    except PermissionError:
        if not path.exists():
            raise
        return os.open(path, os.O_RDONLY)


def write_atomically(path, text):
    """Write a file so that an interruption leaves the old one or the new one, never half."""
    path = Path(path)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name)
        raise
