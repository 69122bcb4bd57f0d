"""Pictures of volumes: an image with channels, filters as deep as it, one map per filter."""

import numpy as np

from course_lib.figures.static.canvas import Drawing, number
from course_lib.figures.static.grids import Grid, fitting
from course_lib.shapes import output_shape

CHANNELS = ("red", "green", "blue")
SHIFT = 9  # pixels from one sheet of a volume to the next


def sheets(drawing, x, y, width, height, depth, kind="cell", shift=SHIFT):
    """``depth`` sheets one behind another; (x, y) is the top left corner of the front one.

    Each further sheet stands ``shift`` pixels to the upper right. ``kind`` is the fill of all, or a
    tuple with one for each.
    """
    for index in reversed(range(depth)):
        sheet = kind[index] if isinstance(kind, tuple) else kind
        drawing.rect(x + index * shift, y - index * shift, width, height, sheet)


def layer_volumes(rows=7, columns=9, channels=3, kernel_size=3, filters=5, cell=13):
    """A convolution layer as volumes: the input, its filters, and one map per filter.

    The first filter, the map it makes, and the window it reads are coloured.
    """
    out_rows, out_columns = output_shape((rows, columns), kernel_size)
    pitch = kernel_size * cell + channels * SHIFT + 4
    height = max(filters * pitch, (rows + 2) * cell + (channels + filters) * SHIFT) + 64
    drawing = Drawing(478, height)
    middle = 40 + (height - 64) / 2

    x, y = 12, middle - rows * cell / 2 + channels * SHIFT / 2
    tints = CHANNELS if channels == len(CHANNELS) else "cell"
    sheets(drawing, x, y, columns * cell, rows * cell, channels, tints)
    drawing.rect(x, y, kernel_size * cell, kernel_size * cell, "window")
    drawing.rect(x, y, kernel_size * cell, kernel_size * cell, "frame")
    input_end = x + columns * cell + channels * SHIFT

    x = 216
    for index in range(filters):
        top = 40 + (height - 64 - filters * pitch) / 2 + index * pitch + channels * SHIFT
        size = kernel_size * cell
        sheets(drawing, x, top, size, size, channels, "window" if index == 0 else "cell")
        drawing.text(x - 20, top + size / 2, str(index + 1), "muted")
    drawing.arrow(input_end, middle, x - 38, middle)

    filter_end = x + kernel_size * cell + channels * SHIFT
    x = 332
    y = middle - out_rows * cell / 2 + filters * SHIFT / 2
    sheets(drawing, x, y, out_columns * cell, out_rows * cell, filters)
    drawing.rect(x, y, out_columns * cell, out_rows * cell, "result")
    drawing.rect(x, y, cell, cell, "frame")
    drawing.arrow(filter_end, middle, x - 10, middle)

    for centre, title, shape in (
        (78, "input", (rows, columns, channels)),
        (241, f"{filters} filters", (kernel_size, kernel_size, channels)),
        (402, f"{filters} maps", (out_rows, out_columns, filters)),
    ):
        drawing.text(centre, 16, title, "bold")
        each = " each" if title.endswith("filters") else ""
        drawing.text(centre, height - 12, " × ".join(map(str, shape)) + each)
    return drawing


def filter_maps(image, filters, maps, cell=26):
    """One image, several filters below each other, and beside each filter the map it makes.

    image (rows, columns); filters: arrays (k, k); maps: arrays, one per filter.
    """
    image = np.asarray(image)
    cell = max(cell, *(fitting(values) for values in (image, *filters, *maps)))
    out_rows, out_columns = np.shape(maps[0])
    pitch = max(np.shape(filters[0])[0], out_rows) * cell + 46
    image_width, kernel_width = image.shape[1] * cell, np.shape(filters[0])[1] * cell
    left = 8 + image_width + 44
    right = left + kernel_width + 44
    height = len(filters) * pitch + 8
    drawing = Drawing(right + out_columns * cell + 8, height)
    top = (height - image.shape[0] * cell) / 2 + 14  # level with filters and maps
    drawing.text(8 + image_width / 2, top - 14, "image", "bold")
    Grid(image, cell=cell).draw(drawing, 8, top)
    for index, (kernel, outputs) in enumerate(zip(filters, maps, strict=True)):
        middle = (index + 0.5) * pitch + 14
        kernel_top = middle - np.shape(kernel)[0] * cell / 2
        Grid(kernel, signed=True, cell=cell).draw(drawing, left, kernel_top)
        drawing.text(left + kernel_width / 2, kernel_top - 14, f"filter {index + 1}", "bold")
        map_top = middle - out_rows * cell / 2
        Grid(outputs, signed=True, cell=cell).draw(drawing, right, map_top)
        drawing.text(right + out_columns * cell / 2, map_top - 14, f"map {index + 1}", "bold")
        drawing.arrow(8 + image_width + 8, middle, left - 8, middle)
        drawing.arrow(left + kernel_width + 8, middle, right - 8, middle)
    return drawing


def channel_sums(image, kernel, row=0, column=0, cell=26):
    """One output cell of an image with channels: window times slice in each, then their sum.

    image (rows, columns, channels), kernel (k, k, channels).
    """
    image, kernel = np.asarray(image), np.asarray(kernel)
    cell = max(cell, fitting(image), fitting(kernel))
    rows, columns, channels = image.shape
    size = kernel.shape[0]
    names = CHANNELS if channels == len(CHANNELS) else [f"channel {c + 1}" for c in range(channels)]
    pitch = rows * cell + 40
    left = 8 + columns * cell + 34
    right = left + size * cell + 34
    drawing = Drawing(right + 78, channels * pitch + 50)
    window = (row, column, size, size)
    patch = image[row : row + size, column : column + size]
    for c in range(channels):
        top = c * pitch + 32
        middle = top + rows * cell / 2
        drawing.text(8 + columns * cell / 2, top - 14, f"image, {names[c]}", "bold")
        tint = names[c] if names is CHANNELS else "cell"
        Grid(image[..., c], window=window, cell=cell, tint=tint).draw(drawing, 8, top)
        drawing.text(left - 17, middle, "∗", "sign")
        Grid(kernel[..., c], cell=cell).draw(drawing, left, middle - size * cell / 2)
        drawing.text(left + size * cell / 2, middle - size * cell / 2 - 14, "slice", "bold")
        drawing.text(right - 17, middle, "=", "sign")
        drawing.text(right + 36, middle, number((patch[..., c] * kernel[..., c]).sum()), "bold")
        if c:
            drawing.text(right + 36, c * pitch + 12, "+", "sign")
    bottom = channels * pitch
    drawing.line(right, bottom + 6, right + 72, bottom + 6, "guide")
    drawing.rect(right, bottom + 12, 72, 30, "result")
    drawing.text(right + 36, bottom + 28, number((patch * kernel).sum()), "bold")
    drawing.text(right - 12, bottom + 28, "one cell of the map", anchor="end")
    return drawing


def column(*drawings, gap=14):
    """Drawings below each other, centred, as one."""
    width = max(drawing.width for drawing in drawings)
    whole = Drawing(width, sum(d.height for d in drawings) + gap * (len(drawings) - 1))
    y = 0
    for drawing in drawings:
        x = (width - drawing.width) / 2
        whole.parts.append(f'<g transform="translate({x:.6g} {y:.6g})">')
        whole.parts.extend([*drawing.parts, "</g>"])
        y += drawing.height + gap
    return whole
