"""Data sets of the course: MNIST, Fashion-MNIST and CIFAR-10 in Keras' form, and photographs."""

from course_lib.datasets import cifar10, cutouts, fashion_mnist, mnist, objects, photographs
from course_lib.unknown_names import told

__all__ = ["cifar10", "cutouts", "fashion_mnist", "mnist", "objects", "photographs"]
__getattr__ = told(__name__)
