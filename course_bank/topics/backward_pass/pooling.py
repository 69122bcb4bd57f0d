"""Questions on the backward pass of pooling: who gets the gradient of a window."""

from types import SimpleNamespace

import numpy as np

from course_bank.core.question import CLOSE, FAR, Question, slip
from course_bank.core.rendering import table
from course_lib import ops

_TOPIC = "backward pass"


def _f64(values):
    return np.array(values, np.float64)


def _pool_gradient(n, op="max"):
    forward, backward = {
        "max": (ops.max_pool_forward, ops.max_pool_backward),
        "average": (ops.average_pool_forward, ops.average_pool_backward),
    }[op]
    _, cache = forward(_f64(n.map)[None, :, :, None], 2)
    return backward(_f64(n.gradient)[None, :, :, None], cache)[0, :, :, 0] + 0.0  # no -0.0


def _draw_pool(rng):
    tiles = [[rng.sample(range(1, 10), 4) for _ in range(2)] for _ in range(2)]  # no ties
    rows = [[tiles[i // 2][j // 2][2 * (i % 2) + j % 2] for j in range(4)] for i in range(4)]
    return {
        "map": rows,
        "gradient": [[rng.choice((-3, -2, 2, 3, 4, 5)) for _ in "ab"] for _ in "ab"],
    }


def _spread(n):
    return np.kron(_f64(n.gradient), np.ones((2, 2)))


def _negated(n):
    """The same pooling with every value negated: the smallest becomes the largest."""
    return SimpleNamespace(map=(-_f64(n.map)).tolist(), gradient=n.gradient)


QUESTIONS = [
    Question(
        id="backward-max-pool",
        topic=_TOPIC,
        teaches="Max pooling hands the gradient to the pixel that won.",
        draw=_draw_pool,
        prompt=lambda n: (
            f"`MaxPooling2D(2)` has read{table(n.map)}The gradient of the loss with "
            f"respect to its output is{table(n.gradient)}What is the gradient with respect to its "
            "input? Give a list of rows."
        ),
        form="array",
        answer=_pool_gradient,
        steps=lambda n: [
            "in each window the largest value takes the whole gradient, the others 0",
            *(f"row {i}: {row}" for i, row in enumerate(_pool_gradient(n).tolist())),
        ],
        misconceptions=(
            slip(
                "shared evenly",
                lambda n: _spread(n) / 4,
                "That is average pooling. The largest value alone made the output.",
                FAR,
            ),
            slip(
                "given to all",
                _spread,
                "Only the largest value of a window reached the output.",
                FAR,
            ),
            slip(
                "given to the smallest",
                lambda n: np.where(_pool_gradient(_negated(n)) != 0, _spread(n), 0),
                "You gave it to the smallest value.",
                FAR,
            ),
            slip(
                "times the value",
                lambda n: _pool_gradient(n) * _f64(n.map),
                "The slope of the maximum is 1: the value itself does not matter.",
                CLOSE,
            ),
        ),
        solution="np.where(\n    np.array(n.map) == np.kron(\n"
        "        np.array(n.map).reshape(2, 2, 2, 2).max(axis=(1, 3)), np.ones((2, 2))\n    ),\n"
        "    np.kron(n.gradient, np.ones((2, 2))),\n    0,\n)",
    ),
    Question(
        id="backward-average-pool",
        topic=_TOPIC,
        teaches="Average pooling shares the gradient evenly.",
        draw=_draw_pool,
        prompt=lambda n: (
            f"`AveragePooling2D(2)` has read{table(n.map)}The gradient of the loss "
            f"with respect to its output is{table(n.gradient)}What is the gradient with respect "
            f"to its "
            "input? Give a list of rows."
        ),
        form="array",
        answer=lambda n: _pool_gradient(n, "average"),
        steps=lambda n: ["each of the four pixels of a window gets a quarter of its gradient"],
        misconceptions=(
            slip(
                "not divided",
                _spread,
                "Each pixel has a quarter of the influence on the mean.",
                CLOSE,
            ),
            slip(
                "given to the largest",
                _pool_gradient,
                "That is max pooling. All pixels of a window made the mean.",
                FAR,
            ),
            slip(
                "times the value",
                lambda n: _spread(n) / 4 * _f64(n.map),
                "The values themselves do not matter: the slope of the mean is 1/4.",
                FAR,
            ),
        ),
        solution="np.kron(n.gradient, np.full((2, 2), 0.25))",
    ),
]
