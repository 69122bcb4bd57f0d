"""The built book, built first where it is missing or older than what it is made from."""

import fcntl
import os
import subprocess
import sys
from pathlib import Path

import pytest
from course_book import warm_kernels  # noqa: F401
from measure.pages import HTML, of_the_book

ROOT = Path(__file__).parents[2]
SOURCES = ["_config.yml", "_toc.yml", "index.md", "chapters", "book", "course_lib", "course_bank"]
UNUSED = {"__pycache__", "vendor"}


def _newest():
    paths = [ROOT / name for name in SOURCES]
    paths += [path for folder in paths if folder.is_dir() for path in folder.rglob("*")]
    files = (path for path in paths if path.is_file() and not UNUSED & {*path.parts})
    return max(path.stat().st_mtime for path in files)


def build():
    """Build the book strictly. Nothing is executed that has not changed."""
    program = Path(sys.executable).with_name("jupyter-book")
    command = [program, "build", ".", "-W", "-n", "--keep-going"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]


@pytest.fixture(scope="session")
def book():
    """Folder of the built pages."""
    if os.environ.get("BOOK_AS_IT_IS"):  # while writing: test what stands there
        return HTML
    (ROOT / "_build").mkdir(exist_ok=True)
    with open(ROOT / "_build" / "tests.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two test workers build it once
        index = HTML / "index.html"
        if not index.exists() or index.stat().st_mtime < _newest():
            build()
            index.touch()
    return HTML


@pytest.fixture(scope="session")
def pages(book):
    """Every page of the built book."""
    return of_the_book(book)
