"""`make exercises` hands every assignment to the real nbgrader."""

import shutil
import subprocess
from functools import partial
from pathlib import Path

import pytest

from tests.course_grading import kept_class
from tests.exercises.conftest import EXERCISES
from tests.exercises.test_pipeline import run
from tests.kept import while_right

ROOT = EXERCISES.parent
NAMES = ("ps2-output-shapes", "ps3-parameter-counts")


UNDER = (ROOT / "Makefile", ROOT / "scripts", Path(__file__), Path(run.__code__.co_filename))


@pytest.fixture(scope="module")
def released(request, tmp_path_factory):
    """What `make exercises` leaves and says; made again when something under it has changed."""
    find = partial(make_exercises, tmp_path_factory)
    with while_right(request.session, "make", kept_class.of_commands(*UNDER), find) as found:
        yield found


def make_exercises(tmp_path_factory):
    """Its own command, in a copy of the course with two assignments: once, and once more.

    In between answers are written into the first one, and the second one is lost.
    """
    folder = tmp_path_factory.mktemp("make")
    for name in NAMES:
        shutil.copytree(EXERCISES / "source" / name, folder / "exercises" / "source" / name)
    shutil.copy(EXERCISES / "nbgrader_config.py", folder / "exercises")
    shutil.copytree(ROOT / "scripts", folder / "scripts")
    # what make would run, without setting up the environment
    asked = ["make", "-n", "-C", str(ROOT), "-o", ".make/grading", "exercises"]
    printed = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    command = [line for line in printed.splitlines() if line.startswith("cd exercises")]
    assert len(command) == 1, printed
    run(folder, command[0])
    first, second = (folder / f"exercises/release/{name}/{name}.ipynb" for name in NAMES)
    made = [first.is_file(), second.is_file()]
    answered = first.read_text("utf-8").replace('"None"', '"my answer"') + "\n"
    first.write_text(answered, "utf-8")
    shutil.rmtree(second.parent)
    told = run(folder, command[0])
    again = [first.read_text("utf-8") == answered, second.is_file()]
    return {"made": made, "again": again, "told": told}


@pytest.mark.slow
def test_make_exercises_releases_every_assignment_and_never_writes_over_answers(released):
    assert released["made"] == released["again"] == [True, True]
    told = released["told"]
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
