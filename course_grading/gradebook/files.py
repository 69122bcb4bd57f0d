"""Files of the course folder: written whole or not at all, refused where unreadable."""

import contextlib
import fcntl
import os
import tempfile
from pathlib import Path


class Unusable(ValueError):
    """A file of the course folder cannot be read; the text says which one and what to do."""


@contextlib.contextmanager
def alone(root, what):
    """Hold the course for one command; another one on it is refused in a sentence."""
    path = Path(root) / ".lock"
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    except PermissionError:  # another instructor's file
        handle = os.open(path, os.O_RDONLY)
    with os.fdopen(handle) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Unusable(
                f"Another {what} runs on this course. Wait until it has ended."
            ) from None
        yield


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
