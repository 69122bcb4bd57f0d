"""Assignments that were handed out before releases had sheets: what their students were asked.

The bank draws the numbers of a student again, by the id. Where a question has changed since, it
would draw others, and right answers would be wrong ones. So the course's own notebooks and what
was graded before are held against it: nothing is graded by numbers that nobody saw. Drawn are words
too, so a task that is only worded anew, or rid of a typing error, is refused as well.
"""

import json
import re
from pathlib import Path

from course_grading.gradebook.files import Unusable
from course_grading.gradebook.record import read_record

_CHECK = re.compile(r'hidden_check\(sheet, "([\w-]+)"')


def asked(root, assignment, catalogue):
    """{question: points} of the instructor's notebooks, as they were handed out; {} without one.

    Raises `Unusable` where they ask what the bank no longer has.
    """
    found = {}
    for path in sorted((Path(root) / "source" / assignment).glob("*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            check = _CHECK.search("".join(cell["source"]))
            if not check:
                continue
            if check[1] not in catalogue.questions:
                raise _changed(assignment, f"no longer has {check[1]!r}")
            found[check[1]] = cell["metadata"]["nbgrader"]["points"]
    return found


def hold(root, assignment, key):
    """Raise `Unusable` where a student who is graded was asked otherwise than by ``key``."""
    for student in key.content["students"]:
        folder = Path(root) / "autograded" / student / assignment
        for path in sorted(folder.glob("*.ipynb")):
            record = read_record(path)
            shown = record.get("shown_id", student)
            for entry in record.get("questions", []) if key.knows(shown) else ():
                name, told = entry["id"], entry.get("prompt")
                if told and name in key.questions and told != key.variant(name, shown).prompt:
                    raise _changed(assignment, f"asks {name!r} in other numbers or words today")


def _changed(assignment, how):
    return Unusable(
        f"{assignment} was handed out before releases had sheets, and the question bank {how}: "
        "what is right for it may be wrong for what students saw. Nothing is graded anew. What is "
        "graded stays; grade the rest with the version of the project that handed it out."
    )
