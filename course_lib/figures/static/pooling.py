"""Pictures of pooling: what each window reads and keeps, and what no window reads."""

import numpy as np

from course_lib.figures.static.canvas import Drawing, number, text_width
from course_lib.figures.static.channels import column
from course_lib.figures.static.grids import fitting
from course_lib.shapes import output_shape, padding_split

KINDS = ("window", "result", "positive", "negative")


def _windows(shape, pool_size, strides, padding):
    """(output row, output column, rows, columns) of every window, the last two as ranges."""
    ranges = []
    for size in shape:
        (outputs,) = output_shape((size,), pool_size, strides, padding)
        before, _ = padding_split(size, pool_size, strides, padding)
        starts = [index * strides - before for index in range(outputs)]
        ranges.append([range(max(s, 0), min(s + pool_size, size)) for s in starts])
    return [
        (r, c, rows, cols) for r, rows in enumerate(ranges[0]) for c, cols in enumerate(ranges[1])
    ]


def pooled_windows(
    values, outputs, pool_size=2, strides=None, padding="valid", titles=("", ""), cell=40
):
    """A map in the colours of its windows, and beside it the pooled map in the same colours.

    values (rows, columns); outputs: the computed pooled map. Cells that no window reads are
    hatched, a cell whose value its window keeps is framed. Windows must not overlap.
    """
    values, outputs = np.asarray(values, float), np.asarray(outputs, float)
    strides = strides or pool_size
    cell = max(cell, fitting(values, bold=True), fitting(outputs))
    rows, columns = values.shape
    out_rows, out_columns = outputs.shape
    left = 8 + columns * cell + 52
    overhang = max(text_width(titles[1], bold=True) - out_columns * cell, 0) / 2
    drawing = Drawing(left + out_columns * cell + overhang + 8, rows * cell + 44)
    middle = 36 + rows * cell / 2
    out_top = middle - out_rows * cell / 2
    read = np.zeros(values.shape, bool)
    for row, col, window_rows, window_columns in _windows(
        values.shape, pool_size, strides, padding
    ):
        kind = KINDS[(row % 2) * 2 + col % 2]
        value, kept = outputs[row, col], False
        for r in window_rows:
            for c in window_columns:
                read[r, c] = True
                x, y = 8 + c * cell, 36 + r * cell
                drawing.rect(x, y, cell, cell, kind)
                wins = not kept and values[r, c] == value
                if wins:
                    drawing.rect(x + 2, y + 2, cell - 4, cell - 4, "frame")
                    kept = True
                _value(drawing, x, y, cell, values[r, c], wins)
        x, y = left + col * cell, out_top + row * cell
        drawing.rect(x, y, cell, cell, kind)
        _value(drawing, x, y, cell, value, kept)
    for r, c in np.argwhere(~read):
        x, y = 8 + c * cell, 36 + r * cell
        drawing.rect(x, y, cell, cell, "cell")
        drawing.rect(x, y, cell, cell, "dropped")
        _value(drawing, x, y, cell, values[r, c], False)
    drawing.arrow(8 + columns * cell + 10, middle, left - 10, middle)
    drawing.text(8 + columns * cell / 2, 18, titles[0], "bold")
    drawing.text(left + out_columns * cell / 2, out_top - 18, titles[1], "bold")
    return drawing


def _value(drawing, x, y, cell, value, bold):
    drawing.text(x + cell / 2, y + cell / 2 + 1, number(value), "bold" if bold else "")


def poolings_compared(values, first, second, first_title, second_title, **options):
    """Two poolings of the same map, below each other.

    first, second: (outputs, padding) each.
    """
    return column(
        *(
            pooled_windows(values, outputs, padding=padding, titles=("map", title), **options)
            for (outputs, padding), title in ((first, first_title), (second, second_title))
        )
    )


def pooling_shifts(maps, outputs, pool_size, cell=26):
    """The same pattern at several places, and under each what the pooling makes of it.

    maps, outputs: lists of arrays, drawn one below the other; pool_size: (rows, columns).
    """
    rows, columns = np.shape(maps[0])
    out_rows, out_columns = np.shape(outputs[0])
    height, width = pool_size
    left, pitch = 96, max(rows, out_rows) * cell + 22
    right = left + columns * cell + 44
    drawing = Drawing(right + out_columns * cell + 8, len(maps) * pitch + 34)
    drawing.text(left + columns * cell / 2, 14, "row", "bold")
    drawing.text(right + out_columns * cell / 2, 14, "pooled", "bold")
    for index, (values, pooled) in enumerate(zip(maps, outputs, strict=True)):
        top = 36 + index * pitch
        middle = top + rows * cell / 2
        title = f"moved by {index}" if index else "as it was"
        drawing.text(left - 12, middle, title, anchor="end")
        _plain(drawing, left, top, values, cell)
        for row in range(out_rows):
            for col in range(out_columns):
                x, y = left + col * width * cell, top + row * height * cell
                drawing.rect(x, y, width * cell, height * cell, "frame")
        drawing.arrow(left + columns * cell + 8, middle, right - 8, middle)
        _plain(drawing, right, middle - out_rows * cell / 2, pooled, cell)
    return drawing


def _plain(drawing, left, top, values, cell):
    for (row, col), value in np.ndenumerate(np.asarray(values)):
        x, y = left + col * cell, top + row * cell
        drawing.rect(x, y, cell, cell, "window" if value > 0 else "cell")
        drawing.text(x + cell / 2, y + cell / 2 + 1, number(value))
