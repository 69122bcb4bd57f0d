"""The backward pass as pictures: who hands what to whom, and the two convolutions it is made of."""

import numpy as np

from course_lib import ops
from course_lib.figures.static import circuits
from course_lib.figures.static.canvas import Drawing
from course_lib.figures.static.grids import Grid, equation, fitting
from course_lib.figures.static.pixels import picture_address

__all__ = [
    "before_and_after",
    "both_ways",
    "fooled",
    "image_step",
    "kernel_step",
    "one_product",
    "shared_weight",
    "turned_kernels",
]

BOX, HEIGHT, BETWEEN, MARGIN = 148, 64, 96, 8


def both_ways():
    """A convolution and what follows it: values run to the right, gradients to the left."""
    names = (("convolution", "kernel $w$, bias $b$"), ("what follows", "layers, then the loss"))
    drawing = Drawing(2 * BOX + 3 * BETWEEN + 2 * MARGIN, 172)
    top, forward, back = 30, 46, 78
    for index, (title, note) in enumerate(names):
        x = MARGIN + BETWEEN + index * (BOX + BETWEEN)
        drawing.rect(x, top, BOX, HEIGHT, "cell", radius=6)
        drawing.text(x + BOX / 2, top + 24, title, "bold")
        drawing.text(x + BOX / 2, top + 44, note, "muted")
    for index, (value, gradient) in enumerate(
        (("$x$", "∂$L$/∂$x$"), ("$o$", "∂$L$/∂$o$"), ("$L$", "1"))
    ):
        left = MARGIN + index * (BOX + BETWEEN) + 8
        right = left + BETWEEN - 16
        drawing.arrow(left, forward, right, forward)
        drawing.text((left + right) / 2, forward - 16, value)
        drawing.arrow(right, back, left, back)
        drawing.text((left + right) / 2, back + 18, gradient, "accent")
    middle = MARGIN + BETWEEN + BOX / 2
    drawing.arrow(middle, top + HEIGHT + 4, middle, top + HEIGHT + 38)
    drawing.text(middle, top + HEIGHT + 54, "∂$L$/∂$w$, ∂$L$/∂$b$", "accent")
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
        Grid(gradient, "∂$L$/∂$o$", signed=True, cell=cell),
        "=",
        Grid(outcome, "∂$L$/∂$w$", (row, column, 1, 1), "result", cell=cell),
    )


def image_step(gradient, kernel, row, column, strides=1, cell=28):
    """One cell of the image's gradient: the flipped kernel on the gradient with zeros around it.

    gradient of the outputs, (rows, columns), and kernel, (height, width), of a convolution
    without padding; row, column: a cell of the image. With ``strides`` above 1 the gradient's
    entries stand that far apart, with zeros between them.
    """
    gradient, kernel = np.asarray(gradient, float), np.asarray(kernel, float)
    spaced = np.zeros([strides * (o - 1) + 1 for o in gradient.shape])
    spaced[::strides, ::strides] = gradient
    size = [o + k - 1 for o, k in zip(spaced.shape, kernel.shape, strict=True)]
    outcome = _gradients(np.zeros(size), kernel, gradient, strides)[0]
    tall, wide = kernel.shape[0] - 1, kernel.shape[1] - 1
    return equation(
        Grid(
            spaced,
            "∂$L$/∂$o$" if strides == 1 else "∂$L$/∂$o$, spaced",
            (row, column, *kernel.shape),
            padding=(tall, tall, wide, wide),
            cell=cell,
        ),
        "∗",
        Grid(kernel[::-1, ::-1], "$w$, flipped", cell=cell),
        "=",
        Grid(outcome, "∂$L$/∂$x$", (row, column, 1, 1), "result", cell=cell),
    )


def turned_kernels(kernel, cell=26):
    """The kernels of a layer forwards, and as its backward pass uses them: flipped and swapped.

    kernel (height, width, in_channels, filters): a row for each channel, a column for each filter;
    on the right a row for each filter and a column for each channel.
    """
    kernel = np.asarray(kernel, float)
    cell = max(cell, fitting(kernel))
    height, width, channels, filters = kernel.shape
    backwards = kernel[::-1, ::-1].swapaxes(2, 3)
    wide, high, gap, left, top = width * cell, height * cell, 24, 78, 62
    second = left + filters * (wide + gap) + 150
    drawing = Drawing(
        second + channels * (wide + gap), top + max(channels, filters) * (high + gap) + 4
    )
    tables = (("forwards", kernel, left, "channel", "filter"),
              ("backwards", backwards, second, "filter", "channel"))  # fmt: skip
    for title, table, x, down, across in tables:
        rows, columns = table.shape[2:]
        drawing.text(x + columns * (wide + gap) / 2 - gap / 2, 14, title, "bold")
        for column in range(columns):
            middle = x + column * (wide + gap) + wide / 2
            drawing.text(middle, 42, f"{across} {column + 1}", "muted")
        for row in range(rows):
            y = top + row * (high + gap)
            drawing.text(x - 8, y + high / 2, f"{down} {row + 1}", "muted", anchor="end")
            for column in range(columns):
                Grid(table[:, :, row, column], cell=cell).draw(
                    drawing, x + column * (wide + gap), y
                )
    arrow = top + max(channels, filters) * (high + gap) / 2 - gap
    drawing.arrow(second - 140, arrow, second - 90, arrow)
    return drawing


def one_product(pixel, weight, bias, wanted):
    """One pixel, one weight and a bias as a circuit: half the squared distance from ``wanted``."""
    w, x = circuits.Number("$w$", weight, (0, 0)), circuits.Number("$x$", pixel, (0, 1))
    b = circuits.Number("$b$", bias, (1, 1.25))
    target = circuits.Number("−$t$", -wanted, (2, 1.25))
    product = circuits.multiply(w, x, at=(1, 0.5))
    error = circuits.add(circuits.add(product, b, at=(2, 0.5)), target, at=(3, 0.5))
    return circuits.circuit(circuits.half_square(error, at=(4, 0.5)))


def shared_weight(pixels, weight, wanted):
    """The circuit of one weight that meets two pixels, as the weights of a kernel do."""
    w = circuits.Number("$w$", weight, (0, 1.5))
    errors = []
    for place, (pixel, row) in enumerate(zip(pixels, (0.8, 2.2), strict=True), start=1):
        x = circuits.Number(f"$x_{place}$", pixel, (0, 0.5 if place == 1 else 2.5))
        target = circuits.Number("−$t$", -wanted, (1, row + (-0.8 if place == 1 else 0.8)))
        error = circuits.add(circuits.multiply(w, x, at=(1, row)), target, at=(2, row))
        errors.append(circuits.half_square(error, at=(3, row)))
    return circuits.circuit(circuits.add(*errors, at=(4, 1.5)))


def before_and_after(image, outputs, width=270):
    """A grey image from 0 to 1, (rows, columns), and a map of it, on which grey is 0."""
    height = width * image.shape[0] / image.shape[1]
    gap = 70
    drawing = Drawing(2 * width + gap + 16, height + 46)
    bound = np.abs(outputs).max()
    pictures = (("before", image), ("after", 0.5 + outputs / (2 * bound)))
    for place, (title, picture) in enumerate(pictures):
        x = 8 + place * (width + gap)
        drawing.text(x + width / 2, 16, title, "bold")
        drawing.image(x, 34, width, height, picture_address(picture))
        drawing.rect(x, 34, width, height)
    middle = 34 + height / 2
    drawing.arrow(8 + width + 12, middle, 8 + width + gap - 12, middle)
    drawing.text(8 + width + gap / 2, middle - 20, "?", "sign")
    return drawing


def fooled(image, gradient, changed, before, after, size=168):
    """An image, the signs of a gradient, the image changed by them; what a network says of both.

    before, after: the ten probabilities of the image and of the changed one.
    """
    signs = (np.sign(gradient) + 1) / 2
    panels = (("digit", image, before), ("direction", signs, None), ("changed", changed, after))
    gap = 26
    drawing = Drawing(3 * size + 2 * gap + 16, size + 72)
    for place, (title, picture, answer) in enumerate(panels):
        x = 8 + place * (size + gap)
        drawing.text(x + size / 2, 16, title, "bold")
        drawing.image(x, 34, size, size, picture_address(picture))
        drawing.rect(x, 34, size, size)
        if answer is not None:
            note = f"read as {answer.argmax()}, certainty {answer.max():.2f}"
            drawing.text(x + size / 2, size + 54, note)
    return drawing


def _gradients(image, kernel, gradient, strides=1):
    """(of the image, of the kernel), without batch and channel axes."""
    inputs, weights = image[np.newaxis, ..., np.newaxis], kernel[..., None, None]
    _, cache = ops.conv_forward(inputs, weights, strides)
    of_image, of_kernel = ops.conv_backward(gradient[np.newaxis, ..., np.newaxis], cache)
    return of_image[0, :, :, 0], of_kernel[:, :, 0, 0]
