"""What a convolution layer costs, and what cheaper convolutions in its place would."""

import traitlets as t

from course_lib.figures.interactive.base import Figure
from course_lib.figures.interactive.text_version import paragraph, text_table


class ConvolutionCost(Figure):
    """Parameters, multiply-adds and memory of one layer and of five that could take its place.

    The layer takes (size, size, channels) to (size, size, filters) with padding "same". kernel:
    rows and columns of its kernel. groups: of the grouped convolution. squeeze: what the filters
    are divided by inside the bottleneck. budget: multiply-adds, in per cent of the full layer's.
    chosen: the row whose arithmetic is shown: "full", "stacked", "grouped", "bottleneck",
    "separable" or "pointwise".
    """

    name = "convolution_cost"

    size = t.Int(28, min=1, max=512).tag(sync=True)
    channels = t.Int(64, min=1, max=2048).tag(sync=True)
    filters = t.Int(64, min=1, max=2048).tag(sync=True)
    kernel = t.Int(3, min=1, max=11).tag(sync=True)
    groups = t.Int(4, min=1, max=256).tag(sync=True)
    squeeze = t.Int(4, min=1, max=64).tag(sync=True)
    budget = t.Int(25, min=1, max=100).tag(sync=True)
    chosen = t.Enum(
        ["full", "stacked", "grouped", "bottleneck", "separable", "pointwise"], "separable"
    ).tag(sync=True)

    def room(self):
        return 600, 930

    def plans(self):
        """{id: (name, [(kernel, channels read, filters, groups), ...])} of the layers that fit."""
        channels, filters, kernel = self.channels, self.filters, self.kernel
        narrow = max(1, filters // self.squeeze)
        plans = {"full": (f"Convolution, {kernel} × {kernel}", [(kernel, channels, filters, 1)])}
        if kernel > 3 and kernel % 2:
            count = (kernel - 1) // 2
            rows = [(3, filters if row else channels, filters, 1) for row in range(count)]
            plans["stacked"] = (f"{count} convolutions of 3 × 3", rows)
        if channels % self.groups == filters % self.groups == 0:
            rows = [(kernel, channels, filters, self.groups)]
            plans["grouped"] = (f"Grouped, {self.groups} groups", rows)
        plans["bottleneck"] = (
            f"Bottleneck of {narrow}",
            [(1, channels, narrow, 1), (kernel, narrow, narrow, 1), (1, narrow, filters, 1)],
        )
        plans["separable"] = (
            "Depthwise, then 1 × 1",
            [(kernel, channels, channels, channels), (1, channels, filters, 1)],
        )
        plans["pointwise"] = ("1 × 1 alone", [(1, channels, filters, 1)])
        return plans

    def cost(self, convolutions):
        """Parameters, multiply-adds and values of a plan, computed by ``course_lib.shapes``."""
        from course_lib import shapes

        plane = (self.size, self.size)
        parameters = work = values = 0
        for kernel, channels, filters, groups in convolutions:
            square = (kernel, kernel)
            parameters += shapes.conv_parameters(square, channels, filters, groups=groups).value
            work += shapes.multiply_adds(plane, square, channels, filters, groups).value
            values += shapes.activation_memory((*plane, filters), bytes_each=1).value
        return parameters, work, values

    def fallback(self):
        rows = [
            (name, *(f"{number:,}" for number in self.cost(convolutions)))
            for name, convolutions in self.plans().values()
        ]
        shape = f"{self.size} × {self.size} × {self.channels}"
        return text_table(
            ("Layer", "Parameters", "Multiply-adds", "Values kept"),
            rows,
            f"From {shape} to {self.filters} maps of {self.size} × {self.size}",
        ) + paragraph("All keep the size of the map; they differ in what an output can depend on.")
