"""A class is graded anew when anything has changed that its grades can come from."""

import os
import platform
import subprocess
import sys
from importlib import metadata
from types import SimpleNamespace

import pytest

from course_grading.kernels import groups, sandbox
from tests.course_grading import kept_class
from tests.kept import ENVIRONMENT, ROOT
from tests.requirements import bubblewrap

MORE = ROOT / "tests" / "exercises" / "test_pipeline.py"


@pytest.fixture(scope="module")
def before():
    bubblewrap()
    return kept_class.now(MORE)


def test_nothing_has_changed(before):
    assert kept_class.now(MORE) == before


@pytest.mark.parametrize(
    "name",
    [
        "course_lib/exercise/sheets.py",
        "course_lib/records/mnist.npz",
        "course_bank/topics/pooling/sizes.py",
        "course_grading/kernels/runner.py",
        "course_grading/kernels/inside/namespaces.py",
        "exercises/source/ps2-output-shapes/ps2-output-shapes.ipynb",
        "exercises/nbgrader_config.py",
        "tests/course_grading/corpus/forging.py",
        "tests/course_grading/conftest.py",
        "tests/course_grading/test_corpus.py",
        "tests/exercises/test_pipeline.py",
        "tests/kept.py",
    ],
)
def test_a_file_that_can_change_a_grade_is_looked_at(name, before, changed):
    changed(ROOT / name)
    assert kept_class.now(MORE) != before


OTHER = SimpleNamespace(stdout="another", returncode=0)
NEWER = [SimpleNamespace(name="ipykernel", version="99")]


@pytest.mark.parametrize(
    ("owner", "name", "value"),
    [
        (sys, "version", "another"),
        (metadata, "distributions", lambda: NEWER),
        (os, "getuid", lambda: 61_999),
        (platform, "release", lambda: "another"),
        (platform, "libc_ver", lambda: ("another", "1")),
        (subprocess, "run", lambda *command, **options: OTHER),
        (os, "sched_getaffinity", lambda pid: {*range(99)}),
        (os, "sysconf", lambda name: 99),
        (sandbox, "why_not_isolated", lambda: "bubblewrap cannot run here"),
        (groups, "_tried", [groups.Groups(99, {"memory": ROOT})]),
    ],
    ids=[
        "Python",
        "packages",
        "user",
        "Linux",
        "libc",
        "bubblewrap",
        "cores",
        "memory",
        "sandbox",
        "groups",
    ],
)
def test_what_of_the_machine_can_change_a_grade_is_looked_at(
    owner, name, value, before, monkeypatch
):
    monkeypatch.setattr(owner, name, value)
    assert kept_class.now(MORE) != before


def test_commands_rest_on_the_programs_that_are_found(monkeypatch):
    before = kept_class.of_commands(MORE)
    assert kept_class.of_commands(MORE) == before
    monkeypatch.setitem(ENVIRONMENT, "PATH", "elsewhere")
    assert kept_class.of_commands(MORE) != before
