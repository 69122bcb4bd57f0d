"""Keras, imported once for the tests that compare with it."""

import os

import pytest


@pytest.fixture(scope="session", autouse=True)
def keras():
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    return pytest.importorskip("keras", reason="Keras is missing; install it: pip install .[keras]")
