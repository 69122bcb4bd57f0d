"""Matrices side by side, with windows drawn on them and signs between them.

equation(Grid(image, "image", window=(0, 0, 3, 3)), "∗", Grid(kernel, "kernel"), "=", ...)
"""

from dataclasses import dataclass, replace
from math import ceil

import numpy as np

from course_lib.figures.static.canvas import Drawing, number, text_width
from course_lib.shapes import output_shape, padding_split

GAP, SIGN, TITLE, MARGIN = 10, 26, 26, 8


@dataclass
class Grid:
    """A matrix to draw.

    values: array of shape (rows, columns); NaN leaves a cell empty
    window: (row, column, height, width) of the cells to fill and frame
    kind: fill of the window: "window" (what is read) or "result" (what is written)
    padding: (top, bottom, left, right) cells of zeros around the values, drawn dashed
    signed: fill positive cells blue and negative ones orange
    tint: fill of the other cells, "red", "green" or "blue" for a channel of a picture
    cell: pixels of a cell's side; more where a number needs more
    """

    values: object
    title: str = ""
    window: tuple | None = None
    kind: str = "window"
    padding: tuple = (0, 0, 0, 0)
    signed: bool = False
    tint: str = "cell"
    cell: int = 32
    note: str = ""

    def __post_init__(self):
        self.values = np.atleast_2d(np.asarray(self.values, dtype=float))
        top, bottom, left, right = self.padding
        self.rows = self.values.shape[0] + top + bottom
        self.columns = self.values.shape[1] + left + right
        self.cell = max(self.cell, self._room())

    def _room(self):
        """Pixels of a cell that has room for every number."""
        return fitting(self.values)

    @property
    def width(self):
        return self.columns * self.cell

    @property
    def height(self):
        return self.rows * self.cell

    def _fill(self, row, column, value):
        if self.window:
            top, left, height, width = self.window
            if top <= row < top + height and left <= column < left + width:
                return self.kind
        if self.signed and value:
            return "positive" if value > 0 else "negative"
        return self.tint

    def draw(self, drawing, x, y):
        """Draw the cells with the top left corner at (x, y)."""
        top, _, left, _ = self.padding
        inner_rows, inner_columns = self.values.shape
        for row in range(self.rows):
            for column in range(self.columns):
                r, c = row - top, column - left
                inside = 0 <= r < inner_rows and 0 <= c < inner_columns
                value = self.values[r, c] if inside else 0.0
                fill = self._fill(row, column, 0 if np.isnan(value) else value)
                kind = fill if inside else f"{fill if fill != self.tint else ''} pad".strip()
                px, py = x + column * self.cell, y + row * self.cell
                drawing.rect(px, py, self.cell, self.cell, kind)
                if not np.isnan(value):
                    shade = "" if inside else "muted"
                    drawing.text(px + self.cell / 2, py + self.cell / 2 + 1, number(value), shade)
        if self.window:
            row, column, height, width = self.window
            drawing.rect(
                x + column * self.cell,
                y + row * self.cell,
                width * self.cell,
                height * self.cell,
                "frame",
            )


def fitting(values, bold=False):
    """Pixels of a cell that has room for each of ``values``; NaN is an empty one."""
    texts = (number(value) for value in np.ravel(values) if not np.isnan(value))
    return ceil(max((text_width(text, bold) for text in texts), default=0)) + 5


def equation(*parts):
    """Grids and signs in one row, each grid under its title, centred on one line.

    The cells of all grids are as large as the largest.
    """
    largest = max(part.cell for part in parts if isinstance(part, Grid))
    parts = [replace(part, cell=largest) if isinstance(part, Grid) else part for part in parts]
    grids = [part for part in parts if isinstance(part, Grid)]
    titled = any(grid.title for grid in grids)
    noted = any(grid.note for grid in grids)
    widths = [
        max(part.width, text_width(part.title, bold=True), text_width(part.note))
        if isinstance(part, Grid)
        else max(SIGN, 12 * len(part))
        for part in parts
    ]
    width = sum(widths) + GAP * (len(parts) - 1) + 2 * MARGIN
    tallest = max(grid.height for grid in grids)
    above = TITLE if titled else 0
    drawing = Drawing(width, tallest + above + (TITLE if noted else 0) + 2 * MARGIN)
    middle = MARGIN + above + tallest / 2
    x = MARGIN
    for part, space in zip(parts, widths, strict=True):
        if isinstance(part, Grid):
            top, left = middle - part.height / 2, x + (space - part.width) / 2
            if part.title:
                drawing.text(x + space / 2, top - TITLE / 2, part.title, "bold")
            part.draw(drawing, left, top)
            if part.note:
                below = top + part.height + TITLE / 2
                drawing.text(x + space / 2, below, part.note, "muted")
        else:
            drawing.text(x + space / 2, middle, part, "sign")
        x += space + GAP
    return drawing


def convolution_step(
    image, kernel, outputs, row, column, strides=1, padding="valid", until=False, cell=32
):
    """One step of a convolution: the window on the image, the kernel, the output cell it fills.

    ``outputs`` are the computed numbers, (rows, columns). With ``until`` the cells that come after
    (row, column) are left empty.
    """
    image, kernel = np.asarray(image), np.asarray(kernel)
    outputs = np.array(outputs, dtype=float)
    pads = [
        padding_split(n, k, strides, padding).value
        for n, k in zip(image.shape, kernel.shape, strict=True)
    ]
    expected = output_shape(image.shape, kernel.shape, strides, padding).value
    if outputs.shape != tuple(expected):
        raise ValueError(
            f"convolution_step: outputs must have shape {tuple(expected)}, got {outputs.shape}."
        )
    if until:
        outputs.reshape(-1)[row * outputs.shape[1] + column + 1 :] = np.nan
    window = (row * strides, column * strides, *kernel.shape)
    return equation(
        Grid(image, "image", window, padding=(*pads[0], *pads[1]), cell=cell),
        "∗",
        Grid(kernel, "kernel", (0, 0, *kernel.shape), cell=cell),
        "=",
        Grid(outputs, "output", (row, column, 1, 1), "result", cell=cell),
    )
