"""The seeds of what is drawn: by the secret of a course and term, or by a student's id."""

import hashlib
import hmac

from course_lib.exercise.sheets import joined


def _number(digest):
    return int.from_bytes(digest[:8], "big")


def _keyed(secret, *parts):
    key = secret if isinstance(secret, bytes) else str(secret).encode()
    return _number(hmac.new(key, joined(*parts), "sha256").digest())


def pool_seed(secret, assignment, question, place):
    """The seed of a variant in a released pool, an int; nobody computes it without ``secret``."""
    return _keyed(secret, "pool", assignment, question, place)


def hidden_seed(secret, student, assignment, question):
    """The seed of hidden inputs, an int; nobody computes it without ``secret`` (str or bytes)."""
    return _keyed(secret, student, assignment, question)


def student_seed(student, assignment, question):
    """The public seed of numbers that follow from the id alone: see `release.carried_over`."""
    return _number(hashlib.sha256(joined(student, assignment, question)).digest())
