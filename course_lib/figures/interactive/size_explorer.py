"""Stride, padding and dilation: which cells a window reads, and how many outputs there are."""

import traitlets as t

from course_lib.figures.interactive import presets
from course_lib.figures.interactive.base import Figure
from course_lib.figures.interactive.layout import flow
from course_lib.figures.interactive.text_version import paragraph, table


class Axes(t.List):
    """Two whole numbers, rows and columns; one number stands for both."""

    def __init__(self, low, high, default):
        super().__init__(t.Int(min=low, max=high), default_value=[default] * 2, minlen=2, maxlen=2)

    def validate(self, obj, value):
        return super().validate(obj, [value, value] if isinstance(value, int) else list(value))


class SizeExplorer(Figure):
    """The size rule at work, on one axis or two.

    dimensions: 1 or 2. size, kernel_size, strides, dilation_rate: a number or (rows, columns);
    one dimension uses the columns. padding: "valid", "same" (TensorFlow's rule: an odd zero goes
    after) or "explicit", with pads ((top, bottom), (left, right)). step: the output shown first.
    """

    name = "size_explorer"

    dimensions = t.Int(2, min=1, max=2).tag(sync=True)
    size = Axes(1, 1024, 6).tag(sync=True)
    kernel_size = Axes(1, 31, 3).tag(sync=True)
    strides = Axes(1, 16, 2).tag(sync=True)
    dilation_rate = Axes(1, 16, 1).tag(sync=True)
    padding = t.Enum(["valid", "same", "explicit"], "valid").tag(sync=True)
    pads = t.List(
        t.List(t.Int(min=0, max=15), minlen=2, maxlen=2), [[0, 0], [0, 0]], minlen=2, maxlen=2
    ).tag(sync=True)
    step = t.Int(0, min=0).tag(sync=True)
    presets = t.List(presets.SIZES).tag(sync=True)

    def room(self):
        from course_lib import shapes

        padded, outputs = [1], [1]
        for _, size, *rule in self._axes():
            try:
                padded.append(size + sum(shapes.padding_split(size, *rule).value))
                outputs.append(shapes.output_size(size, *rule).value)
            except ValueError:
                return 480, 700
        grids = [padded[-2:], outputs[-2:]]
        both = padded[-1] + (outputs[-1] if self.dimensions == 2 else 0)
        wide = min(32, max(10, min(870 / both, 330 / padded[-2])))
        narrow = min(24, max(9, min(325 / padded[-1], 230 / padded[-2])))
        titled = [(*grids[0], 195 if self.padding != "valid" else 95), grids[1]]
        once = 60 if self.dimensions == 1 else 0  # one line of numbers and one rule less
        drawn = flow(grids, 870, wide, 10)
        return 375 - once // 2 + max(drawn, 180), 670 - once + flow(titled, 325, narrow, 9)

    def _axes(self):
        """Name, size, kernel, stride, padding and dilation of each axis that is shown."""
        names = ["rows", "columns"] if self.dimensions == 2 else [None, "cells"]
        for i, name in enumerate(names):
            if name:
                padding = tuple(self.pads[i]) if self.padding == "explicit" else self.padding
                yield (
                    name,
                    self.size[i],
                    self.kernel_size[i],
                    self.strides[i],
                    padding,
                    self.dilation_rate[i],
                )

    def fallback(self):
        from course_lib import shapes

        rows = [["axis", "input", "kernel", "stride", "dilation", "before", "after", "output"]]
        steps = []
        for name, size, kernel, stride, padding, dilation in self._axes():
            try:
                before, after = shapes.padding_split(size, kernel, stride, padding, dilation).value
                output = shapes.output_size(size, kernel, stride, padding, dilation)
            except ValueError as error:
                return paragraph(str(error))
            rows.append(
                [name, *map(str, (size, kernel, stride, dilation, before, after, output.value))]
            )
            steps.append(f"{name}: {'; '.join(output.steps)}")
        return table(rows, "Stride, padding and dilation, axis by axis") + "".join(
            map(paragraph, steps)
        )
