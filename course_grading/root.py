"""Where the course folder is."""

import os
from pathlib import Path

CONFIG = "nbgrader_config.py"
FOLDER = "exercises"


class NoCourse(ValueError):
    """There is no course here, or no such assignment in it; the text says what to do."""


def find_root(start="."):
    """The folder with nbgrader_config.py: this one, or ``exercises`` in it."""
    start = Path(start).resolve()
    for folder in (start, start / FOLDER):
        if (folder / CONFIG).is_file():
            return folder
    above = [folder for parent in start.parents for folder in (parent, parent / FOLDER)]
    found = next((folder for folder in above if (folder / CONFIG).is_file()), FOLDER)
    raise NoCourse(
        f"No {CONFIG} in {start}. Go to the course: cd {os.path.relpath(start / found, start)}"
    )
