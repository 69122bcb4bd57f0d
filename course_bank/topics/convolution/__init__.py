"""Chapter 2, convolution: products and sums, and what kernels answer to."""

from course_bank.topics.convolution import backwards, kernels, sums

QUESTIONS = [*sums.QUESTIONS, *kernels.QUESTIONS, *backwards.QUESTIONS]
