"""When a class must be graded anew: whenever its grades could come out otherwise."""

import os
import platform
import subprocess

from course_grading.kernels import groups, sandbox
from tests.kept import ENVIRONMENT, ROOT, digest, surroundings
from tests.requirements import bubblewrap

GRADING = (
    *(ROOT / name for name in ("course_lib", "course_bank", "course_grading")),
    *(ROOT / "exercises" / name for name in ("source", "nbgrader_config.py")),
    *(ROOT / "tests" / name for name in ("course_grading", "requirements.py")),
)


def machine():
    """What a submission can meet beside files: the user, Linux, the sandbox, what bounds it."""
    version = subprocess.run([bubblewrap(), "--version"], capture_output=True, text=True).stdout
    bounds = [len(os.sched_getaffinity(0)), os.sysconf("SC_PHYS_PAGES"), groups.told()]
    isolated = [version, sandbox.why_not_isolated()]
    return [os.getuid(), platform.release(), *platform.libc_ver(), *isolated, *bounds]


def now(*more):
    """Digest of all that the grades of a class rest on, and of the files ``more``."""
    return digest(also=[of_commands(*more), machine()])


def of_commands(*more):
    """Digest of what commands rest on that run no submission, and of the files ``more``."""
    return digest(*GRADING, *more, also=[surroundings(), ENVIRONMENT.get("PATH")])
