"""`make exercises` hands every assignment to the real nbgrader."""

import shutil
import subprocess

import pytest

from tests.exercises.conftest import EXERCISES
from tests.exercises.test_pipeline import run

ROOT = EXERCISES.parent
NAMES = ("ps2-output-shapes", "ps3-parameter-counts")


@pytest.mark.slow
def test_make_exercises_releases_every_assignment_and_never_writes_over_answers(tmp_path):
    """Its own command, in a copy of the course with two assignments."""
    for name in NAMES:
        shutil.copytree(EXERCISES / "source" / name, tmp_path / "exercises" / "source" / name)
    shutil.copy(EXERCISES / "nbgrader_config.py", tmp_path / "exercises")
    shutil.copytree(ROOT / "scripts", tmp_path / "scripts")
    # what make would run, without setting up the environment
    asked = ["make", "-n", "-C", str(ROOT), "-o", ".make/grading", "exercises"]
    printed = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    command = [line for line in printed.splitlines() if line.startswith("cd exercises")]
    assert len(command) == 1, printed
    run(tmp_path, command[0])
    first, second = (tmp_path / f"exercises/release/{name}/{name}.ipynb" for name in NAMES)
    assert first.is_file()
    first.write_text(first.read_text("utf-8").replace('"None"', '"my answer"') + "\n", "utf-8")
    answered = first.read_text("utf-8")
    shutil.rmtree(second.parent)
    told = run(tmp_path, command[0])
    assert first.read_text("utf-8") == answered and second.is_file()
    assert f"{NAMES[0]}: release/{NAMES[0]} is there already and stays as it is." in told
    assert NAMES[1] not in told


def test_clean_removes_the_sample_class_and_nothing_of_a_real_one():
    asked = ["make", "-n", "-C", str(ROOT), "clean"]
    printed = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    removed = printed.split("rm -rf")[1].split()
    assert [path for path in removed if path.startswith("exercises")] == ["exercises/sample"]


@pytest.mark.parametrize("path", ["sample/gradebook.db", "downloaded/x.zip", "submitted/a/b.ipynb"])
def test_what_students_hand_in_is_not_in_git(path):
    asked = ["git", "-C", str(ROOT), "check-ignore", "-q", "--no-index", f"exercises/{path}"]
    if subprocess.run(["git", "-C", str(ROOT), "rev-parse"], capture_output=True).returncode:
        pytest.skip("not a git checkout")
    assert subprocess.run(asked).returncode == 0
