"""The files that a student handed in: nothing here follows a link, waits on a pipe or believes a
size.
"""

import os
import re
import stat
from pathlib import Path

from course_grading.submission.platform_names import plain
from course_grading.text import printable_line

LARGEST_FILE = 50_000_000  # bytes
ALL_FILES = 100_000_000  # bytes of all files beside a notebook
MOST_FILES = 500


class Unreadable(Exception):
    """The submission cannot be graded; the text says why."""


def is_linked(path, below):
    """Whether ``path`` or a folder between it and ``below`` is a symbolic link."""
    path, below = Path(path), Path(below)
    return any(p.is_symlink() for p in [path, *path.parents] if below in p.parents)


def read_bytes(path, limit, below):
    """The bytes of a regular file of at most ``limit`` bytes."""
    name = os.path.basename(path)
    if is_linked(path, below):
        raise Unreadable(f"{name} is a link, not a file.")
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        raise Unreadable(missing(path)) from None
    except OSError as error:
        raise Unreadable(f"{name} cannot be opened ({error.strerror}).") from None
    status = os.fstat(handle)
    if not stat.S_ISREG(status.st_mode):
        os.close(handle)
        raise Unreadable(f"{name} is not a file.")
    with os.fdopen(handle, "rb") as file:
        if status.st_size > limit:
            raise Unreadable(f"{name} has {status.st_size:,} bytes; at most {limit:,} are read.")
        data = file.read(limit + 1)
    if len(data) > limit:
        raise Unreadable(f"{name} has more than {limit:,} bytes.")
    return data


def missing(path):
    """A sentence on a notebook that is not there."""
    return f"There is no file {os.path.basename(path)} in the submission{_instead(path)}."


def _instead(path):
    """The notebooks that lie where ``path`` is missing, or one folder deeper."""
    folder, found = os.path.dirname(path), []
    for place, folders, names in os.walk(folder, followlinks=False):
        if place != folder:
            folders.clear()
        found += [os.path.relpath(os.path.join(place, name), folder) for name in sorted(names)]
    # a name goes into the feedback and into formgrader: what is no plain name is not repeated
    named = [name for name in found if re.fullmatch(r"[\w ./()-]{1,150}\.ipynb", name)]
    return f"; it holds {', '.join(map(repr, named[:3]))}" if named else ""


def is_plain(name):
    """Whether a name can be an id: no line end, no control character, no broken character, and a
    folder of its own.
    """
    return name.isprintable() and name not in ("", ".", "..")


def listed(folder, below):
    """Paths of what lies in ``folder`` and its folders, sorted, hidden folders left out."""
    if is_linked(folder, below):
        return
    for path, folders, names in os.walk(folder, followlinks=False):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (os.path.join(path, name) for name in sorted(names))


def copyable_files(folder, below, ignored=()):
    """[(path, relative name)] of plain files in ``folder`` that may be copied, no notebooks."""
    return _parted(folder, below, ignored)[0]


def left_out(folder, below, ignored=()):
    """Sentences on files that are too large or too many to be copied, the first three of them."""
    left = _parted(folder, below, ignored)[1]
    told = [
        f"{printable_line(name)!r} ({size:,} bytes) is not there when cells run: a file may have "
        f"{LARGEST_FILE:,} bytes, all together {ALL_FILES:,} in {MOST_FILES} files. Hand in the "
        "rows and columns that the notebook reads, or the table compressed"
        for name, size in left[:3]
    ]
    return told + ([f"and {len(left) - 3} more files"] if len(left) > 3 else [])


def _parted(folder, below, ignored):
    """The plain files that have room, and [(relative name, bytes)] of those that have none."""
    kept, left, total = [], [], 0
    if is_linked(folder, below):
        return kept, left
    for path, folders, names in os.walk(folder, followlinks=False):
        folders[:] = sorted(f for f in folders if f not in ignored and not f.startswith("."))
        for name in sorted(names):
            full = os.path.join(path, name)
            try:
                status = os.lstat(full)
            except OSError:
                continue
            if name.endswith(".ipynb") or name in ignored or not stat.S_ISREG(status.st_mode):
                continue
            size, here = status.st_size, os.path.relpath(full, folder)
            if size <= LARGEST_FILE and total + size <= ALL_FILES and len(kept) < MOST_FILES:
                kept.append((full, here))
                total += size
            else:
                left.append((here, size))
    return kept, left


def copies_beside(folder, name, below):
    """Sentences on copies of the notebook ``name`` that lie beside it and are not graded."""
    if not os.path.lexists(os.path.join(folder, f"{name}.ipynb")):
        return []
    names = [os.path.basename(p) for p in listed(folder, below) if p.endswith(".ipynb")]
    found = [other for other in names if other != f"{name}.ipynb" and plain(other) == name]
    return [f"not graded: the copy {printable_line(other)!r} beside it" for other in found[:3]]


def find_notebook(folder, name, names, below):
    """Where the notebook ``name`` lies, if not under its own name; else None.

    A sole other notebook is taken, or the sole one that is a copy by its name; ``names`` are all
    notebooks of the assignment.
    """
    if os.path.lexists(os.path.join(folder, f"{name}.ipynb")):
        return None
    others = [
        path
        for path in listed(folder, below)
        if path.endswith(".ipynb") and not os.path.islink(path)
    ]
    copies = [path for path in others if plain(os.path.basename(path)) == name]
    if len(copies) == 1:
        return copies[0]
    return others[0] if len(others) == len(names) == 1 else None
