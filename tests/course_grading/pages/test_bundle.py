"""The archive for students: it works on its own, and holds no keys that it could do without."""

import json
import os
import subprocess
import sys
import zipfile

import pytest

import course_bank as questions
from course_bank.assignments.judgements import judgements
from course_grading.commands import cli
from course_grading.pages import bundle
from tests.course_grading.graded_class import PS2

_DRAW = """
import json
import course_bank as questions
from course_lib.exercise import Exercise
print(json.dumps({name: questions.sheet(name, "ada") for name in questions.problem_sets}))
Exercise("ps2-output-shapes", student="ada").check_form("sizes-valid", 26)
import course_lib as keras, course_lib.figures, course_lib.ops, course_lib.shapes
keras.datasets.mnist.load_sample()
print(course_lib.__file__)
"""


@pytest.fixture(scope="module")
def unpacked(graded_class, tmp_path_factory):
    folder = tmp_path_factory.mktemp("student")
    before = os.getcwd()
    os.chdir(graded_class.root)
    try:
        assert cli.main(["bundle"]) == 0
    finally:
        os.chdir(before)
    with zipfile.ZipFile(graded_class.root / "students.zip") as archive:
        archive.extractall(folder)
    (graded_class.root / "students.zip").unlink()
    return folder / bundle.NAME


def test_students_draw_the_numbers_that_grading_draws(unpacked):
    done = subprocess.run(
        [sys.executable, "-c", _DRAW],
        cwd=unpacked,
        env={**os.environ, "PYTHONPATH": str(unpacked)},
        capture_output=True,
        text=True,
    )
    drawn, checked, place = done.stdout.splitlines()
    assert place.startswith(str(unpacked)), done.stderr
    assert "this can be graded" in checked
    mine = {name: questions.sheet(name, "ada") for name in questions.problem_sets}
    assert json.loads(drawn) == json.loads(json.dumps(mine))


def test_neither_model_answers_nor_the_instructors_side_are_in_it(unpacked):
    files = {str(path.relative_to(unpacked)) for path in unpacked.rglob("*") if path.is_file()}
    assert f"exercises/release/{PS2}/{PS2}.ipynb" in files
    assert {"Makefile", "pyproject.toml", "requirements.lock", "scripts/setup-python.sh"} <= files
    assert not [
        f
        for f in files
        if "/grading/" in f or f.startswith("exercises/source") or "heldout_digits" in f
    ]
    texts = [(unpacked / f).read_text("utf-8") for f in files if f.endswith((".py", ".ipynb"))]
    for one in judgements.values():
        keys = [one.solution, *(text for _, text in one.rubric)]
        assert not [key for key in keys for text in texts if len(key) > 30 and key in text], one.id


def test_a_course_without_a_release_says_what_to_do(tmp_path, monkeypatch, capsys):
    (tmp_path / "nbgrader_config.py").write_text("")
    monkeypatch.chdir(tmp_path)
    assert cli.main(["bundle"]) == 1
    assert "nbgrader generate_assignment" in capsys.readouterr().err
