"""Pictures of ink and paper, and where two of them differ."""

from dataclasses import dataclass

import numpy as np

from course_lib.figures.static.canvas import Drawing
from course_lib.figures.static.grids import Grid, equation

__all__ = ["Picture", "pixel_differences"]


@dataclass
class Picture(Grid):
    """A grid of pixels without numbers: positive cells are ink, the others paper.

    differs: array of bools, (rows, columns); these cells are crossed out
    """

    differs: object = None
    cell: int = 16

    def _room(self):
        return 0

    def draw(self, drawing: Drawing, x, y):
        for row in range(self.rows):
            for column in range(self.columns):
                px, py = x + column * self.cell, y + row * self.cell
                kind = "ink" if self.values[row, column] > 0 else "cell"
                drawing.rect(px, py, self.cell, self.cell, kind)
                if self.differs is not None and self.differs[row, column]:
                    drawing.rect(px + 2, py + 2, self.cell - 4, self.cell - 4, "differs")
        if self.window:
            row, column, height, width = self.window
            size = (width * self.cell, height * self.cell)
            drawing.rect(x + column * self.cell, y + row * self.cell, *size, "frame")


def pixel_differences(template, others):
    """The template, and each of ``others`` (title -> picture) with the pixels that differ."""
    parts = [Picture(template, "template", note=f"{np.size(template)} pixels")]
    for title, picture in others.items():
        differs = np.asarray(picture) != np.asarray(template)
        parts.append(Picture(picture, title, differs=differs, note=f"{differs.sum()} differ"))
    return equation(*parts)
