"""Questions on what a convolution computes: products, sums, bias, and the kernel's orientation."""

from types import SimpleNamespace

import numpy as np

from course_bank.core.question import CLOSE, FAR, Question, ranges, slip
from course_bank.core.rendering import table
from course_lib import ops, shapes

_TOPIC = "convolution"

FLIPPED = (
    "You turned the kernel by 180 degrees. That is the mathematician's convolution; a CNN layer "
    "lays the kernel on the window as it is."
)
NO_BIAS = "The bias is missing: it is added to the sum."
NO_RELU = "That is what a ReLU makes of it. No activation stands here: values below 0 stay."
NOT_A_MEAN = "A convolution sums its products; it does not divide by their number."
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


def sum_of_products(n):
    """What the kernel makes of a patch of its own size."""
    return int((np.array(n.patch) * np.array(n.kernel)).sum())


def _draw_image(rows, columns, k, **more):
    """A draw: an image, a k x k kernel, and more ranges."""

    def draw(rng):
        numbers = {
            "image": rng.grid(rows, columns, 0, 9),
            "kernel": rng.grid(k, k, -2, 2),
        }
        return {**numbers, **{name: rng.integer(*bounds) for name, bounds in more.items()}}

    return draw


def _draw_negative(rng):
    """A patch, a kernel and a bias that give less than 0, so that an added ReLU shows."""
    while True:
        numbers = {
            "patch": rng.grid(3, 3, 0, 9),
            "kernel": rng.grid(3, 3, -2, 2),
            "bias": rng.choice((-5, -4, -3, -2, 2, 3, 4, 5)),
        }
        if sum_of_products(SimpleNamespace(**numbers)) + numbers["bias"] < 0:
            return numbers


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
            slip("kernel flipped", lambda n: _at(n, flip(n.kernel)), FLIPPED, CLOSE),
            slip(
                "kernel transposed",
                lambda n: _at(n, np.array(n.kernel).T),
                "You read the kernel's columns as rows.",
                FAR,
            ),
            slip(
                "row and column swapped",
                lambda n: _at(n, None, n.column, n.row),
                "The row comes first: it counts downwards.",
                FAR,
            ),
            slip(
                "window not weighted",
                lambda n: int(_window(n).sum()),
                "You summed the pixels. Each is multiplied by its weight first.",
                FAR,
            ),
        ),
        solved_by="numpy",
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
            slip("kernel flipped", lambda n: conv2d(n.image, flip(n.kernel)), FLIPPED, CLOSE),
            slip(
                "kernel transposed",
                lambda n: conv2d(n.image, np.array(n.kernel).T),
                "You read the kernel's columns as rows.",
                FAR,
            ),
            slip(
                "output transposed",
                lambda n: conv2d(n.image, n.kernel).T,
                "The values are right and their places swapped: the first row of the output comes "
                "from the top of the image.",
                CLOSE,
            ),
            slip(
                "same taken for valid",
                lambda n: conv2d(n.image, n.kernel, padding="same"),
                "That is the output with same padding. Without padding it is smaller than the "
                "image.",
                FAR,
            ),
            slip(
                "ReLU applied", lambda n: np.maximum(conv2d(n.image, n.kernel), 0), NO_RELU, CLOSE
            ),
            slip("divided as a score", lambda n: conv2d(n.image, n.kernel) / 9, NOT_A_MEAN, CLOSE),
            slip(
                "signs of the weights dropped",
                lambda n: conv2d(n.image, np.abs(n.kernel)),
                "Negative weights take away.",
                FAR,
            ),
        ),
        solved_by="ops.conv",
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
            slip("kernel flipped", lambda n: conv2d(n.image, flip(n.kernel), 2), FLIPPED, CLOSE),
            slip(
                "stride ignored",
                lambda n: conv2d(n.image, n.kernel),
                "You moved the window by one pixel. Stride 2 skips every second place.",
                FAR,
            ),
            slip(
                "stride equal to the kernel",
                lambda n: conv2d(n.image, n.kernel, 3),
                "You laid the windows side by side. They start two pixels apart, and overlap.",
                FAR,
            ),
            slip(
                "stride downwards only",
                lambda n: conv2d(n.image, n.kernel, (2, 1)),
                "The stride holds in both directions.",
                FAR,
            ),
            slip(
                "stride to the right only",
                lambda n: conv2d(n.image, n.kernel, (1, 2)),
                "The stride holds in both directions: downwards too.",
                FAR,
            ),
            slip(
                "kernel transposed",
                lambda n: conv2d(n.image, np.array(n.kernel).T, 2),
                "You read the kernel's columns as rows.",
                FAR,
            ),
            slip(
                "ReLU applied",
                lambda n: np.maximum(conv2d(n.image, n.kernel, 2), 0),
                NO_RELU,
                CLOSE,
            ),
            slip(
                "divided as a score", lambda n: conv2d(n.image, n.kernel, 2) / 9, NOT_A_MEAN, CLOSE
            ),
        ),
        solved_by="ops.conv",
        solution="ops.conv(\n    np.array(n.image)[None, :, :, None], "
        "np.array(n.kernel)[:, :, None, None], strides=2\n)[0, :, :, 0]",
    ),
    Question(
        id="conv-with-bias",
        topic=_TOPIC,
        teaches="The bias is one number for each filter, added once to each sum.",
        draw=_draw_negative,
        prompt=lambda n: (
            f"A convolution layer without activation has the kernel{table(n.kernel)}"
            f"and the bias {n.bias}. It reads the patch{table(n.patch)}What does it return?"
        ),
        answer=lambda n: sum_of_products(n) + n.bias,
        steps=lambda n: [
            f"sum of the nine products: {sum_of_products(n)}",
            f"{sum_of_products(n)} + ({n.bias}) = {sum_of_products(n) + n.bias}",
        ],
        misconceptions=(
            slip("forgot the bias", sum_of_products, NO_BIAS, CLOSE),
            slip("bias per tap", lambda n: sum_of_products(n) + 9 * n.bias, BIAS_PER_TAP, FAR),
            slip(
                "bias subtracted",
                lambda n: sum_of_products(n) - n.bias,
                "The bias is added, with its own sign.",
                CLOSE,
            ),
            slip(
                "kernel flipped",
                lambda n: int((np.array(n.patch) * flip(n.kernel)).sum()) + n.bias,
                FLIPPED,
                CLOSE,
            ),
            slip(
                "bias times the sum",
                lambda n: sum_of_products(n) * n.bias,
                "The bias is added to the sum; it multiplies nothing.",
                FAR,
            ),
            slip(
                "ReLU applied",
                lambda n: max(sum_of_products(n) + n.bias, 0),
                "That is the value behind a ReLU. This layer has no activation: a sum below 0 "
                "stays as it is.",
                CLOSE,
            ),
        ),
        solved_by="numpy",
        solution="int((np.array(n.patch) * np.array(n.kernel)).sum() + n.bias)",
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
                FAR,
            ),
            slip(
                "every pixel a place",
                lambda n: n.size**2 * n.kernel**2,
                "Without padding there are fewer places than pixels.",
                CLOSE,
            ),
            slip(
                "one row of the kernel",
                lambda n: (n.size - n.kernel + 1) ** 2 * n.kernel,
                "The kernel has k rows of k weights.",
                FAR,
            ),
        ),
        solution="shapes.multiply_adds((n.size - n.kernel + 1,) * 2, n.kernel, 1, 1).value",
    ),
]
