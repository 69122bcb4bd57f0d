"""Data sets of the course: MNIST in Keras' form, and photographs."""

from course_lib.datasets import mnist, photographs

__all__ = ["mnist", "photographs"]
