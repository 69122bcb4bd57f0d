"""`course bundle`: what students receive, as one archive.

The released notebooks with their sheets, and ``course_lib`` twice: as a wheel to be installed and
as a zip to lie beside a notebook. ``course_lib`` ships whole, and of this project nothing else.
"""

import shutil
import tempfile
import zipfile
from pathlib import Path

import course_lib
from course_grading.course import NoCourse

NAME = "convolution-by-hand"
LIBRARY = "course_lib.zip"
_PYPROJECT = """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "course-lib"
version = "{version}"
description = "Convolution by Hand: networks in NumPy, and what its notebooks need."
requires-python = ">=3.10"
dependencies = ["numpy>=1.26"]

[tool.hatch.build.targets.wheel]
packages = ["course_lib"]
"""
_README = """\
Convolution by Hand: the exercises
==================================

Each folder holds a notebook and its sheets, the numbers that you work with; keep the two together.

Where Jupyter and NumPy are installed: open a notebook in its folder. It finds {library}, which lies
one folder above.

Else, with Python 3.10 or newer, in this folder:

    python -m venv env
    env/bin/pip install {wheel} jupyterlab       (on Windows: env\\Scripts\\pip install ...)
    env/bin/jupyter lab                          (on Windows: env\\Scripts\\jupyter lab)

On a hosted Jupyter (Colab, a JupyterHub): upload a notebook, its sheets and {library} into one
folder.
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
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / NAME
        leave = shutil.ignore_patterns(".ipynb_checkpoints", "__pycache__")
        shutil.copytree(released, folder, ignore=leave)
        wheel = library_wheel(folder)
        library_zip(folder / LIBRARY)
        shutil.copy(_license(), folder)
        text = _README.format(library=LIBRARY, wheel=wheel.name)
        (folder / "README.txt").write_text(text, encoding="utf-8")
        made = shutil.make_archive(str(course.root / "students"), "zip", scratch)
    return Path(made)


def _license():
    """The licences of what is handed out."""
    return Path(course_lib.__file__).resolve().parents[1] / "LICENSE"


def library_files():
    """[(path, name in the archive)] of ``course_lib``, whole."""
    package = Path(course_lib.__file__).resolve().parent
    return [
        (path, str(Path(package.name) / path.relative_to(package)))
        for path in sorted(package.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    ]


def library_zip(path):
    """Write ``course_lib`` as a zip that works from ``sys.path``."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for source, name in library_files():
            archive.write(source, name)


def library_wheel(folder):
    """Write ``course_lib`` as a wheel, which needs NumPy alone; returns its path."""
    from hatchling.builders.wheel import WheelBuilder

    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch)
        for source, name in library_files():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, root / name)
        shutil.copy(_license(), root)
        pyproject = _PYPROJECT.format(version=course_lib.__version__)
        (root / "pyproject.toml").write_text(pyproject, encoding="utf-8")
        (built,) = WheelBuilder(str(root)).build(directory=str(folder))
    return Path(built)
