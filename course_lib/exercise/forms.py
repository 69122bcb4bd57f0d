"""How an answer is read: what counts as a number, a shape, an array, a choice.

Students write the same answer in many ways: 26, 26.0, "26", np.int64(26); (26, 26, 8),
[26, 26, 8], "26 x 26 x 8", "26 by 26 by 8", (None, 26, 26, 8). A form reads all of them as one
value, or raises `FormProblem` with a sentence that says what is wrong with the form. It never says
whether the value is right.

Values are plain: None, bool, int, float, str, lists and tuples of those, or a NumPy array.
Nothing here compares an answer with the right one.
"""

import math
import re

from course_lib.exercise import typed, wording

_LONGEST = 20_000  # characters of a string, numbers of an array


NOT_ANSWERED = "Not answered yet."


class FormProblem(ValueError):
    """The value cannot be read as an answer; the text is a sentence for the student."""


def is_empty(value):
    """Nothing was answered: None, ..., an empty string or an empty list."""
    if hasattr(value, "ndim"):
        return value.size == 0
    return value is None or value is ... or (isinstance(value, str | list | tuple) and not value)


def is_blank(value):
    """`is_empty`, or a string of spaces."""
    return is_empty(value) or (isinstance(value, str) and not value.strip())


# ---------------------------------------------------------------------------- reading one number


def _finite(value):
    if isinstance(value, float) and not math.isfinite(value):
        raise FormProblem(f"The answer is {value}, which is not a number one can compare.")
    if abs(value) > 10**18:
        raise FormProblem("The answer is far too large to be meant: more than 10 to the power 18.")
    return value


def _decimal_comma(text):
    """Complain about a comma that cannot part thousands: "0,583" and "1,5"."""
    text = text.strip().replace("−", "-")
    if typed.COMMA.fullmatch(text) and not typed.THOUSANDS.fullmatch(text):
        point = text.replace(",", ".")
        raise FormProblem(f"Decimals are written with a point: {point}, not {text}.")


def read_number(value):
    """A finite int or float, whole floats as int."""
    value = _listed(value, _LONGEST, [[]])
    while isinstance(value, list | tuple) and len(value) == 1:
        value = _listed(value[0], _LONGEST, [[]])
    if isinstance(value, str):
        value = _number_in(value)
    if isinstance(value, bool):
        raise FormProblem(f"A number is expected, not {value}.")
    if isinstance(value, list | tuple):
        raise FormProblem(_several(value))
    if not isinstance(value, int | float):
        raise FormProblem(f"A number is expected, not {wording.kind(value)}.")
    value = _finite(value)
    return int(value) if value == int(value) else float(value)


def _listed(value, most, instead):
    """An array, or a number of NumPy, as Python has it; other values as they are."""
    if not hasattr(value, "ndim"):
        return value
    return value.tolist() if value.size <= most else instead


def _number_in(text):
    _decimal_comma(text[:100])
    number = typed.number(text) if len(text) <= 100 else None
    if number is None:
        raise FormProblem(f"A number is expected, not the text {text[:40]!r}.")
    return number


def _several(value):
    """One number was asked for, and these came."""
    if any(isinstance(entry, list | tuple) for entry in value):
        return "One number is expected, not a table of them."
    whole = [entry for entry in value if type(entry) is int]
    if len(value) == len(whole) == 2 and value[1] >= 0:  # what Python makes of 0,583
        return (
            f"One number is expected, not the two numbers {value[0]} and {value[1]}. If the comma "
            "was meant for decimals: they are written with a point."
        )
    return f"One number is expected, not {len(value)} of them."


# ---------------------------------------------------------------------------- the forms


class Number:
    """One number."""

    name = "number"
    expects = "a number"

    def read(self, value):
        if isinstance(value, str):
            self._one_meaning(value.strip())
        return read_number(value)

    def _one_meaning(self, text):
        """Where decimals may be asked for, one comma before three digits can mean two things."""
        if typed.THOUSANDS.fullmatch(text) and text.count(",") == 1 and "." not in text:
            plain = re.sub("['’]", "", text)
            ways = f"{plain.replace(',', '.')} or {plain.replace(',', '')}"
            raise FormProblem(f"{text} can be read in two ways. Write {ways}, without a comma.")

    def problem(self, value, expects=None):
        """A sentence on the form beyond what `read` raises, or None.

        ``expects`` are the words of the question, where they say more than the form.
        """
        return None


class Integer(Number):
    """One whole number. A fraction is read too, so that a forgotten floor can be named."""

    name = "integer"
    expects = "a whole number"

    def _one_meaning(self, text):
        """A whole number has no decimals: 1,024 is 1024."""

    def problem(self, value, expects=None):
        if isinstance(value, float):
            return f"A whole number is expected here, and {value:g} is none."
        return None


class Estimate(Number):
    """How large an amount is, about: a number of one or two digits, all others 0."""

    name = "estimate"
    expects = "an estimate of one or two digits, such as 40_000 or 4e4,"

    def read(self, value):
        number = super().read(value)
        if number <= 0:
            raise FormProblem(f"An amount is estimated, which is larger than 0; {number} is not.")
        if float(f"{number:.1e}") != number:
            raise FormProblem(
                f"{number:,} is computed, not estimated. Work with rounded numbers, and keep one "
                "or two digits, such as 40_000 or 4e4."
            )
        return number

    def _one_meaning(self, text):
        """An amount is large: 40,000 is 40000."""


class Sizes(tuple):
    """The sizes of a shape; ``batch`` is true where a batch axis, None, stood in front of them."""

    batch = False

    @property
    def counted(self):
        """How many they are, in words."""
        return wording.counted(len(self), "number") + " beside the batch axis" * self.batch


class Shape:
    """A tuple of whole numbers; the batch axis, None or 1, may stand in front."""

    name = "shape"
    expects = "a tuple of whole numbers"

    def read(self, value):
        if isinstance(value, str):
            value = self._split(value)
        value = _listed(value, 100, None)
        if isinstance(value, int | float) and not isinstance(value, bool):
            value = (value,)
        if not isinstance(value, list | tuple):
            raise FormProblem(f"A tuple of numbers is expected, not {wording.kind(value)}.")
        if len(value) > 12:
            raise FormProblem(f"A tuple of a few numbers is expected, not of {len(value)}.")
        with_batch = len(value) > 1 and _is_none(value[0])
        value = value[with_batch:]
        if any(_is_none(entry) for entry in value):
            raise FormProblem("Only the batch axis, in front, may be None.")
        if any(isinstance(entry, list | tuple) for entry in value):
            raise FormProblem("A flat tuple of numbers is expected, without tuples in it.")
        sizes = Sizes(read_number(entry) for entry in value)
        sizes.batch = with_batch
        return sizes

    @staticmethod
    def _split(text):
        if len(text) > 200:
            raise FormProblem("A tuple of numbers is expected, not a long text.")
        inner = re.sub(r"^[a-z.]*shape\s*[:=]?", "", text.strip(), flags=re.IGNORECASE)
        apart = re.split(r"[,;x×*]|\bby\b", inner.strip("()[]{} "), flags=re.IGNORECASE)
        apart = [part.strip() for part in apart if part.strip()]
        spaced = len(apart) > 1  # then a space inside a number parts its thousands
        parts = []
        for part in apart:
            parts += [part] if spaced and typed.SPACED.fullmatch(part) else part.split()
        if not parts or any(not _is_none(p) and typed.number(p) is None for p in parts):
            raise FormProblem(f"A tuple of numbers is expected, not the text {text[:40]!r}.")
        return [None if _is_none(part) else part for part in parts]

    def problem(self, value, expects=None):
        fractions = [entry for entry in value if isinstance(entry, float)]
        if fractions:
            return f"Whole numbers are expected, and {fractions[0]:g} is none."
        wanted = wording.length(expects)
        if wanted and len(self.without_batch(value, wanted)) != wanted:
            return f"Yours has {value.counted}; asked for is {wording.shape(expects)}."
        return None

    @staticmethod
    def without_batch(sizes, length):
        """``sizes`` without a leading 1, a batch of one, where that leaves ``length`` of them."""
        return sizes[1:] if 1 < length == len(sizes) - 1 and sizes[0] == 1 else sizes


class Kernel(Shape):
    """The shape of a kernel. It has no batch axis: a 1 in front is an axis of the kernel's own."""

    name = "kernel"

    @staticmethod
    def without_batch(sizes, length):
        """``sizes`` as they are."""
        return sizes


_NONE = ("none", "?", "null", "batch")  # how summaries and students write the batch axis


def _is_none(value):
    return value is None or (isinstance(value, str) and value.strip().lower() in _NONE)


class Array:
    """An array of numbers. Axes of length 1 (a batch of one, one channel) may be left in."""

    name = "array"
    expects = "an array, or a list of rows"

    def read(self, value):
        if isinstance(value, str):
            value = self._literal(value)
        import numpy as np  # here alone: a sheet is read without it

        try:
            array = np.asarray(value)
        except (ValueError, TypeError, OverflowError):
            raise FormProblem("The rows of the array must all have the same length.") from None
        if array.dtype.kind in "US":
            try:
                array = array.astype(np.float64)
            except ValueError:
                raise FormProblem("An array of numbers is expected, not of texts.") from None
        if array.dtype.kind not in "iuf":
            raise FormProblem("An array of numbers is expected: each entry one number.")
        if array.size > _LONGEST:
            raise FormProblem(f"The array has {array.size} numbers, far more than asked for.")
        if not np.isfinite(array).all():
            raise FormProblem("The array holds a value that is infinite or not a number (NaN).")
        return array.astype(np.float64)

    @staticmethod
    def _literal(text):
        try:
            if len(text) > _LONGEST or text.count("[") + text.count("(") > 500:
                raise ValueError
            return typed.array(text)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            raise FormProblem("An array or a list of rows is expected, not a text.") from None

    def problem(self, value, expects=None):
        wanted, given = wording.axes(expects or self.expects), value.squeeze().shape
        right = value.ndim >= 2 and len(given) <= 2 if wanted == 2 else len(given) <= wanted
        size = wording.length(expects) if wanted == 1 else None
        if right and value.ndim and size in (None, value.size):
            return None
        return f"Yours is {wording.array(value.shape)}; asked for is {expects or self.expects}."


class Choice:
    """The letter of one of the given options, in either case: "b", "B", "b)", "(b)"."""

    name = "choice"
    expects = 'one letter in quotes, such as "a"'

    def read(self, value):
        while isinstance(value, list | tuple) and len(value) == 1:
            value = value[0]
        if not isinstance(value, str):
            raise FormProblem(
                f'One letter in quotes is expected, such as "a", not {wording.kind(value)}.'
            )
        found = re.fullmatch(r"\(?([a-z])[).:]?", value.strip().lower())
        if not found:
            raise FormProblem(f'One letter is expected, such as "a", not {value[:40]!r}.')
        return found.group(1)

    def problem(self, value, expects=None):
        return None


class Text:
    """A word. Case, spaces at the ends and hyphens do not matter."""

    name = "text"
    expects = "a word in quotes"

    def read(self, value):
        while isinstance(value, list | tuple) and len(value) == 1:
            value = value[0]
        value = _listed(value, 1, value)
        if isinstance(value, bool | int | float):
            value = str(read_number(value))
        if not isinstance(value, str) or len(value) > 200:
            raise FormProblem(f"A word in quotes is expected, not {wording.kind(value)}.")
        return self.normal(value)

    @staticmethod
    def normal(text):
        return re.sub(r"[\s_\-]+", " ", text.strip().strip(".").lower())

    def problem(self, value, expects=None):
        return None


def no_option(choices, letter):
    """A sentence where ``letter`` is none of the ``choices`` of a task, {letter: text} or None."""
    if not choices or letter in choices:
        return None
    return f"The options are {', '.join(choices)}; {letter!r} is none of them."


FORMS = {
    form.name: form
    for form in (Number(), Integer(), Estimate(), Shape(), Kernel(), Array(), Choice(), Text())
}


def check_form(form, value, expects=None):
    """None when ``value`` can be read in that form, else the sentence for the student.

    ``expects`` are the question's own words for what is asked, such as "a pair (row, column)".
    """
    if is_blank(value):
        return NOT_ANSWERED
    if form not in FORMS:
        return None
    try:
        return FORMS[form].problem(FORMS[form].read(value), expects)
    except FormProblem as problem:
        return with_expected(form, problem, expects)


def with_expected(form, problem, expects):
    """The sentence of a `FormProblem`, and what the question asks for in its own words."""
    own = expects and expects != FORMS[form].expects
    return f"{problem} Asked for is {expects}." if own else str(problem)
