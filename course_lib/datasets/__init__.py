"""Data sets of the course, returned in Keras' form."""

from course_lib.datasets import mnist

__all__ = ["mnist"]
