"""An array that is right but for a few of its values."""

import numpy as np


def few_wrong(value, expected, tolerance):
    """A sentence on where the wrong values are, or None where they are more than a few.

    A few are at most a third of the values that are not 0: an array of zeros is never nearly right.

    >>> few_wrong(np.array([[4, 8, 2], [0, 1, 7]]), [[4, 8, 2], [3, 1, 7]], 1e-3)
    '5 of the 6 values are right. Look again at row 1 (counted from 0).'
    """
    expected = np.asarray(expected, dtype=np.float64)
    if value.squeeze().shape != expected.squeeze().shape:
        return None
    off = np.abs(value.reshape(expected.shape) - expected)
    wrong = np.argwhere(off > tolerance * np.maximum(1.0, np.abs(expected)))
    if not len(wrong) or 3 * len(wrong) > np.count_nonzero(expected):
        return None
    right = f"{expected.size - len(wrong)} of the {expected.size} values are right."
    kind = "row" if expected.ndim > 1 else "value"
    return f"{right} Look again at {_listed(kind, sorted(set(wrong[:, 0].tolist())))}."


def _listed(kind, numbers):
    """ "row 1", "rows 0 and 2", "rows 0, 1 and 2", and how they are counted."""
    *others, last = map(str, numbers)
    which = f"{kind}s {', '.join(others)} and {last}" if others else f"{kind} {last}"
    return f"{which} (counted from 0)"
