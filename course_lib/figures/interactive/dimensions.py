"""Convolution in one, two and three dimensions: the same window, along more axes."""

from math import prod

import traitlets as t

from course_lib.figures.interactive.base import Figure
from course_lib.figures.interactive.text_version import paragraph, text_table


def _example(label, spatial, kernel, channels=1, filters=1, strides=1):
    return {
        "label": label,
        "spatial": spatial,
        "kernel": kernel,
        "channels": channels,
        "filters": filters,
        "strides": strides,
    }


EXAMPLES = {
    "series": _example("1D, lecture: 7 steps, 1 channel", [7], [3]),
    "embedding": _example("1D, lecture: 5 words, embedded in 3 dimensions", [5], [2], channels=3),
    "wide-embedding": _example(
        "1D, lecture: embedding of 300, ten filters of 3", [12], [3], channels=300, filters=10
    ),
    "image": _example("2D, lecture: 5 × 7 image, 1 channel", [5, 7], [3, 3]),
    "colour": _example("2D: 5 × 7 image, 3 channels, 4 filters", [5, 7], [3, 3], 3, 4),
    "volume": _example("3D, lecture: 6 × 6 × 4, kernel (3, 3, 2)", [6, 6, 4], [3, 3, 2]),
    "video": _example("3D: 5 × 5, 4 frames, 2 channels", [5, 5, 4], [3, 3, 3], channels=2),
}


class Dimensions(Figure):
    """The same kernel idea along one, two and three axes.

    example: a name in ``dimensions.EXAMPLES``, which sets the rest. spatial: cells along each
    axis: (steps,), (height, width) or (height, width, depth). kernel: one size per axis.
    channels, filters: of the input, and of the layer. strides: for every axis. step: the place
    of the window, counted over the output from 0, the last axis fastest.
    """

    name = "dimensions"

    spatial = t.List(t.Int(min=1, max=16), [7], minlen=1, maxlen=3).tag(sync=True)
    kernel = t.List(t.Int(min=1, max=5), [3], minlen=1, maxlen=3).tag(sync=True)
    channels = t.Int(1, min=1, max=512).tag(sync=True)
    filters = t.Int(1, min=1, max=512).tag(sync=True)
    strides = t.Int(1, min=1, max=3).tag(sync=True)
    step = t.Int(0, min=0).tag(sync=True)
    presets = t.List([{"id": key, **example} for key, example in EXAMPLES.items()]).tag(sync=True)

    def __init__(self, example="series", **kwargs):
        if example not in EXAMPLES:
            raise ValueError(
                f"Dimensions: example must be one of {', '.join(EXAMPLES)}, got {example!r}"
            )
        chosen = {name: v for name, v in EXAMPLES[example].items() if name != "label"} | kwargs
        if len(chosen["spatial"]) != len(chosen["kernel"]):
            raise ValueError(
                "Dimensions: kernel must have one size per axis of spatial, got "
                f"{tuple(chosen['kernel'])} for {tuple(chosen['spatial'])}"
            )
        super().__init__(**chosen)

    def output_shape(self):
        """Shape of the layer's output, without the batch."""
        from course_lib import shapes

        return (
            *shapes.output_shape(tuple(self.spatial), tuple(self.kernel), self.strides),
            self.filters,
        )

    def room(self):
        axes = len(self.spatial)
        sketch = 0 if axes == 1 else 90  # of a sheet or a block, under the controls
        wide = self._height(600, 400)
        return max(wide, 485 + sketch), self._height(325, 640 + 100 * (axes - 1))

    def _height(self, column, rest):
        """Height of the slices in a column of a width, all else taken as given."""
        drawn = min(self.channels, 3)
        sizes = [self.spatial, self.kernel, self.output_shape()[:-1]]
        if len(self.spatial) == 1:
            blocks = [(1, drawn, self.spatial[0]), (1, drawn, self.kernel[0]), (1, 1, sizes[2][0])]
        else:
            blocks = [
                (prod(size[2:]) * n, size[0], size[1])
                for size, n in zip(sizes, (drawn, drawn, 1), strict=True)
            ]
        line, height = 0, 0  # width taken in the line of panels, and the height of that line
        for count, rows, columns in blocks:
            name = 128 if len(self.spatial) == 3 and drawn > 1 else 60  # "depth 1, channel 1"
            wide = min(column, count * max(24 * columns + 15, name) - 15)  # more are scrolled
            if line and line + wide > column:
                rest, line, height = rest + height + 16, 0, 0
            line, height = line + wide + 28, max(height, 24 * rows + 58)
        return rest + height

    def fallback(self):
        kernel, filters = tuple(self.kernel), self.filters
        weights = prod(kernel) * self.channels
        rows = [
            ("Axes the window moves along", len(self.spatial)),
            ("Input, without the batch", (*self.spatial, self.channels)),
            ("One filter", (*kernel, self.channels)),
            ("Output", self.output_shape()),
            ("Parameters", f"({weights} + 1) · {filters} = {(weights + 1) * filters:,}"),
        ]
        caption = f"A convolution in {len(self.spatial)}D: Conv{len(self.spatial)}D"
        return text_table(("", "Shape"), rows, caption) + paragraph(
            "The window moves along every axis but the channels; a filter spans all of them."
        )
