"""Receptive fields: chains of one-dimensional layers, and what one cell at the top depends on."""

from course_lib.figures.static.canvas import Drawing
from course_lib.figures.static.grids import MARGIN
from course_lib.shapes import output_size, receptive_field

__all__ = ["chain", "fan_in"]

CELL, LEVEL, LABEL = 22, 46, 118


def fan_in(size, layers, cell):
    """Cells that output ``cell`` depends on, per level: [input, after layer 1, ...].

    size: input cells. layers: (kernel_size, strides, dilation_rate) each, without padding.
    """
    levels = [{cell}]
    for kernel_size, strides, dilation_rate in reversed(layers):
        levels.insert(
            0,
            {
                place * strides + tap * dilation_rate
                for place in levels[0]
                for tap in range(kernel_size)
            },
        )
    if max(levels[0]) >= size:
        raise ValueError(f"fan_in: cell must be one that {size} input cells give, got {cell}.")
    return levels


def chain(size, layers, cell, names=()):
    """Levels of cells with the input at the bottom; what ``cell`` of the top depends on is filled.

    Lines join each filled cell with those it reads. names: one per layer, shown at its level.
    """
    layers = [
        (*layer, *(1, 1))[:3] if isinstance(layer, tuple) else (layer, 1, 1) for layer in layers
    ]
    sizes = [size]
    for kernel_size, strides, dilation_rate in layers:
        sizes.append(int(output_size(sizes[-1], kernel_size, strides, "valid", dilation_rate)))
    jumps = [1, *(row["jump"] for row in receptive_field(layers).rows)]
    starts = [0.5, *(row["start"] for row in receptive_field(layers).rows)]
    filled = fan_in(size, layers, cell)
    drawing = Drawing(LABEL + size * CELL + 2 * MARGIN, len(sizes) * LEVEL - 14 + 2 * MARGIN)
    bottom = MARGIN + (len(sizes) - 1) * LEVEL

    def middle(level, place):
        # A cell stands above the centre of the input cells that it depends on.
        return MARGIN + LABEL + (starts[level] + place * jumps[level]) * CELL

    for level, (kernel_size, strides, dilation_rate) in enumerate(layers, start=1):
        y = bottom - level * LEVEL
        for place in sorted(filled[level]):
            for tap in range(kernel_size):
                below = place * strides + tap * dilation_rate
                drawing.line(
                    middle(level, place), y + CELL, middle(level - 1, below), y + LEVEL, "arrow"
                )
    for level, cells in enumerate(sizes):
        y = bottom - level * LEVEL
        label = names[level - 1] if level and names else ("input" if not level else "")
        drawing.text(MARGIN, y + CELL / 2, label, anchor="start")
        for place in range(cells):
            used = place in filled[level]
            kind = ("result" if level == len(layers) else "window") if used else "cell"
            drawing.rect(middle(level, place) - CELL / 2 + 1, y, CELL - 2, CELL, kind)
    return drawing
