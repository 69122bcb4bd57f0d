"""Chapter 5, activation: what units, ReLU and softmax return, and why there must be something."""

from course_bank.topics.activation import claims, values

QUESTIONS = [*values.QUESTIONS, *claims.QUESTIONS]
