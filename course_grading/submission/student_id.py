"""The line ``STUDENT_ID = "..."`` of a notebook: what it says, and a slip in it that costs nothing.

Whose notebook it is, the folder tells. A line that Python cannot read, without quotes or with those
of a word processor, is run with the folder's id in its place.
"""

import re

_LINE = re.compile(r"^[ \t]*STUDENT_ID[ \t]*=[ \t]*(?P<value>[^\n]{0,200})", re.MULTILINE)
_QUOTED = re.compile(r"""(["'])([^"'\n]{0,100})\1""")


def typed(nb):
    """The id that the student wrote into the notebook ("" where it is blank), or None."""
    for cell in nb.cells:
        if cell.cell_type == "code" and (line := _LINE.search(cell.source)):
            value = line["value"].strip()
            found = _QUOTED.match(value)
            return found[2].strip() if found else value.partition("#")[0].strip(" \t“”‘’'\"")
    return None


def slip(nb):
    """The line as it stands where it is no text in straight quotes, or None."""
    for cell in nb.cells:
        if cell.cell_type == "code" and (line := _LINE.search(cell.source)):
            return None if _QUOTED.match(line["value"].strip()) else line[0].strip()
    return None


def runnable(source, student):
    """The cell's source, with ``student`` where the line is no text in straight quotes."""
    line = _LINE.search(source)
    if line is None or _QUOTED.match(line["value"].strip()):
        return source
    return f"{source[: line.start()]}STUDENT_ID = {student!r}{source[line.end() :]}"
