"""An assignment from before sheets is graded by what its students saw, or not at all."""

import json

import pytest

from course_bank import bank, problem_sets
from course_bank.assignments.seeds import student_seed
from course_grading.gradebook import keys
from course_grading.gradebook.files import Unusable

PS2, DROPPED = "ps2-output-shapes", "sizes-padding"


def write(root, step, cells, record=None):
    path = root / step / PS2 / f"{PS2}.ipynb"
    path.parent.mkdir(parents=True)
    metadata = {"grading": record} if record else {}
    path.write_text(json.dumps({"cells": cells, "metadata": metadata}), encoding="utf-8")


def check(name, points):
    marks = {"grade_id": name, "grade": True, "solution": False, "points": points}
    source = [f'course_bank.hidden_check(sheet, "{name}", globals())']
    return {"cell_type": "code", "metadata": {"nbgrader": marks}, "source": source}


def graded(name, prompt, **record):
    return {"questions": [{"id": name, "prompt": prompt}], **record}


def prompt(student):
    return bank[DROPPED].variant(student_seed(student, PS2, DROPPED)).prompt


def test_what_its_own_notebook_asks_counts_and_not_what_the_assignment_asks_today(tmp_path):
    assert DROPPED not in problem_sets[PS2].questions
    write(tmp_path, "source", [check("sizes-valid", 1), check(DROPPED, 2)])
    key = keys.read(tmp_path, PS2, ["ada"])
    assert key.questions == {"sizes-valid": 1, DROPPED: 2}
    assert key.variant(DROPPED, "ada").prompt == prompt("ada")


def test_a_question_that_the_bank_no_longer_has_is_named(tmp_path):
    write(tmp_path, "source", [check("sizes-of-old", 2)])
    with pytest.raises(Unusable, match="the question bank no longer has 'sizes-of-old'"):
        keys.read(tmp_path, PS2, ["ada"])


def test_other_numbers_than_a_student_was_graded_on_are_refused(tmp_path):
    write(tmp_path, "source", [check(DROPPED, 2)])
    write(tmp_path, "autograded/ada", [], graded(DROPPED, prompt("ada")))
    write(tmp_path, "autograded/bo", [], graded(DROPPED, prompt("adda"), shown_id="adda"))
    assert keys.read(tmp_path, PS2, ["ada", "bo", "adda"]).knows("bo")
    write(tmp_path, "autograded/cy", [], graded(DROPPED, "What was the question?"))
    told = f"asks '{DROPPED}' in other numbers or words today: .* What is graded stays"
    with pytest.raises(Unusable, match=told):
        keys.read(tmp_path, PS2, ["cy"])
    assert not keys.read(tmp_path, PS2).knows("cy")
