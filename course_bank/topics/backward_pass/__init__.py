"""Chapter 13, how a convolution learns: the way back."""

from course_bank.topics.backward_pass import convolution, pooling

QUESTIONS = [*convolution.QUESTIONS, *pooling.QUESTIONS]
