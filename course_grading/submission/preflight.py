"""Reading the notebook that a student handed in, whatever it is.

A notebook is rebuilt from the few fields that grading uses; what cannot be read raises
`Unreadable` with the sentence that the student and the instructor are told. It is read in a child
with limits: see `pipeline.stages`.
"""

import json
import re

import nbformat
from nbformat import NotebookNode

from course_grading import bounded_child
from course_grading.submission.files import Unreadable
from course_grading.submission.pictures import is_picture

MOST_CELLS = 2000
LONGEST_SOURCE = 500_000
MOST_LINES = 50_000  # of a cell
LONGEST_SOURCES = 4_000_000  # characters of all cells together
_LINE = 9  # characters more that a stored line takes: quotes, a comma, the indentation
_UPGRADING = 20.0  # seconds for a notebook of an older format
OWN_ID = "course-"  # ids of cells that the grader names begin so, and no student's do
_ID = re.compile(rf"(?!{OWN_ID})[A-Za-z0-9_-]{{1,64}}")


def parse_notebook(data, name="The file"):
    """A clean notebook in format 4 with the submission's cells, without outputs."""
    content = _json(data, name)
    if not isinstance(content, dict):
        raise Unreadable(f"{name} is not a notebook.")
    if content.get("nbformat") in (1, 2, 3) or "worksheets" in content:
        content = _upgraded(content, name)
    cells = content.get("cells")
    if not isinstance(cells, list):
        raise Unreadable(f"{name} is not a notebook: it has no list of cells.")
    if len(cells) > MOST_CELLS:
        raise Unreadable(f"{name} has {len(cells):,} cells; at most {MOST_CELLS:,} are read.")
    seen = set()
    kept = [cell for i, raw in enumerate(cells) if (cell := _cell(raw, i, seen)) is not None]
    total = sum(len(cell.source) + _LINE * cell.source.count("\n") for cell in kept)
    if total > LONGEST_SOURCES:
        raise Unreadable(
            f"{name} has {total:,} characters in its cells; at most {LONGEST_SOURCES:,} are read. "
            "Data belongs into a file beside the notebook."
        )
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    # valid by its making; new_notebook would check each cell against the schema
    metadata = nbformat.from_dict({"kernelspec": kernel})
    return NotebookNode(nbformat=4, nbformat_minor=5, metadata=metadata, cells=kept)


def _json(data, name):
    try:
        return json.loads(data.decode(json.detect_encoding(data)))
    except UnicodeDecodeError:
        raise Unreadable(f"{name} is not a notebook: it is not text in Unicode.") from None
    except RecursionError:
        raise Unreadable(f"{name} is not a notebook: it is nested too deeply.") from None
    except ValueError:
        what = "it is empty" if not data.strip() else "it is not valid JSON"
        raise Unreadable(f"{name} is not a notebook: {what}.") from None


def _upgraded(content, name):
    """An older format as format 4."""
    try:  # nbformat validates each version on the way, which may take minutes
        return bounded_child.call(
            lambda: nbformat.convert(nbformat.from_dict(content), 4), seconds=_UPGRADING
        )
    except bounded_child.Ended:
        raise Unreadable(f"{name} is a notebook of an old format that cannot be read.") from None


def _cell(raw, index, seen):
    """A cell with its source and the id of its nbgrader cell, nothing else."""
    if not isinstance(raw, dict) or raw.get("cell_type") not in ("code", "markdown", "raw"):
        return None
    source = raw.get("source", "")
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    if not isinstance(source, str):
        return None
    if len(source) > LONGEST_SOURCE or source.count("\n") > MOST_LINES:
        source = "# This cell was too long to be read."
    source = source.encode("utf-8", "replace").decode("utf-8").replace("\x00", "")
    cell = NotebookNode(cell_type=raw["cell_type"], metadata=NotebookNode(), source=source)
    if cell.cell_type == "code":
        cell.update(execution_count=None, outputs=[])
    name = raw.get("id")
    if not isinstance(name, str) or not _ID.fullmatch(name) or name in seen:
        name = f"{OWN_ID}{index}"
    seen.add(name)
    cell["id"] = name
    grade_id = _grade_id(raw)
    if grade_id is not None:
        cell.metadata["nbgrader"] = NotebookNode(grade_id=grade_id)
    pictures = _attachments(raw)
    if pictures:
        cell["attachments"] = nbformat.from_dict(pictures)
    return cell


def _grade_id(raw):
    metadata = raw.get("metadata")
    marks = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    name = marks.get("grade_id") if isinstance(marks, dict) else None
    return name if isinstance(name, str) and 0 < len(name) <= 200 else None


def _attachments(raw):
    """Pictures that a student pasted into a written answer."""
    attached = raw.get("attachments")
    if raw["cell_type"] == "code" or not isinstance(attached, dict):
        return {}
    kept = {}
    for name, bundle in list(attached.items())[:20]:
        if not isinstance(bundle, dict) or not re.fullmatch(r"[\w .()-]{1,100}", name):
            continue
        for mime, data in bundle.items():
            if isinstance(data, str) and is_picture(mime, data):
                kept[name] = {mime: data}
    return kept
