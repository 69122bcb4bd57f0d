"""Test cells beside the bank: nbgrader's rule, and still nothing that a student can change."""

import json
import shutil

import pytest
from nbformat import v4

from course_grading.commands import demo
from course_grading.commands.class_run import grade_class
from course_grading.gradebook.grades import grade_table
from tests.course_grading.conftest import EXERCISES, open_course
from tests.course_grading.corpus.cases import marks_of
from tests.requirements import bubblewrap

NAME = "own-questions"
ANSWER = "def double(x):\n    ### BEGIN SOLUTION\n    return 2 * x\n    ### END SOLUTION"
TEST = "assert double(0) == 0\n### BEGIN HIDDEN TESTS\nassert double(3) == 6\n### END HIDDEN TESTS"


def marked(source, name, **marks):
    blank = {"grade": False, "solution": False, "locked": False, "task": False}
    marks = {**blank, "grade_id": name, "schema_version": 3, **marks}
    return v4.new_code_cell(source, id=name, metadata={"nbgrader": marks})


@pytest.fixture
def course(tmp_path, monkeypatch):
    bubblewrap()
    monkeypatch.chdir(tmp_path)
    shutil.copy(EXERCISES / "nbgrader_config.py", tmp_path)
    folder = tmp_path / "source" / NAME
    folder.mkdir(parents=True)
    cells = [
        marked(ANSWER, "double", solution=True),
        marked(TEST, "test-double", grade=True, locked=True, points=2),
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook = v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
    (folder / f"{NAME}.ipynb").write_text(json.dumps(notebook))
    course = open_course(tmp_path)
    demo.generate(course, NAME)
    return course


def answered(cells, body):
    cells[0]["source"] = f"def double(x):\n    return {body}"
    return cells


FLOOD = """
def double(x):
    from IPython.display import HTML, display
    for _ in range(13):
        display(HTML(1_400_000 * "x"))
    return 2 * x
"""


def flooding(cells):
    """More than is kept of a cell: what its check says at the end is not there."""
    cells[0]["source"] = FLOOD
    return cells


def edited(cells):
    cells[1]["source"] = "double(0)"
    return cells


def retagged(cells):
    marks_of(cells[1]).update(points=99, solution=True, locked=False)
    return edited(cells)


CLASS = {
    "right": (lambda cells: answered(cells, "2 * x"), 2),
    "wrong": (lambda cells: answered(cells, "x + 1"), 0),
    "partly": (lambda cells: answered(cells, "x"), 0),  # passes what is shown, not what is hidden
    "deleted": (lambda cells: answered(cells, "2 * x")[:1], 2),
    "deleted-and-wrong": (lambda cells: answered(cells, "x")[:1], 0),
    "edited": (lambda cells: edited(answered(cells, "x")), 0),
    "duplicated": (lambda cells: [*answered(cells, "x + x"), dict(cells[1]), dict(cells[1])], 2),
    "retagged": (lambda cells: retagged(answered(cells, "x")), 0),
    "reordered": (lambda cells: answered(cells, "2 * x")[::-1], 2),
    "loud": (
        lambda cells: answered(cells, "print('x') or __import__('warnings').warn('!') or 2 * x"),
        2,
    ),
    "flooding": (flooding, 0),
}


def test_test_cells_of_the_instructors_own(course):
    released = (course.folder("release", NAME) / f"{NAME}.ipynb").read_text("utf-8")
    assert "HIDDEN" not in released
    for student, (change, _) in CLASS.items():
        notebook = json.loads(released)
        notebook["cells"] = change(notebook["cells"])
        folder = course.folder("submitted", NAME, student)
        folder.mkdir(parents=True)
        (folder / f"{NAME}.ipynb").write_text(json.dumps(notebook))
    grade_class(course, NAME, workers=1, say=lambda line: None)
    found = {grade.student: grade.score for grade in grade_table(course, NAME)}
    assert found == {student: points for student, (_, points) in CLASS.items()}
    (told,) = course.record(NAME, "flooding")["flags"]
    assert told.startswith("test-double has no points, as reading what it showed is left out")
    demo.feedback(course, NAME)
    for page in course.root.glob("feedback/*/*/*.html"):
        assert "double(3)" not in page.read_text("utf-8"), page
