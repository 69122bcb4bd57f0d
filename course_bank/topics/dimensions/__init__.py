"""Chapter 11, one, two and three dimensions."""

from course_bank.topics.dimensions import backwards, texts, volumes

QUESTIONS = [*texts.QUESTIONS, *volumes.QUESTIONS, *backwards.QUESTIONS]
