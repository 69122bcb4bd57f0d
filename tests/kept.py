"""What a long set-up has found, kept in ``_build/kept`` until something under it changes.

A page visited in seven states, or a class of two hundred hostile submissions, takes minutes, and
tells the same as long as nothing has changed that it is made from. What is kept has a digest of all
of that. A clean checkout has nothing kept, and ``make clean`` forgets everything. Where the
environment has ``CI``, what was kept is not looked at.
"""

import contextlib
import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import time
import warnings
from importlib import metadata
from pathlib import Path

import numpy as np
from course_book.freshness import files, fingerprint

from tests.requirements import chromium

ROOT = Path(__file__).parents[1]
PLACE = ROOT / "_build" / "kept"
BEGAN = time.time()  # of the session: tests/conftest.py imports this module
NAMES = ["Makefile", "_config.yml", "_toc.yml", "index.md", "pyproject.toml", "chapters", "book"]
NAMES += ["course_lib", "course_bank", "course_grading", "exercises/source", "scripts", "tests"]
SOURCES = tuple(ROOT / name for name in NAMES)
ASKED = re.compile(r"COURSE_\w+|BOOK_(URL|REPOSITORY)|(TF|KERAS)_\w+|\w+_NUM_THREADS")
ENVIRONMENT = dict(os.environ)  # as it was when the session began; tests change it


def surroundings():
    """What everything rests on: packages, Python, the processor, the environment, this module."""
    installed = sorted(f"{one.name} {one.version}" for one in metadata.distributions())
    processor = [platform.machine(), np.show_config(mode="dicts")["SIMD Extensions"]]
    python = [sys.version, sys.executable]
    asked = sorted(pair for pair in ENVIRONMENT.items() if ASKED.fullmatch(pair[0]))
    return [installed, python, processor, asked, fingerprint(Path(__file__))]


def drawing(program=None):
    """What else decides how a browser draws a page: which one it is, and the fonts it finds.

    ``program``: its path; the tests' own where there is none.
    """
    program = program or chromium()
    return [program, _said(program, "--version"), _fonts()]


def _fonts():
    if shutil.which("fc-list"):
        return sorted(_said("fc-list").splitlines())
    return sorted(path.name for path in Path("/usr/share/fonts").rglob("*"))


def _said(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def digest(*places, also=()):
    """Digest of the files and folders ``places``, and of what is ``also`` so, as JSON can hold it.

    Nothing depends on the surroundings unless they are given as ``also``.
    """
    missing = [str(place) for place in places if not place.exists()]
    assert not missing, f"{missing}: there are no such files; name in digest() what there is"
    whole = json.dumps([fingerprint(*places), also])
    return hashlib.sha256(whole.encode()).hexdigest()


def saved(since):
    """The project's files that somebody has saved ``since`` then, in seconds of `time.time`."""
    return [path for path, _ in files(*SOURCES) if path.stat().st_ctime > since]


class Kept:
    """Results by name, in one file of JSON."""

    def __init__(self, name):
        self._file = PLACE / f"{name}.json"
        self._results = {} if os.environ.get("CI") else self._read()

    def _read(self):
        """What the file holds; nothing where it is missing, or was not written to its end."""
        try:
            return json.loads(self._file.read_text("utf-8"))
        except (OSError, ValueError):
            return {}

    def get(self, name):
        """What was kept under ``name``; None where nothing was."""
        return self._results.get(name)

    def put(self, name, result):
        """Keep ``result`` under ``name``, unless a file has been saved since the session began.

        The modules may be older than such a file, and what it is worth is not known.
        """
        if not saved(BEGAN):
            self._write({**self._results, name: result})

    def drop(self, name):
        self._write({other: kept for other, kept in self._results.items() if other != name})

    def _write(self, results):
        """Where nothing can be written, nothing is kept; no test fails for that."""
        self._results, written = results, self._file.with_suffix(f".{os.getpid()}")
        with contextlib.suppress(OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            written.write_text(json.dumps(results, indent=1), "utf-8")
            written.replace(self._file)


@contextlib.contextmanager
def while_right(session, name, now, find):
    """What ``find()`` has found, as JSON holds it: anew unless it was kept with the digest ``now``.

    It is kept if no test of the ``session`` fails while it is in use, and dropped if one does. The
    tests judge what was kept as they judge what was found anew. Files that ``find()`` makes belong
    to what it has found: before it begins, what was kept is dropped.
    """
    kept, failed, right = Kept(name), session.testsfailed, False
    last = kept.get("last")
    anew = last is None or last["digest"] != now
    if anew:
        kept.drop("last")
        last = {"digest": now, "found": json.loads(json.dumps(find()))}
    else:
        warnings.warn(f"{name}: found before; nothing under it has changed.", stacklevel=3)
    try:
        yield last["found"]
        right = session.testsfailed == failed
    finally:
        if not right:
            kept.drop("last")
        elif anew:
            kept.put("last", last)
