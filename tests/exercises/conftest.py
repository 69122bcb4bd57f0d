"""The eight assignments in a course of their own, generated with the real nbgrader."""

import os
import shutil
from pathlib import Path

import pytest

from course_bank import problem_sets

EXERCISES = Path(__file__).parents[2] / "exercises"


@pytest.fixture(scope="session")
def course(tmp_path_factory):
    """All assignments, released; nothing is handed in yet."""
    from course_grading import demo, executor
    from course_grading.course import Course

    here = os.getcwd()
    root = tmp_path_factory.mktemp("course")
    shutil.copytree(EXERCISES / "source", root / "source")
    shutil.copy(EXERCISES / "nbgrader_config.py", root)
    try:
        made = Course(root)  # changes into the course's folder
        for name in problem_sets:
            demo.generate(made, name)
    finally:
        os.chdir(here)
    yield made
    executor.close_servers()
