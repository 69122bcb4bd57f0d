"""Chapter 3, stride and padding: the sizes that windows leave."""

from course_bank.topics.stride_and_padding import backwards, padding, sizes

QUESTIONS = [*sizes.QUESTIONS, *padding.QUESTIONS, *backwards.QUESTIONS]
