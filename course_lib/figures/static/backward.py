"""The backward pass as pictures: who hands what to whom, and the two convolutions it is made of."""

import numpy as np

from course_lib import ops
from course_lib.figures.static.canvas import Drawing
from course_lib.figures.static.grids import Grid, equation

__all__ = ["both_ways", "image_step", "kernel_step"]

BOX, HEIGHT, BETWEEN, MARGIN = 148, 64, 96, 8


def both_ways():
    """A convolution and what follows it: values run to the right, gradients to the left."""
    names = (("convolution", "kernel w, bias b"), ("what follows", "layers, then the loss"))
    drawing = Drawing(2 * BOX + 3 * BETWEEN + 2 * MARGIN, 172)
    top, forward, back = 30, 46, 78
    for index, (title, note) in enumerate(names):
        x = MARGIN + BETWEEN + index * (BOX + BETWEEN)
        drawing.rect(x, top, BOX, HEIGHT, "cell", radius=6)
        drawing.text(x + BOX / 2, top + 24, title, "bold")
        drawing.text(x + BOX / 2, top + 44, note, "small muted")
    for index, (value, gradient) in enumerate((("x", "∂L/∂x"), ("o", "∂L/∂o"), ("L", "1"))):
        left = MARGIN + index * (BOX + BETWEEN) + 8
        right = left + BETWEEN - 16
        drawing.arrow(left, forward, right, forward)
        drawing.text((left + right) / 2, forward - 16, value)
        drawing.arrow(right, back, left, back)
        drawing.text((left + right) / 2, back + 18, gradient, "accent")
    middle = MARGIN + BETWEEN + BOX / 2
    drawing.arrow(middle, top + HEIGHT + 4, middle, top + HEIGHT + 38)
    drawing.text(middle, top + HEIGHT + 54, "∂L/∂w, ∂L/∂b", "accent")
    return drawing


def kernel_step(image, gradient, row, column, cell=32):
    """One cell of the kernel's gradient: the pixels that this weight has met, times the gradient.

    image (height, width); gradient of the outputs, (rows, columns) of a convolution without
    padding; row, column: a cell of the kernel.
    """
    image, gradient = np.asarray(image, float), np.asarray(gradient, float)
    size = [n - o + 1 for n, o in zip(image.shape, gradient.shape, strict=True)]
    outcome = _gradients(image, np.zeros(size), gradient)[1]
    return equation(
        Grid(image, "image", (row, column, *gradient.shape), cell=cell),
        "∗",
        Grid(gradient, "∂L/∂o", signed=True, cell=cell),
        "=",
        Grid(outcome, "∂L/∂w", (row, column, 1, 1), "result", cell=cell),
    )


def image_step(gradient, kernel, row, column, cell=28):
    """One cell of the image's gradient: the flipped kernel on the gradient with zeros around it.

    gradient of the outputs, (rows, columns), and kernel, (height, width), of a convolution
    without padding; row, column: a cell of the image.
    """
    gradient, kernel = np.asarray(gradient, float), np.asarray(kernel, float)
    size = [o + k - 1 for o, k in zip(gradient.shape, kernel.shape, strict=True)]
    outcome = _gradients(np.zeros(size), kernel, gradient)[0]
    tall, wide = kernel.shape[0] - 1, kernel.shape[1] - 1
    return equation(
        Grid(
            gradient,
            "∂L/∂o",
            (row, column, *kernel.shape),
            padding=(tall, tall, wide, wide),
            cell=cell,
        ),
        "∗",
        Grid(kernel[::-1, ::-1], "w, flipped", cell=cell),
        "=",
        Grid(outcome, "∂L/∂x", (row, column, 1, 1), "result", cell=cell),
    )


def _gradients(image, kernel, gradient):
    """(of the image, of the kernel), without batch and channel axes."""
    _, cache = ops.conv_forward(image[np.newaxis, ..., np.newaxis], kernel[..., None, None])
    of_image, of_kernel = ops.conv_backward(gradient[np.newaxis, ..., np.newaxis], cache)
    return of_image[0, :, :, 0], of_kernel[:, :, 0, 0]
