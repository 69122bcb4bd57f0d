"""Work that was handed in where no assignment looks for it."""

from course_grading.course import nearest
from course_grading.submission.files import is_plain
from course_grading.text import listed


def misplaced(course, assignment):
    """Sentences on folders that belong to no assignment, and on notebooks at the wrong level."""
    place = course.folder("submitted", assignment, "x")
    if place.name != assignment:
        return []  # c.CourseDirectory.directory_structure is not nbgrader's own
    known, found = course.assignments(), []
    for student in _entries(place.parents[1]):
        if not is_plain(student.name):
            found.append(f"{student.relative_to(course.root)}/: the name holds what no id can hold")
            continue
        if _is_notebook(student):
            found.append(_expected(course, student, assignment, "<id>"))
        for entry in _entries(student):
            if _is_notebook(entry):
                meant = nearest(entry.stem, known)[0]
                found.append(_expected(course, entry, meant, student.name))
            elif entry.is_dir() and entry.name not in known:
                here, meant = entry.relative_to(course.root), nearest(entry.name, known)[0]
                found.append(f"{here}/: no assignment has this name; the nearest is {meant}")
    return listed(found)


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
