"""What Jupyter Book does not do by itself, as one Sphinx extension.

``vendor``     brings KaTeX' style and the icons that the pages use into the book
``freshness``  executes a chapter again when the library under it has changed
``execution``  executes the chapters that need it, several at a time, in `warm_kernels`
``formulas``   sets formulas with KaTeX while the book is built
``docstrings`` sets the library's docstrings on the API pages
``calc``       the role that puts a computed number into a sentence
``facts``      the directives that show what the lectures say and what is true
``boxes``      objectives, closing, misconceptions, questions of judgement
``exercises``  the directive that describes a graded assignment
``cells``      folds one of the NumPy and the Keras version of a step
``thumbnails`` shows a folded picture small and blurred
``lines``      keeps shapes on one line and wraps long messages
``drawings``   gives drawings their size, and on a phone the width at which they can be read
``figures``    moves interactive figures into the page, with their text fallback
``pages``      mends what the stock theme gets wrong: duplicates, labels, icons
``address``    says what a link to the book shows elsewhere, and where the book stands
``chapter_map`` makes the cards of the chapters on the first page
``search``     collects what the search box looks through
``terms``      shows a term's entry where it is linked, and the chapters where it is explained
``literature`` labels the bibliography by authors and year
``notebooks``  hands out each chapter as a notebook, and the library as a wheel
``plain``      writes a chapter's text as Markdown that any Jupyter shows
``styles``     makes one style sheet of the rules that the pages use
``moved``      leads from the old address of a page to the new one
"""

import os
import sys
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:  # the chapters' library, also where it is not installed
    sys.path.insert(0, str(ROOT))

PARTS = (
    "vendor",
    "freshness",
    "execution",
    "formulas",
    "docstrings",
    "calc",
    "facts",
    "boxes",
    "exercises",
    "cells",
    "thumbnails",
    "lines",
    "drawings",
    "figures",
    "pages",
    "address",
    "chapter_map",
    "search",
    "notebooks",
    "styles",
    "moved",
    "terms",
    "literature",
)


def _environment():
    """Settings of the chapters' kernels: quiet TensorFlow, no GPU, the library importable."""
    paths = [str(ROOT), os.environ.get("PYTHONPATH", "")]
    os.environ["PYTHONPATH"] = os.pathsep.join(path for path in paths if path)
    programs = [str(Path(sys.executable).parent), os.environ.get("PATH", "")]
    os.environ["PATH"] = os.pathsep.join(programs)  # Node stands beside Python
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    os.environ.update(
        TF_CPP_MIN_LOG_LEVEL="3",
        TF_ENABLE_ONEDNN_OPTS="0",
        CUDA_VISIBLE_DEVICES="-1",
        OPENBLAS_NUM_THREADS="1",  # the engine runs its own threads; two kinds get in the way
        PYTHONHASHSEED="0",
    )


def setup(app):
    _environment()
    for part in PARTS:
        import_module(f".{part}", __name__).setup(app)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
