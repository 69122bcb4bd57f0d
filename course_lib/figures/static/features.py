"""What a trained network has learned: its filters, its maps, and the patches it likes best."""

from typing import NamedTuple

import numpy as np

from course_lib.figures.static.canvas import DARK, Drawing, text_width
from course_lib.figures.static.pixels import mosaic, picture_address, png
from course_lib.shapes import receptive_field

__all__ = [
    "Patch",
    "feature_maps",
    "filters",
    "patch_rows",
    "poster",
    "strongest_patches",
    "through_network",
]

MARGIN, GAP = 8, 6


class Patch(NamedTuple):
    """The piece of an image that one cell of a feature map depends on."""

    image: int  # which of the images
    row: int  # of its top left pixel
    column: int
    value: float  # of the cell
    pixels: np.ndarray  # (field, field)


def filters(kernel, columns=8, size=44):
    """The filters of a first layer, kernel (height, width, 1, filters); grey is 0."""
    kernel = np.asarray(kernel, dtype=float)
    if kernel.ndim != 4 or kernel.shape[2] != 1:
        raise ValueError(
            "filters: kernel must have the shape (height, width, 1, filters), "
            f"got {kernel.shape}. Filters of later layers have too many channels to be pictures."
        )
    pictures = 0.5 + kernel[:, :, 0].transpose(2, 0, 1) / (2 * np.abs(kernel).max())
    return mosaic(pictures, columns=columns, size=size)


def feature_maps(maps, columns=8, size=52):
    """All maps of a layer, (rows, columns, filters) of numbers from 0 on, on one common scale."""
    maps = np.asarray(maps, dtype=float)
    return mosaic(maps.transpose(2, 0, 1) / max(maps.max(), 1e-9), columns=columns, size=size)


def strongest_patches(images, maps, layers, which, count=8):
    """The ``count`` patches at which filter ``which`` answers most, at most one from each image.

    images (n, height, width); maps (n, rows, columns, filters) of these images; layers: the
    (kernel_size, strides) that lead to the maps, without padding. Strongest first.
    """
    field = receptive_field(layers)
    size, jump = int(field), field.jump
    answers = np.asarray(maps)[..., which]
    best = answers.reshape(len(answers), -1).argmax(axis=1)
    values = answers.reshape(len(answers), -1)[np.arange(len(answers)), best]
    found = []
    for index in np.argsort(-values, kind="stable")[:count]:
        row, column = (jump * int(at) for at in divmod(best[index], answers.shape[2]))
        pixels = np.array(images[index, row : row + size, column : column + size])
        found.append(Patch(int(index), row, column, float(values[index]), pixels))
    return found


def patch_rows(rows, size=52):
    """A row of patches for each filter. rows: {name of the filter: list of `Patch`}"""
    left = 16 + max(map(text_width, rows))
    longest = max(map(len, rows.values()))
    step = size + GAP
    drawing = Drawing(left + longest * step + MARGIN, len(rows) * step + 2 * MARGIN)
    for line, (name, patches) in enumerate(rows.items()):
        y = MARGIN + line * step
        drawing.text(MARGIN, y + size / 2, name, anchor="start")
        for place, patch in enumerate(patches):
            x = left + place * step
            drawing.image(x, y, size, size, picture_address(patch.pixels))
            drawing.rect(x, y, size, size)
    return drawing


def through_network(digit, layers, probabilities, shown=6):
    """A digit, some maps of each layer, and the ten probabilities, from left to right.

    digit (28, 28) from 0 to 1; layers: {title: maps (rows, columns, filters)}, of which the
    ``shown`` with the largest sums are drawn; probabilities: ten numbers.
    """
    size, big = 46, 92
    rows = -(-shown // 2)
    height = rows * (size + GAP) + 2 * MARGIN + 26
    block = 2 * (size + GAP)
    drawing = Drawing(2 * MARGIN + big + len(layers) * (block + 40) + 40 + 130, height)
    top, middle = MARGIN + 26, MARGIN + 26 + rows * (size + GAP) / 2
    x = MARGIN
    drawing.text(x + big / 2, MARGIN + 8, "digit", "bold")
    drawing.image(x, middle - big / 2, big, big, picture_address(digit))
    x += big
    for title, maps in layers.items():
        drawing.arrow(x + 8, middle, x + 34, middle)
        x += 40
        drawing.text(x + (block - GAP) / 2, MARGIN + 8, title, "bold")
        chosen = np.sort(np.argsort(-maps.sum(axis=(0, 1)), kind="stable")[:shown])
        for place, which in enumerate(chosen):
            px, py = x + (place % 2) * (size + GAP), top + (place // 2) * (size + GAP)
            drawing.image(px, py, size, size, picture_address(maps[..., which] / maps.max()))
            drawing.rect(px, py, size, size)
        x += block
    drawing.arrow(x + 8, middle, x + 34, middle)
    x += 40
    drawing.text(x + 65, MARGIN + 8, "answer", "bold")
    line = rows * (size + GAP) / len(probabilities)
    for label, value in enumerate(probabilities):
        y = top + (label + 0.5) * line
        drawing.text(x + 6, y, label)
        drawing.rect(x + 18, y - line / 2 + 2, 100, line - 4, "cell")
        if 100 * value >= 0.5:
            drawing.rect(x + 18, y - line / 2 + 2, 100 * float(value), line - 4, "result")
    return drawing


def poster(digit, layers, probabilities, shown=6):
    """The same way as ``through_network`` as bytes of a PNG, 1200 by 630, as link previews want it.

    digit (28, 28) from 0 to 1; layers: maps (rows, columns, filters) of two layers; ten
    probabilities. White on black, without words.
    """
    canvas = np.zeros((630, 1200, 3))

    def colour(name):
        return np.array([int(DARK[name][at : at + 2], 16) for at in (1, 3, 5)]) / 255

    def place(top, left, values, scale):
        """Pixels of ``values``, each ``scale`` wide, inside a frame."""
        big = np.kron(values, np.ones((scale, scale)))
        rows, columns = big.shape
        canvas[top - 2 : top + rows + 2, left - 2 : left + columns + 2] = colour("line")
        canvas[top : top + rows, left : left + columns] = big[..., None]

    place(147, 40, np.asarray(digit, dtype=float), 12)
    for maps, scale, left in zip(layers, (5, 12), (420, 730), strict=True):
        chosen = np.sort(np.argsort(-maps.sum(axis=(0, 1)), kind="stable")[:shown])
        pitch = maps.shape[0] * scale + 12
        top = (630 - -(-shown // 2) * pitch + 12) // 2
        for at, which in enumerate(chosen):
            picture = maps[..., which] / maps.max()
            place(top + at // 2 * pitch, left + at % 2 * pitch, picture, scale)
    for label, value in enumerate(probabilities):
        bar = canvas[102 + 43 * label : 102 + 43 * label + 34, 1040:1170]
        bar[:] = colour("cell")
        bar[:, : round(130 * float(value))] = colour("result")
    return png(canvas)
