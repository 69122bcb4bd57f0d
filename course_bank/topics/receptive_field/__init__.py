"""Chapter 9, receptive field and dilation."""

from course_bank.topics.receptive_field import backwards, dilation, fields

QUESTIONS = [*fields.QUESTIONS, *dilation.QUESTIONS, *backwards.QUESTIONS]
