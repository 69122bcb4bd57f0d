"""Chapter 1, pixel matching: pictures compared whole, and piece by piece."""

from course_bank.topics.pixel_matching import pictures, pieces

QUESTIONS = [*pictures.QUESTIONS, *pieces.QUESTIONS]
