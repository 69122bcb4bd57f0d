"""The instructor's notebook of an assignment, built from the ids it lists.

    python -m course_bank.authoring.notebook            # all assignments, into exercises/source
    python -m course_bank.authoring.notebook ps2-output-shapes

In a course folder, one with ``nbgrader_config.py``, they go into its own ``source``, and its
``own_questions.py`` is known.

Each task becomes three cells: the prompt (locked), the answer (the student's; the solution stands
between nbgrader's marks), and the check, whose ``grade_id`` is the id of the question. What
nbgrader hands out has the solutions and the hidden checks taken away.
"""

import hashlib
import json
import sys
import textwrap
from pathlib import Path

from course_bank.assignments.assignment import Step
from course_bank.assignments.judgements import Judgement
from course_bank.catalogue import COMMON, of_course

EXERCISES = Path("exercises")

_HOW = (
    "**How this works.** Write your id into the first cell and run the cells from the top. Each "
    "task shows numbers of your own. {answer}, then run the check: it tells you whether the answer "
    "can be read, not whether it is right. Save, and hand the notebook in."
)
_CREDIT = (
    "**Points.** A wrong answer that comes from a mistake with a name earns a third of the "
    "points where the mistake is close to the idea, and a sixth where it is not; the feedback "
    "names it. So mistakes alone never earn more than a third. Any other wrong answer earns "
    "nothing."
)
_SHARES = (
    "**Points.** A function or a model that has every property that grading tries earns all "
    "points. As long as one is missing, those that hold earn a third at most. A wrong answer that "
    "comes from a mistake with a name earns a third of the points where the mistake is close to "
    "the idea, and a sixth where it is not; the feedback names it. So mistakes alone never earn "
    "more than a third. Any other wrong answer earns nothing."
)
_VALUES = "Put your answer in place of `None` in the cell below the task"
_CODE = "Write your code in the cell below the task, and keep the names that the task asks for"
_HERE = "### SOLUTION"
# the first cell: course_lib may be installed, or lie as a zip beside the notebook or one above
_FIND = """\
import importlib.util
import pathlib
import sys

for folder in (".", ".."):
    sys.path += map(str, pathlib.Path(folder).resolve().glob("course_lib*.zip"))
if importlib.util.find_spec("course_lib") is None:
    raise ModuleNotFoundError(
        "course_lib is not here: put the file course_lib.zip, which came with this notebook, "
        "into the same folder, and run this cell again."
    )
from course_lib.exercise import Exercise"""
_ANSWER_HERE = "# Put your answer in place of None. Your numbers are in n."


def write(assignment, folder, catalogue=COMMON):
    """Write the notebook of the assignment of that id below ``folder``; returns its path."""
    listed = _listed(assignment, catalogue)
    path = Path(folder) / listed.id / f"{listed.notebook}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text(listed, catalogue), encoding="utf-8")
    return path


def _listed(name, catalogue):
    if name in catalogue.assignments:
        return catalogue.assignments[name]
    listed = ", ".join(catalogue.assignments)
    raise ValueError(f"there is no assignment {name!r}; there are: {listed}")


def text(listed, catalogue=COMMON):
    """The notebook of an `Assignment` as the text of its file."""
    return json.dumps(build(listed, catalogue), indent=1, ensure_ascii=False) + "\n"


def build(listed, catalogue=COMMON):
    """The notebook as a dict in Jupyter's format 4.5, without outputs."""
    bank = catalogue.questions
    cells = [*_opening(listed, bank)]
    for task in listed.tasks:
        if isinstance(task, Judgement):
            cells += _judgement(task)
        elif isinstance(task, Step):
            cells += _step(task)
        else:
            cells += _task(task, bank[task.id])
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return {
        "cells": cells,
        "metadata": {"kernelspec": kernel, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def _opening(listed, bank):
    hidden = any(bank[question].hidden for question in listed.questions)
    how = _HOW.format(answer=_CODE if hidden else _VALUES)
    title = (
        f"# {listed.title}\n\n{listed.intro}\n\n"
        f"**Points:** {listed.points} · **Time:** about {listed.minutes} minutes · "
        f"**In the book:** {listed.where} · **Needs:** {listed.needed}\n\n{how}"
        f"\n\n{_rule(listed, hidden)}"
    )
    yield _markdown(title, f"{listed.id}-intro", locked=True)
    yield _code('STUDENT_ID = "demo"  # write your own id between the quotes', f"{listed.id}-id")
    needs = f", needs={list(listed.needs)!r}".replace("'", '"')
    if listed.needs == ("numpy",) or listed.either:
        needs = ""
    imports = "\n".join(listed.imports).strip()
    start = f'sheet = Exercise("{listed.id}", student=STUDENT_ID{needs})\n\n{imports}\n\nsheet'
    yield _code(f"{_FIND}\n\n{start}", f"{listed.id}-sheet", locked=True)


def _rule(listed, hidden):
    if listed.rule:
        return f"**Points.** {listed.rule}"
    return _SHARES if hidden else _CREDIT


def _task(task, question):
    return [
        _code(f'sheet.show("{task.id}")', f"{task.id}-prompt", locked=True),
        _code(_answer(question), f"{task.id}-answer", solution=True),
        _code(_check(question), task.id, points=task.points),
    ]


def _answer(question):
    """The answer cell: what students see, and the solution between nbgrader's marks."""
    if question.solution is None:
        raise ValueError(f"question {question.id} has no solution, so no assignment can list it")
    stub, solution = question.stub, question.solution
    if stub is None:
        numbers = f'n = sheet.numbers("{question.id}")'
        stub = f"{numbers}\n{_ANSWER_HERE}\n{question.variable} = None\n{_HERE}\n"
    if question.stub is None or not question.hidden:
        solution = f"{question.variable} = {solution}"
    return _with_solution(stub, solution)


def _with_solution(stub, solution):
    """``stub`` with the marked solution, indented like the line it stands for."""
    indent = next(line for line in stub.splitlines() if line.strip() == _HERE).split("#")[0]
    marked = f"### BEGIN SOLUTION\n{solution}\n### END SOLUTION"
    return stub.replace(indent + _HERE, textwrap.indent(marked, indent)).strip()


def _check(question):
    return (
        f'sheet.check_form("{question.id}", {question.subject})\n'
        "### BEGIN HIDDEN TESTS\n"
        "import course_bank\n\n"
        f'course_bank.hidden_check(sheet, "{question.id}", globals())\n'
        "### END HIDDEN TESTS"
    )


def _step(step):
    return [
        _markdown(
            f"**{step.id}** (not graded by itself)\n\n{step.prompt}",
            f"{step.id}-prompt",
            locked=True,
        ),
        _code(
            _with_solution(step.stub, step.solution),
            step.id,
            solution=True,
        ),
    ]


def _judgement(task):
    prompt = f"**{task.id}** ({task.points} points, read by a person)\n\n{task.prompt}"
    solution = f"### BEGIN SOLUTION\n{task.key}\n### END SOLUTION"
    return [
        _markdown(prompt, f"{task.id}-prompt", locked=True),
        _markdown(solution, task.id, points=task.points, solution=True),
    ]


def _markdown(source, grade_id, **kind):
    return _cell("markdown", source, grade_id, **kind)


def _code(source, grade_id, **kind):
    return {**_cell("code", source, grade_id, **kind), "execution_count": None, "outputs": []}


def _cell(cell_type, source, grade_id, locked=False, solution=False, points=None):
    """A cell with nbgrader's marks; without any of the kinds it is a plain cell."""
    metadata = {}
    if locked or solution or points is not None:
        marks = {
            "grade": points is not None,
            "grade_id": grade_id,
            "locked": locked or (points is not None and not solution),
            "schema_version": 3,
            "solution": solution,
            "task": False,
        }
        if points is not None:
            marks["points"] = points
        metadata = {"nbgrader": marks}
    return {
        "cell_type": cell_type,
        "id": hashlib.sha256(grade_id.encode()).hexdigest()[:8],
        "metadata": metadata,
        "source": source.splitlines(keepends=True),
    }


def _main(names):
    here = Path() if Path("nbgrader_config.py").is_file() else EXERCISES
    catalogue = of_course(here)
    for name in names or catalogue.assignments:
        print(write(name, here / "source", catalogue))


if __name__ == "__main__":
    try:
        _main(sys.argv[1:])
    except ValueError as error:
        sys.exit(str(error))
