"""One checkable fact of the lectures."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from inspect import getdoc

import numpy as np

from course_lib.lectures.sources import SOURCES
from course_lib.shapes import Result


@dataclass(frozen=True)
class Fact:
    """What a lecture says, and the computation that checks it.

    id: stays the same for ever; ``fact-<id>`` is its anchor in the book
    source: key of `SOURCES`
    topic: the chapter that it belongs to
    claim: what the lecture says, in our words (Markdown)
    compute: takes nothing, returns the true value from the engine; where that is yes or no, its
        docstring is the question
    printed: the value as the lecture prints it; None where the lecture asks and does not answer
    truth: what is true (Markdown), or more to say; ``{value}`` is the computed value, and
        the book's ``{calc}`` role computes further numbers
    reason: for an erratum, why the slip is natural
    reserved: True where the value agrees and ``truth`` mends what the lecture says about it
    """

    id: str
    source: str
    topic: str
    claim: str
    compute: Callable
    printed: object = None
    truth: str = ""
    reason: str = ""
    reserved: bool = False

    def __post_init__(self):
        if self.source not in SOURCES:
            raise ValueError(f"Fact {self.id}: source must be one of {list(SOURCES)}")

    @cached_property
    def value(self):
        """The computed value, as plain Python numbers."""
        return plain(self.compute())

    @property
    def verdict(self):
        """ "agrees", "erratum" or "open": derived from the two values, never typed."""
        if self.printed is None:
            return "open"
        return "agrees" if plain(self.printed) == self.value else "erratum"

    @property
    def question(self):
        """What a yes or no of the engine answers."""
        return getdoc(self.compute)

    @property
    def statement(self):
        """``truth`` with the computed value in it."""
        return self.truth.replace("{value}", show(self.value))


def plain(value):
    """``value`` without NumPy types, so that it can be compared and shown."""
    if isinstance(value, Result):
        return plain(value.value)
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, dict):
        return {name: plain(part) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return tuple(plain(part) for part in value)
    if isinstance(value, float) and value == round(value):
        return int(value)
    return round(value, 6) if isinstance(value, float) else value


def _shapes(rows):
    """Are these shapes, one after another, rather than the rows of a matrix?"""
    return all(3 <= len(row) <= 4 and min(row) > 0 and row[0] == row[1] for row in rows)


def show(value):
    """A value for the page: grouped whole numbers, shapes, matrices row by row, named numbers.

    >>> show(34826), show((26, 26, 32)), show([[4, 3], [2, 4]]), show({"weights": 9, "bias": True})
    ('34,826', '26 × 26 × 32', '[4 3; 2 4]', 'weights: 9; bias: yes')
    """
    value = plain(value)
    if isinstance(value, dict):
        return "; ".join(f"{name}: {show(part)}" for name, part in value.items())
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}" if abs(value) >= 10_000 else str(value).replace("-", "−")
    if isinstance(value, float):
        return f"{value:.4g}".replace("-", "−")
    if isinstance(value, tuple):
        if value and all(isinstance(row, tuple) for row in value):
            widths = {len(row) for row in value}
            numbers = all(isinstance(cell, (int, float)) for row in value for cell in row)
            if numbers and len(widths) == 1 and not _shapes(value):
                rows = (" ".join(show(cell) for cell in row) for row in value)
                return f"[{'; '.join(rows)}]"
            return ", then ".join(show(row) for row in value)
        if all(type(part) is int and part > 0 for part in value):
            return " × ".join(show(part) for part in value)
        return ", ".join(show(part) for part in value)
    return str(value)
