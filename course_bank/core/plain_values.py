"""Values as plain JSON, and the source by which a probe makes a student's values plain."""

import builtins

import numpy as np


def to_json(value):
    """Arrays and NumPy numbers as lists and Python numbers, tuples as lists."""
    if isinstance(value, np.ndarray):
        # what float32 cannot hold anyway is no part of an answer
        return (np.round(value.astype(np.float64), 6) + 0.0).tolist()
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, list | tuple):
        return [to_json(entry) for entry in value]
    return value


# a probe runs beside the student's names: one that is called list or sum must not spoil it
_NAMES = " ".join(name for name in dir(builtins) if name.isidentifier() and name[0] != "_")
PLAIN_SOURCE = f"""
import builtins
builtins.globals().update(
    {{name: builtins.getattr(builtins, name) for name in {_NAMES!r}.split()}}
)
from course_lib.exercise.plain_values import plain as _plain
"""
