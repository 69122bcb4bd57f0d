"""Questions on what an activation between two layers changes, and where it may stand."""

import numpy as np

from course_bank.core.question import CLOSE, FAR, Question, slip
from course_bank.core.rendering import table

_TOPIC = "activation"


def _draw_kernels(rng):
    while True:
        first, second = ([rng.integer(-3, 4) for _ in range(size)] for size in (2, 3))
        if all(first) and second[0] and second[2]:
            return {"first": first, "second": second}


def _one_kernel(n):
    """What the second kernel makes of the first, at every offset at which they meet."""
    joined = [0] * (len(n.first) + len(n.second) - 1)
    for i, a in enumerate(n.first):
        for j, b in enumerate(n.second):
            joined[i + j] += a * b
    return joined


def _turned(n):
    return np.convolve(n.first, n.second[::-1]).tolist()


def _draw_window(rng):
    """Four numbers of both signs whose sum is positive and no multiple of 4."""
    while True:
        window = rng.grid(2, 2, -12, 12)
        total = sum(map(sum, window))
        signs = {value > 0 for row in window for value in row}
        if len(signs) == 2 and total > 0 and total % 4:
            return {"window": window}


def _before_and_after(n):
    """(mean of what ReLU lets through, ReLU of the mean)."""
    window = np.array(n.window, np.float64)
    return [float(np.maximum(window, 0).mean()), float(max(window.mean(), 0))]


QUESTIONS = [
    Question(
        id="activation-two-linear",
        topic=_TOPIC,
        teaches="Two convolutions without an activation between them are one convolution.",
        draw=_draw_kernels,
        prompt="Two 1D convolutions stand in a row, without activation, padding or bias: the first "
        "has the kernel `{first}`, the second the kernel `{second}`. One convolution alone returns "
        "the same for every signal. What is its kernel?",
        form="array",
        expects="a list of four numbers",
        answer=_one_kernel,
        steps=lambda n: [
            "weights i of the first and j of the second meet the signal i + j places on: their "
            "products are added there",
            f"together {_one_kernel(n)}",
        ],
        misconceptions=(
            slip(
                "second kernel turned",
                _turned,
                "Both layers slide without turning: the offsets of the two weights are added.",
                CLOSE,
            ),
            slip(
                "weights added",
                lambda n: np.add([*n.first, 0, 0], [0, *n.second]).tolist(),
                "The second layer multiplies what the first returns: weights meet as products.",
                FAR,
            ),
            slip(
                "one after the other",
                lambda n: [*n.first, *n.second][:4],
                "The window of both together has 2 + 3 - 1 cells, and each of its weights is a sum "
                "of products.",
                FAR,
            ),
            slip(
                "result turned",
                lambda n: _one_kernel(n)[::-1],
                "The products are right, in the wrong order: the first weights of both meet the "
                "first cell.",
                CLOSE,
            ),
        ),
        solution="[\n    sum(\n        n.first[i] * n.second[place - i]\n"
        "        for i in range(2)\n        if 0 <= place - i < 3\n    )\n"
        "    for place in range(4)\n]",
    ),
    Question(
        id="activation-before-or-after",
        topic=_TOPIC,
        teaches="ReLU and the maximum may change places; ReLU and the mean may not.",
        draw=_draw_window,
        prompt=lambda n: (
            'A fellow student says: "Whether ReLU stands before or behind pooling makes no '
            f'difference." A window holds{table(n.window)}Take `AveragePooling2D(2)`: what does '
            "this window become if ReLU stands before the pooling, and what if it stands behind? "
            "Write (before, behind)."
        ),
        form="array",
        expects="a pair (before, behind)",
        answer=_before_and_after,
        steps=lambda n: [
            f"ReLU first: {np.maximum(n.window, 0).tolist()}, mean {_before_and_after(n)[0]:g}",
            f"pooling first: mean {_before_and_after(n)[1]:g}, which ReLU leaves as it is",
            "with the maximum both are the same: the largest value decides, and ReLU keeps order",
        ],
        misconceptions=(
            slip(
                "no difference",
                lambda n: [_before_and_after(n)[1]] * 2,
                "Negative values pull a mean down. If ReLU comes first, nothing is left of them.",
                FAR,
            ),
            slip(
                "before and behind swapped",
                lambda n: _before_and_after(n)[::-1],
                "Both values are right, in the other order.",
                CLOSE,
            ),
            slip(
                "mean of the positive ones",
                lambda n: [
                    float(np.mean([v for row in n.window for v in row if v > 0])),
                    _before_and_after(n)[1],
                ],
                "ReLU makes the negative values 0; they stay in the window, which has four cells.",
                CLOSE,
            ),
            slip(
                "maximum pooled",
                lambda n: [float(np.max(n.window))] * 2,
                "That is the maximum, for which the order is of no matter. Take the mean.",
                FAR,
            ),
            slip(
                "not divided",
                lambda n: [4 * value for value in _before_and_after(n)],
                "Those are sums. The mean divides by the four cells of the window.",
                CLOSE,
            ),
            slip(
                "ReLU first both times",
                lambda n: [_before_and_after(n)[0]] * 2,
                "If ReLU stands behind, the mean is taken of all four values, the negative ones "
                "too.",
                FAR,
            ),
        ),
        solution="[\n    float(np.maximum(np.array(n.window), 0).mean()),\n"
        "    max(float(np.mean(n.window)), 0.0),\n]",
    ),
]
