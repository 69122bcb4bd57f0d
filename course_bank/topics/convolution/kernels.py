"""Questions on kernels: what their weights answer to, and which way round they lie."""

import numpy as np

from course_bank.core.question import CLOSE, FAR, Question, ranges, slip
from course_bank.core.rendering import table
from course_bank.topics.convolution.sums import flip, sum_of_products

_TOPIC = "convolution"


def _draw_missing(rng):
    patch, kernel = rng.grid(3, 3, 2, 9), rng.grid(3, 3, -4, 4)
    row, column = rng.integer(0, 2), rng.integer(0, 2)
    kernel[row][column] = rng.integer(-15, 15)
    output = int((np.array(patch) * np.array(kernel)).sum())
    kernel[row][column] = 0
    return {"patch": patch, "kernel": kernel, "row": row, "column": column, "output": output}


def _missing_product(n):
    """Product of the missing weight and its pixel: what the known products leave of the output."""
    return n.output - sum_of_products(n)


def _missing_in(n, kernel, row, column):
    """The weight as somebody finds it who lays ``kernel`` on the patch, its gap at that place."""
    return (n.output - _sum_with(n, kernel)) / n.patch[row][column]


def _sum_with(n, kernel):
    """What another kernel makes of the patch."""
    return int((np.array(n.patch) * kernel).sum())


def _missing_prompt(n):
    shown = [list(map(str, row)) for row in n.kernel]
    shown[n.row][n.column] = "?"
    return (
        f"The patch{table(n.patch)}and the kernel{table(shown)}give the output {n.output} "
        "(no bias). Which weight stands at the question mark?"
    )


QUESTIONS = [
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
        answer=lambda n: _sum_with(n, flip(n.kernel)),
        steps=lambda n: [
            f"the turned kernel: {flip(n.kernel).tolist()}",
            f"sum of its products with the patch: {_sum_with(n, flip(n.kernel))}",
        ],
        misconceptions=(
            slip(
                "not turned",
                sum_of_products,
                "That is what a CNN layer computes, the cross-correlation. Here the kernel is "
                "turned first.",
                FAR,
            ),
            slip(
                "mirrored left to right",
                lambda n: _sum_with(n, np.fliplr(n.kernel)),
                "You exchanged left and right only. Turning by 180 degrees exchanges top and "
                "bottom too.",
                CLOSE,
            ),
            slip(
                "mirrored top to bottom",
                lambda n: _sum_with(n, np.flipud(n.kernel)),
                "You exchanged top and bottom only. Turning by 180 degrees exchanges left and "
                "right too.",
                CLOSE,
            ),
            slip(
                "quarter turn to the left",
                lambda n: _sum_with(n, np.rot90(n.kernel)),
                "You turned the kernel to the left by 90 degrees. Do it twice: 180 are asked for.",
                FAR,
            ),
            slip(
                "quarter turn to the right",
                lambda n: _sum_with(n, np.rot90(n.kernel, -1)),
                "You turned the kernel to the right by 90 degrees. Do it twice: 180 are asked for.",
                FAR,
            ),
            slip(
                "transposed",
                lambda n: _sum_with(n, np.transpose(n.kernel)),
                "Transposing mirrors at the diagonal; turning by 180 degrees reverses rows and "
                "columns.",
                FAR,
            ),
        ),
        solution="int((np.array(n.patch) * np.array(n.kernel)[::-1, ::-1]).sum())",
    ),
    Question(
        id="conv-missing-weight",
        topic=_TOPIC,
        teaches="An output is linear in every weight: the rest of the sum tells the missing one.",
        draw=_draw_missing,
        prompt=_missing_prompt,
        answer=lambda n: _missing_product(n) // n.patch[n.row][n.column],
        steps=lambda n: [
            f"the eight known products sum to {sum_of_products(n)}",
            f"{n.output} - ({sum_of_products(n)}) = {_missing_product(n)} is left for it",
            f"{_missing_product(n)} / {n.patch[n.row][n.column]} = "
            f"{_missing_product(n) // n.patch[n.row][n.column]}",
        ],
        misconceptions=(
            slip(
                "pixel not divided out",
                _missing_product,
                "What is left is the product of the weight and its pixel: divide by the pixel.",
                CLOSE,
            ),
            slip(
                "wrong sign",
                lambda n: -_missing_product(n) // n.patch[n.row][n.column],
                "The sign is turned round: weight times pixel is the output minus the rest.",
                CLOSE,
            ),
            slip(
                "other products left out",
                lambda n: n.output / n.patch[n.row][n.column],
                "The output is made of nine products: take the eight known ones off before you "
                "divide.",
                FAR,
            ),
            slip(
                "other products added",
                lambda n: (n.output + sum_of_products(n)) / n.patch[n.row][n.column],
                "The known products are part of the output: what is left is the output minus "
                "their sum.",
                CLOSE,
            ),
            slip(
                "kernel turned",
                lambda n: _missing_in(n, flip(n.kernel), 2 - n.row, 2 - n.column),
                "You turned the kernel by 180 degrees. It lies on the patch as it is printed.",
                CLOSE,
            ),
            slip(
                "output missing in the sum",
                lambda n: -sum_of_products(n) / n.patch[n.row][n.column],
                "With this weight all nine products would sum to 0; they sum to the output.",
                FAR,
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
                CLOSE,
            ),
            slip(
                "signs dropped",
                lambda n: n.grey * int(np.abs(n.kernel).sum()),
                "Negative weights take away.",
                FAR,
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
                FAR,
            ),
            slip(
                "sign turned round",
                lambda n: "falling",
                "This kernel is largest where the brightness falls from left to right.",
                FAR,
            ),
            slip(
                "blur",
                lambda n: "even",
                "All weights are positive: this kernel does not give 0 on an even area.",
            ),
        ),
    ),
]
