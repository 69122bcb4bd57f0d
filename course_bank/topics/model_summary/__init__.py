"""Chapter 8, reading a model summary."""

from course_bank.topics.model_summary import (
    classifiers,
    functional_models,
    reverse,
    small_models,
)

QUESTIONS = [
    *functional_models.QUESTIONS,
    *classifiers.QUESTIONS,
    *small_models.QUESTIONS,
    *reverse.QUESTIONS,
]
