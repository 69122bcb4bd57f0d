"""When an answer that could be read is right, and what sets a wrong one apart.

How answers are read, and the sentences on their form, are `course_lib.exercise.forms`: students'
notebooks have those. What is compared with the right answer is here.
"""

import numpy as np

from course_lib.exercise import forms as reading
from course_lib.exercise import wording


def _close(a, b, tolerance):
    return abs(a - b) <= tolerance * max(1.0, abs(b))


class Number(reading.Number):
    """Right within ``tolerance`` (relative above 1, absolute below)."""

    def hint(self, value, expected, expects=None):
        """A sentence on how a wrong value differs in its form from the answer, or None."""
        decimals = len(str(value).partition(".")[2])
        if decimals and abs(value - expected) <= 0.5001 * 10**-decimals:  # 0.62 for 0.625
            return "That is close, with too few decimals."
        return None

    def equal(self, value, expected, tolerance):
        """Whether ``value``, as `read` returns it, is the answer."""
        return _close(value, expected, tolerance)


class _Exact:
    """No hint, and right where it is the same."""

    def hint(self, value, expected, expects=None):
        return None

    def equal(self, value, expected, tolerance):
        return value == expected


class Integer(_Exact, reading.Integer):
    def equal(self, value, expected, tolerance):
        return _close(value, expected, 1e-9)


class Estimate(reading.Estimate):
    """Right within a factor of ``tolerance``, either way."""

    def hint(self, value, expected, expects=None):
        return f"That is far too {'small' if value < expected else 'large'}."

    def equal(self, value, expected, tolerance):
        return 1 / tolerance <= value / expected <= tolerance


class Shape(reading.Shape):
    def hint(self, value, expected, expects=None):
        if len(self.without_batch(value, len(expected))) == len(expected):
            return None
        problem = self.problem(value, expects)
        return problem or f"Yours has {value.counted}, the answer has {len(expected)}."

    def equal(self, value, expected, tolerance):
        value = self.without_batch(value, len(expected))
        return len(value) == len(expected) and all(
            _close(a, b, 1e-9) for a, b in zip(value, expected, strict=True)
        )


class Kernel(Shape, reading.Kernel):
    pass


class Array(reading.Array):
    def hint(self, value, expected, expects=None):
        wanted = np.shape(expected)
        if value.squeeze().shape == tuple(n for n in wanted if n > 1):
            return None
        return f"Yours is {wording.array(value.shape)}, the answer {wording.array(wanted)}."

    def equal(self, value, expected, tolerance):
        expected = np.asarray(expected, dtype=np.float64)
        if value.shape != expected.shape and value.squeeze().shape == expected.squeeze().shape:
            value = value.reshape(expected.shape)
        if value.shape != expected.shape:
            return False
        allowed = tolerance * np.maximum(1.0, np.abs(expected))
        return bool((np.abs(value - expected) <= allowed).all())


class Choice(_Exact, reading.Choice):
    pass


class Text(_Exact, reading.Text):
    def equal(self, value, expected, tolerance):
        return value == self.normal(expected)


FORMS = {
    form.name: form
    for form in (Number(), Integer(), Estimate(), Shape(), Kernel(), Array(), Choice(), Text())
}
