"""Chapter 14, dropout and normalisation."""

from course_bank.topics.dropout_and_normalisation import dropout, normalisation

QUESTIONS = [*normalisation.QUESTIONS, *dropout.QUESTIONS]
