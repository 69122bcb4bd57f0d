"""What the lectures hold: their examples, and every checkable fact, recomputed.

``examples``  the images, kernels and programs, as arrays and text
``sources``   the five documents by title
``facts``     one entry per fact: what the lecture says, and the computation that checks it
"""

import importlib

_MODULES = ("examples", "facts", "sources")

__all__ = list(_MODULES)


def __getattr__(name):
    if name in _MODULES:
        return importlib.import_module(f"course_lib.lectures.{name}")
    raise AttributeError(f"module 'course_lib.lectures' has no attribute {name!r}")
