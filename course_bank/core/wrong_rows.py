"""Tables somebody noted, in which one row is wrong: the row and the right number are asked for.

The numbers of such a question hold what was noted (``n.noted``, a number for each row), never which
row it is: that follows from the layers.
"""

from types import SimpleNamespace

from course_bank.core.question import CLOSE, slip, swapped

EXPECTS = "a pair (row, number)"


def wrong_row(n, right):
    """(row counted from 1, the right number) of the first row that is not as ``right(n)``."""
    for row, (noted, number) in enumerate(zip(n.noted, right(n), strict=True), 1):
        if noted != number:
            return (row, number)
    return None


def noted(rng, right, ways):
    """The numbers ``right`` with one of them replaced by one of ``ways[row]``, wrong ideas.

    Ideas that make no difference are passed over; rows without any stay as they are.
    """
    places = [
        (row, value) for row, values in ways.items() for value in values if value != right[row]
    ]
    row, value = rng.choice(places)
    return [value if i == row else number for i, number in enumerate(right)]


def slips(right):
    """The wrong ideas about such a table; ``right(n)`` lists the numbers that belong into it."""

    def found(n):
        return wrong_row(n, right)

    return (
        slip(
            "noted number kept",
            lambda n: (found(n)[0], n.noted[found(n)[0] - 1]),
            "That is the row. But this is the number that was noted, not the right one.",
            CLOSE,
        ),
        slip(
            "rows counted from 0",
            lambda n: (found(n)[0] - 1, found(n)[1]),
            "The number is right; the rows of the table are counted from 1.",
            CLOSE,
        ),
        slip(
            "next row blamed",
            lambda n: (found(n)[0] + 1, found(n)[1]),
            "The number is right, but it belongs in the row above.",
            CLOSE,
        ),
        swapped(found, "the row"),
    )


def steps(n, right, told):
    """Worked steps: what belongs in each row, and the one that says otherwise.

    ``told(n)`` names the rows.
    """
    row, number = wrong_row(n, right)
    rows = zip(told(n), right(n), strict=True)
    lines = [f"row {i}, {name}: {number}" for i, (name, number) in enumerate(rows, 1)]
    return [*lines, f"row {row} says {n.noted[row - 1]}, not {number}"]


def namespace(**numbers):
    """The numbers of a drawing as attributes, as questions read them."""
    return SimpleNamespace(**numbers)
