"""What decides a grade, as hashes: while they stay the same, the grade is current."""

import functools
import hashlib
import json
import os
import re
from pathlib import Path

import course_bank
from course_bank.catalogue import OWN_FILE
from course_grading.submission import files

_LEFT = re.compile(r"\..*|.*~|__pycache__", re.DOTALL)


def of_hand_in(folder, below, largest_notebook):
    """A hash of the student's files, those in folders too, whatever they are.

    Of a file that is not read for its size (bytes) the size counts alone.
    """
    digest = hashlib.sha256()
    for path in files.listed(folder, below):
        digest.update(os.path.relpath(path, folder).encode("utf-8", "surrogateescape"))
        most = largest_notebook if path.endswith(".ipynb") else files.LARGEST_FILE
        try:
            digest.update(files.read_bytes(path, most, below))
        except files.Unreadable as problem:
            digest.update(str(problem).encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def of_grade(root, key, copies, hand_in, shown_id):
    """A hash of all that decides the grade of one submission.

    ``key``: of the assignment, or None; ``copies``: {notebook: `instructor_copy.Copy`};
    ``hand_in``: what `of_hand_in` found; ``shown_id``: whose numbers a mistyped id was shown.
    """
    digest = hashlib.sha256(key.digest.encode() if key else b"")
    if key and key.uses_the_bank:
        digest.update(_code(root).encode())
    digest.update(hand_in.encode())
    for name, copy in copies.items():
        checksums = [cell.checksum for cell in copy.plan.cells.values()]
        digest.update(json.dumps([name, sorted(filter(None, checksums))]).encode())
    digest.update(shown_id.encode())
    return digest.hexdigest()


def _code(root):
    """A hash of what judges functions and models: where it changes, grades do."""
    digest = hashlib.sha256(of_bank(Path(course_bank.__file__).parent).encode())
    own = Path(root) / OWN_FILE
    digest.update(own.read_bytes() if own.is_file() else b"")
    return digest.hexdigest()


@functools.cache
def of_bank(folder):
    """A hash of the bank's files: its code, and the digits and records that it judges by.

    Without what Python, editors and desktops leave beside them.
    """
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not any(map(_LEFT.fullmatch, path.relative_to(folder).parts)):
            digest.update(path.read_bytes())
    return digest.hexdigest()
