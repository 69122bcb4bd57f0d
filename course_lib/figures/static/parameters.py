"""Pictures of parameters: the weights of a convolution beside those of a fully connected layer."""

import numpy as np

from course_lib.figures.static.canvas import Drawing, place
from course_lib.shapes import output_shape

TINTS = 9


def connection_matrix(shape, kernel_size):
    """Which weight joins which input to which output, (outputs, inputs); 0 where none does.

    The weights of the kernel are numbered from 1, row by row. shape: (rows, columns) of the image.
    """
    rows, columns = shape
    out_rows, out_columns = output_shape(shape, kernel_size)
    matrix = np.zeros((out_rows * out_columns, rows * columns), int)
    for output in range(len(matrix)):
        row, column = divmod(output, out_columns)
        for weight in range(kernel_size**2):
            i, j = divmod(weight, kernel_size)
            matrix[output, (row + i) * columns + column + j] = weight + 1
    return matrix


def _tinted(drawing, x, y, cell, weight):
    """A cell in the tint of its weight, with the weight's number."""
    strength = 10 + 4 * ((weight - 1) % TINTS)
    drawing.parts.append(
        f'<rect x="{place(x)}" y="{place(y)}" width="{cell}" height="{cell}" '
        f'style="fill:color-mix(in srgb, var(--accent) {strength}%, var(--cell));stroke-width:.5"/>'
    )
    drawing.text(x + cell / 2, y + cell / 2 + 1, weight)


def weight_matrix(shape=(6, 6), kernel_size=3, cell=18):
    """A convolution drawn as the weight matrix of a fully connected layer.

    One row per output cell, one column per pixel; a number says which weight of the kernel stands
    there, an empty cell that the output does not read the pixel.
    """
    matrix = connection_matrix(shape, kernel_size)
    outputs, inputs = matrix.shape
    drawing = Drawing(inputs * cell + 52, outputs * cell + 54)
    left, top = 44, 44
    drawing.text(left + inputs * cell / 2, 14, f"{inputs} pixels of the image, row by row", "bold")
    for row in range(outputs):
        if row % 4 == 0 or row == outputs - 1:
            drawing.text(left - 6, top + (row + 0.5) * cell, str(row + 1), anchor="end")
        for col in range(inputs):
            x, y = left + col * cell, top + row * cell
            if matrix[row, col]:
                _tinted(drawing, x, y, cell, matrix[row, col])
            else:
                drawing.rect(x, y, cell, cell, "cell")
    for col in range(0, inputs, shape[1]):
        drawing.text(left + (col + 0.5) * cell, top - 10, str(col + 1))
        drawing.line(left + col * cell, top, left + col * cell, top + outputs * cell, "guide")
    return drawing


def learning_curves(histories, width=236, height=130):
    """Loss of each epoch on the training and on the test examples, one panel per network.

    histories: {title: history}, a history being {"loss": [...], "val_loss": [...]}.
    """
    highest = max(max(h["loss"] + h["val_loss"]) for h in histories.values())
    pitch_x, pitch_y = width + 44, height + 66
    lines = -(-len(histories) // 2)
    drawing = Drawing(2 * pitch_x + 4, lines * pitch_y + 30)
    for index, (title, history) in enumerate(histories.items()):
        left, top = 34 + index % 2 * pitch_x, 34 + index // 2 * pitch_y
        drawing.rect(left, top, width, height, "cell")
        drawing.text(left + width / 2, top - 14, title, "bold")
        for value in range(int(highest) + 1):
            y = top + height * (1 - value / highest)
            drawing.text(left - 6, y, str(value), anchor="end")
        epochs = len(history["loss"])
        drawing.text(left, top + height + 14, "1")
        drawing.text(left + width, top + height + 14, str(epochs))
        drawing.text(left + width / 2, top + height + 14, "epoch", "muted")
        for name, kind in (("loss", "curve"), ("val_loss", "other dashed")):
            drawing.polyline(
                [
                    (left + width * i / (epochs - 1), top + height * (1 - loss / highest))
                    for i, loss in enumerate(history[name])
                ],
                kind,
            )
    y = lines * pitch_y + 14
    for x, text, kind in (
        (90, "loss on training digits", "curve"),
        (320, "loss on test digits", "other dashed"),
    ):
        drawing.line(x, y, x + 28, y, kind)
        drawing.text(x + 36, y, text, anchor="start")
    return drawing
