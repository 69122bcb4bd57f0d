"""How a convolution becomes a matrix product, and in which order its rows are written."""

from math import prod

import numpy as np

from course_lib.figures.static.grids import Grid, equation
from course_lib.ops.windows import patches, windows

__all__ = ["patch_product", "row_order"]


def patch_product(image, kernel, place, cell=26):
    """The image, its patch matrix, the kernel as a column, and their product.

    image (height, width); kernel (height, width); place: the window that is marked, counted row by
    row, on the image, in the matrix and in the outputs.
    """
    image, kernel = np.asarray(image, float), np.asarray(kernel, float)
    window = windows("patch_product", image.shape, kernel.shape, 1, "valid")
    matrix = np.array(patches(np.ascontiguousarray(image)[np.newaxis, ..., np.newaxis], window))
    if not 0 <= place < len(matrix):
        raise ValueError(f"patch_product: place must be from 0 to {len(matrix) - 1}, got {place}.")
    column = kernel.reshape(-1, 1)
    row, left = divmod(place, window.outputs[1])
    return equation(
        Grid(image, "image", (row, left, *kernel.shape), cell=cell),
        "→",
        Grid(matrix, "patches", (place, 0, 1, len(column)), cell=cell),
        "·",
        Grid(column, "kernel", cell=cell),
        "=",
        Grid(matrix @ column, "outputs", (place, 0, 1, 1), "result", cell=cell),
    )


def row_order(outputs, pool, cell=36):
    """The rows of the patch matrix, numbered: place by place, and by the cells of the pools.

    outputs, pool: (rows, columns). Places that fill no pool are left empty in the second.
    """
    pixels = np.arange(prod(outputs), dtype=float).reshape(1, *outputs, 1)
    window = windows("row_order", outputs, (1, 1), 1, "valid")
    order = np.full(prod(outputs), np.nan)
    rows = patches(pixels, window, pool)[:, 0].astype(int)
    order[rows] = np.arange(len(rows))
    return equation(
        Grid(pixels[0, :, :, 0], "row by row", (0, 0, *pool), cell=cell),
        "→",
        Grid(order.reshape(outputs), "pool cell by pool cell", (0, 0, *pool), cell=cell),
    )
