"""`make exercises` hands every assignment to the real nbgrader."""

import shutil
import subprocess

import pytest

from tests.exercises.conftest import EXERCISES
from tests.exercises.test_pipeline import run

ROOT = EXERCISES.parent
NAMES = ("ps2-output-shapes", "ps3-parameter-counts")


@pytest.mark.slow
def test_make_exercises_releases_every_assignment(tmp_path):
    """Its own command, in a copy of the course with two assignments."""
    for name in NAMES:
        shutil.copytree(EXERCISES / "source" / name, tmp_path / "exercises" / "source" / name)
    shutil.copy(EXERCISES / "nbgrader_config.py", tmp_path / "exercises")
    # what make would run, without setting up the environment
    asked = ["make", "-n", "-C", str(ROOT), "-o", "env", "exercises"]
    printed = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    command = [line for line in printed.splitlines() if line.startswith("cd exercises")]
    assert len(command) == 1, printed
    run(tmp_path, command[0])
    for name in NAMES:
        assert (tmp_path / "exercises" / "release" / name / f"{name}.ipynb").is_file()
