"""Chapter 6, pooling: what is kept of a window, and the sizes it leaves."""

from course_bank.topics.pooling import sizes, values

QUESTIONS = [*values.QUESTIONS, *sizes.QUESTIONS]
