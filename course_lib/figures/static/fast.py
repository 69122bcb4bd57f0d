"""How a convolution becomes a matrix product, and in which order its rows are written."""

from math import prod

import numpy as np

from course_lib import records
from course_lib.figures.static.grids import Grid, equation
from course_lib.ops.windows import patches, windows

__all__ = ["patch_product", "recorded_steps", "row_order"]


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


def recorded_steps(record=None):
    """The recorded benchmarks as text: seconds per epoch from loops to the last step.

    record: as ``python -m benchmarks`` writes it; by default the one that comes with the course.
    """
    if record is None:
        if "benchmarks" not in records.names():
            return "Nothing is recorded. python -m benchmarks measures, in about ten minutes."
        record = records.load("benchmarks")
    lines = [f"{'':9} {'s per epoch':>12} {'gain':>7}"]
    for step in record["ladder"]:
        gain = f"{step['gain']:7.2f}" if step["gain"] else ""
        lines.append(f"{step['rung']:9} {step['seconds']:12,.1f} {gain:7}")
    for row in record["networks"]:
        if (row["do"], row["model"]) == ("fit", "mnist"):
            lines.append(
                f"\nfit on {row['cores']} core{'s' if row['cores'] > 1 else ''}: "
                f"course_lib {row['course_lib']['seconds']:.2f} s, "
                f"Keras {row['keras']['seconds']:.2f} s, ratio {row['ratio_to_keras']:.2f}"
            )
    machine = record["machine"]
    lines.append(f"\n{record['date']}, {machine['processor']}, {machine['cores']} cores")
    return "\n".join(lines)
