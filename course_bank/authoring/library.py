"""``course_lib`` as one file, which a student or a reader puts beside a notebook.

As a wheel to be installed, or as a zip that works from ``sys.path``. It ships whole, and of this
project nothing else.
"""

import shutil
import tempfile
import zipfile
from pathlib import Path

import course_lib

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


def licence():
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
        shutil.copy(licence(), root)
        pyproject = _PYPROJECT.format(version=course_lib.__version__)
        (root / "pyproject.toml").write_text(pyproject, encoding="utf-8")
        (built,) = WheelBuilder(str(root)).build(directory=str(folder))
    return Path(built)
