"""The question bank: one source for the graded notebooks, the quizzes of the book, and the tests.

    >>> from course_bank import bank
    >>> variant = bank["sizes-valid"].variant(seed=7)
    >>> print(variant.prompt)            # doctest: +SKIP
    >>> variant.answer, variant.steps    # doctest: +SKIP

A released assignment has a key: `course_bank.assignments.release` draws it,
`course_bank.assignments.key` reads it. ``variant.question.probe(variant)`` is what runs in the
student's kernel (it calls ``emit(name=value)``), ``variant.question.grade(variant, values)`` the
verdict on what came back.
"""

from course_bank.assignments.assignment import Assignment, Step, Task
from course_bank.assignments.hidden_check import hidden_check
from course_bank.assignments.judgements import Judgement
from course_bank.assignments.problem_sets import problem_sets
from course_bank.catalogue import Catalogue, bank
from course_bank.core.function_questions import Case, FunctionQuestion
from course_bank.core.question import Misconception, Question, ranges, slip
from course_bank.core.value_answer import CLOSE, FAR, Verdict
from course_bank.core.variant import Variant
from course_bank.practice import quiz

__all__ = [
    "CLOSE",
    "FAR",
    "Assignment",
    "Case",
    "Catalogue",
    "FunctionQuestion",
    "Judgement",
    "Misconception",
    "Question",
    "Step",
    "Task",
    "Variant",
    "Verdict",
    "bank",
    "hidden_check",
    "problem_sets",
    "quiz",
    "ranges",
    "slip",
]
