"""Questions on pooling: what is kept of each window."""

import numpy as np

from course_bank.core.question import CLOSE, FAR, Question, ranges, slip
from course_bank.core.rendering import table
from course_lib import ops

_TOPIC = "pooling"

CHANNEL_BY_CHANNEL = "Pooling works on each channel by itself: their number stays."
DEFAULT_STRIDE = "The stride of a pooling layer is its window size unless another one is given."


def pool(op, grid, size=2, strides=None, padding="valid"):
    """The engine's pooling of one matrix, as a matrix."""
    inputs = np.asarray(grid, np.float64)[None, :, :, None]
    return op(inputs, size, strides, padding)[0, :, :, 0]


def _rows(values):
    return ", ".join(f"{value:g}" for value in values)


def _smallest(n):
    return -pool(ops.max_pool, -np.array(n.map))


def _draw_map(rng):
    return {"map": rng.grid(4, 4, 0, 9)}


def _draw_odd_map(rng):
    return {"map": rng.grid(5, 5, 0, 20)}


def _draw_channels(rng):
    return {"maps": [rng.grid(2, 3, 0, 12) for _ in range(3)]}


QUESTIONS = [
    Question(
        id="pool-max-map",
        topic=_TOPIC,
        teaches="Max pooling keeps the largest value of each window; the windows do not overlap.",
        draw=_draw_map,
        prompt=lambda n: (
            f"Apply `MaxPooling2D(2)` to this map:{table(n.map)}Give the result as a list of rows."
        ),
        form="array",
        answer=lambda n: pool(ops.max_pool, n.map),
        steps=lambda n: [
            f"row {i}: {_rows(row)}" for i, row in enumerate(pool(ops.max_pool, n.map))
        ],
        misconceptions=(
            slip(
                "average pooling",
                lambda n: pool(ops.average_pool, n.map),
                "Those are the means of the windows; the largest value is asked for.",
                FAR,
            ),
            slip(
                "windows overlap",
                lambda n: pool(ops.max_pool, n.map, 2, 1),
                DEFAULT_STRIDE,
                FAR,
            ),
            slip(
                "smallest value",
                _smallest,
                "Those are the smallest values of the windows.",
                FAR,
            ),
            slip(
                "result transposed",
                lambda n: pool(ops.max_pool, n.map).T,
                "The values are right and their places swapped.",
                CLOSE,
            ),
        ),
        solution="np.array(n.map).reshape(2, 2, 2, 2).max(axis=(1, 3))",
    ),
    Question(
        id="pool-average-map",
        topic=_TOPIC,
        teaches="Average pooling keeps the mean of each window.",
        draw=_draw_map,
        prompt=lambda n: (
            f"Apply `AveragePooling2D(2)` to this map:{table(n.map)}Give the result "
            "as a list of rows."
        ),
        form="array",
        answer=lambda n: pool(ops.average_pool, n.map),
        steps=lambda n: [
            f"row {i}: {_rows(row)}" for i, row in enumerate(pool(ops.average_pool, n.map))
        ],
        misconceptions=(
            slip(
                "max pooling",
                lambda n: pool(ops.max_pool, n.map),
                "Those are the largest values of the windows; their means are asked for.",
                FAR,
            ),
            slip(
                "not divided",
                lambda n: 4 * pool(ops.average_pool, n.map),
                "Those are the sums of the windows: divide by their four values.",
                CLOSE,
            ),
            slip(
                "rounded down",
                lambda n: np.floor(pool(ops.average_pool, n.map)),
                "The means are not rounded.",
                CLOSE,
            ),
        ),
        solution="np.array(n.map).reshape(2, 2, 2, 2).mean(axis=(1, 3))",
    ),
    Question(
        id="pool-border-mean",
        topic=_TOPIC,
        teaches="Same average pooling divides by the real cells of a window, not by the padding.",
        draw=_draw_odd_map,
        prompt=lambda n: (
            '`AveragePooling2D(2, padding="same")` reads this map:'
            f"{table(n.map)}What is the last value of the *first row* of its output, in Keras?"
        ),
        form="number",
        answer=lambda n: float(pool(ops.average_pool, n.map, 2, None, "same")[0, -1]),
        steps=lambda n: [
            f"the last window of the first row holds {n.map[0][4]} and {n.map[1][4]}, and padding",
            f"({n.map[0][4]} + {n.map[1][4]}) / 2 = {(n.map[0][4] + n.map[1][4]) / 2:g}",
        ],
        misconceptions=(
            slip(
                "padding counted",
                lambda n: (n.map[0][4] + n.map[1][4]) / 4,
                "You divided by four cells. Only the cells inside the map are counted.",
                CLOSE,
            ),
            slip(
                "incomplete window dropped",
                lambda n: sum(n.map[0][2:4] + n.map[1][2:4]) / 4,
                'That is the last value with `padding="valid"`.',
                FAR,
            ),
            slip(
                "padded in front",
                lambda n: sum(n.map[0][3:5]) / 2,
                "The extra row and column of padding go to the end: bottom and right.",
                FAR,
            ),
            slip(
                "maximum",
                lambda n: max(n.map[0][4], n.map[1][4]),
                "The mean of the window is asked for.",
            ),
        ),
        solution="(n.map[0][4] + n.map[1][4]) / 2",
    ),
    Question(
        id="pool-global-average",
        topic=_TOPIC,
        teaches="Global average pooling leaves one number for each channel.",
        draw=_draw_channels,
        prompt=lambda n: (
            "A layer returns three maps of 2 × 3:"
            + "".join(f"\n\nChannel {i}: `{rows}`" for i, rows in enumerate(n.maps))
            + "\n\nWhat does `GlobalAveragePooling2D()` make of them?"
        ),
        form="array",
        expects="a list of numbers",
        tolerance=6e-3,
        answer=lambda n: np.array(n.maps, np.float64).mean(axis=(1, 2)),
        steps=lambda n: [
            f"channel {i}: {np.sum(rows)} / 6 = {np.mean(rows):.3f}"
            for i, rows in enumerate(n.maps)
        ],
        misconceptions=(
            slip(
                "maximum",
                lambda n: np.array(n.maps).max(axis=(1, 2)),
                "Those are the maxima; the means are asked for.",
                FAR,
            ),
            slip(
                "over the channels",
                lambda n: np.array(n.maps).mean(axis=0),
                "You averaged the channels at each place. The places of each channel are averaged.",
                FAR,
            ),
            slip(
                "one number",
                lambda n: np.array([np.mean(n.maps)]),
                CHANNEL_BY_CHANNEL,
                FAR,
            ),
            slip(
                "not divided",
                lambda n: np.array(n.maps).sum(axis=(1, 2)),
                "Those are the sums: divide by the number of values in a map.",
                CLOSE,
            ),
        ),
        solution="np.array(n.maps).mean(axis=(1, 2))",
    ),
    Question(
        id="pool-maximum-of-what",
        topic=_TOPIC,
        teaches="Max pooling compares the values of one window of one channel.",
        draw=ranges(batch=[16, 32, 64], size=(8, 40), channels=[8, 16, 32]),
        prompt="`MaxPooling2D(2)` reads a batch of {batch} inputs of {size} × {size} × {channels}. "
        "Of which values does one output value take the maximum?",
        form="choice",
        choices=lambda n: {
            "window": "of 4 neighbouring values of one channel of one input",
            "batch": f"of the {n.batch} values at one place of one channel, one from each input",
            "channels": f"of the {n.channels} values at one place of one input",
            "block": f"of the 4 · {n.channels} values of a window in all channels of one input",
        },
        answer=lambda n: "window",
        steps=lambda n: ["a window of 2 by 2 values, in each channel and each input by itself"],
        misconceptions=(
            slip(
                "over the batch",
                lambda n: "batch",
                "A batch is a set of inputs that are worked on together; they never meet.",
            ),
            slip("over the channels", lambda n: "channels", CHANNEL_BY_CHANNEL, FAR),
            slip(
                "over window and channels",
                lambda n: "block",
                "The window is right, but each channel has windows of its own.",
                CLOSE,
            ),
        ),
    ),
]
