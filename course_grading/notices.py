"""What `course grade` says beside the grades: work in the wrong place, a source not generated."""

import json

from course_grading.course import nearest

MOST_LISTED = 20


def misplaced(course, assignment):
    """Sentences on folders that belong to no assignment, and on notebooks at the wrong level."""
    place = course.folder("submitted", assignment, "x")
    if place.name != assignment:
        return []  # c.CourseDirectory.directory_structure is not nbgrader's own
    known, found = course.assignments(), []
    for student in _entries(place.parents[1]):
        if _is_notebook(student):
            found.append(_expected(course, student, assignment, "<id>"))
        for entry in _entries(student):
            if _is_notebook(entry):
                meant = nearest(entry.stem, known)[0]
                found.append(_expected(course, entry, meant, student.name))
            elif entry.is_dir() and entry.name not in known:
                here, meant = entry.relative_to(course.root), nearest(entry.name, known)[0]
                found.append(f"{here}/: no assignment has this name; the nearest is {meant}")
    return _listed(found)


def _entries(folder):
    """What lies in a folder, sorted; nothing in a link or a file, and no hidden name."""
    if folder.is_symlink() or not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if not path.name.startswith("."))


def _is_notebook(path):
    return path.suffix == ".ipynb" and not path.is_dir()


def _expected(course, path, assignment, student):
    place = course.folder("submitted", assignment, student) / course.source(assignment).name
    here, there = (where.relative_to(course.root) for where in (path, place))
    return f"{here}: expected {there}"


def _listed(found):
    """The first of the sentences, without what a terminal would obey or could not print."""
    more = len(found) - MOST_LISTED
    found = found[:MOST_LISTED] + ([f"and {more} more"] if more > 0 else [])
    return ["".join(c if c.isprintable() else "?" for c in text) for text in found]


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
    return _listed(found)


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
