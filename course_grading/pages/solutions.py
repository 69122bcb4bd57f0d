"""The worked solutions of an assignment, from the instructor's notebook."""

import json
import re
from pathlib import Path

_MARKS = re.compile(r"^[ \t]*### (BEGIN|END) SOLUTION[^\n]*\n?", re.MULTILINE)
_MARKED = re.compile(
    r"^[ \t]*### BEGIN SOLUTION[^\n]*\n(.*?)^[ \t]*### END SOLUTION", re.MULTILINE | re.DOTALL
)


def read(path):
    """{grade id: solution} of the notebook at ``path``; {} where it cannot be read.

    A written answer's is its model answer. A check's is what the last answer cell before it holds:
    of a function all of the cell, else the lines between the marks.
    """
    try:
        cells = json.loads(Path(path).read_text(encoding="utf-8"))["cells"]
    except (OSError, ValueError, KeyError):
        return {}
    found, last = {}, None
    for cell in cells:
        marks = cell["metadata"].get("nbgrader", {})
        if marks.get("solution"):
            last = _solution("".join(cell["source"]))
        if marks.get("grade") and last:
            found[marks["grade_id"]] = last
    return found


def _solution(source):
    inside = "\n".join(part.strip("\n") for part in _MARKED.findall(source))
    if not inside or re.search(r"^\s*(def|class) ", source, re.MULTILINE):
        return _MARKS.sub("", source).strip()
    return inside
