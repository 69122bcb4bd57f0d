"""Chapter 3, stride and padding: the sizes that windows leave."""

from course_bank.topics.stride_and_padding import padding, reverse, sizes

QUESTIONS = [*sizes.QUESTIONS, *padding.QUESTIONS, *reverse.QUESTIONS]
