"""When a class must be graded anew: whenever its grades could come out otherwise."""

import os
import platform
import subprocess

from course_grading.kernels import groups
from tests.kept import ROOT, digest, surroundings
from tests.requirements import bubblewrap

GRADING = (
    *(ROOT / name for name in ("course_lib", "course_bank", "course_grading")),
    *(ROOT / "exercises" / name for name in ("source", "nbgrader_config.py")),
    *(ROOT / "tests" / name for name in ("course_grading", "kept.py", "requirements.py")),
)


def machine():
    """What a submission can meet beside files: the user, Linux, the sandbox, what bounds it."""
    version = subprocess.run([bubblewrap(), "--version"], capture_output=True, text=True).stdout
    return [os.getuid(), platform.release(), *platform.libc_ver(), version, groups.told()]


def now(*more):
    """Digest of all that the grades of a class rest on, and of the files ``more``."""
    return digest(also=[of_commands(*more), machine()])


def of_commands(*more):
    """Digest of what commands rest on that run no submission, and of the files ``more``."""
    return digest(*GRADING, *more, also=surroundings())
