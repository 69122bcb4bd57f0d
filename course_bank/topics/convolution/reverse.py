"""Questions that go from the map back to the kernel: which weights, which bias gave this output."""

import numpy as np

from course_bank.core.question import CLOSE, FAR, Question, slip, swapped
from course_bank.core.rendering import table
from course_bank.topics.convolution.sums import flip
from course_lib import ops

_TOPIC = "convolution"


def _map(image, kernel):
    """The map of one grey image under one kernel, whole numbers."""
    inputs = np.array(image, np.float64)[None, :, :, None]
    weights = np.array(kernel, np.float64)[:, :, None, None]
    return ops.conv(inputs, weights)[0, :, :, 0].astype(int).tolist()


def _draw_spot(rng):
    kernel = rng.grid(3, 3, -4, 5)
    grey, row, column = rng.integer(2, 9), 2, 2
    image = [[0] * 5 for _ in range(5)]
    image[row][column] = grey
    return {"grey": grey, "map": _map(image, kernel)}


def _kernel_behind(n):
    return (np.array(flip(n.map)) // n.grey).tolist()


def _draw_areas(rng):
    dark, step = rng.integer(5, 40), rng.integer(3, 30)
    weight, bias = rng.choice([-4, -3, -2, 2, 3, 4, 5]), rng.integer(-20, 20)
    light = dark + step
    return {
        "dark": dark,
        "light": light,
        "low": weight * dark + bias,
        "high": weight * light + bias,
    }


def _weights_and_bias(n):
    weight = (n.high - n.low) // (n.light - n.dark)
    return [weight, n.low - weight * n.dark]


QUESTIONS = [
    Question(
        id="conv-unknown-kernel",
        topic=_TOPIC,
        teaches="A single bright pixel prints the kernel into the map, turned by 180 degrees.",
        draw=_draw_spot,
        prompt=lambda n: (
            f"An image of 5 × 5 pixels is 0 but for the pixel in its middle, which is {n.grey}. A "
            "layer with one filter of 3 × 3 (stride 1, no padding, no bias) returns this "
            f"map:{table(n.map)}Which kernel does it have? Give a list of rows."
        ),
        form="array",
        expects="a list of three rows of three numbers",
        answer=_kernel_behind,
        steps=lambda n: [
            "the output at (i, j) meets the bright pixel with the weight at (2 - i, 2 - j)",
            f"so the map, turned by 180 degrees and divided by {n.grey}: {_kernel_behind(n)}",
        ],
        misconceptions=(
            slip(
                "map taken for the kernel",
                lambda n: (np.array(n.map) // n.grey).tolist(),
                "The grey value is divided out, but which weight lies on the bright pixel when the "
                "window stands at the top left? The last one, not the first.",
                CLOSE,
            ),
            slip(
                "grey value left in",
                lambda n: flip(n.map).tolist(),
                "These are products: each weight was multiplied by the bright pixel.",
                CLOSE,
            ),
            slip(
                "map as it is",
                lambda n: n.map,
                "The map holds products of weights and the bright pixel, and not in their order.",
                FAR,
            ),
            slip(
                "kernel transposed",
                lambda n: np.transpose(_kernel_behind(n)).tolist(),
                "Rows and columns of your kernel are exchanged: its first row meets the first "
                "row of a window.",
                FAR,
            ),
            slip(
                "map transposed",
                lambda n: (np.transpose(n.map) // n.grey).tolist(),
                "Rows and columns are exchanged. Turning by 180 degrees reverses both, and "
                "exchanges none.",
                FAR,
            ),
            slip(
                "mirrored left to right",
                lambda n: np.fliplr(np.array(n.map) // n.grey).tolist(),
                "You exchanged left and right only. Turning by 180 degrees exchanges top and "
                "bottom too.",
                CLOSE,
            ),
            slip(
                "mirrored top to bottom",
                lambda n: np.flipud(np.array(n.map) // n.grey).tolist(),
                "You exchanged top and bottom only. Turning by 180 degrees exchanges left and "
                "right too.",
                CLOSE,
            ),
        ),
        solution="(np.array(n.map)[::-1, ::-1] // n.grey).tolist()",
    ),
    Question(
        id="conv-sum-and-bias",
        topic=_TOPIC,
        teaches="On even areas a filter is a straight line: the sum of its weights, and the bias.",
        draw=_draw_areas,
        prompt="A filter (no activation) returns {low} where all pixels are {dark}, and {high} "
        "where all are {light}. What is the sum of its weights, and what is its bias? Write "
        "(sum, bias).",
        form="array",
        expects="a pair (sum, bias)",
        answer=_weights_and_bias,
        steps=lambda n: [
            f"({n.high} - ({n.low})) / ({n.light} - {n.dark}) = {_weights_and_bias(n)[0]} is the "
            "sum: the bias is the same in both",
            f"{n.low} - ({_weights_and_bias(n)[0]})*{n.dark} = {_weights_and_bias(n)[1]}",
        ],
        misconceptions=(
            slip(
                "bias of the wrong sign",
                lambda n: [_weights_and_bias(n)[0], -_weights_and_bias(n)[1]],
                "The sign is turned round: the bias is the output minus the grey value times the "
                "sum.",
                CLOSE,
            ),
            slip(
                "no bias taken off",
                lambda n: [n.low / n.dark, 0],
                "Without a bias twice the grey value would give twice the output: try it.",
                FAR,
            ),
            slip(
                "difference not divided",
                lambda n: [n.high - n.low, n.low - (n.high - n.low) * n.dark],
                "The outputs differ by the sum times the difference of the grey values: divide.",
                FAR,
            ),
            swapped(_weights_and_bias, "the sum"),
            slip(
                "output taken for the bias",
                lambda n: [_weights_and_bias(n)[0], n.low],
                "The sum is right. The output where all pixels are dark holds the sum times "
                "their grey value "
                "as well: the bias is what is left.",
                CLOSE,
            ),
            slip(
                "upside down",
                lambda n: [
                    (n.light - n.dark) / (n.high - n.low),
                    n.low - n.dark * (n.light - n.dark) / (n.high - n.low),
                ],
                "You divided the wrong way round: the sum says by how much the output grows "
                "with the pixels.",
                CLOSE,
            ),
        ),
        solution="[\n    (n.high - n.low) // (n.light - n.dark),\n"
        "    n.low - (n.high - n.low) // (n.light - n.dark) * n.dark,\n]",
    ),
]
