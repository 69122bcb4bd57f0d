"""Failures that concern the whole class: a full disk, a gradebook that is locked or read-only.

A command stops at the first one with a sentence: each further submission would fail as well.
"""

import contextlib
import errno
import logging

GOES_ON = "The same command goes on from here."
_DISK = {
    errno.ENOSPC: "The disk is full{where}. Free some space.",
    errno.EDQUOT: "The disk quota is used up{where}. Free some space.",
    errno.EROFS: "The disk is read-only{where}.",
    errno.EMFILE: "Too many files are open{where}: ulimit -n tells how many may be.",
    errno.ENFILE: "Too many files are open on this machine{where}.",
}
_GRADEBOOK = {  # what SQLite says: what to do
    "database is locked": "Another program holds it: close what has it open.",
    "readonly database": "It is read-only: allow yourself to write it (chmod u+w), and its folder.",
    "disk is full": "The disk is full: free some space.",
    "disk i/o error": "The disk is full or broken.",
    "unable to open": "Its folder is missing, or not yours to write.",
}


def of_all(error):
    """The failure as a sentence, None where it concerns one submission alone."""
    from nbgrader.api import InvalidEntry
    from sqlalchemy.exc import OperationalError, PendingRollbackError

    if told := getattr(error, "of_all", None):  # a child's: see `bounded_child`
        return told
    if isinstance(error, InvalidEntry):  # nbgrader's wrapping
        error = error.__context__ or error
    if isinstance(error, OSError) and error.errno in _DISK:
        where = f" ({error.filename})" if isinstance(error.filename, str) else ""
        return _DISK[error.errno].format(where=where)
    if isinstance(error, OperationalError | PendingRollbackError):
        return of_the_gradebook(getattr(error, "orig", None) or error)
    return of_all(error.__cause__) if getattr(error, "__cause__", None) else None


def raise_what_is_of_all(errors):
    """Raise the first of these errors that concerns the whole class."""
    for error in errors:
        if of_all(error):
            raise error


class Stop(BaseException):
    """No Exception, each of which nbgrader logs with a traceback before it goes on."""


@contextlib.contextmanager
def stopping():
    """What concerns the whole class raises `Stop` with its sentence."""
    try:
        yield
    except Exception as error:
        if told := of_all(error):
            raise Stop(told) from None
        raise


class _Foreseen(logging.Filter):
    """nbgrader's gradebook prints a traceback of a hundred lines before it raises."""

    def filter(self, record):
        return not (record.exc_info and of_all(record.exc_info[1]))


def install():
    """Leave what concerns the whole class to the sentence of whoever stops."""
    from nbgrader.api import app_log

    if not any(isinstance(known, _Foreseen) for known in app_log.filters):
        app_log.addFilter(_Foreseen())


def of_the_gradebook(cause):
    """Why the gradebook cannot be used, and what to do."""
    text = " ".join(str(cause).split())[:400]
    mend = next((mend for said, mend in _GRADEBOOK.items() if said in text.lower()), "")
    return (
        f"The gradebook cannot be used: {text}\n{mend}{' ' if mend else ''}"
        "c.CourseDirectory.db_url in nbgrader_config.py says where it is (else gradebook.db)."
    )
