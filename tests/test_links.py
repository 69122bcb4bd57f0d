"""Links inside the repository's own text lead somewhere, and references of the chapters too."""

import re
from pathlib import Path

import pytest

from course_bank import problem_sets

ROOT = Path(__file__).parents[1]
TEXTS = sorted(
    path
    for pattern in ("*.md", "book/*.md", "exercises/*.md", "course_lib/**/*.md", "benchmarks/*.md")
    for path in ROOT.glob(pattern)
)
LINK = re.compile(r"\]\(([^)\s#]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize("path", TEXTS, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_between_files_lead_somewhere(path):
    targets = LINK.findall(path.read_text(encoding="utf-8"))
    lost = [t for t in targets if "://" not in t and not (path.parent / t).exists()]
    assert not lost, f"{path.relative_to(ROOT)} links to {', '.join(lost)}"


@pytest.mark.parametrize("path", sorted(ROOT.glob("chapters/**/*.md")), ids=lambda p: p.stem)
def test_references_of_a_chapter_name_a_label_of_the_book(path):
    labels = {f"exercise-{name.partition('-')[0]}" for name in problem_sets}  # rows of the table
    labels |= {"genindex", "modindex", "search"} | {  # Sphinx' own pages, then ours
        label.lower()
        for text in [*ROOT.glob("chapters/**/*.md"), ROOT / "index.md"]
        for label in re.findall(
            r"^\(([\w-]+)\)=|^(?::name:|:label:) ([\w-]+)|name: ([\w-]+)|\"name\": \"([\w-]+)\"",
            text.read_text(encoding="utf-8"),
            re.M,
        )
        for label in label
        if label
    }
    used = re.findall(r"\{(?:ref|numref)\}`(?:[^`<]*<)?([\w-]+)>?`", path.read_text("utf-8"))
    lost = sorted({name for name in used if name.lower() not in labels})
    assert not lost, f"{path.name} refers to {', '.join(lost)}"


def test_the_rooms_that_contributing_names_exist():
    named = re.findall(
        r"`((?:course_\w+|tests)/[\w/.]+)`", (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    )
    assert len(named) > 10
    assert not [name for name in named if not (ROOT / name).exists()]
