"""Pictures of activations: their curves, and a feature map before and after one."""

import numpy as np

from course_lib import ops
from course_lib.figures.static.canvas import Drawing
from course_lib.figures.static.channels import column
from course_lib.figures.static.grids import Grid, equation

REACH = 4  # the curves run from -REACH to REACH


def _axes(drawing, left, top, size, low, high, title):
    """One panel with [low, high] upwards; returns the ways from numbers to pixels."""

    def across(x):
        return left + (x + REACH) / (2 * REACH) * size

    def down(y):
        return top + size - (y - low) / (high - low) * size

    drawing.rect(left, top, size, size, "cell")
    drawing.line(left, down(0), left + size, down(0), "arrow")
    drawing.line(across(0), top, across(0), top + size, "arrow")
    drawing.text(left + size / 2, top - 16, title, "bold")
    for x in (-REACH, 0, REACH):
        drawing.text(across(x), top + size + 14, str(x).replace("-", "−"))
    for y in (0, high):
        drawing.text(left - 8, down(y), str(y), anchor="end")
    return across, down


def curves(size=200):
    """ReLU and sigmoid over [-4, 4], side by side."""
    drawing = Drawing(2 * size + 90, size + 64)
    x = np.linspace(-REACH, REACH, 81)
    panels = (("ReLU: max(0, $x$)", ops.relu, 4), ("sigmoid: 1 / (1 + $e$⁻ˣ)", ops.sigmoid, 1))
    for index, (title, function, high) in enumerate(panels):
        left = 30 + index * (size + 44)
        across, down = _axes(drawing, left, 34, size, 0, high, title)
        points = zip(x, function(x), strict=True)
        drawing.polyline([(across(a), down(b)) for a, b in points], "curve")
    return drawing


def before_and_after(maps, activated, title="ReLU"):
    """Feature maps before and after an activation, one row per filter.

    maps, activated: arrays (rows, columns, filters).
    """
    maps, activated = np.asarray(maps), np.asarray(activated)
    return column(
        *(
            equation(
                Grid(maps[..., f], f"map {f + 1}", signed=True),
                "→",
                Grid(activated[..., f], f"after {title}", signed=True),
            )
            for f in range(maps.shape[-1])
        )
    )
