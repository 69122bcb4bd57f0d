"""`course bundle`: what students receive, as one archive.

The released notebooks, the engine, the questions and what sets up the environment. Left out: the
instructor's notebooks, grading, what reads a person's answers by (model answers and rubrics), and
the digits that models are graded on. The bank stays, since a student's numbers are drawn by it; so
a student can find right answers in it. Only hidden inputs cannot be known: see
`gradebook.secret`.
"""

import shutil
import tempfile
from pathlib import Path

import course_lib
from course_bank.assignments.judgements import judgements
from course_grading.course import NoCourse

NAME = "convolution-by-hand"
_ROOT_FILES = (
    "LICENSE",
    "Makefile",
    "package.json",
    "package-lock.json",
    "pyproject.toml",
    "requirements.lock",
    "scripts",
)
_LEFT_OUT = (
    "__pycache__",
    "*.pyc",
    "grading",
    "records",
    "judgements",
    "notebook.py",
    "heldout*.npz",
)
_README = """# Convolution by Hand: the exercises

    make env
    source .venv/bin/activate
    jupyter lab exercises/release

You need Python 3.11 to 3.13, make and git; on Windows, work in WSL.
"""


def write(course):
    """Write ``students.zip`` into the course folder; returns its path."""
    released = course.folder("release", "x").parent
    notebooks = sorted(released.glob("*/*.ipynb"))
    if not notebooks:
        raise NoCourse(
            f"bundle: expected notebooks in {released}, found none. "
            "Run nbgrader generate_assignment for each assignment to hand out."
        )
    project = Path(course_lib.__file__).resolve().parents[1]
    if not (project / "pyproject.toml").is_file():
        raise NoCourse(f"bundle: expected the project's folder, with pyproject.toml, at {project}.")
    with tempfile.TemporaryDirectory() as scratch:
        _fill(Path(scratch) / NAME, project, released)
        made = shutil.make_archive(str(course.root / "students"), "zip", scratch)
    return Path(made)


def _fill(folder, project, released):
    leave = shutil.ignore_patterns(*_LEFT_OUT)
    shutil.copytree(project / "course_lib", folder / "course_lib", ignore=leave)
    for name in _ROOT_FILES:
        copy = shutil.copytree if (project / name).is_dir() else shutil.copy2
        copy(project / name, folder / name)
    shutil.copytree(released, folder / "exercises" / "release", ignore=leave)
    (folder / "README.md").write_text(_README, encoding="utf-8")
    keyless = folder / "course_lib" / "questions" / "judgements"
    keyless.mkdir()
    original = Path(course_lib.__file__).parent / "questions" / "judgements" / "judgement.py"
    shutil.copy2(original, keyless)
    (keyless / "__init__.py").write_text(_without_keys(), encoding="utf-8")


def _without_keys():
    """The judgements' package with prompts and points alone."""
    made = "".join(
        f"    {name!r}: Judgement({name!r}, {one.prompt!r}, '', (({one.points!r}, ''),)),\n"
        for name, one in judgements.items()
    )
    return (
        '"""Questions that a person reads: what is asked."""\n\n'
        "from course_bank.assignments.judgements.judgement import Judgement\n\n"
        f"judgements = {{\n{made}}}\n"
    )
