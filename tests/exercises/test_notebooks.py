"""The notebooks: built from the listed ids, and released without solutions and hidden checks."""

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from course_bank import bank, problem_sets
from course_bank.assignments.assignment import Step, Task
from course_bank.assignments.judgements import Judgement
from course_bank.authoring import notebook
from tests.exercises.conftest import EXERCISES

SECRETS = re.compile(r"BEGIN|END|SOLUTION|HIDDEN|hidden_check")


def source(name):
    path = EXERCISES / "source" / name / f"{name}.ipynb"
    return nbformat.read(path, as_version=4)


def released(course, name):
    path = course.folder("release", name) / f"{name}.ipynb"
    return nbformat.read(path, as_version=4)


def marks(cell):
    return cell.metadata.get("nbgrader", {})


@pytest.mark.parametrize("name", problem_sets)
def test_the_committed_notebook_is_what_the_builder_writes(name):
    """After a change: python -m course_bank.authoring.notebook"""
    path = EXERCISES / "source" / name / f"{name}.ipynb"
    assert path.read_text(encoding="utf-8") == notebook.text(problem_sets[name])


def test_there_are_no_other_source_notebooks():
    found = {path.stem for path in (EXERCISES / "source").glob("*/*.ipynb")}
    assert found == set(problem_sets)


@pytest.mark.parametrize("name", problem_sets)
def test_the_source_is_a_valid_notebook_without_outputs(name):
    book = source(name)
    nbformat.validate(book)
    assert len({cell.id for cell in book.cells}) == len(book.cells)
    assert not [cell for cell in book.cells if cell.get("outputs") or cell.get("execution_count")]
    grade_ids = [marks(cell)["grade_id"] for cell in book.cells if marks(cell)]
    assert len(set(grade_ids)) == len(grade_ids)


@pytest.mark.parametrize("name", problem_sets)
def test_every_task_has_its_cells_and_points(name):
    book, listed = source(name), problem_sets[name]
    graded = {marks(c)["grade_id"]: marks(c) for c in book.cells if marks(c).get("grade")}
    expected = {task.id: task.points for task in listed.tasks if not isinstance(task, Step)}
    assert {grade_id: m["points"] for grade_id, m in graded.items()} == expected
    for task in listed.tasks:
        if isinstance(task, Task):
            assert graded[task.id]["locked"]
            assert not graded[task.id]["solution"]
        elif isinstance(task, Judgement):
            assert graded[task.id]["solution"]
    text = book.cells[0].source
    assert f"**Points:** {listed.points}" in text
    assert f"about {listed.minutes} minutes" in text
    assert listed.where in text
    hidden = any(bank[question].hidden for question in listed.questions)
    if listed.rule:
        assert f"**Points.** {listed.rule}" in text
        return
    assert "a sixth where it is not" in text
    assert "mistakes alone never earn more than a third" in text
    assert ("those that hold earn a third at most" in text) == hidden


@pytest.mark.parametrize("name", problem_sets)
def test_a_few_questions_are_read_by_a_person_with_a_rubric(name):
    book = source(name)
    read = [cell for cell in book.cells if marks(cell).get("grade") and marks(cell)["solution"]]
    assert 2 <= len(read) <= 4
    for cell in read:
        model_answer, rubric = cell.source.split("\nRubric:\n")
        assert len(model_answer.split()) > 30
        points = [int(points) for points in re.findall(r"(?m)^- (\d+) points?: \S", rubric)]
        assert sum(points) == marks(cell)["points"]
        prompt = book.cells[book.cells.index(cell) - 1].source
        assert f"({marks(cell)['points']} points, read by a person)" in prompt


@pytest.mark.parametrize("name", problem_sets)
def test_the_release_holds_no_solution_and_no_hidden_test(name, course):
    text = (course.folder("release", name) / f"{name}.ipynb").read_text(encoding="utf-8")
    assert not SECRETS.search(text)
    for task in problem_sets[name].tasks:
        if isinstance(task, Task):
            solution = bank[task.id].solution.splitlines()
            longest = max(solution, key=len).strip()
            assert longest not in text or longest in (bank[task.id].stub or "")
        else:
            assert json.dumps(task.solution)[1:-1] not in text
    assert "Rubric" not in text


@pytest.mark.parametrize("name", problem_sets)
def test_the_release_differs_only_where_the_student_writes(name, course):
    before, after = source(name), released(course, name)
    assert len(before.cells) == len(after.cells)
    for old, new in zip(before.cells, after.cells, strict=True):
        assert old.cell_type == new.cell_type
        kept = re.sub(
            r"(?ms)^[ \t]*### BEGIN (SOLUTION|HIDDEN TESTS).*?### END \1\n?", "", old.source
        )
        if old.cell_type == "markdown" and marks(old).get("solution"):
            assert not kept.strip()
            assert new.source == "Write your answer here."
        else:
            assert new.source.strip() == kept.strip()


@pytest.mark.parametrize("name", problem_sets)
def test_the_release_is_valid_python_that_raises_nothing_by_itself(name, course):
    """An untouched notebook runs up to its checks, which say that nothing was answered."""
    for cell in released(course, name).cells:
        if cell.cell_type == "code":
            ast.parse(cell.source)
            assert "NotImplementedError" not in cell.source


@pytest.mark.parametrize("name", problem_sets)
def test_only_the_id_and_the_answers_can_be_written(name, course):
    free = [cell for cell in released(course, name).cells if not marks(cell).get("locked")]
    for cell in free:
        assert marks(cell).get("solution") or cell.source.startswith("STUDENT_ID = ")
    assert sum(cell.source.startswith("STUDENT_ID = ") for cell in free) == 1


def test_the_training_cell_holds_the_numbers_it_needs(course):
    cells = released(course, "ps8-mnist-in-keras").cells
    train = next(cell for cell in cells if marks(cell).get("grade_id") == "mnist-train")
    assert 'n = sheet.numbers("mnist-predict")' in train.source
    assert "fit(" not in train.source


def test_nothing_but_notebooks_is_handed_out():
    """nbgrader copies every file beside a source notebook to the students."""
    files = [path for path in (EXERCISES / "source").rglob("*") if path.is_file()]
    assert {path.suffix for path in files} == {".ipynb"}


def test_a_question_without_a_solution_cannot_be_listed():
    listed = problem_sets["ps2-output-shapes"]
    broken = type(listed)(
        id="broken",
        title="Broken",
        minutes=10,
        where="Chapter 3",
        intro="",
        tasks=(Task("conv-edge-kernel", 1),),
    )
    with pytest.raises(ValueError, match="conv-edge-kernel has no solution"):
        notebook.build(broken)


def test_write_makes_the_folder(tmp_path):
    path = notebook.write("ps2-output-shapes", tmp_path)
    assert path == Path(tmp_path) / "ps2-output-shapes" / "ps2-output-shapes.ipynb"
    assert path.is_file()


def test_a_misspelled_assignment_names_the_known_ones(tmp_path):
    command = [sys.executable, "-m", "course_bank.authoring.notebook", "ps12-poolin"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 1
    listed = ", ".join(problem_sets)
    assert done.stderr == f"there is no assignment 'ps12-poolin'; there are: {listed}\n"
    assert not list(tmp_path.iterdir())
