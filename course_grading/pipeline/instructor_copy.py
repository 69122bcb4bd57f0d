"""The instructor's copy of an assignment as it was generated: gradebook and ``source``."""

import json
from dataclasses import dataclass
from pathlib import Path

from nbgrader.api import MissingEntry

from course_grading.kernels import kinds
from course_grading.submission.repair import Plan


@dataclass(frozen=True)
class Copy:
    """One notebook: its cells, and the kind of kernel that it needs ("numpy" or "keras")."""

    plan: Plan
    kind: str = "numpy"


def read(gradebook, directory, assignment):
    """{notebook name: Copy}; empty where the assignment was not generated yet.

    The gradebook keeps no order of cells and no notebook without marks: the files tell.
    """
    try:
        found = gradebook.find_assignment(assignment).notebooks
    except MissingEntry:
        found = []
    copies = {
        notebook.name: _copy(directory, assignment, notebook)
        for notebook in sorted(found, key=lambda notebook: notebook.name)
    }
    gradebook.db.rollback()  # hold no lock while notebooks run
    return copies


def _copy(directory, assignment, notebook):
    for step in (directory.source_directory, directory.release_directory):
        path = Path(directory.format_path(step, ".", assignment)) / f"{notebook.name}.ipynb"
        try:
            cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        except (OSError, ValueError, KeyError):
            continue
        ids = {
            cell.get("id"): cell["metadata"]["nbgrader"]["grade_id"]
            for cell in cells
            if "nbgrader" in cell["metadata"]
        }
        return Copy(Plan(notebook, list(ids.values()), ids), kinds.of(cells))
    return Copy(Plan(notebook))
