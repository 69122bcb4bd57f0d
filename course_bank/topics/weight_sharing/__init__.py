"""Chapter 10, weight sharing and equivariance."""

from course_bank.topics.weight_sharing import sharing, shifts

QUESTIONS = [*shifts.QUESTIONS, *sharing.QUESTIONS]
