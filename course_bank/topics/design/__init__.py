"""Chapter 18, what a convolution costs: models that the student designs under constraints."""

from course_bank.topics.design import classifiers, maps

QUESTIONS = [*maps.QUESTIONS, *classifiers.QUESTIONS]
