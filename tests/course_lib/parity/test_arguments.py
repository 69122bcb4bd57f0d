"""Arguments beside Keras: their names, order and defaults."""

import inspect

import numpy as np
import pytest

from course_lib import layers

pytestmark = pytest.mark.keras

SAME_SIGNATURE = [
    (module, name)
    for module, names in [
        ("layers", [n for n in layers.__all__ if n not in ("Layer", "SymbolicTensor")]),
        ("optimizers", ["SGD", "Adam", "RMSprop"]),
        ("losses", ["SparseCategoricalCrossentropy", "CategoricalCrossentropy"]),
        ("metrics", ["SparseCategoricalAccuracy", "CategoricalAccuracy", "BinaryAccuracy"]),
        ("initializers", ["GlorotUniform", "HeNormal", "RandomUniform", "RandomNormal"]),
    ]
    for name in names
]


@pytest.mark.parametrize("module, name", SAME_SIGNATURE)
def test_arguments_have_keras_names_order_and_defaults(keras, module, name):
    import importlib

    ours = getattr(importlib.import_module(f"course_lib.{module}"), name)
    theirs = getattr(getattr(keras, module), name)

    def arguments(callable_):
        signature = inspect.signature(callable_).parameters.values()
        return {p.name: p.default for p in signature if p.kind == p.POSITIONAL_OR_KEYWORD}

    def same(a, b):
        """Equal, or one number where Keras writes it once per axis."""
        return a == b or (isinstance(b, tuple) and set(np.ravel(b)) == {a})

    mine, wanted = arguments(ours), arguments(theirs)
    inherited = {"name", "trainable", "dtype"} - set(wanted)
    known = [argument for argument in mine if argument not in inherited]
    if not wanted:  # Keras hides the arguments of some classes behind *args
        pytest.skip("Keras does not say")
    assert known == list(wanted)[: len(known)]  # what may be given by place, is in the same place
    for argument in known:
        assert same(mine[argument], wanted[argument]), argument
