"""Curves over one axis, in the colours of the page."""

from math import ceil, floor, log10

import numpy as np

from course_lib.figures.static.canvas import Drawing, text_width

__all__ = ["lines"]

KINDS = ("curve", "other dashed", "curve dotted")  # told apart without colour too
LEFT, RIGHT, TOP, BOTTOM = 62, 16, 34, 48
SAMPLE, SPACE, LINE = 32, 20, 20  # of the key: curve, gap, line height


def ticks(low, high, count=5, smallest=0.0):
    """About ``count`` round numbers from ``low`` to ``high``, at least ``smallest`` apart.

    >>> ticks(0.9, 1.0), ticks(1, 5, smallest=1)
    ([0.9, 0.92, 0.94, 0.96, 0.98, 1.0], [1, 2, 3, 4, 5])
    """
    rough = max((high - low) / count, smallest)
    size = 10 ** floor(log10(rough))
    step = min((m * size for m in (1, 2, 5, 10)), key=lambda s: abs(s - rough))
    first, last = ceil(low / step - 1e-9), floor(high / step + 1e-9)
    return [round(index * step, 10) for index in range(first, last + 1)]


def _key_lines(names, room):
    """``names`` in as many lines as they need, each at most ``room`` wide.

    >>> _key_lines(["first", "second", "third"], 200)
    [['first', 'second'], ['third']]
    """
    found, used = [[]], 0.0
    for name in names:
        wide = text_width(name) + SAMPLE + SPACE
        if found[-1] and used + wide > room:
            found.append([])
            used = 0.0
        found[-1].append(name)
        used += wide
    return found


def _draw_key(drawing, key_lines, kinds):
    """The key, each line of it against the right margin."""
    for number, names in enumerate(key_lines):
        x, y = drawing.width - RIGHT, 12 + number * LINE
        for name in reversed(names):
            drawing.text(x, y, name, anchor="end")
            x -= text_width(name) + SAMPLE
            drawing.line(x, y, x + SAMPLE - 8, y, kinds[name])
            x -= SPACE


def lines(series, x_label, y_label, x=None, limits=None, marks=False, width=560, height=300):
    """Curves with a key above them.

    series: {name: values}, at most three, each with one value for every entry of ``x`` (default: 1,
    2, 3, ...), or a list of such values for each of several runs: each run is drawn faint, their
    mean strong. limits: the range of the vertical axis; default, that of the values. marks: a dot
    at every value, where nothing lies between them.
    """
    if not 1 <= len(series) <= len(KINDS):
        raise ValueError(f"lines: series must have 1 to {len(KINDS)} curves, got {len(series)}.")
    runs = {name: np.atleast_2d(np.asarray(values, float)) for name, values in series.items()}
    count = next(iter(runs.values())).shape[1]
    x = list(x) if x is not None else list(range(1, count + 1))
    for name, found in runs.items():
        if found.shape[1] != len(x):
            raise ValueError(f"lines: {name!r} must have {len(x)} values, got {found.shape[1]}.")
    low, high = limits or (
        min(found.min() for found in runs.values()),
        max(found.max() for found in runs.values()),
    )
    key_lines = _key_lines(series, width - RIGHT - text_width(y_label))
    top = TOP + LINE * (len(key_lines) - 1)
    height += top - TOP
    drawing = Drawing(width, height)
    across = (width - LEFT - RIGHT) / ((x[-1] - x[0]) or 1)
    upwards = (height - top - BOTTOM) / ((high - low) or 1)

    def at(place_x, value):
        return LEFT + (place_x - x[0]) * across, height - BOTTOM - (value - low) * upwards

    for tick in ticks(low, high):
        _, y = at(x[0], tick)
        drawing.line(LEFT, y, width - RIGHT, y, "faint")
        drawing.text(LEFT - 8, y, f"{tick:g}", anchor="end")
    whole = all(value == int(value) for value in x)
    for tick in ticks(x[0], x[-1], 7, smallest=1.0 if whole else 0.0):
        px, _ = at(tick, low)
        drawing.line(px, height - BOTTOM, px, height - BOTTOM + 5)
        drawing.text(px, height - BOTTOM + 16, f"{tick:g}")
    drawing.line(LEFT, height - BOTTOM, width - RIGHT, height - BOTTOM)
    drawing.text((LEFT + width - RIGHT) / 2, height - 10, x_label)
    drawing.text(4, 12, y_label, anchor="start")
    kinds = dict(zip(series, KINDS, strict=False))
    for name, found in runs.items():
        for values in found if len(found) > 1 else ():
            points = [at(*point) for point in zip(x, values, strict=True)]
            drawing.polyline(points, f"{kinds[name]} faint")
        points = [at(*point) for point in zip(x, found.mean(axis=0), strict=True)]
        drawing.polyline(points, kinds[name])
        for px, py in points if marks else ():
            drawing.dot(px, py, kinds[name].split()[0])
    _draw_key(drawing, key_lines, kinds)
    return drawing
