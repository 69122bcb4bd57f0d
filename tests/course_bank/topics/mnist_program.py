"""The MNIST program of a student, and what the questions of the bank say to it.

The engine stands in for Keras: it has its names.
"""

import numpy as np

import course_lib as keras
from course_bank import bank
from course_bank.authoring.notebook import _answer
from course_lib.datasets import mnist
from course_lib.exercise import Numbers
from tests.released import key_of

ASSIGNMENT = "ps8-mnist-in-keras"


def variant_of(name, secret="a secret"):
    return key_of(ASSIGNMENT).graded_variant(name, "ada", secret)


def emitted(name, namespace, secret="a secret"):
    """What the question's probe finds in the student's names."""
    variant, values = variant_of(name, secret), {}
    exec(variant.question.probe(variant), {**namespace, "emit": values.update})
    return values


def verdict(name, namespace, secret="a secret"):
    variant = variant_of(name, secret)
    return variant.question.grade(variant, emitted(name, namespace, secret))


class Sheet:
    @staticmethod
    def numbers(name):
        return Numbers(key_of(ASSIGNMENT).variant(name, "ada").numbers)


def solved(name):
    """The names that the instructor's answer cell defines."""
    namespace = {"keras": keras, "np": np, "mnist": mnist, "sheet": Sheet}
    exec(_answer(bank[name]), namespace)
    return namespace


def build(
    n, *, padding="valid", swapped=False, last="softmax", relu="relu", dropout=True, rate=None
):
    first, second = (n.second, n.first) if swapped else (n.first, n.second)
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input(shape=(28, 28, 1)),
            layers.Conv2D(first, n.kernel, padding=padding, activation=relu),
            layers.MaxPooling2D(2),
            layers.Conv2D(second, n.kernel, padding=padding, activation=relu),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            *([layers.Dropout(rate or n.rate)] if dropout else []),
            layers.Dense(10, activation=last),
        ]
    )
