"""A course in a temporary folder, as an instructor would have it."""

import shutil
from pathlib import Path

import pytest
from traitlets.config import Config

from course_lib.grading import demo, executor
from course_lib.grading.course import Course
from tests.requirements import bubblewrap

EXERCISES = Path(__file__).parents[2] / "exercises"
PS2 = "ps2-output-shapes"


def make_course(root, assignment=PS2, **options):
    """A course with one assignment, generated; ``options`` are of the form Execute_timeout=3."""
    shutil.copytree(EXERCISES / "source" / assignment, root / "source" / assignment)
    shutil.copy(EXERCISES / "nbgrader_config.py", root)
    config = Config()
    for name, value in options.items():
        section, _, option = name.partition("_")
        config[section][option] = value
    course = Course(root, config)
    demo.generate(course, assignment)
    return course


@pytest.fixture
def new_course(tmp_path, monkeypatch):
    """A function that makes a course in a folder of the test's own."""
    bubblewrap()
    monkeypatch.chdir(tmp_path)
    yield lambda assignment=PS2, **options: make_course(tmp_path, assignment, **options)
    executor.close_servers()


@pytest.fixture(scope="session")
def kernel_server():
    """One warm kernel server for the tests that only run cells."""
    bubblewrap()
    from course_lib.grading import sandbox

    server = sandbox.KernelServer()
    yield server
    server.close()
