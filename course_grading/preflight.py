"""Reading what a student handed in, whatever it is.

Nothing here follows a link, waits on a pipe, or believes a size. A notebook is rebuilt from the
few fields that grading uses; what cannot be read raises `Unreadable` with the sentence that the
student and the instructor are told.
"""

import json
import os
import re
import stat
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_notebook

from course_grading.outputs import IMAGE_LIMIT

MOST_CELLS = 2000
LONGEST_SOURCE = 500_000
OWN_ID = "course-"  # ids of cells that the grader names begin so, and no student's do
_ID = re.compile(rf"(?!{OWN_ID})[A-Za-z0-9_-]{{1,64}}")


class Unreadable(Exception):
    """The submission cannot be graded; the text says why."""


def is_linked(path, below):
    """Whether ``path`` or a folder between it and ``below`` is a symbolic link."""
    path, below = Path(path), Path(below)
    return any(p.is_symlink() for p in [path, *path.parents] if below in p.parents)


def read_bytes(path, limit, below):
    """The bytes of a regular file of at most ``limit`` bytes."""
    name = os.path.basename(path)
    if is_linked(path, below):
        raise Unreadable(f"{name} is a link, not a file.")
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        raise Unreadable(f"There is no file {name} in the submission{_instead(path)}.") from None
    except OSError as error:
        raise Unreadable(f"{name} cannot be opened ({error.strerror}).") from None
    status = os.fstat(handle)
    if not stat.S_ISREG(status.st_mode):
        os.close(handle)
        raise Unreadable(f"{name} is not a file.")
    with os.fdopen(handle, "rb") as file:
        if status.st_size > limit:
            raise Unreadable(f"{name} has {status.st_size:,} bytes; at most {limit:,} are read.")
        data = file.read(limit + 1)
    if len(data) > limit:
        raise Unreadable(f"{name} has more than {limit:,} bytes.")
    return data


def _instead(path):
    """The notebooks that lie where ``path`` is missing, or one folder deeper."""
    folder, found = os.path.dirname(path), []
    for place, folders, names in os.walk(folder, followlinks=False):
        if place != folder:
            folders.clear()
        found += [os.path.relpath(os.path.join(place, name), folder) for name in sorted(names)]
    # a name goes into the feedback and into formgrader: what is no plain name is not repeated
    named = [name for name in found if re.fullmatch(r"[\w ./()-]{1,150}\.ipynb", name)]
    return f"; it holds {', '.join(map(repr, named[:3]))}" if named else ""


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
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return new_notebook(cells=kept, metadata={"kernelspec": kernel})


def _json(data, name):
    try:
        return json.loads(data.decode(json.detect_encoding(data)))
    except UnicodeDecodeError:
        raise Unreadable(f"{name} is not a notebook: it is not text in Unicode.") from None
    except RecursionError:
        raise Unreadable(f"{name} is not a notebook: it is nested too deeply.") from None
    except (ValueError, MemoryError):
        what = "it is empty" if not data.strip() else "it is not valid JSON"
        raise Unreadable(f"{name} is not a notebook: {what}.") from None


def _upgraded(content, name):
    """An older format as format 4."""
    try:
        return nbformat.convert(nbformat.from_dict(content), 4)
    except Exception:
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
    if len(source) > LONGEST_SOURCE:
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
            if mime in ("image/png", "image/jpeg") and _is_base64(data):
                kept[name] = {mime: data}
    return kept


def _is_base64(data):
    return (
        isinstance(data, str)
        and len(data) <= IMAGE_LIMIT
        and re.fullmatch(r"[A-Za-z0-9+/=\s]*", data) is not None
    )


def copyable_files(folder, below, ignored, limits):
    """[(path, relative name)] of plain files in ``folder`` that may be copied, no notebooks.

    ``limits`` is (bytes of a file, bytes of all, number of files).
    """
    each, together, count = limits
    found, total = [], 0
    if is_linked(folder, below):
        return found
    for path, folders, names in os.walk(folder, followlinks=False):
        folders[:] = sorted(f for f in folders if f not in ignored and not f.startswith("."))
        for name in sorted(names):
            full = os.path.join(path, name)
            try:
                status = os.lstat(full)
            except OSError:
                continue
            if name.endswith(".ipynb") or name in ignored or not stat.S_ISREG(status.st_mode):
                continue
            total += status.st_size
            if status.st_size <= each and total <= together and len(found) < count:
                found.append((full, os.path.relpath(full, folder)))
    return found
