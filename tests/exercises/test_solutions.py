"""The instructors' notebooks run from top to bottom, form checks and hidden checks included."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from course_bank import problem_sets
from tests.book.conftest import warm_kernels
from tests.released import put_keys, put_sheets

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
@pytest.mark.keras
@pytest.mark.timeout(600)
def test_nbval_runs_every_solution(tmp_path):
    notebooks = sorted((ROOT / "exercises" / "source").glob("*/*.ipynb"))
    assert len(notebooks) == len(problem_sets)
    copies = [shutil.copy(notebook, tmp_path) for notebook in notebooks]
    put_sheets(tmp_path, *problem_sets)
    put_keys(tmp_path, *problem_sets)
    program = [sys.executable, "-m", "pytest", "--nbval-lax", "-q", "-p", "no:cacheprovider"]
    environment = {name: v for name, v in os.environ.items() if not name.startswith("PYTEST_")}
    environment.update(PYTHONPATH=str(ROOT), TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="-1")
    with warm_kernels.started(environment) as more:
        done = subprocess.run(
            [*program, "--rootdir", str(tmp_path), *copies],
            cwd=tmp_path,
            env={**environment, **more},
            capture_output=True,
            text=True,
            timeout=580,
        )
    assert done.returncode == 0, done.stdout[-6000:]
