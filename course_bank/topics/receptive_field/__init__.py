"""Chapter 9, receptive field and dilation."""

from course_bank.topics.receptive_field import dilation, fields, reverse

QUESTIONS = [*fields.QUESTIONS, *dilation.QUESTIONS, *reverse.QUESTIONS]
