"""The examples in the docstrings of the library give what they show."""

import doctest
import importlib
import pkgutil

import numpy as np
import pytest

ROOMS = (
    *("activations", "callbacks", "initializers", "layers", "losses", "metrics", "model", "models"),
    *("ops", "optimizers", "regularizers", "shapes", "training", "utils"),
)


def modules():
    for room in ROOMS:
        module = importlib.import_module(f"course_lib.{room}")
        yield module.__name__
        for inner in pkgutil.walk_packages(getattr(module, "__path__", []), f"{module.__name__}."):
            yield inner.name


@pytest.mark.parametrize("name", list(modules()))
def test_examples_in_docstrings(name):
    found = doctest.testmod(importlib.import_module(name), extraglobs={"np": np})
    assert found.failed == 0


def test_there_are_examples_where_one_helps():
    finder = doctest.DocTestFinder()
    total = sum(
        len(test.examples)
        for name in modules()
        for test in finder.find(importlib.import_module(name))
    )
    assert total >= 20
