"""Builds some pages of the book by themselves: ``python book/part.py chapters/02-convolution.md``.

The pages go to ``_build/part/_build/html``, with the appendix, the glossary and the bibliography.
Links to other pages that are left out are warnings here.
"""

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
    names = []
    for page in map(Path, pages):
        inside = (ROOT / page).resolve()
        if not inside.is_relative_to(ROOT / "chapters"):
            (folder / page.name).write_text(page.read_text("utf-8"), "utf-8")
            names.append(page.stem)
        else:
            names.append(inside.relative_to(ROOT).with_suffix("").as_posix())
    chapters = [{"file": name} for name in names]
    toc = {"format": "jb-book", "root": "index"}
    toc["parts"] = [{"caption": "A part of the book", "numbered": 1, "chapters": chapters}]
    (folder / "_toc.yml").write_text(yaml.safe_dump(toc), "utf-8")
    (folder / "_config.yml").write_text((ROOT / "_config.yml").read_text("utf-8"), "utf-8")


def build(folder, pages):
    """Build ``pages`` in ``folder``; returns the folder of the built pages."""
    prepare(folder, pages)
    program = Path(sys.executable).with_name("jupyter-book")
    subprocess.run([program, "build", ".", "-n", "--keep-going"], cwd=folder, check=True)
    return folder / "_build" / "html"


if __name__ == "__main__":
    print(build(ROOT / "_build" / "part", [*sys.argv[1:], *REFERENCE]))
