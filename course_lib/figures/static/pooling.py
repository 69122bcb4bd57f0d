"""Pictures of pooling: which cells each window reads, what it keeps, what the floor leaves unread."""

import numpy as np

from course_lib.figures.static.canvas import Drawing, number
from course_lib.figures.static.channels import column
from course_lib.shapes import output_shape, padding_split

KINDS = ("window", "result", "positive", "negative")


def _windows(shape, pool_size, strides, padding):
    """(output row, output column, rows, columns) of every window; the last two are ranges of cells."""
    ranges = []
    for size in shape:
        (outputs,) = output_shape((size,), pool_size, strides, padding)
        before, _ = padding_split(size, pool_size, strides, padding)
        starts = [index * strides - before for index in range(outputs)]
        ranges.append([range(max(s, 0), min(s + pool_size, size)) for s in starts])
    return [
        (r, c, rows, cols) for r, rows in enumerate(ranges[0]) for c, cols in enumerate(ranges[1])
    ]


def pooling(values, outputs, pool_size=2, strides=None, padding="valid", titles=("", ""), cell=40):
    """A map in the colours of its windows, and beside it the pooled map in the same colours.

    values (rows, columns); outputs: the computed pooled map. Cells that no window reads are hatched,
    and a cell whose value its window keeps is framed. Windows must not overlap.
    """
    values, outputs = np.asarray(values, float), np.asarray(outputs, float)
    strides = strides or pool_size
    rows, columns = values.shape
    out_rows, out_columns = outputs.shape
    left = 8 + columns * cell + 52
    text_width = 8 * max(len(title) for title in titles)
    width = max(left + max(out_columns * cell, text_width) + 8, 2 * text_width)
    drawing = Drawing(width, rows * cell + 44)
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
    text = number(value)
    kinds = ["bold"] if bold else []
    if len(text) * 9 > cell:
        kinds.append("small")
    drawing.text(x + cell / 2, y + cell / 2 + 1, text, " ".join(kinds))


def compared(values, first, second, first_title, second_title, **options):
    """Two poolings of the same map, below each other.

    first, second: (outputs, padding) each.
    """
    return column(
        *(
            pooling(values, outputs, padding=padding, titles=("map", title), **options)
            for (outputs, padding), title in ((first, first_title), (second, second_title))
        )
    )


def shifts(maps, outputs, cell=26):
    """The same pattern at several places, and under each what the pooling makes of it.

    maps, outputs: lists of arrays, drawn from left to right.
    """
    rows, columns = np.shape(maps[0])
    out_rows, out_columns = np.shape(outputs[0])
    pitch = columns * cell + 28
    drawing = Drawing(len(maps) * pitch, (rows + out_rows) * cell + 84)
    for index, (values, pooled) in enumerate(zip(maps, outputs, strict=True)):
        left = 14 + index * pitch
        title = "as it was" if index == 0 else f"moved by {index}"
        drawing.text(left + columns * cell / 2, 16, title, "bold")
        _plain(drawing, left, 34, values, cell)
        for at in range(0, columns, 2):
            drawing.rect(left + at * cell, 34, 2 * cell, 2 * cell, "frame")
        centre = left + columns * cell / 2
        drawing.arrow(centre, 40 + rows * cell, centre, 62 + rows * cell)
        left += (columns - out_columns) * cell / 2
        _plain(drawing, left, 70 + rows * cell, pooled, cell)
    return drawing


def _plain(drawing, left, top, values, cell):
    for (row, col), value in np.ndenumerate(np.asarray(values)):
        x, y = left + col * cell, top + row * cell
        drawing.rect(x, y, cell, cell, "window" if value > 0 else "cell")
        drawing.text(x + cell / 2, y + cell / 2 + 1, number(value))
