"""The assignments in a course of their own, generated with the real nbgrader."""

import os
import shutil
from pathlib import Path

import pytest

from course_bank import problem_sets

EXERCISES = Path(__file__).parents[2] / "exercises"


@pytest.fixture(scope="session")
def course(tmp_path_factory):
    """All assignments, released; nothing is handed in yet."""
    from course_grading.commands import demo
    from course_grading.course import enter
    from course_grading.kernels import warm

    here = os.getcwd()
    root = tmp_path_factory.mktemp("course")
    shutil.copytree(EXERCISES / "source", root / "source")
    shutil.copy(EXERCISES / "nbgrader_config.py", root)
    try:
        made = enter(root)
        for name in problem_sets:
            demo.generate(made, name)
    finally:
        os.chdir(here)
    yield made
    warm.close_servers()
