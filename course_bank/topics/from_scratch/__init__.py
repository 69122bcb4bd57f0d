"""Functions that students write themselves in NumPy, over several chapters."""

from course_bank.topics.from_scratch import (
    backward,
    costs,
    forward,
    products,
    residual_backward,
    residual_forward,
    speed,
)

QUESTIONS = [
    *forward.QUESTIONS,
    *products.QUESTIONS,
    *backward.QUESTIONS,
    *speed.QUESTIONS,
    *residual_forward.QUESTIONS,
    *residual_backward.QUESTIONS,
    *costs.QUESTIONS,
]
