"""Functions that students write themselves in NumPy, over several chapters."""

from course_bank.topics.from_scratch import backward, costs, forward, residual, speed

QUESTIONS = [
    *forward.QUESTIONS,
    *backward.QUESTIONS,
    *speed.QUESTIONS,
    *residual.QUESTIONS,
    *costs.QUESTIONS,
]
