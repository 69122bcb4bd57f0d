"""Repeated runs side by side, each a dot, their mean a stroke; and a table of confusions."""

from math import log10
from statistics import mean

import numpy as np

from course_lib.figures.static.canvas import Drawing, text_width
from course_lib.figures.static.plots import KINDS, ticks

__all__ = ["confusion", "strips"]

LINE, TOP, BOTTOM, RIGHT = 20, 34, 50, 24  # height of one series of a row; margins
SHOWN = "what is shown"


def strips(rows, x_label, limits=None, log=False, width=640):
    """A line for every series of every row, with a dot for each of its values.

    rows: {label: {series: values}}, the same three series at most in every row, or {label: values}
    where there is only one. A short stroke stands at the mean. limits: the range of the axis. log:
    each step along the axis multiplies; values must be positive.
    """
    rows = {
        label: row if isinstance(row, dict) else {"": row}
        for label, row in rows.items()
    }  # fmt: skip
    names = list(dict.fromkeys(name for row in rows.values() for name in row))
    if not rows or len(names) > len(KINDS):
        raise ValueError(
            f"strips: rows must have 1 to {len(KINDS)} series, got {len(names)}: {names}."
        )
    scale = log10 if log else float
    values = [float(v) for row in rows.values() for found in row.values() for v in found]
    if log and min(values) <= 0:
        raise ValueError(f"strips: with log=True all values must be positive, got {min(values)}.")
    low, high = (scale(v) for v in (limits or (min(values), max(values))))
    left = 16 + max(map(text_width, rows))
    across = (width - left - RIGHT) / ((high - low) or 1)
    step = LINE * len(names) + 8
    drawing = Drawing(width, TOP + step * len(rows) + BOTTOM)
    floor = drawing.height - BOTTOM
    _axis(drawing, low, high, log, left, across, floor)
    drawing.text((left + width - RIGHT) / 2, drawing.height - 12, x_label)
    kinds = dict(zip(names, (kind.split()[0] for kind in KINDS), strict=False))
    for number, (label, row) in enumerate(rows.items()):
        top = TOP + number * step
        drawing.text(left - 10, top + step / 2, label, anchor="end")
        for place, name in enumerate(names):
            y = top + 4 + LINE * (place + 0.5)
            found = [left + (scale(v) - low) * across for v in row.get(name, ())]
            if not found:
                continue
            drawing.line(min(found), y, max(found), y, f"{kinds[name]} faint")
            for x in found:
                _mark(drawing, x, y, place, kinds[name])
            middle = left + (scale(mean(map(float, row[name]))) - low) * across
            drawing.line(middle, y - 8, middle, y + 8, kinds[name])
    if len(names) > 1:
        _key(drawing, names, kinds)
    return drawing


def _mark(drawing, x, y, place, kind):
    """A run: series are told apart by the shape of the mark too."""
    if place == 0:
        drawing.dot(x, y, kind)
    elif place == 1:
        drawing.polyline([(x - 3, y - 3), (x + 3, y + 3)], kind)
        drawing.polyline([(x - 3, y + 3), (x + 3, y - 3)], kind)
    else:
        drawing.polyline([(x - 4, y + 3), (x + 4, y + 3), (x, y - 4), (x - 4, y + 3)], kind)


def _axis(drawing, low, high, log, left, across, floor):
    if log:
        whole = range(int(np.ceil(low - 1e-9)), int(np.floor(high + 1e-9)) + 1)
        places = [(power, f"{10.0**power:,g}") for power in whole]
    else:
        places = [(tick, f"{tick:g}") for tick in ticks(low, high, 6)]
        places = [(tick, text) for tick, text in places if low - 1e-9 <= tick <= high + 1e-9]
    for at, text in places:
        x = left + (at - low) * across
        drawing.line(x, TOP, x, floor, "faint")
        drawing.text(x, floor + 16, text)
    drawing.line(left, floor, drawing.width - RIGHT, floor)


def _key(drawing, names, kinds):
    x = drawing.width - RIGHT
    for place, name in reversed(list(enumerate(names))):
        drawing.text(x, 14, name, anchor="end")
        x -= text_width(name) + 14
        _mark(drawing, x, 14, place, kinds[name])
        x -= 20


def confusion(counts, names, cell=80):
    """A table of counts: what is shown in the row, what was said in the column.

    counts (classes, classes) of whole numbers. The diagonal, where both agree, is marked; other
    cells are marked where they are not 0.
    """
    counts = np.asarray(counts)
    if counts.shape != (len(names), len(names)):
        raise ValueError(
            f"confusion: counts must have shape ({len(names)}, {len(names)}), one row and one "
            f"column for each of the names, got {counts.shape}."
        )
    left, top = 24 + max(text_width(name) for name in [*names, SHOWN]), 52
    drawing = Drawing(left + cell * len(names) + 8, top + 34 * len(names) + 8)
    drawing.text(left + cell * len(names) / 2, 12, "what was said", "muted")
    drawing.text(4, top - 18, SHOWN, "muted", anchor="start")
    for row, name in enumerate(names):
        drawing.text(left - 8, top + 34 * (row + 0.5), name, anchor="end")
        drawing.text(left + cell * (row + 0.5), top - 18, name)
        for column, count in enumerate(counts[row]):
            kind = "positive" if row == column else "negative" if count else "cell"
            x, y = left + cell * column, top + 34 * row
            drawing.rect(x, y, cell, 34, kind)
            drawing.text(x + cell / 2, y + 17, count, "" if count else "muted")
    return drawing
