"""A student's function, tried on the example that the student's sheet shows."""

from course_lib.exercise import wording
from course_lib.exercise.plain_values import plain

_TOLERANCE = 1e-4

NOTHING_YET = "It returns nothing yet."  # as the stub does
# what a student could call in place of writing it; the notebook's own side stays
LIBRARIES = ("course_lib", "tensorflow", "keras", "scipy", "torch", "jax", "cv2", "skimage")
STAYS = ("course_lib.exercise", "course_lib.errors")


def same(value, expected):
    """Whether ``value`` is a finite array of the right shape and values."""
    import numpy as np

    try:
        array = np.asarray(value)
        if array.dtype.kind not in "biuf" or array.shape != np.shape(expected):
            return False
        return bool(np.allclose(array.astype(np.float64), expected, _TOLERANCE, _TOLERANCE))
    except (ValueError, TypeError, OverflowError):
        return False


def _handed_out():
    """As a stub is handed out."""


def is_stub(function):
    """Whether nothing but a line of documentation stands in a function."""
    code = getattr(function, "__code__", None)
    if code is None or code.co_code != _handed_out.__code__.co_code:
        return False
    return set(code.co_consts) <= {function.__doc__, None}  # "return 5" has the same code


def borrowed(function):
    """The library of `LIBRARIES` that a function names, or None."""
    code = getattr(function, "__code__", None)
    known = getattr(function, "__globals__", {})
    for name in code.co_names if code else ():
        thing = known.get(name)
        home = getattr(thing, "__module__", None) or getattr(thing, "__name__", None) or name
        if (root := str(home).split(".")[0]) in LIBRARIES:
            return root
    return None


def check_function(numbers, function):
    """None when the function gives the right result for its example, else a sentence."""
    if not callable(function):
        return f"A function is expected, not {wording.kind(function)}."
    if library := borrowed(function):
        return f"It uses {library}. Write it with NumPy alone: grading runs without {library}."
    import numpy as np

    numbers = dict(numbers)
    expected = numbers.pop("outputs")
    arguments = {k: np.array(v) if isinstance(v, list) else v for k, v in numbers.items()}
    try:
        result = plain(function(**arguments))
    except Exception as error:
        return f"On your example it stops with {type(error).__name__}: {error}"
    if result is None:
        return NOTHING_YET
    several = isinstance(expected, dict)
    results = list(result) if several and isinstance(result, list | tuple) else [result]
    targets = expected if several else {"outputs": expected}
    if len(results) != len(targets):
        return f"It must return {wording.several(targets.values())}: {', '.join(targets)}."
    for value, (name, target) in zip(results, targets.items(), strict=True):
        shape = np.shape(np.array(value, dtype=object) if isinstance(value, list) else value)
        if shape and not np.shape(target):
            return f"On your example {name} must be one number, not {wording.array(shape)}."
        if shape != np.shape(target):
            return f"On your example {name} must have shape {np.shape(target)}, got {shape}."
        if not same(value, target):
            what = "has other values" if np.shape(target) else "is another number"
            return f"On your example {name} {what} than sheet.numbers(...) gives."
    return None
