"""Chapter 12, MNIST: the lecture's program, and the counting around training."""

from course_bank.topics.mnist import program, training

QUESTIONS = [*training.QUESTIONS, *program.QUESTIONS]
