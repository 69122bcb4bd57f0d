"""nbgrader's Validate on a student's own machine: it checks the form of answers, and no more."""

import json
import shutil
from pathlib import Path

import pytest
from nbgrader.validator import Validator

from course_grading.commands import sample_class
from course_grading.gradebook import keys
from tests.course_grading.conftest import PS2, make_course


@pytest.fixture(scope="module")
def notebooks(tmp_path_factory):
    """The released notebook and the instructor's solution."""
    patch = pytest.MonkeyPatch()
    root = tmp_path_factory.mktemp("validate")
    patch.chdir(root)
    course = make_course(root)
    source = course.source(PS2)
    released = course.folder("release", PS2) / source.name
    shutil.copy(released.with_name(f"{PS2}.sheets.json"), root)
    yield [
        *(json.loads(path.read_text("utf-8")) for path in (released, source)),
        keys.read(root, PS2),
    ]
    patch.undo()


@pytest.mark.slow
def test_validate_tells_what_has_no_answer_and_what_has_the_wrong_form(notebooks, tmp_path):
    def failed(change):
        book = sample_class.Notebook(*notebooks, "ada")
        shutil.copy(Path.cwd() / f"{PS2}.sheets.json", tmp_path)
        path = tmp_path / f"{PS2}.ipynb"
        path.write_text(change(book), encoding="utf-8")
        return [cell["raw_error"] for cell in Validator().validate(str(path)).get("failed", [])]

    def wrong_in_form_and_value(book):
        book.solve()
        first, second, *_ = book.questions
        return book.set_value(first, "twenty").set_value(second, 4711).text()

    count = len(sample_class.Notebook(*notebooks, "ada").questions)
    untouched = failed(sample_class.empty)
    assert sum("Not answered yet." in error for error in untouched) == count
    assert any(f"So far {count} of {count} are missing." in error for error in untouched)
    assert failed(sample_class.right) == []
    (problem,) = failed(wrong_in_form_and_value)  # the wrong value is for the grader to find
    assert "twenty" in problem
