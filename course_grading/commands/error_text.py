"""What `course` prints of an error: its cause and the mend in a line or two, no traceback."""

import os

from course_grading import bounded_child
from course_grading.gradebook import failures
from course_grading.text import shorten

LONGEST = 400
_DRIVERS = {"psycopg": "psycopg[binary]", "psycopg2": "psycopg2-binary"}  # module: package


def sentence(error):
    """The error as text for an instructor."""
    from nbgrader.converters import NbGraderException
    from sqlalchemy.exc import SQLAlchemyError

    from course_grading.gradebook.files import Unusable
    from course_grading.kernels.sandbox import IsolationUnavailable
    from course_grading.kernels.servers import KernelFailed
    from course_grading.root import NoCourse

    told = NoCourse | Unusable | IsolationUnavailable | KernelFailed | NbGraderException
    if isinstance(error, told):
        return str(error)
    if isinstance(error, bounded_child.Failed) and error.raised[0] in _names(told):
        return error.raised[1]
    if told := failures.of_all(error):
        return f"{told} {failures.GOES_ON}"
    if isinstance(error, bounded_child.Failed):
        return _line(error.told)
    if isinstance(error, SQLAlchemyError):
        return failures.of_the_gradebook(getattr(error, "orig", None) or error)
    if isinstance(error, ModuleNotFoundError) and error.name in _DRIVERS:
        return failures.of_the_gradebook(f"{error}: pip install '{_DRIVERS[error.name]}'")
    return f"{type(error).__name__}: {_line(error)}"


def is_foreseen(error):
    """Whether the text says all there is to say, so that no traceback would help."""
    return not sentence(error).startswith(f"{type(error).__name__}: ")


def with_folder(text, start):
    """``text``; where it names a command of nbgrader, with the folder to call it in.

    ``course`` runs in the folder above the course too, nbgrader does not.
    """
    from course_grading.root import CONFIG

    if "nbgrader generate" not in text or os.path.realpath(start) == os.getcwd():
        return text
    return f"{text}\nNo {CONFIG} in {start}: cd {os.path.relpath(os.getcwd(), start)} before that."


def _names(kinds):
    """Of these kinds of error; a child tells no more of one."""
    return {kind.__name__ for kind in kinds.__args__}


def _line(text):
    return shorten(" ".join(str(text).split()), LONGEST)
