"""How a convolution becomes a matrix product, and in which order its rows are written."""

from math import prod

import numpy as np

from course_lib import records
from course_lib.figures.static.canvas import Drawing
from course_lib.figures.static.grids import Grid, equation
from course_lib.ops.windows import filling_pools, patches, windows

__all__ = [
    "patch_product",
    "recorded_layers",
    "recorded_networks",
    "recorded_steps",
    "row_order",
    "tile",
]


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
    """The rows of the patch matrix, numbered: place by place, and as a fused layer orders them.

    outputs: (rows, columns) of places; pool: its rows and columns. Places that fill no pool are
    left empty in the second.
    """
    pixels = np.arange(prod(outputs), dtype=float).reshape(1, *outputs, 1)
    window = filling_pools(windows("row_order", outputs, (1, 1), 1, "valid"), pool)
    order = np.full(prod(outputs), np.nan)
    rows = patches(pixels, window, pool[1])[:, 0].astype(int)
    order[rows] = np.arange(len(rows))
    return equation(
        Grid(pixels[0, :, :, 0], "row by row", (0, 0, *pool), cell=cell),
        "→",
        Grid(order.reshape(outputs), "left cells, then right ones", (0, 0, *pool), cell=cell),
    )


def tile(shape, at, size, step, cell=22):
    """One step of a product of matrices: a tile of the result, and what is fetched for it.

    shape: (rows, inner, columns) of the two matrices; at, size: row and column where the tile
    begins, and its rows and columns; step: the column of the left matrix and the row of the upper
    one that are multiplied.
    """
    rows, inner, columns = shape
    (row, column), (high, wide) = at, size
    inside = row >= 0 and column >= 0 and row + high <= rows and column + wide <= columns
    if not inside or high < 1 or wide < 1:
        raise ValueError(f"tile: {size} from {at} on does not fit into {rows} x {columns}.")
    if not 0 <= step < inner:
        raise ValueError(f"tile: step must be from 0 to {inner - 1}, got {step}.")
    gap, title = 18, 24
    left, top = 8 + inner * cell + gap, title + 8 + inner * cell + gap
    drawing = Drawing(left + columns * cell + 8, top + rows * cell + title + 8)

    def matrix(x, y, height, width, band, marked, kind):
        for r in range(height):
            for c in range(width):
                fill = kind if marked(r, c) else "positive" if band(r, c) else "cell"
                drawing.rect(x + c * cell, y + r * cell, cell, cell, fill)

    def in_rows(place):
        return row <= place < row + high

    def in_columns(place):
        return column <= place < column + wide

    matrix(8, top, rows, inner, lambda r, c: in_rows(r),
           lambda r, c: in_rows(r) and c == step, "window")  # fmt: skip
    matrix(left, title + 8, inner, columns, lambda r, c: in_columns(c),
           lambda r, c: in_columns(c) and r == step, "window")  # fmt: skip
    matrix(left, top, rows, columns, lambda r, c: False,
           lambda r, c: in_rows(r) and in_columns(c), "result")  # fmt: skip
    drawing.rect(left + column * cell, top + row * cell, wide * cell, high * cell, "frame")
    drawing.text(left + columns * cell / 2, title / 2 + 4, "kernel", "bold")
    drawing.text(8 + inner * cell / 2, top - gap / 2 - 4, "patches", "bold")
    drawing.text(left + columns * cell / 2, top + rows * cell + title / 2, "outputs", "bold")
    return drawing


def recorded_steps(record=None):
    """The recorded benchmarks as text: seconds per epoch from loops to the last step.

    record: as ``python -m benchmarks`` writes it; by default the one that comes with the course.
    """
    record = record or _recorded()
    if not record:
        return NOTHING
    lines = [f"{'':9} {'s per epoch':>12} {'gain':>8}"]
    for step in record["ladder"]:
        gain = f"{step['gain']:8,.2f}" if step["gain"] else ""
        lines.append(f"{step['rung']:9} {step['seconds']:12,.1f} {gain}")
    return "\n".join([*lines, "", _when_and_where(record)])


PEERS = {
    "keras_jit": "Keras, XLA",
    "torch": "PyTorch",
    "torch_compile": "PyTorch, compiled",
    "jax": "JAX",
}


def recorded_networks(record=None, models=None):
    """Training and prediction of whole models beside Keras: seconds, ratio, most memory in MiB.

    models: the names of those to show; by default all.
    """
    record = record or _recorded()
    if not record:
        return NOTHING
    lines = [f"{'':23} {'course_lib':>10} {'Keras':>8} {'ratio':>6} {'memory':>12}"]
    for row in _chosen(record["networks"], "model", models):
        ours, theirs = row["course_lib"], row["keras"]
        what = f"{row['do']} {row['model']}, {row['cores']} core{'s' if row['cores'] > 1 else ''}"
        if row["model"] == "efficientnet":
            what = f"{row['count']} x efficientnet, {row['cores']}"
        memory = f"{ours['memory_mib']:.0f} : {theirs['memory_mib']:,.0f}"
        lines.append(
            f"{what:23} {ours['seconds']:8.2f} s {theirs['seconds']:6.2f} s "
            f"{row['ratio_to_keras']:6.2f} {memory:>12}"
        )
        lines += [
            f"{'  beside ' + label:29} {'':4} {row[peer]['seconds']:6.2f} s "
            f"{row[f'ratio_to_{peer}']:6.2f}"
            for peer, label in PEERS.items()
            if peer in row
        ]
    return "\n".join([*lines, "", _when_and_where(record)])


def recorded_layers(record=None, threads=1, layers=None):
    """Single layers by their ratio to Keras, forward, and forward with all gradients.

    layers: how the names of those to show begin; by default all.
    """
    record = record or _recorded()
    if not record:
        return NOTHING
    table = record["layers"][str(threads)]
    lines = [f"{'':45} {'forward':>8} {'both':>6} {'peak':>5}"]
    for row in _chosen(table["layers"], "layer", layers):
        speed = row["forward_gflops"]  # None where the layer is more than a matrix product
        peak = f"{speed / table['sgemm_gflops']:5.0%}" if speed else ""
        lines.append(
            f"{row['layer']:45} {row['forward_ms']['ratio']:8.2f} {row['both_ms']['ratio']:6.2f} "
            f"{peak}".rstrip()
        )
    return "\n".join(lines)


NOTHING = "Nothing is recorded. python -m benchmarks measures, in about ten minutes."


def _chosen(rows, key, names):
    """The rows whose ``key`` begins with one of ``names``; every name must be there."""
    if names is None:
        return rows
    for name in names:
        if not any(row[key].startswith(name) for row in rows):
            raise ValueError(f"no {key} {name!r} is recorded.")
    return [row for row in rows if row[key].startswith(tuple(names))]


def _recorded():
    return records.load("benchmarks") if "benchmarks" in records.names() else None


def _when_and_where(record):
    machine = record["machine"]
    return f"{record['date']}, {machine['processor']}, {machine['cores']} cores"
