"""A reader who runs a chapter gets what the page prints."""

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from course_book.moved import MOVED
from jupyter_cache import get_cache

from tests.book.conftest import warm_kernels


@pytest.mark.slow
@pytest.mark.keras
@pytest.mark.timeout(900)
def test_the_chapters_print_the_same_again(book, tmp_path):
    """nbval executes every chapter anew and compares it with what the build has shown."""
    cache = get_cache(book.parent / ".jupyter_cache")
    notebooks = []
    for record in cache.list_project_records():
        cached = cache.get_cached_project_nb(record.pk)
        name = os.path.basename(record.uri)
        if cached is None or not (book / "chapters" / name).with_suffix(".html").exists():
            continue
        notebook = cache.get_cache_bundle(cached.pk).nb
        target = (tmp_path / name).with_suffix(".ipynb")
        nbformat.write(notebook, target)
        notebooks.append(str(target))
    moved = {f"{Path(old).name}.html" for old in MOVED}
    chapters = {path.name for path in (book / "chapters").glob("[0-9]*.html")} - moved
    assert len(notebooks) == len(chapters)
    program = [sys.executable, "-m", "pytest", "--nbval", "-q", "-p", "no:cacheprovider"]
    program += ["--nbval-sanitize-with", str(Path(__file__).with_name("sanitize.cfg"))]
    program += ["-n", "2", "--dist", "loadfile", "--rootdir", str(tmp_path), *sorted(notebooks)]
    root = str(book.parents[1])
    environment = {**os.environ, "PYTHONPATH": root, "TF_CPP_MIN_LOG_LEVEL": "3"}
    environment.update(CUDA_VISIBLE_DEVICES="-1", TF_ENABLE_ONEDNN_OPTS="0")
    environment["OPENBLAS_NUM_THREADS"] = "1"  # as in the build
    for name in list(environment):
        if name.startswith("PYTEST_"):
            del environment[name]
    with warm_kernels.started(environment) as more:
        done = subprocess.run(
            program, cwd=tmp_path, env={**environment, **more}, capture_output=True, text=True,
            timeout=850,
        )  # fmt: skip
    assert done.returncode == 0, done.stdout[-6000:]
