"""A course in a temporary folder, as an instructor would have it."""

import contextlib
import os
import shutil
import sqlite3
import tempfile
from functools import cache
from pathlib import Path
from unittest import mock

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine
from traitlets.config import Config

from course_grading.commands import demo
from course_grading.course import enter
from course_grading.gradebook import secret
from course_grading.kernels import groups, sandbox, servers, warm
from course_grading.kernels.client import Kernel
from tests.course_grading.graded_class import HANDED_IN, PS2, hand_in, nbgrader
from tests.course_grading.kernel_runs import LIMITS
from tests.requirements import bubblewrap

EXERCISES = Path(__file__).parents[2] / "exercises"
SECRET = "5e" * 32  # the same numbers in every run: what passes once passes always
_TEMPLATES = []


@event.listens_for(Engine, "connect")
def _do_not_wait_for_the_disk(connection, record):
    """The gradebooks of tests need not survive a power failure."""
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA synchronous=OFF")


def make_course(root, assignment=PS2, **options):
    """A course with one assignment, generated; ``options`` are of the form Execute_timeout=3."""
    shutil.copytree(_generated(assignment), root, dirs_exist_ok=True)
    return open_course(root, **options)


def open_course(root, **options):
    config = Config()
    for name, value in options.items():
        section, _, option = name.partition("_")
        config[section][option] = value
    return enter(root, config)


@cache
def _generated(assignment):
    """A course folder with the generated assignment, made once and then copied."""
    root = Path(tempfile.mkdtemp(prefix="course-template-"))
    _TEMPLATES.append(root)
    shutil.copytree(EXERCISES / "source" / assignment, root / "source" / assignment)
    shutil.copy(EXERCISES / "nbgrader_config.py", root)
    before = os.getcwd()
    with mock.patch.object(secret.secrets, "token_hex", return_value=SECRET):
        demo.generate(open_course(root), assignment)
    os.chdir(before)
    return root


@pytest.fixture(scope="session", autouse=True)
def _remove_templates():
    yield
    for folder in _TEMPLATES:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def servers_stay():
    """Kernel servers stay from one class of a module to the next, in the place of a second each."""
    with mock.patch.object(warm, "close_servers", lambda but=(): groups.tidy()):
        yield
    warm.close_servers()


@pytest.fixture(scope="module")
def emptied(tmp_path_factory):
    """One folder, since a kernel server hides the course's."""
    return tmp_path_factory.mktemp("course")


def _open(folder):
    """Give the folder and those in it back to their owner, as a submission may have closed them."""
    with contextlib.suppress(FileNotFoundError):  # what still ran may have removed it
        os.chmod(folder, 0o700)
        for entry in list(os.scandir(folder)):
            if entry.is_dir(follow_symlinks=False):
                _open(entry.path)


@pytest.fixture
def new_course(emptied, servers_stay, monkeypatch):
    """A function that makes a course, in a folder that is empty before and after."""
    bubblewrap()
    monkeypatch.chdir(emptied)
    yield lambda assignment=PS2, **options: make_course(emptied, assignment, **options)
    _open(emptied)
    for path in emptied.iterdir():
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()


@pytest.fixture(scope="session")
def graded_class(tmp_path_factory):
    """A course whose class nbgrader has graded, once for all files of tests."""
    bubblewrap()
    root = tmp_path_factory.mktemp("course")
    with contextlib.chdir(root):
        made = make_course(root)
        hand_in(made, HANDED_IN)
        nbgrader("autograde", PS2)
    return made


@pytest.fixture(scope="module")
def course(graded_class, servers_stay):
    """That course, from inside its folder."""
    with contextlib.chdir(graded_class.root):
        yield graded_class


@pytest.fixture(scope="session")
def kernel_server():
    """One warm kernel server for the tests that only run cells."""
    bubblewrap()
    server = servers.KernelServer()
    yield server
    server.close()


@pytest.fixture
def kernel(kernel_server):
    """A kernel of that server, for one test."""
    made = Kernel(kernel_server.path, {"files": {}, "sheet": {}}, LIMITS, sandbox.environment())
    yield made
    made.close()
