"""Chapter 11, one, two and three dimensions."""

from course_bank.topics.dimensions import reverse, texts, volumes

QUESTIONS = [*texts.QUESTIONS, *volumes.QUESTIONS, *reverse.QUESTIONS]
