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

from course_bank.catalogue import bank
from course_bank.problem_sets import assignments
from course_bank.question import Misconception, Question, Variant, Verdict, slip
from course_bank.sheets import (
    graded_variant,
    hidden_check,
    hidden_seed,
    sheet,
    student_seed,
    student_variant,
)

__all__ = [
    "Misconception",
    "Question",
    "Variant",
    "Verdict",
    "assignments",
    "bank",
    "graded_variant",
    "hidden_check",
    "hidden_seed",
    "sheet",
    "slip",
    "student_seed",
    "student_variant",
]
