"""A reader who runs a chapter gets what the page prints."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from course_book.freshness import LIBRARY, fingerprint
from course_book.moved import MOVED
from jupyter_cache import get_cache

from tests.book.conftest import ROOT, warm_kernels

SANITIZE = Path(__file__).with_name("sanitize.cfg")


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

    Those are the chapter, what it has shown, the library under it, the packages and Python.
    """
    under = hashlib.sha256(fingerprint(*LIBRARY).encode())
    for part in (sys.version, sys.executable):
        under.update(part.encode())
    for path in (ROOT / "requirements.lock", SANITIZE, Path(__file__)):
        under.update(path.read_bytes())
    made = {}
    for name, notebook in shown.items():
        made[name] = under.copy()
        made[name].update(nbformat.writes(notebook).encode())
    return {name: digest.hexdigest() for name, digest in made.items()}


@pytest.mark.slow
@pytest.mark.keras
@pytest.mark.timeout(900)
def test_the_chapters_print_the_same_again(book, shown, tmp_path):
    """nbval executes every chapter anew and compares it with what the build has shown.

    As the build executes a chapter once as long as nothing under it changes, so does this: those
    that have printed the same before are kept beside the build's own results.
    """
    kept = book.parent / ".jupyter_cache.rerun"
    before = json.loads(kept.read_text("utf-8")) if kept.exists() else {}
    now = digests(shown)
    waiting = [name for name in sorted(now) if before.get(name) != now[name]]
    if not waiting:
        return
    for name in waiting:
        nbformat.write(shown[name], tmp_path / f"{name}.ipynb")
    done = rerun(tmp_path, [f"{name}.ipynb" for name in waiting])
    assert done.returncode == 0, done.stdout[-6000:]
    kept.write_text(json.dumps(now, indent=1), "utf-8")


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


def test_what_can_change_a_chapter_is_looked_at(shown, monkeypatch):
    now = digests(shown)
    name = min(shown)
    (cell, *_) = [c for c in shown[name].cells if c.cell_type == "code" and c.outputs]
    monkeypatch.setitem(cell.outputs[0], "output_type", "another")
    assert {n for n, digest in digests(shown).items() if digest != now[n]} == {name}
    monkeypatch.setattr(sys, "version", "another")
    assert not {*digests(shown).values()} & {*now.values()}
