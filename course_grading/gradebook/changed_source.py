"""What has changed in an assignment's source since it was generated into the gradebook."""

import json

from course_grading.text import listed


def outdated(course, assignment):
    """Sentences on the instructor's cells that ``source`` has otherwise than the gradebook."""
    from nbgrader.api import MissingEntry

    found = []
    with course.gradebook() as gradebook:
        for path in sorted(course.folder("source", assignment).glob("*.ipynb")):
            try:
                known = _generated(gradebook.find_notebook(path.stem, assignment))
            except MissingEntry:
                continue  # grading says what to do
            now = _written(path)
            for name in [*now, *(name for name in known if name not in now)]:
                if now.get(name) != known.get(name):
                    found.append(f"{name}: {_difference(now.get(name), known.get(name))}")
    return listed(found)


def _generated(notebook):
    """{instructor's cell: (points, text)} as the gradebook has it."""
    points = {cell.name: cell.max_score for cell in [*notebook.grade_cells, *notebook.task_cells]}
    return {
        cell.name: (points.get(cell.name), cell.source if cell.locked else None)
        for cell in notebook.source_cells
    }


def _written(path):
    """{instructor's cell: (points, text)} of a notebook in source."""
    found = {}
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        marks = cell["metadata"].get("nbgrader")
        if marks:
            points = float(marks["points"]) if marks.get("grade") or marks.get("task") else None
            is_locked = marks.get("locked") and not marks.get("solution")
            found[marks["grade_id"]] = points, "".join(cell["source"]) if is_locked else None
    return found


def _difference(now, known):
    if now is None or known is None:
        return "not in source any more" if now is None else "not in the gradebook yet"
    if now[0] != known[0]:
        told = ["no" if points is None else f"{points:g}" for points in (now[0], known[0])]
        return "{} points in source, {} in the gradebook".format(*told)
    return "another text in source than in the gradebook"
