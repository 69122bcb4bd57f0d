"""What a student typed into a cell of the instructor's: kept beside it, as a cell of the student's.

The cell itself gets the instructor's text back. An answer above the line of a check, or in the text
of a task, would be lost with it.
"""

from nbformat.v4 import new_code_cell, new_markdown_cell

from course_grading.submission.preflight import OWN_ID

_ID = f"{OWN_ID}typed-"


def own_text(source, instructors):
    """The lines of a cell that are not the instructor's; "" where there are none."""
    known = {line.strip() for line in instructors.splitlines()}
    lines = source.splitlines()
    own = [line for line in lines if not line.strip() or line.strip() not in known]
    return "\n".join(own).strip("\n") if any(line.strip() for line in own) else ""


def beside(cell, place, text):
    """A cell of the student's with what was typed into the instructor's at ``place``."""
    make = new_code_cell if cell.cell_type == "code" else new_markdown_cell
    made = make(text)
    made["id"] = f"{_ID}{place}"
    return made


def places(cells):
    """The places of the instructor's cells that something was typed into."""
    return [int(cell["id"].removeprefix(_ID)) for cell in cells if cell["id"].startswith(_ID)]
