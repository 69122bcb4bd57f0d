"""Chapter 8, reading a model summary."""

from course_bank.topics.model_summary import (
    backwards,
    classifiers,
    functional_models,
    small_models,
)

QUESTIONS = [
    *functional_models.QUESTIONS,
    *classifiers.QUESTIONS,
    *small_models.QUESTIONS,
    *backwards.QUESTIONS,
]
