"""A reader who runs a chapter gets what the page prints."""

import os
import platform
import subprocess
import sys
import warnings
from importlib import metadata
from pathlib import Path
from types import SimpleNamespace

import nbformat
import numpy as np
import pytest
from course_book.freshness import LIBRARY
from course_book.moved import MOVED
from jupyter_cache import get_cache
from nbformat import v4

from tests.book.conftest import ROOT, warm_kernels
from tests.kept import Kept, digest, surroundings

SANITIZE = Path(__file__).with_name("sanitize.cfg")
PROGRAMS = (Path(warm_kernels.__file__), SANITIZE, Path(__file__))


@pytest.fixture(scope="module")
def shown(book):
    """{name: notebook} of every chapter, executed, as the build has shown it."""
    cache, found = get_cache(book.parent / ".jupyter_cache"), {}
    for record in cache.list_project_records():
        cached = cache.get_cached_project_nb(record.pk)
        name = Path(record.uri).stem
        if cached is not None and (book / "chapters" / f"{name}.html").exists():
            found[name] = cache.get_cache_bundle(cached.pk).nb
    moved = {Path(old).name for old in MOVED}
    chapters = {path.stem for path in (book / "chapters").glob("[0-9]*.html")} - moved
    assert set(found) == chapters
    return found


def digests(shown):
    """{name: digest} of all that the second execution of a chapter can depend on.

    Those are the chapter, what it has shown, the library under it, what runs and compares it, the
    packages as they are installed, Python, and what the processor can do.
    """
    under = digest(*LIBRARY, *PROGRAMS, also=surroundings())
    return {name: digest(also=[under, nbformat.writes(one)]) for name, one in shown.items()}


@pytest.mark.slow
@pytest.mark.keras
@pytest.mark.timeout(900)
def test_the_chapters_print_the_same_again(book, shown, tmp_path):
    """nbval executes every chapter anew and compares it with what the build has shown.

    As the build executes a chapter once as long as nothing under it changes, so does this.
    """
    before, now = Kept("rerun"), digests(shown)
    waiting = [name for name in sorted(now) if before.get(name) != now[name]]
    if not waiting:
        warnings.warn(
            "No chapter was executed anew: nothing has changed since all were.", stacklevel=1
        )
        return
    for name in waiting:
        nbformat.write(shown[name], tmp_path / f"{name}.ipynb")
    done = rerun(tmp_path, [f"{name}.ipynb" for name in waiting])
    assert done.returncode == 0, done.stdout[-6000:]
    for name in waiting:
        before.put(name, now[name])


def rerun(folder, notebooks):
    """nbval on the notebooks of a folder, with the environment that the build has."""
    program = [sys.executable, "-m", "pytest", "--nbval", "-q", "-p", "no:cacheprovider"]
    program += ["--nbval-sanitize-with", str(SANITIZE)]
    program += ["-n", "2", "--dist", "loadfile", "--rootdir", str(folder), *notebooks]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "3"}
    environment.update(CUDA_VISIBLE_DEVICES="-1", TF_ENABLE_ONEDNN_OPTS="0")
    environment["OPENBLAS_NUM_THREADS"] = "1"  # as in the build
    for name in list(environment):
        if name.startswith("PYTEST_"):
            del environment[name]
    with warm_kernels.started(environment) as more:
        return subprocess.run(
            program, cwd=folder, env={**environment, **more}, capture_output=True, text=True,
            timeout=850,
        )  # fmt: skip


def chapters(text="42\n"):
    """Two chapters of one cell; ``text`` is what the first has printed."""
    cells = [v4.new_code_cell("print(6 * 7)", id="a", outputs=[v4.new_output("stream", text=said)])
             for said in (text, "42\n")]  # fmt: skip
    return {name: v4.new_notebook(cells=[cell]) for name, cell in zip("ab", cells, strict=True)}


@pytest.fixture(scope="module")
def before():
    return digests(chapters())


def test_what_a_chapter_has_shown_is_looked_at(before):
    assert digests(chapters()) == before
    now = digests(chapters("43\n"))
    assert now["a"] != before["a"] and now["b"] == before["b"]


@pytest.mark.parametrize(
    "name",
    [
        "course_lib/ops/conv.py",
        "course_lib/applications/imagenet_classes.txt",
        "course_lib/records/mnist.npz",
        "course_bank/__init__.py",
        "book/course_book/warm_kernels.py",
        "tests/book/sanitize.cfg",
        "tests/book/test_rerun.py",
    ],
)
def test_a_file_that_can_change_a_chapter_is_looked_at(name, before, changed):
    changed(ROOT / name)
    assert not {*digests(chapters()).values()} & {*before.values()}


SIMD = {"SIMD Extensions": {"found": ["another"]}}
NEWER = [SimpleNamespace(name="numpy", version="99")]


@pytest.mark.parametrize(
    ("owner", "name", "value"),
    [
        (sys, "version", "another"),
        (sys, "executable", "another"),
        (platform, "machine", lambda: "another"),
        (np, "show_config", lambda mode: SIMD),
        (metadata, "distributions", lambda: NEWER),
    ],
    ids=["version", "executable", "machine", "processor", "packages"],
)
def test_what_can_change_a_chapter_is_looked_at(owner, name, value, before, monkeypatch):
    monkeypatch.setattr(owner, name, value)
    assert not {*digests(chapters()).values()} & {*before.values()}
