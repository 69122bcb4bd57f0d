"""Names in the texts of an assignment are names of its notebook, as students get it."""

import ast
import builtins
import re

import pytest

import course_lib as keras
from course_bank import bank, problem_sets
from course_bank.authoring.notebook import build
from course_lib.errors import parameters_of

_SOLUTION = re.compile(r"[ \t]*### BEGIN SOLUTION.*?### END SOLUTION", re.DOTALL)
_NAME = re.compile(r"(?<!`)`([A-Za-z_]\w*)(?:\.\w+)*(?:\(.*?\))?`(?!`)")
SPOKEN_OF = {"layer", "course_lib"}  # any layer; the library that is imported as keras


def texts(listed):
    """[(where, text)] of all that a student reads."""
    told = [("intro", f"{listed.intro} {listed.rule}")]
    for task in listed.tasks:
        question = bank.get(task.id)
        text = question.variant(1).prompt if question else task.prompt
        told.append((task.id, f"{text} {(question and question.expects) or ''}"))
    return told


def names_in(source):
    """Names that code reads or sets, and those of its functions and their arguments."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        for field in ("id", "name", "arg", "asname"):
            found.add(str(getattr(node, field, "")).partition(".")[0])
    return found


def names_of(listed):
    """Names that there are in the notebook of an assignment, those of the engine included."""
    found = {*dir(builtins), *keras.layers.__all__, *dir(keras), *SPOKEN_OF}
    for layer in keras.layers.__all__:
        found |= set(parameters_of(getattr(keras.layers, layer).__init__))
    for cell in build(listed)["cells"]:
        if cell["cell_type"] == "code":
            found |= names_in(_SOLUTION.sub("", "".join(cell["source"])))
    for name in listed.questions:  # the parts of what a function returns
        found |= set(getattr(bank[name], "parts", ()))
    return found


@pytest.mark.parametrize("listed", problem_sets.values(), ids=lambda listed: listed.id)
def test_texts_name_what_there_is(listed):
    known = names_of(listed)
    unknown = [(at, n) for at, text in texts(listed) for n in _NAME.findall(text) if n not in known]
    assert not unknown


def test_a_name_that_is_nowhere_is_found():
    listed = problem_sets["ps8-mnist-in-keras"]
    known = names_of(listed)
    assert {"model", "x_train", "predict_digits", "Conv2D"} <= known
    assert _NAME.findall("`y_guess` and `model.fit(x)`") == ["y_guess", "model"]
    assert "y_guess" not in known
