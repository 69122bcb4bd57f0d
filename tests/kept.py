"""What a long set-up has found, kept in ``_build/kept`` until something under it changes.

A page visited in seven states, or a class of two hundred hostile submissions, takes minutes, and
tells the same as long as nothing has changed that it is made from. What is kept has a digest of all
of that. A clean checkout has nothing kept, and ``make clean`` forgets everything.
"""

import contextlib
import hashlib
import json
import platform
import subprocess
import sys
import warnings
from importlib import metadata
from pathlib import Path

import numpy as np
from course_book.freshness import fingerprint

from tests.requirements import chromium

ROOT = Path(__file__).parents[1]
PLACE = ROOT / "_build" / "kept"


def surroundings():
    """What everything rests on beside files: packages, Python, what the processor can do."""
    installed = sorted(f"{one.name} {one.version}" for one in metadata.distributions())
    processor = [platform.machine(), np.show_config(mode="dicts")["SIMD Extensions"]]
    return [installed, sys.version, sys.executable, processor]


def drawing():
    """What else decides how a browser draws a page: which one it is, and the fonts it finds."""
    version = subprocess.run([chromium(), "--version"], capture_output=True, text=True).stdout
    return [version, sorted(path.name for path in Path("/usr/share/fonts").rglob("*"))]


def digest(*places, also=()):
    """Digest of the files and folders ``places``, and of what is ``also`` so, as JSON can hold it.

    Nothing depends on the surroundings unless they are given as ``also``.
    """
    whole = json.dumps([fingerprint(*places), also])
    return hashlib.sha256(whole.encode()).hexdigest()


class Kept:
    """Results by name, in one file of JSON."""

    def __init__(self, name):
        self._file = PLACE / f"{name}.json"
        self._results = json.loads(self._file.read_text("utf-8")) if self._file.exists() else {}

    def get(self, name):
        """What was kept under ``name``; None where nothing was."""
        return self._results.get(name)

    def put(self, name, result):
        self._results[name] = result
        self._file.parent.mkdir(parents=True, exist_ok=True)
        self._file.write_text(json.dumps(self._results, indent=1), "utf-8")


@contextlib.contextmanager
def while_right(session, name, now, find):
    """What ``find()`` has found, as JSON holds it: anew unless it was kept with the digest ``now``.

    It is kept if no test of the ``session`` fails while it is in use, and dropped if one does. The
    tests judge what was kept as they judge what was found anew.
    """
    kept, failed = Kept(name), session.testsfailed
    found = kept.get("found") if kept.get("digest") == now else None
    if found is None:
        found = json.loads(json.dumps(find()))
    else:
        warnings.warn(f"{name}: found before; nothing under it has changed.", stacklevel=3)
    yield found
    right = session.testsfailed == failed
    kept.put("digest", now if right else None)
    kept.put("found", found if right else None)
