"""Submissions that try something: hostile, broken or only odd, one function each.

The class of all of them is graded in one run by ``test_corpus.py``, and through stock nbgrader by
``python -m tests.course_grading.compare``.
"""

from tests.course_grading.corpus import (
    careless,
    channel,
    deadly,
    edited,
    files,
    forging,
    greedy,
    lies,
    noisy,
    programs,
    prying,
    talking,
    typed,
)
from tests.course_grading.corpus.cases import CASES, PROGRAMS, Case, write

__all__ = [
    "CASES",
    "PROGRAMS",
    "Case",
    "careless",
    "channel",
    "deadly",
    "edited",
    "files",
    "forging",
    "greedy",
    "lies",
    "noisy",
    "programs",
    "prying",
    "talking",
    "typed",
    "write",
]
