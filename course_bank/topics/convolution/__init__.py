"""Chapter 2, convolution: products and sums, and what kernels answer to."""

from course_bank.topics.convolution import kernels, reverse, sums

QUESTIONS = [*sums.QUESTIONS, *kernels.QUESTIONS, *reverse.QUESTIONS]
