"""`course bundle`: what students receive, as one archive.

The released notebooks with their sheets, and ``course_lib`` twice: as a wheel to be installed and
as a zip to lie beside a notebook. ``course_lib`` ships whole, and of this project nothing else.
"""

import shutil
import tempfile
from pathlib import Path

from course_bank.authoring.library import library_wheel, library_zip, licence
from course_grading.root import NoCourse

NAME = "convolution-by-hand"
LIBRARY = "course_lib.zip"
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
        shutil.copy(licence(), folder)
        text = _README.format(library=LIBRARY, wheel=wheel.name)
        (folder / "README.txt").write_text(text, encoding="utf-8")
        made = shutil.make_archive(str(course.root / "students"), "zip", scratch)
    return Path(made)
