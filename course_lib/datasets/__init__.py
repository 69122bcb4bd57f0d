"""Data sets of the course: MNIST, Fashion-MNIST and CIFAR-10 in Keras' form, and photographs."""

from course_lib.datasets import cifar10, cutouts, fashion_mnist, mnist, objects, photographs

__all__ = ["cifar10", "cutouts", "fashion_mnist", "mnist", "objects", "photographs"]
