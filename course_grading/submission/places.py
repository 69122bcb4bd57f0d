"""Where the files of one student go: each to a place of its own.

nbgrader ends for the whole class at a file whose place is taken by another, or by a folder.
"""

import unicodedata

from course_grading.submission import handed_in_at


class Places:
    """The names that are taken in a student's folder, as Macs and Windows tell them apart."""

    def __init__(self):
        self._files, self._folders = set(), set()

    def take(self, name):
        """``name``, taken from now on; raises ValueError with a sentence."""
        parts = unicodedata.normalize("NFC", name).casefold().split("/")
        above = {tuple(parts[:i]) for i in range(1, len(parts))}
        if "" in parts:
            raise ValueError("it has no name of its own")
        if parts[0] == handed_in_at.NAME:
            raise ValueError("no student says when it was handed in")
        if tuple(parts) in self._files | self._folders or above & self._files:
            raise ValueError(f"another file has the place of {name!r}")
        self._files.add(tuple(parts))
        self._folders |= above
        return name
