"""Convolution, one output at a time: the window, the products, the sum."""

import traitlets as t

from course_lib.figures.interactive import presets
from course_lib.figures.interactive.base import Figure, Matrix
from course_lib.figures.interactive.layout import flow
from course_lib.figures.interactive.text_version import paragraph, table


class ConvolutionStepper(Figure):
    """Slide a kernel over an image and watch each output come from its window.

    image: rows of pixels, (height, width). kernel: rows of weights, (kernel height, kernel
    width). strides: 1, 2 or 3. padding: "valid", "same" (TensorFlow's rule), or zeros on each
    side. step: the output cell that is shown first, counted row by row from 0. The reader's
    edits come back as the same attributes.
    """

    name = "convolution_stepper"

    image = Matrix(presets.LECTURE_5X5).tag(sync=True)
    kernel = Matrix(presets.CROSS).tag(sync=True)
    strides = t.Int(1, min=1, max=3).tag(sync=True)
    padding = t.Union([t.Int(min=0, max=2), t.Enum(["valid", "same"])], default_value="valid").tag(
        sync=True
    )
    step = t.Int(0, min=0).tag(sync=True)
    images = t.List(presets.choices(presets.IMAGES)).tag(sync=True)
    kernels = t.List(presets.choices(presets.KERNELS)).tag(sync=True)

    def room(self):
        kernel, output = (len(self.kernel), len(self.kernel[0])), self.output().shape
        padded = [
            (size - 1) * self.strides + span if self.padding != "valid" else given
            for size, span, given in zip(
                output, kernel, (len(self.image), len(self.image[0])), strict=True
            )
        ]
        grids = [padded, kernel, kernel, output]
        tile = min(36, max(24, 192 / padded[0]))  # as in the style sheet
        return max(470, 325 + flow(grids, 590, tile)), 655 + flow(grids, 325, tile)

    def output(self):
        """The feature map, (output height, output width), computed by ``course_lib.ops``."""
        import numpy as np

        from course_lib import ops

        inputs = np.array(self.image)[None, :, :, None]
        kernel = np.array(self.kernel)[:, :, None, None]
        return ops.conv(inputs, kernel, strides=self.strides, padding=self.padding)[0, :, :, 0]

    def fallback(self):
        rows = len(self.kernel) * len(self.kernel[0])
        return (
            table(self.image, "Input image")
            + table(self.kernel, "Kernel")
            + table(self.output(), f"Output: strides {self.strides}, padding {self.padding}")
            + paragraph(
                f"Each output is the sum of {rows} products: the pixels of its window, each "
                "times the weight at the same place of the kernel."
            )
        )
