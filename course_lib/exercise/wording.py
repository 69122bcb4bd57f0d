"""The words of a question about its answer, and the words for what came instead.

A question says "a pair (before, after)" or "a list of five numbers". How many numbers that are is
read off these words, so that the prompt, the check and the feedback cannot disagree.
"""

import re

_COUNTS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8}
_KINDS = {
    "NoneType": "nothing (None)",
    "dict": "a dict",
    "set": "a set",
    "function": "a function",
    "builtin_function_or_method": "a function",
    "complex": "a complex number",
    "ellipsis": "dots (...)",
    "int": "a number",
    "float": "a number",
    "bool": "True or False",
    "str": "a text",
    "list": "a list",
    "tuple": "a tuple",
    "ndarray": "an array",
}


def counted(number, what):
    """A number of things: "1 answer", "3 answers"."""
    return f"{number} {what}{'' if number == 1 else 's'}"


def stop(heading):
    """What ends a sentence behind a heading: nothing where it asks and has its own mark.

    >>> stop("Chapter 6, Pooling"), stop("Chapter 2, Convolution or cross-correlation?")
    ('.', '')
    """
    return "" if heading.endswith((".", "?", "!")) else "."


def several(values):
    """So many numbers where all values are single ones, else so many arrays.

    >>> several([3, 4, 5]), several([[1, 2], 3])
    ('3 numbers', '2 arrays')
    """
    values = list(values)
    return f"{len(values)} {'arrays' if any(map(_is_array, values)) else 'numbers'}"


def _is_array(value):
    return bool(getattr(value, "ndim", isinstance(value, list | tuple)))


def length(expects):
    """How many numbers the words ask for, or None where they leave it open.

    >>> length("a pair (before, after)"), length("a tuple of four numbers"), length("a list")
    (2, 4, None)
    """
    expects = expects or ""
    if named := re.search(r"\(([^)]*,[^)]*)\)", expects):
        return named[1].count(",") + 1
    if re.search(r"\bpair\b", expects):
        return 2
    counted = re.search(rf"\b({'|'.join(_COUNTS)}) numbers", expects)
    return _COUNTS[counted[1]] if counted else None


def axes(expects):
    """1 where a plain list is asked for, 2 where rows are.

    >>> axes("a list of five numbers"), axes("an array, or a list of rows")
    (1, 2)
    """
    return 2 if "rows" in expects else 1


def shape(expects):
    """The words, with the batch axis where somebody may have counted it."""
    output = re.search(r"\b(channels|depth)\)", expects) and "batch" not in expects
    return f"{expects}, without the batch axis" if output else expects


def array(shape):
    """An array of that shape in words.

    >>> array(()), array((5,)), array((2, 3)), array((2, 3, 1))
    ('one number', 'a list of 5 numbers', '2 rows of 3 numbers', 'an array of the shape (2, 3, 1)')
    """
    if not shape:
        return "one number"
    if len(shape) > 2:
        return f"an array of the shape {tuple(map(int, shape))}"
    *rows, columns = shape
    holder = counted(rows[0], "row") if rows else "a list"
    return f"{holder} of {counted(columns, 'number')}"


def kind(value):
    """What ``value`` is, in words. A value that is none of ours comes as {"type": its name}."""
    name = type(value).__name__
    if isinstance(value, dict) and set(value) == {"type"}:
        name = str(value["type"])[:60]
    return of_type(name)


def of_type(name):
    """A type by its name, in words."""
    return _KINDS.get(name, f"a value of type {name}")
