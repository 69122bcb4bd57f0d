"""Chapter 7, parameters: counting them, and what a choice costs."""

from course_bank.topics.parameters import choices, counts, reverse

QUESTIONS = [*counts.QUESTIONS, *choices.QUESTIONS, *reverse.QUESTIONS]
