"""Follows exercises/ADDING.md to the letter, in a copy of the project."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.course_grading import kept_class
from tests.exercises.conftest import EXERCISES
from tests.kept import while_right

ROOT = EXERCISES.parent
PAGE = (EXERCISES / "ADDING.md").read_text(encoding="utf-8")
ADDED = re.findall(r"In `([^`]+)`, add to `(\w+)`:\n\n```python\n(.*?)```", PAGE, re.DOTALL)
NEW, STEPS = "ps12-pooling", ("source", "release")
COMMANDS = re.search(r"```sh\n(.*?)```", PAGE, re.DOTALL).group(1)


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A copy of what the page speaks of, with the page's declarations added."""
    root = tmp_path_factory.mktemp("project")
    leave = shutil.ignore_patterns("__pycache__", "*.pyc", ".ipynb_checkpoints")
    for folder in ("course_lib", "course_bank", "course_grading", "chapters", "tests/course_bank"):
        shutil.copytree(ROOT / folder, root / folder, ignore=leave)
    (root / "tests" / "__init__.py").touch()
    shutil.copy(ROOT / "tests" / "released.py", root / "tests")
    shutil.copy(ROOT / "pyproject.toml", root)
    (root / "exercises").mkdir()
    shutil.copy(EXERCISES / "nbgrader_config.py", root / "exercises")
    for path, name, block in ADDED:
        add(root / path, name, block)
    return root


def add(path, name, block):
    """Put ``block`` at the end of the list, tuple or dict called ``name``."""
    text = path.read_text(encoding="utf-8")
    start = re.search(rf"^{name} = [\[({{].*\n", text, re.MULTILINE).end()
    end = start + re.search(r"^[\])}]\n?", text[start:], re.MULTILINE).start()
    path.write_text(text[:end] + block + text[end:], encoding="utf-8")


def run(project, commands):
    tools = os.path.dirname(sys.executable)
    env = {**os.environ, "PYTHONPATH": str(project), "HOME": str(project)}
    env["PATH"] = f"{tools}{os.pathsep}{env['PATH']}"
    script = f"set -e\n{commands}"
    return subprocess.run(
        ["sh", "-c", script], cwd=project, env=env, capture_output=True, text=True, timeout=300
    )


def test_the_page_adds_questions_and_an_assignment():
    assert [(path, name) for path, name, _ in ADDED] == [
        ("course_bank/topics/pooling/sizes.py", "QUESTIONS"),
        ("course_bank/assignments/judgements/sizes.py", "JUDGEMENTS"),
        ("course_bank/assignments/problem_sets.py", "LISTED"),
        ("course_bank/core/where_to_read.py", "SECTIONS"),
    ]


@pytest.fixture(scope="module")
def done(request):
    """What the page's commands say and make; run again when something under them has changed."""
    more = [ROOT / name for name in ("chapters", "tests/course_bank", "pyproject.toml")]
    more += [EXERCISES / "ADDING.md", Path(__file__), ROOT / "tests" / "released.py"]

    def find():
        return commands_done(request.getfixturevalue("project"))

    with while_right(request.session, "adding", kept_class.of_commands(*more), find) as found:
        yield found


def commands_done(project):
    done = run(project, COMMANDS)
    paths = [project / "exercises" / folder / NEW / f"{NEW}.ipynb" for folder in STEPS]
    return {
        "status": done.returncode,
        "told": done.stdout,
        "errors": done.stderr,
        "notebooks": [path.read_text("utf-8") if path.is_file() else None for path in paths],
    }


@pytest.mark.slow
def test_the_commands_of_the_page_work(done):
    assert done["status"] == 0, done["told"] + done["errors"]
    assert re.search(r"\d+ passed", done["told"])
    for folder, text in zip(STEPS, done["notebooks"], strict=True):
        assert 'sheet.show(\\"pool-twice\\")' in text
        assert ("n.size // 4" in text) == (folder == "source")
        assert ("an example in which places matter" in text) == (folder == "source")


def test_the_added_code_is_formatted_as_the_project_is(project):
    """A reader who copies the page gets no complaint from the linter."""
    paths = [str(project / path) for path, _, _ in ADDED]
    done = run(project, f"ruff format --check {' '.join(paths)} && ruff check {' '.join(paths)}")
    assert done.returncode == 0, done.stdout + done.stderr
