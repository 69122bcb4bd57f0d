"""Questions on what a convolution computes: products, sums, bias, and the kernel's orientation."""

import numpy as np

from course_lib import ops, shapes
from course_lib.questions.question import Question, ranges, slip
from course_lib.questions.rendering import table

_TOPIC = "convolution"

FLIPPED = (
    "You turned the kernel by 180 degrees. That is the mathematician's convolution; a CNN layer "
    "lays the kernel on the window as it is."
)
NO_BIAS = "The bias is missing: it is added to the sum."
BIAS_PER_TAP = "The bias is added once to the sum, not to each of the products."


def conv2d(image, kernel, strides=1, padding="valid"):
    """The engine's convolution of one matrix with one kernel, as a matrix."""
    image, kernel = np.asarray(image, np.float64), np.asarray(kernel, np.float64)
    outputs = ops.conv(image[None, :, :, None], kernel[:, :, None, None], strides, padding)
    return outputs[0, :, :, 0]


def flip(kernel):
    """The kernel turned by 180 degrees."""
    return np.asarray(kernel)[::-1, ::-1]


def _whole(array):
    return np.rint(array).astype(int)


def _draw_image(rows, columns, k, **more):
    """A draw: an image, a k x k kernel, and more ranges."""

    def draw(rng):
        numbers = {
            "image": rng.grid(rows, columns, 0, 9),
            "kernel": rng.grid(k, k, -2, 2),
        }
        return {**numbers, **{name: rng.integer(*bounds) for name, bounds in more.items()}}

    return draw


def _at(n, kernel=None, row=None, column=None):
    row, column = (n.row, n.column) if row is None else (row, column)
    maps = conv2d(n.image, n.kernel if kernel is None else kernel)
    return round(maps[row, column])


def _window(n):
    k = len(n.kernel)
    return np.array(n.image)[n.row : n.row + k, n.column : n.column + k]


def _terms(n):
    """The products of the window at (row, column), written out."""
    pairs = zip(_window(n).ravel(), np.array(n.kernel).ravel(), strict=True)
    return " + ".join(f"{x}·({w})" if w < 0 else f"{x}·{w}" for x, w in pairs)


def _draw_missing(rng):
    patch, kernel = rng.grid(3, 3, 2, 9), rng.grid(3, 3, -4, 4)
    row, column = rng.integer(0, 2), rng.integer(0, 2)
    kernel[row][column] = rng.integer(-15, 15)
    output = int((np.array(patch) * np.array(kernel)).sum())
    kernel[row][column] = 0
    return {"patch": patch, "kernel": kernel, "row": row, "column": column, "output": output}


def _value(n):
    return int((np.array(n.patch) * np.array(n.kernel)).sum())


def _missing_product(n):
    """Product of the missing weight and its pixel: what the known products leave of the output."""
    return n.output - _value(n)


def _missing_prompt(n):
    shown = [list(map(str, row)) for row in n.kernel]
    shown[n.row][n.column] = "?"
    return (
        f"The patch{table(n.patch)}and the kernel{table(shown)}give the output {n.output} "
        "(no bias). Which weight stands at the question mark?"
    )


QUESTIONS = [
    Question(
        id="conv-one-value",
        topic=_TOPIC,
        teaches="One output: the products of the window and the kernel, summed.",
        draw=_draw_image(6, 6, 3, row=(0, 3), column=(0, 3)),
        prompt=lambda n: (
            f"The image{table(n.image)}is convolved with the kernel{table(n.kernel)}"
            "as a CNN layer does it: stride 1, no padding, no bias. What is the output at row "
            f"{n.row}, column {n.column} (counted from 0)?"
        ),
        answer=_at,
        steps=lambda n: [_terms(n), f"= {_at(n)}"],
        misconceptions=(
            slip("kernel flipped", lambda n: _at(n, flip(n.kernel)), FLIPPED, 0.5),
            slip(
                "kernel transposed",
                lambda n: _at(n, np.array(n.kernel).T),
                "You read the kernel's columns as rows.",
                0.25,
            ),
            slip(
                "row and column swapped",
                lambda n: _at(n, None, n.column, n.row),
                "The row comes first: it counts downwards.",
                0.25,
            ),
            slip(
                "window not weighted",
                lambda n: int(_window(n).sum()),
                "You summed the pixels. Each is multiplied by its weight first.",
            ),
        ),
        solution="int(\n    (np.array(n.image)[n.row : n.row + 3, n.column : n.column + 3] * "
        "np.array(n.kernel)).sum()\n)",
    ),
    Question(
        id="conv-valid-map",
        topic=_TOPIC,
        teaches="The whole feature map: the same kernel at every place.",
        draw=_draw_image(5, 5, 3),
        prompt=lambda n: (
            f"Convolve the image{table(n.image)}with the kernel{table(n.kernel)}"
            "as a CNN layer does it (stride 1, no padding, no bias). Give the whole output, as a "
            "list of rows."
        ),
        form="array",
        answer=lambda n: conv2d(n.image, n.kernel),
        steps=lambda n: [
            f"row {i}: " + ", ".join(str(v) for v in row)
            for i, row in enumerate(_whole(conv2d(n.image, n.kernel)).tolist())
        ],
        misconceptions=(
            slip("kernel flipped", lambda n: conv2d(n.image, flip(n.kernel)), FLIPPED, 0.5),
            slip(
                "kernel transposed",
                lambda n: conv2d(n.image, np.array(n.kernel).T),
                "You read the kernel's columns as rows.",
                0.25,
            ),
            slip(
                "output transposed",
                lambda n: conv2d(n.image, n.kernel).T,
                "The values are right and their places swapped: the first row of the output comes "
                "from the top of the image.",
                0.5,
            ),
            slip(
                "same taken for valid",
                lambda n: conv2d(n.image, n.kernel, padding="same"),
                "That is the output with same padding. Without padding it is smaller than the "
                "image.",
                0.25,
            ),
        ),
        solution="ops.conv(\n    np.array(n.image)[None, :, :, None], "
        "np.array(n.kernel)[:, :, None, None]\n)[0, :, :, 0]",
    ),
    Question(
        id="conv-strided-map",
        topic=_TOPIC,
        teaches="Stride 2 keeps every second value of the map, in both directions.",
        draw=_draw_image(7, 7, 3),
        prompt=lambda n: (
            f"The image{table(n.image)}is convolved with the kernel{table(n.kernel)}"
            "with stride 2, no padding and no bias. Give the output as a list of rows."
        ),
        form="array",
        answer=lambda n: conv2d(n.image, n.kernel, 2),
        steps=lambda n: [
            f"row {i} (window rows {2 * i} to {2 * i + 2}): " + ", ".join(str(v) for v in row)
            for i, row in enumerate(_whole(conv2d(n.image, n.kernel, 2)).tolist())
        ],
        misconceptions=(
            slip("kernel flipped", lambda n: conv2d(n.image, flip(n.kernel), 2), FLIPPED, 0.5),
            slip(
                "stride ignored",
                lambda n: conv2d(n.image, n.kernel),
                "You moved the window by one pixel. Stride 2 skips every second place.",
                0.25,
            ),
            slip(
                "stride equal to the kernel",
                lambda n: conv2d(n.image, n.kernel, 3),
                "You laid the windows side by side. They start two pixels apart, and overlap.",
                0.25,
            ),
            slip(
                "stride downwards only",
                lambda n: conv2d(n.image, n.kernel, (2, 1)),
                "The stride holds in both directions.",
                0.25,
            ),
        ),
        solution="ops.conv(\n    np.array(n.image)[None, :, :, None], "
        "np.array(n.kernel)[:, :, None, None], strides=2\n)[0, :, :, 0]",
    ),
    Question(
        id="conv-with-bias",
        topic=_TOPIC,
        teaches="The bias is one number for each filter, added once to each sum.",
        draw=lambda rng: {
            "patch": rng.grid(3, 3, 0, 9),
            "kernel": rng.grid(3, 3, -2, 2),
            "bias": rng.choice((-5, -4, -3, -2, 2, 3, 4, 5)),
        },
        prompt=lambda n: (
            f"A convolution layer without activation has the kernel{table(n.kernel)}"
            f"and the bias {n.bias}. It reads the patch{table(n.patch)}What does it return?"
        ),
        answer=lambda n: _value(n) + n.bias,
        steps=lambda n: [
            f"sum of the nine products: {_value(n)}",
            f"{_value(n)} + ({n.bias}) = {_value(n) + n.bias}",
        ],
        misconceptions=(
            slip("forgot the bias", _value, NO_BIAS, 0.5),
            slip("bias per tap", lambda n: _value(n) + 9 * n.bias, BIAS_PER_TAP, 0.25),
            slip(
                "bias subtracted",
                lambda n: _value(n) - n.bias,
                "The bias is added, with its own sign.",
                0.5,
            ),
            slip(
                "kernel flipped",
                lambda n: int((np.array(n.patch) * flip(n.kernel)).sum()) + n.bias,
                FLIPPED,
                0.5,
            ),
            slip(
                "bias times the sum",
                lambda n: _value(n) * n.bias,
                "The bias is added to the sum; it multiplies nothing.",
            ),
        ),
        solution="int((np.array(n.patch) * np.array(n.kernel)).sum() + n.bias)",
    ),
    Question(
        id="conv-mathematical",
        topic=_TOPIC,
        teaches="The mathematical convolution turns the kernel first; a CNN layer does not.",
        draw=lambda rng: {"patch": rng.grid(3, 3, 0, 9), "kernel": rng.grid(3, 3, -3, 3)},
        prompt=lambda n: (
            "Mathematics turns the kernel by 180 degrees before it multiplies; "
            f"CNN layers do not. With the kernel{table(n.kernel)}and the patch{table(n.patch)}"
            "what is the value of the *mathematical* convolution?"
        ),
        answer=lambda n: int((np.array(n.patch) * flip(n.kernel)).sum()),
        steps=lambda n: [
            f"the turned kernel: {flip(n.kernel).tolist()}",
            f"sum of its products with the patch: "
            f"{int((np.array(n.patch) * flip(n.kernel)).sum())}",
        ],
        misconceptions=(
            slip(
                "not turned",
                _value,
                "That is what a CNN layer computes, the cross-correlation. Here the kernel is "
                "turned first.",
                0.25,
            ),
            slip(
                "mirrored left to right",
                lambda n: int((np.array(n.patch) * np.array(n.kernel)[:, ::-1]).sum()),
                "You mirrored the kernel in one direction. Turning by 180 degrees mirrors both.",
                0.5,
            ),
            slip(
                "transposed",
                lambda n: int((np.array(n.patch) * np.array(n.kernel).T).sum()),
                "Transposing mirrors at the diagonal; turning by 180 degrees reverses rows and "
                "columns.",
                0.25,
            ),
        ),
        solution="int((np.array(n.patch) * np.array(n.kernel)[::-1, ::-1]).sum())",
    ),
    Question(
        id="conv-multiplications",
        topic=_TOPIC,
        teaches="Work of a convolution: one multiplication for each weight at each place.",
        draw=ranges(size=(12, 60), kernel=[3, 4, 5, 7]),
        prompt="One kernel of {kernel} × {kernel} moves over {size} × {size} grey pixels (stride "
        "1, no padding). How many multiplications does the whole map take?",
        answer=lambda n: shapes.multiply_adds((n.size - n.kernel + 1,) * 2, n.kernel, 1, 1),
        misconceptions=(
            slip(
                "places only",
                lambda n: (n.size - n.kernel + 1) ** 2,
                "That is the number of outputs. Each takes one multiplication for each weight.",
                0.25,
            ),
            slip(
                "every pixel a place",
                lambda n: n.size**2 * n.kernel**2,
                "Without padding there are fewer places than pixels.",
                0.5,
            ),
            slip(
                "one row of the kernel",
                lambda n: (n.size - n.kernel + 1) ** 2 * n.kernel,
                "The kernel has k rows of k weights.",
                0.25,
            ),
        ),
        solution="shapes.multiply_adds((n.size - n.kernel + 1,) * 2, n.kernel, 1, 1).value",
    ),
    Question(
        id="conv-missing-weight",
        topic=_TOPIC,
        teaches="An output is linear in every weight: the rest of the sum tells the missing one.",
        draw=_draw_missing,
        prompt=_missing_prompt,
        answer=lambda n: _missing_product(n) // n.patch[n.row][n.column],
        steps=lambda n: [
            f"the known products sum to {_value(n)}",
            f"{n.output} - ({_value(n)}) = {_missing_product(n)} is left for the missing product",
            f"{_missing_product(n)} / {n.patch[n.row][n.column]} = "
            f"{_missing_product(n) // n.patch[n.row][n.column]}",
        ],
        misconceptions=(
            slip(
                "pixel not divided out",
                _missing_product,
                "What is left is the product of the weight and its pixel: divide by the pixel.",
                0.5,
            ),
            slip(
                "wrong sign",
                lambda n: -_missing_product(n) // n.patch[n.row][n.column],
                "The sign is turned round: weight times pixel is the output minus the rest.",
                0.5,
            ),
        ),
        solution="(\n    n.output - int((np.array(n.patch) * np.array(n.kernel)).sum())\n"
        ") // n.patch[n.row][n.column]",
    ),
    Question(
        id="conv-flat-area",
        topic=_TOPIC,
        teaches="On an even area a kernel returns the grey value times the sum of its weights.",
        draw=lambda rng: {"grey": rng.integer(3, 25), "kernel": rng.grid(3, 3, -3, 4)},
        prompt=lambda n: (
            f"In the middle of an even area all pixels are {n.grey}. What does the "
            f"kernel{table(n.kernel)}return there (no bias)?"
        ),
        answer=lambda n: n.grey * int(np.sum(n.kernel)),
        steps=lambda n: [
            f"sum of the weights: {int(np.sum(n.kernel))}",
            f"{n.grey} * ({int(np.sum(n.kernel))}) = {n.grey * int(np.sum(n.kernel))}",
        ],
        misconceptions=(
            slip(
                "weights left out",
                lambda n: 9 * n.grey,
                "You summed the pixels. Each is multiplied by its weight first.",
            ),
            slip(
                "averaged",
                lambda n: n.grey * float(np.sum(n.kernel)) / 9,
                "A convolution sums its products; it does not divide by their number.",
                0.5,
            ),
            slip(
                "signs dropped",
                lambda n: n.grey * int(np.abs(n.kernel).sum()),
                "Negative weights take away.",
                0.25,
            ),
        ),
        solution="n.grey * int(np.sum(n.kernel))",
    ),
    Question(
        id="conv-edge-kernel",
        topic=_TOPIC,
        teaches="Which edge a kernel answers to: the direction in which its weights change sign.",
        draw=ranges(
            dark=(0, 20), light=(60, 99), edge=["left to right", "top to bottom"], weight=(1, 4)
        ),
        prompt="An image is dark (grey value {dark}) on one side and light ({light}) on the other. "
        "The brightness grows from {edge}. Which kernel returns the largest positive value at the "
        "edge and 0 on the even areas?",
        form="choice",
        choices=lambda n: {
            name: f"`{(n.weight * np.array(kernel)).tolist()}`"
            for name, kernel in {
                "left to right": [[-1, 0, 1]] * 3,
                "top to bottom": [[-1] * 3, [0] * 3, [1] * 3],
                "falling": [[1, 0, -1]] * 3,
                "even": [[1, 1, 1]] * 3,
            }.items()
        },
        answer=lambda n: n.edge,
        steps=lambda n: [
            f"the weights must grow in the same direction as the brightness: {n.edge}",
            f"the sum at the edge is 3 * {n.weight} * ({n.light} - {n.dark}) = "
            f"{3 * n.weight * (n.light - n.dark)}",
            "and the weights sum to 0, so that even areas give 0",
        ],
        misconceptions=(
            slip(
                "direction of the edge line",
                lambda n: "top to bottom" if n.edge == "left to right" else "left to right",
                "This kernel compares the other two sides: along this edge it returns 0.",
                0.25,
            ),
            slip(
                "sign turned round",
                lambda n: "falling",
                "This kernel is largest where the brightness falls from left to right.",
                0.25,
            ),
            slip(
                "blur",
                lambda n: "even",
                "All weights are positive: this kernel does not give 0 on an even area.",
            ),
        ),
    ),
]
