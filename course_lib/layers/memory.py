"""How many numbers there may be: a bound on what a file asks for, words for what is too much."""

from contextlib import contextmanager
from contextvars import ContextVar
from math import prod

_numbers_left = ContextVar("numbers_left", default=None)


@contextmanager
def weights_at_most(count):
    """A context in which layers may create that many numbers: what a file asks for is bounded."""
    before = _numbers_left.set(count)
    try:
        yield
    finally:
        _numbers_left.reset(before)


def spend(label, name, shape):
    """Count the weight ``name`` among those that may be created."""
    left = _numbers_left.get()
    if left is None:
        return
    if prod(shape) > left:
        raise ValueError(f"{label}: {name} of shape {tuple(shape)} is more than there are numbers")
    _numbers_left.set(left - prod(shape))


@contextmanager
def enough_memory(label, what, mend):
    """Say in a MemoryError which layer it was, which array, and what to do."""
    try:
        yield
    except MemoryError as error:
        text = str(error)
        if text.startswith(label):
            raise
        reason = f" ({text.rstrip('.')})" if text else ""
        text = f"{label}: {what} are more than fits in memory{reason}. {mend}"
        raise MemoryError(text) from error
