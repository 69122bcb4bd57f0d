"""The notebook on MNIST where Keras is not installed: the course's engine stands in for it."""

import json
import os
import re
import subprocess
import sys

from course_bank import bank, problem_sets
from tests.exercises.conftest import EXERCISES
from tests.released import put_sheets

NAME = "ps8-mnist-in-keras"
# no notebook either: prompts are printed then
WITHOUT = 'import sys\nfor name in ("tensorflow", "keras", "IPython"): sys.modules[name] = None\n'
HIDDEN = re.compile(r"(?ms)^### BEGIN HIDDEN TESTS.*?### END HIDDEN TESTS\n?")
SOLUTION = re.compile(r"(?ms)^[ \t]*### BEGIN SOLUTION.*?### END SOLUTION\n?")
MARKS = re.compile(r"(?m)^[ \t]*### (BEGIN|END) SOLUTION\n?")
SHORTER = ("(x_train, y_train, batch_size=n.batch, epochs=n.epochs", "(x_train[:96], y_train[:96]")


def cells():
    path = EXERCISES / "source" / NAME / f"{NAME}.ipynb"
    content = json.loads(path.read_text(encoding="utf-8"))
    code = ["".join(c["source"]) for c in content["cells"] if c["cell_type"] == "code"]
    return "\n\n".join(code).replace('"demo"', '"ada"')


def printed(folder, code):
    """What the notebook prints, run from top to bottom in a Python without Keras."""
    put_sheets(folder, NAME)
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT + code], cwd=folder, env=env, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_released_notebook_shows_every_question_and_stops_nowhere(tmp_path):
    text = printed(tmp_path, HIDDEN.sub("", SOLUTION.sub("", cells())))
    for name in problem_sets[NAME].questions:
        assert f"**{name}** (" in text
        waiting = rf"{bank[name].variable}: (Not answered yet|It returns nothing yet)\."
        assert re.search(waiting, text), name


def test_the_solved_notebook_builds_trains_and_reads_with_the_engine(tmp_path):
    code = MARKS.sub("", HIDDEN.sub("", cells()))
    assert SHORTER[0] in code
    asked = "\nprint(keras.__name__, predict_digits((255 * x_test[:3, ..., 0]).astype(int)).shape)"
    text = printed(tmp_path, code.replace(*SHORTER) + asked)
    for name in problem_sets[NAME].questions:
        assert f"{bank[name].variable}: this can be graded." in text
    assert text.endswith("course_lib (3,)\n")
