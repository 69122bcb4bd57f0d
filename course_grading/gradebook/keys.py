"""The keys of released assignments, in the folder ``keys`` of the course: drawn, kept, read.

`course_bank.assignments.release` says what a key is.
"""

import functools
import json
import os
from pathlib import Path

from course_bank.assignments import key as bank_key
from course_bank.assignments import release
from course_bank.catalogue import COMMON, OWN_FILE, OwnQuestionsError, of_course
from course_grading.gradebook import before_sheets, secret
from course_grading.gradebook.files import Unusable, write_atomically
from course_lib.exercise.sheets import file_name


def catalogue(root):
    """The questions and assignments of the course in ``root``, its own ones among them."""
    try:
        return of_course(root)
    except OwnQuestionsError as problem:
        raise Unusable(str(problem)) from None


def read(root, assignment, students=()):
    """The `Key` of an assignment, None where it asks no question of the bank.

    An assignment that was generated before releases had keys gets one at the first reading, with
    the numbers that its ``students`` have by their ids; later students are added. Raises `Unusable`
    where those are not the numbers that they saw.
    """
    found = _read(root, assignment)
    if found is None and assignment not in COMMON.assignments:
        return None
    new = [student for student in students if found is None or not found.knows(student)]
    if not new:
        return found
    points = before_sheets.asked(root, assignment, COMMON)
    content = release.carried_over(assignment, COMMON, new, points, found and found.content)
    before_sheets.hold(root, assignment, bank_key.Key(content, COMMON))
    _write(root, assignment, content)
    return _read(root, assignment)


def _read(root, assignment):
    path = bank_key.path_of(root, assignment)
    own = Path(root) / OWN_FILE
    stamps = [os.stat(p).st_mtime_ns if p.is_file() else 0 for p in (path, own)]
    return _parsed(str(root), assignment, *stamps)


@functools.lru_cache(maxsize=32)
def _parsed(root, assignment, *stamps):
    known = catalogue(root)
    try:
        return bank_key.read(root, assignment, known)
    except ValueError as problem:
        raise Unusable(str(problem)) from None


def _write(root, assignment, content):
    path = bank_key.path_of(root, assignment)
    path.parent.mkdir(exist_ok=True)
    write_atomically(path, release.as_text(content))


def drawn(root, assignment, points):
    """The content of the key for {question: points}; what was released before stays.

    Raises `Unusable` where the assignment is one from before releases had keys.
    """
    earlier, known = _read(root, assignment), catalogue(root)
    if earlier and "students" in earlier.content:
        raise Unusable(
            f"{assignment} was handed out before releases had sheets: its students hold the "
            "numbers of their ids, and grading goes on with them. To hand it out anew, to another "
            f"class, move the old term away first, the file {bank_key.FOLDER}/{assignment}.json "
            "among it: see the instructor's guide."
        )
    try:
        return release.draw(
            assignment, points, known, secret.read_or_make(root), earlier and earlier.content
        )
    except (ValueError, RuntimeError) as problem:
        raise Unusable(f"{assignment}: {problem}") from None


def keep(root, content, folder, book=""):
    """Write a key, and its sheets into the folder of the release: see `release.sheets`."""
    assignment = content["assignment"]
    _write(root, assignment, content)
    path = Path(folder) / file_name(assignment)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, release.as_text(release.sheets(content, book)))
    path.chmod(0o644)


def mended(root, assignment, names=None):
    """The content of the key with prompts and answers as the bank has them now; numbers stay.

    Raises `Unusable` where there is no key, no such question, or released numbers do not fit.
    """
    found = _read(root, assignment)
    if found is None:
        raise Unusable(f"{assignment} has no key yet: nbgrader generate_assignment draws it.")
    unknown = sorted(set(names or ()) - set(found.questions))
    if unknown:
        listed = ", ".join(found.questions)
        raise Unusable(f"{assignment} asks no {unknown[0]!r}; it asks: {listed}.")
    try:
        return release.mended(found.content, catalogue(root), names)
    except release.UnfitNumbers as problem:
        raise Unusable(str(problem)) from None


def asked(notebooks, root):
    """{question: points} of the checks in these notebooks that are questions of the course."""
    known, found = catalogue(root), {}
    for path in notebooks:
        for cell in json.loads(Path(path).read_text(encoding="utf-8"))["cells"]:
            marks = cell["metadata"].get("nbgrader", {})
            is_check = marks.get("grade") and not marks.get("solution")
            if is_check and marks["grade_id"] in known.questions:
                found[marks["grade_id"]] = marks["points"]
    return found
