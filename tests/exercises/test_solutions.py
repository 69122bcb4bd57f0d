"""The instructors' notebooks run from top to bottom, form checks and hidden checks included.

One that has run is run again when it has changed, or anything that it rests on.
"""

import os
import shutil
import subprocess
import sys
import warnings
from pathlib import Path

import pytest
from course_book.freshness import LIBRARY

from course_bank import problem_sets
from tests.book.conftest import warm_kernels
from tests.kept import ROOT, Kept, digest, surroundings
from tests.released import put_keys, put_sheets

PROGRAMS = (Path(warm_kernels.__file__), Path(__file__), Path(put_keys.__code__.co_filename))
NOTEBOOKS = sorted((ROOT / "exercises" / "source").glob("*/*.ipynb"))


def digests():
    """{notebook: digest} of all that its run can depend on."""
    under = digest(*LIBRARY, *PROGRAMS, also=surroundings())
    return {notebook: digest(notebook, also=under) for notebook in NOTEBOOKS}


@pytest.mark.slow
@pytest.mark.keras
@pytest.mark.timeout(600)
def test_nbval_runs_every_solution(tmp_path):
    assert len(NOTEBOOKS) == len(problem_sets)
    before, now = Kept("solutions"), digests()
    waiting = [notebook for notebook in NOTEBOOKS if before.get(notebook.stem) != now[notebook]]
    if same := len(NOTEBOOKS) - len(waiting):
        warnings.warn(f"{same} solutions were run before; they are the same.", stacklevel=1)
    if not waiting:
        return
    done = run([shutil.copy(notebook, tmp_path) for notebook in waiting], tmp_path)
    assert done.returncode == 0, done.stdout[-6000:]
    for notebook in waiting:
        before.put(notebook.stem, now[notebook])


def run(copies, folder):
    """nbval on the notebooks that were copied into the folder."""
    put_sheets(folder, *problem_sets)
    put_keys(folder, *problem_sets)
    program = [sys.executable, "-m", "pytest", "--nbval-lax", "-q", "-p", "no:cacheprovider"]
    environment = {name: v for name, v in os.environ.items() if not name.startswith("PYTEST_")}
    environment.update(PYTHONPATH=str(ROOT), TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="-1")
    with warm_kernels.started(environment) as more:
        return subprocess.run(
            [*program, "--rootdir", str(folder), *copies],
            cwd=folder,
            env={**environment, **more},
            capture_output=True,
            text=True,
            timeout=580,
        )


@pytest.mark.parametrize(
    "name",
    [
        "course_lib/exercise/sheets.py",
        "course_bank/topics/pooling/sizes.py",
        "book/course_book/warm_kernels.py",
        "tests/released.py",
        "tests/exercises/test_solutions.py",
    ],
)
def test_every_solution_runs_again_when_a_file_under_it_has_changed(name, changed):
    before = digests()
    assert digests() == before
    changed(ROOT / name)
    assert not {*digests().values()} & {*before.values()}


def test_a_solution_that_has_changed_runs_again_and_no_other(changed):
    before, (one, *others) = digests(), NOTEBOOKS
    changed(one)
    now = digests()
    assert now[one] != before[one]
    assert {name: now[name] for name in others} == {name: before[name] for name in others}


def test_every_solution_runs_again_with_other_packages(monkeypatch):
    before = digests()
    monkeypatch.setattr(sys, "version", "another")
    assert not {*digests().values()} & {*before.values()}
