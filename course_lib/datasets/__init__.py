"""Data sets of the course: MNIST in Keras' form, and photographs."""

from course_lib.datasets import cutouts, mnist, photographs

__all__ = ["cutouts", "mnist", "photographs"]
