"""Channels and filters: an image volume, K filters, and a sum over channels for each output."""

import numpy as np
import traitlets as t

from course_lib.figures.interactive import presets
from course_lib.figures.interactive.base import Figure
from course_lib.figures.interactive.layout import flow
from course_lib.figures.interactive.text_version import paragraph, table

_FIRST = presets.LAYERS[0]["settings"]


class Volume(t.List):
    """Numbers in ``axes`` dimensions, as nested lists; takes NumPy arrays too."""

    def __init__(self, axes, default):
        super().__init__(default_value=default)
        self.axes = axes

    def validate(self, obj, value):
        try:
            array = np.array(value, dtype=float)
        except (TypeError, ValueError):
            array = None
        if array is None or array.ndim != len(self.axes) or 0 in array.shape:
            got = "numbers of uneven nesting" if array is None else f"shape {array.shape}"
            raise t.TraitError(
                f"{type(obj).__name__}: {self.name} must be an array of axes "
                f"({', '.join(self.axes)}), got {got}"
            )
        return array.tolist()


class ChannelsAndFilters(Figure):
    """Watch each output of a convolution layer being summed over the channels.

    image: (height, width, channels). filters: (kernel height, kernel width, channels, K), as
    Keras stores them. bias: K numbers. filter: the filter shown first, from 0. relu: whether the
    activation is applied. step: the output shown first, row by row from 0.
    """

    name = "channels_and_filters"

    image = Volume(("height", "width", "channels"), _FIRST["image"]).tag(sync=True)
    filters = Volume(
        ("kernel height", "kernel width", "channels", "filters"), _FIRST["filters"]
    ).tag(sync=True)
    bias = t.List(t.Float(), _FIRST["bias"]).tag(sync=True)
    filter = t.Int(0, min=0, max=7).tag(sync=True)
    relu = t.Bool(False).tag(sync=True)
    step = t.Int(0, min=0).tag(sync=True)
    presets = t.List(presets.LAYERS).tag(sync=True)

    def room(self):
        height, width, channels = np.shape(self.image)
        kernel, across = np.shape(self.filters)[:2]
        rows, columns = height - kernel + 1, width - across + 1
        inputs = flow([(height, width)] * channels, 890, 24)
        text = 130 + 19 * channels
        wide = inputs + 24 * kernel + max(text, flow([(rows, columns)], 890))
        strip = max(22 * height + 27, 22 * kernel + 27)  # the channels side by side, scrolling
        return 240 + wide, 530 + strip + 55 * channels + flow([(rows, columns)], 325, 32)

    def output(self):
        """All output maps, (height, width, K), computed by ``course_lib.ops``."""
        from course_lib import ops

        maps = ops.conv(np.array(self.image)[None], np.array(self.filters))[0] + self.bias
        return ops.relu(maps) if self.relu else maps

    def fallback(self):
        image, filters, maps = np.array(self.image), np.array(self.filters), self.output()
        rows, cols, channels, count = filters.shape
        shown = min(self.filter, count - 1)
        parts = [table(image[:, :, c], f"Input, channel {c + 1}") for c in range(channels)]
        parts += [
            table(filters[:, :, c, shown], f"Filter {shown + 1}, weights for channel {c + 1}")
            for c in range(channels)
        ]
        parts.append(table(maps[:, :, shown], f"Output map of filter {shown + 1}"))
        over = f"over all {channels} channels" if channels > 1 else "of one channel"
        made = f"{count} filters give {count} maps" if count > 1 else "one filter gives one map"
        parts.append(
            paragraph(
                f"Each output is the sum of {rows * cols * channels} products {over}, plus a bias; "
                f"{made}."
            )
        )
        return "".join(parts)
