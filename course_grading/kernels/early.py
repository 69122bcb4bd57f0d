"""The kernel server that a class will ask for, started before nbgrader is imported.

Importing nbgrader takes seconds, importing TensorFlow more: they go on side by side. What grading
asks for is only known when the configuration is read. This is a guess by what lies in the folders;
`warm.shared_server` takes a server that fits, and `IsolatedKernel.start_servers` ends the others.
"""

import contextlib
import glob
import json
import shutil
from pathlib import Path

from course_grading.kernels import kinds, sandbox, warm


def begin(root, assignment):
    """Start what the submissions of an assignment will run on, where some are not graded yet."""
    root = Path(root)
    # what does not fit, in the name or in a notebook, is told where it is needed
    with contextlib.suppress(Exception):
        if shutil.which("bwrap") is None or not _has_new(root, assignment):
            return
        for kind in sorted(_kinds(root, assignment)):
            warm.begin(kind, True, sandbox.hidden_parts(root))


def _has_new(root, assignment):
    """Whether a submission has no graded one beside it."""
    name = glob.escape(assignment)
    handed_in = {path.parent.name for path in root.glob(f"submitted/*/{name}")}
    return bool(handed_in - {path.parent.name for path in root.glob(f"autograded/*/{name}")})


def _kinds(root, assignment):
    """The kinds of kernel that the instructor's notebooks need."""
    notebooks = (root / "source" / assignment).glob("*.ipynb")
    return {kinds.of(json.loads(path.read_text(encoding="utf-8"))["cells"]) for path in notebooks}
