"""Files of the course folder: written whole or not at all, refused where unreadable."""

import contextlib
import os
import tempfile
from pathlib import Path


class Unusable(ValueError):
    """A file of the course folder cannot be read; the text says which one and what to do."""


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
