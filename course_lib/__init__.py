"""Convolutional networks in NumPy, written to be read.

The names, arguments, defaults and layouts are those of Keras 3 (channels last), so that a
program of the lectures runs on both: ``from tensorflow import keras`` or
``import course_lib as keras``.

Importing this package loads NumPy alone. The submodules are loaded when first used.
"""

import importlib

__version__ = "0.1.0"

_MODULES = (
    "activations",
    "applications",
    "callbacks",
    "costs",
    "datasets",
    "figures",
    "initializers",
    "keras_bridge",
    "layers",
    "lectures",
    "losses",
    "metrics",
    "models",
    "ops",
    "optimizers",
    "records",
    "regularizers",
    "shapes",
    "training",
    "utils",
)
_NAMES = {"Sequential": "model", "Model": "model", "Input": "layers"}

__all__ = [*_MODULES, *_NAMES]


def __getattr__(name):
    if name in _MODULES:
        return importlib.import_module(f"course_lib.{name}")
    if name in _NAMES:
        return getattr(importlib.import_module(f"course_lib.{_NAMES[name]}"), name)
    from course_lib.unknown_names import sentence

    raise AttributeError(f"module 'course_lib' has no attribute {name!r}. {sentence(name)}")


def __dir__():
    return sorted({*globals(), *__all__})
