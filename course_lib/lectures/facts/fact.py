"""One checkable fact of the lectures."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

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
    compute: takes nothing, returns the true value from the engine
    printed: the value as the lecture prints it; None where the lecture asks and does not answer
    truth: for an erratum or an open question, what is true; ``{value}`` is the computed one
    reason: for an erratum, why the slip is natural
    """

    id: str
    source: str
    topic: str
    claim: str
    compute: Callable
    printed: object = None
    truth: str = ""
    reason: str = ""

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
    if isinstance(value, (list, tuple)):
        return tuple(plain(part) for part in value)
    if isinstance(value, float) and value == round(value):
        return int(value)
    return round(value, 6) if isinstance(value, float) else value


def show(value):
    """A value for the page: grouped whole numbers, matrices row by row.

    >>> show(34826), show((26, 26, 32)), show(((4, 3), (2, 4))), show(True)
    ('34,826', '26 × 26 × 32', '[4 3; 2 4]', 'yes')
    """
    value = plain(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}" if abs(value) >= 10_000 else str(value).replace("-", "−")
    if isinstance(value, float):
        return f"{value:.4g}".replace("-", "−")
    if isinstance(value, tuple):
        if value and all(isinstance(row, tuple) for row in value):
            if all(isinstance(cell, (int, float)) for row in value for cell in row):
                rows = (" ".join(show(cell) for cell in row) for row in value)
                return f"[{'; '.join(rows)}]"
            return ", then ".join(show(row) for row in value)
        if all(isinstance(part, int) and not isinstance(part, bool) for part in value):
            if all(part > 0 for part in value) and 1 < len(value) <= 4:
                return " × ".join(show(part) for part in value)
        return ", ".join(show(part) for part in value)
    return str(value)
