"""Pooling: maximum or average of each window, who won, and what a shift changes."""

import numpy as np
import traitlets as t

from course_lib.figures.interactive import presets
from course_lib.figures.interactive.base import Figure, Matrix
from course_lib.figures.interactive.layout import flow
from course_lib.figures.interactive.text_version import paragraph, table

_FIRST = presets.POOLS[0]["settings"]


class Pooling(Figure):
    """Pool an image, window by window.

    image: (height, width). pool_size, strides: rows and columns, 1 to 4. padding: "valid" or
    "same"; padded cells take no part. mode: "max" or "average". shift: "none", "right", "left",
    "down" or "up", by one cell. step: the output shown first, row by row from 0.
    """

    name = "pooling"

    image = Matrix(_FIRST["image"]).tag(sync=True)
    pool_size = t.List(t.Int(min=1, max=4), [2, 2], minlen=2, maxlen=2).tag(sync=True)
    strides = t.List(t.Int(min=1, max=4), [2, 2], minlen=2, maxlen=2).tag(sync=True)
    padding = t.Enum(["valid", "same"], "valid").tag(sync=True)
    mode = t.Enum(["max", "average"], "max").tag(sync=True)
    shift = t.Enum(["none", "right", "left", "down", "up"], "none").tag(sync=True)
    step = t.Int(0, min=0).tag(sync=True)
    presets = t.List(presets.POOLS).tag(sync=True)

    def room(self):
        image, output = (len(self.image), len(self.image[0])), self.output().shape
        if self.padding == "same":
            image = tuple(n + k - 1 for n, k in zip(image, self.pool_size, strict=True))
        grids = [image, output]
        tile = min(44, max(24, 210 / image[0]))  # as in the style sheet
        return max(500, 300 + flow(grids, 600, tile)), 780 + flow(grids, 325, tile)

    def output(self):
        """The pooled image, (output height, output width), computed by ``course_lib.ops``."""
        from course_lib import ops

        pool = ops.max_pool if self.mode == "max" else ops.average_pool
        inputs = np.array(self.image)[None, :, :, None]
        pooled = pool(inputs, tuple(self.pool_size), tuple(self.strides), self.padding)
        return pooled[0, :, :, 0]

    def fallback(self):
        rows, cols = self.pool_size
        what = "the largest" if self.mode == "max" else "the mean"
        return (
            table(self.image, "Input")
            + table(self.output(), f"Output: {rows} × {cols} windows, padding {self.padding}")
            + paragraph(f"Each output is {what} of the numbers in its window.")
        )
