"""The question bank: one source for the graded notebooks, the quizzes of the book, and the tests.

    >>> from course_bank import bank
    >>> variant = bank["sizes-valid"].variant(seed=7)
    >>> print(variant.prompt)            # doctest: +SKIP
    >>> variant.answer, variant.steps    # doctest: +SKIP

For grading: ``variant = graded_variant(id, student, assignment, secret)`` has the student's public
numbers, and for function and model questions the seed of hidden inputs;
``bank[id].probe(variant)`` is what runs in the student's kernel (it calls ``emit(name=value)``),
``bank[id].grade(variant, values)`` the verdict on what came back.
"""

from course_bank.assignments.problem_sets import problem_sets
from course_bank.assignments.sheets import (
    graded_variant,
    hidden_check,
    hidden_seed,
    sheet,
    student_seed,
    student_variant,
)
from course_bank.catalogue import bank
from course_bank.core.question import Misconception, Question, Verdict, slip
from course_bank.core.variant import Variant
from course_bank.practice import quiz

__all__ = [
    "Misconception",
    "Question",
    "Variant",
    "Verdict",
    "bank",
    "graded_variant",
    "hidden_check",
    "hidden_seed",
    "problem_sets",
    "quiz",
    "sheet",
    "slip",
    "student_seed",
    "student_variant",
]
