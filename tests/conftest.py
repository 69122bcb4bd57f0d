"""The order of the files of tests: those that take longest first.

A file is one worker's (`--dist loadfile`). One that takes minutes and begins last leaves the other
processors idle; and while one worker builds the book, the others should have work without it.
"""

from collections import Counter
from pathlib import Path

import pytest

from tests import kept

LONGEST = (
    "book/test_pages.py",  # builds the book, if need be
    "exercises/test_pipeline.py",
    "course_grading/test_corpus.py",
    "book/test_every_page.py",
    "book/test_rerun.py",
    "course_lib/figures/test_interaction.py",
    "course_lib/figures/test_jupyterlab.py",
    "exercises/test_solutions.py",
    "course_grading/hub/test_hub.py",
    "course_grading/pages/test_formgrader.py",
    "course_grading/kernels/test_cluster.py",
    "exercises/test_adding.py",
    "book/test_browser.py",
    "book/test_paper.py",
    "book/test_search.py",
    "book/test_figures.py",
    "book/test_forms.py",
)
PLACES = {name: place for place, name in enumerate(LONGEST)}
MISSING = [name for name in LONGEST if not (Path(__file__).parent / name).is_file()]
assert not MISSING, f"{MISSING}: there are no such files; name in LONGEST those that take longest"


def pytest_collection_modifyitems(items):
    """The longest files as listed, then those of many tests; within a file as it stands."""
    files = {id(item): item.nodeid.split("::")[0].removeprefix("tests/") for item in items}
    tests = Counter(files.values())
    items.sort(
        key=lambda item: (
            PLACES.get(files[id(item)], len(PLACES)),
            -tests[files[id(item)]],
            files[id(item)],
        )
    )


@pytest.fixture
def kept_apart(tmp_path, monkeypatch):
    """The folder in which this test keeps what it has found: its own, whatever is saved or set."""
    monkeypatch.setattr(kept, "PLACE", tmp_path / "kept")
    monkeypatch.setattr(kept, "SOURCES", ())
    monkeypatch.delenv("CI", raising=False)
    return kept.PLACE


@pytest.fixture
def changed(monkeypatch):
    """A function that lets a file be read as if somebody had changed it."""

    def change(file):
        read = Path.read_bytes
        assert file.exists()
        monkeypatch.setattr(Path, "read_bytes", lambda path: read(path) + b" " * (path == file))

    return change
