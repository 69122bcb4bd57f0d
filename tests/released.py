"""Assignments of the course, released with a secret of the tests."""

from functools import cache

from course_bank import problem_sets
from course_bank.assignments import release
from course_bank.assignments.key import Key, path_of
from course_bank.catalogue import COMMON

SECRET = "a secret of the tests"


@cache
def content(name):
    """The JSON of the key; treat it as read-only."""
    return release.draw(name, problem_sets[name].questions, COMMON, SECRET)


@cache
def key_of(name):
    return Key(content(name), COMMON)


def put_sheets(folder, *names):
    """Write the files of sheets into a folder, as they come beside the notebooks."""
    for name in names:
        path = folder / f"{name}.sheets.json"
        path.write_text(release.as_text(release.sheets(content(name))), encoding="utf-8")


def put_keys(root, *names):
    """Write the keys into a course folder."""
    for name in names:
        path = path_of(root, name)
        path.parent.mkdir(exist_ok=True)
        path.write_text(release.as_text(content(name)), encoding="utf-8")
