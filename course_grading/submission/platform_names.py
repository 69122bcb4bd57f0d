"""How Moodle and Canvas name a student's files in the archives that they send."""

import re

MOODLE = re.compile(r"(?P<name>[^_]+)_(?P<number>\d+)_assignsubmission_file_?(?P<file>.*)")
CANVAS = re.compile(r"(?P<name>[^_]+)_(?P<late>LATE_)?(?P<number>\d+)_\d+_(?P<file>.+)")
COPY = re.compile(r"( - Copy|-Copy\d*|-(\d{1,2})| ?\((\d+)\))$")  # what is added to another copy


def is_platforms(name):
    """Whether a file or folder is named as the platforms name a student's."""
    return bool(MOODLE.match(name) or CANVAS.match(name))


def begins_with(name, student):
    """Whether a file's name begins with a student's id, as a whole word."""
    return re.match(rf"{re.escape(student)}([_ .-]|$)", name) is not None


def plain(name):
    """The name of a notebook without what copying or downloading added: "ps1" of "Copy of ps1 (2)".

    A number that belongs to the name itself stays: only endings of the known forms go.
    """
    name = name.removesuffix(".ipynb").strip()
    name = re.sub(r"^(Copy of |Kopie von )+", "", name)
    while found := COPY.search(name):
        name = name[: found.start()].rstrip()
    return name


def copy_number(name):
    """Which copy it is, 0 for the first: of two, the later one is meant."""
    found = COPY.search(name.removesuffix(".ipynb").strip())
    return int(found[2] or found[3] or 1) if found else 0
