"""Chapter 7, parameters: counting them, and what a choice costs."""

from course_bank.topics.parameters import backwards, choices, counts

QUESTIONS = [*counts.QUESTIONS, *choices.QUESTIONS, *backwards.QUESTIONS]
