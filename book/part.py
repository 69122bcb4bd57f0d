"""Builds some pages of the book by themselves: ``python book/part.py chapters/02-convolution.md``.

The pages go to ``_build/part/_build/html``, with the appendix, the glossary and the bibliography.
Links to pages that are left out are text there; a label that is nowhere is a warning.
"""

import re
import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
REFERENCE = ("chapters/appendix-facts.md", "chapters/glossary.md", "chapters/bibliography.md")
LINKED = ("chapters", "index.md", "book", "course_lib", "course_bank", "benchmarks")


def prepare(folder, pages):
    """Make ``folder`` the source of a book of ``pages``, which may stand anywhere."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in LINKED:
        if not (folder / name).exists():
            (folder / name).symlink_to(ROOT / name)
    chapters, others = [], []
    for page in map(Path, pages):
        inside = (ROOT / page).resolve()
        if not inside.is_relative_to(ROOT / "chapters"):
            (folder / page.name).write_text(page.read_text("utf-8"), "utf-8")
            chapters.append({"file": page.stem})
        else:
            kind = chapters if re.match(r"\d", page.name) else others
            kind.append({"file": inside.relative_to(ROOT).with_suffix("").as_posix()})
    parts = [
        {"caption": "A part of the book", "numbered": 1, "chapters": chapters},
        {"caption": "Other pages", "chapters": others},
    ]
    toc = {"format": "jb-book", "root": "index", "parts": [p for p in parts if p["chapters"]]}
    (folder / "_toc.yml").write_text(yaml.safe_dump(toc), "utf-8")
    config = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))
    config["sphinx"]["config"]["nitpick_ignore_regex"] = [["(std:)?ref|any|term", labels()]]
    (folder / "_config.yml").write_text(yaml.safe_dump(config), "utf-8")


def build(folder, pages):
    """Build ``pages`` in ``folder``; returns the folder of the built pages."""
    prepare(folder, pages)
    program = Path(sys.executable).with_name("jupyter-book")
    subprocess.run([program, "build", ".", "-n", "--keep-going"], cwd=folder, check=True)
    return folder / "_build" / "html"


def labels():
    """All labels of the book's pages, which a part may lead to."""
    texts = [path.read_text("utf-8") for path in (ROOT / "chapters").rglob("*.md")]
    own = [name for text in texts for name in re.findall(r"^\((\S+)\)=$", text, re.MULTILINE)]
    return "|".join([*map(re.escape, own), r"exercise-ps\d+"])


if __name__ == "__main__":
    print(build(ROOT / "_build" / "part", [*sys.argv[1:], *REFERENCE]))
