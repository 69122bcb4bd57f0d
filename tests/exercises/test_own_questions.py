"""The page on an instructor's own questions, followed to the letter, and what its file may do."""

import json
import re
import shutil

import pytest

from course_bank import CLOSE, catalogue
from tests.exercises.conftest import EXERCISES
from tests.exercises.test_pipeline import run
from tests.requirements import bubblewrap

PAGE = (EXERCISES / "OWN.md").read_text(encoding="utf-8")
FILE = re.search(r"```python\n(.*?)```", PAGE, re.DOTALL).group(1)
COMMANDS = re.search(r"```sh\n(.*?)```", PAGE, re.DOTALL).group(1)


@pytest.mark.slow
def test_the_page_makes_an_assignment_that_is_graded(tmp_path, monkeypatch):
    bubblewrap()
    from course_grading.commands import sample_class
    from course_grading.commands.class_run import grade_class
    from course_grading.course import enter
    from course_grading.gradebook import keys

    shutil.copy(EXERCISES / "nbgrader_config.py", tmp_path)
    (tmp_path / "own_questions.py").write_text(FILE, encoding="utf-8")
    run(tmp_path, f"set -e\n{COMMANDS}")
    monkeypatch.chdir(tmp_path)
    name, course = "own-quiz", enter(tmp_path)
    books = [
        json.loads((tmp_path / step / name / f"{name}.ipynb").read_text("utf-8"))
        for step in ("release", "source")
    ]
    assert "border between two tiles" not in json.dumps(books[0])
    key = keys.read(tmp_path, name)
    assert key.questions == {"sizes-valid": 1, "own-tiles": 2}
    for student, change in (("ada", sample_class.right), ("bo", sample_class.misconceptions)):
        folder = course.folder("submitted", name, student)
        folder.mkdir(parents=True)
        text = change(sample_class.Notebook(*books, key, student))
        (folder / f"{name}.ipynb").write_text(text, encoding="utf-8")
    grade_class(course, name, workers=1, say=lambda line: None)
    entries = {e["id"]: e for e in course.record(name, "ada")["questions"]}
    assert [entries[q]["score"] for q in key.questions] == [1, 2]
    wrong = {e["id"]: e for e in course.record(name, "bo")["questions"]}["own-tiles"]
    assert (wrong["misconception"], wrong["score"]) == (
        "rounded up",
        pytest.approx(2 * CLOSE, abs=0.01),
    )


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("x = 1\ny = x / 0\n", r"own_questions\.py, line 2: ZeroDivisionError"),
        ("QUESTIONS = [\n", r"own_questions\.py, line 1: SyntaxError"),
        ("QUESTIONS = [3]\n", "QUESTIONS must list objects of the class Question, got 3"),
        (
            "from course_bank import bank\nQUESTIONS = [bank['sizes-valid']]\n",
            "the id 'sizes-valid' is taken",
        ),
        (FILE.replace('Task("own-tiles"', 'Task("own-tile"'), "own-quiz lists 'own-tile', which"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(tmp_path, text, sentence):
    (tmp_path / "own_questions.py").write_text(text, encoding="utf-8")
    with pytest.raises(catalogue.OwnQuestionsError, match=sentence):
        catalogue.of_course(tmp_path)


def test_own_questions_belong_to_their_course_alone(tmp_path):
    (tmp_path / "own_questions.py").write_text(FILE, encoding="utf-8")
    assert "own-tiles" in catalogue.of_course(tmp_path).questions
    assert "own-tiles" not in catalogue.bank
    assert catalogue.of_course(tmp_path / "elsewhere") is catalogue.COMMON


def test_the_file_of_the_page_is_formatted_as_the_project_is(tmp_path):
    shutil.copy(EXERCISES.parent / "pyproject.toml", tmp_path)
    (tmp_path / "own_questions.py").write_text(FILE, encoding="utf-8")
    run(tmp_path, "ruff format --check own_questions.py && ruff check own_questions.py")
