"""Questions on pooling: maxima and means of windows, and the sizes of what is left."""

import numpy as np

from course_lib import ops, shapes
from course_lib.questions.question import Question, ranges, slip
from course_lib.questions.rendering import table

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


_POOL_LAYER = ranges(
    height=(9, 60),
    width=(9, 60),
    channels=[8, 16, 32, 64],
    where=lambda n: n.height % 2 and n.width % 2 and n.height != n.width,
)


def _chain(n, conv, halve):
    """Side behind conv - pool - conv - pool, each by the given rule."""
    size = halve(conv(n.size, n.first))
    return halve(conv(size, n.second))


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
                0.25,
            ),
            slip(
                "windows overlap",
                lambda n: pool(ops.max_pool, n.map, 2, 1),
                DEFAULT_STRIDE,
                0.25,
            ),
            slip(
                "smallest value",
                _smallest,
                "Those are the smallest values of the windows.",
                0.25,
            ),
            slip(
                "result transposed",
                lambda n: pool(ops.max_pool, n.map).T,
                "The values are right and their places swapped.",
                0.5,
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
                0.25,
            ),
            slip(
                "not divided",
                lambda n: 4 * pool(ops.average_pool, n.map),
                "Those are the sums of the windows: divide by their four values.",
                0.5,
            ),
            slip(
                "rounded down",
                lambda n: np.floor(pool(ops.average_pool, n.map)),
                "The means are not rounded.",
                0.5,
            ),
        ),
        solution="np.array(n.map).reshape(2, 2, 2, 2).mean(axis=(1, 3))",
    ),
    Question(
        id="pool-odd-shape",
        topic=_TOPIC,
        teaches="Valid pooling drops the last row and column of an odd map, and keeps the channels.",
        draw=_POOL_LAYER,
        prompt="`MaxPooling2D(2)` reads {height} × {width} × {channels}. What is the shape of its "
        "output?",
        form="shape",
        expects="a tuple (height, width, channels)",
        answer=lambda n: (*shapes.output_shape((n.height, n.width), 2, 2).value, n.channels),
        steps=lambda n: [
            f"height: floor(({n.height} - 2) / 2) + 1 = {n.height // 2}",
            f"width: floor(({n.width} - 2) / 2) + 1 = {n.width // 2}",
            f"channels: {n.channels}, each pooled by itself",
        ],
        misconceptions=(
            slip(
                "rounded up",
                lambda n: (n.height // 2 + 1, n.width // 2 + 1, n.channels),
                "Keras' default drops a row or column that fills no window: round down.",
                0.5,
            ),
            slip(
                "channels pooled",
                lambda n: (n.height // 2, n.width // 2, n.channels // 2),
                CHANNEL_BY_CHANNEL,
                0.5,
            ),
            slip(
                "stride of one",
                lambda n: (n.height - 1, n.width - 1, n.channels),
                DEFAULT_STRIDE,
                0.25,
            ),
            slip(
                "forgot the floor",
                lambda n: (n.height / 2, n.width / 2, n.channels),
                "A number of rows is whole: the row that fills no window is dropped.",
                0.5,
            ),
        ),
        solution="(*shapes.output_shape((n.height, n.width), 2, 2).value, n.channels)",
    ),
    Question(
        id="pool-same-shape",
        topic=_TOPIC,
        teaches="Same pooling gives the incomplete windows at the border an output too.",
        draw=_POOL_LAYER,
        prompt='`MaxPooling2D(2, padding="same")` reads {height} × {width} × {channels}. What is '
        "the shape of its output?",
        form="shape",
        expects="a tuple (height, width, channels)",
        answer=lambda n: (
            *shapes.output_shape((n.height, n.width), 2, 2, "same").value,
            n.channels,
        ),
        steps=lambda n: [
            f"height: ceil({n.height} / 2) = {-(-n.height // 2)}",
            f"width: ceil({n.width} / 2) = {-(-n.width // 2)}",
        ],
        misconceptions=(
            slip(
                "rounded down",
                lambda n: (n.height // 2, n.width // 2, n.channels),
                'That is `padding="valid"`. With same padding the incomplete windows count.',
                0.5,
            ),
            slip(
                "same means equal",
                lambda n: (n.height, n.width, n.channels),
                "Same padding keeps the size at stride 1 only; a pooling layer's stride is its "
                "window size.",
                0.25,
            ),
            slip(
                "channels pooled",
                lambda n: (-(-n.height // 2), -(-n.width // 2), n.channels // 2),
                CHANNEL_BY_CHANNEL,
                0.5,
            ),
        ),
        solution='(*shapes.output_shape((n.height, n.width), 2, 2, "same").value, n.channels)',
    ),
    Question(
        id="pool-overlapping",
        topic=_TOPIC,
        teaches="Pooling windows may overlap: the size rule is that of a convolution.",
        draw=ranges(size=(20, 99), where=lambda n: n.size % 2 == 0),
        prompt="`MaxPooling2D(pool_size=3, strides=2)` reads maps of {size} × {size}. How many "
        "pixels high is its output?",
        answer=lambda n: shapes.output_size(n.size, 3, 2),
        misconceptions=(
            slip(
                "divided by the stride",
                lambda n: n.size // 2,
                "Half the size is right for windows of 2. A window of 3 fits once less here.",
                0.25,
            ),
            slip(
                "divided by the window",
                lambda n: n.size // 3,
                "The windows are 3 high, but start 2 pixels apart.",
                0.25,
            ),
            slip(
                "forgot the floor",
                lambda n: (n.size - 3) / 2 + 1,
                "The division leaves a rest: round down before adding 1.",
                0.5,
            ),
        ),
        solution="shapes.output_size(n.size, 3, 2).value",
    ),
    Question(
        id="pool-ignored",
        topic=_TOPIC,
        teaches="How many values of an odd map pooling never looks at.",
        draw=ranges(size=(11, 60), window=[2, 3, 4], where=lambda n: n.size % n.window),
        prompt="`MaxPooling2D({window})` reads one map of {size} × {size} values. How many of them "
        "lie in no window?",
        answer=lambda n: n.size**2 - (n.size - n.size % n.window) ** 2,
        steps=lambda n: [
            f"{n.size // n.window} windows of {n.window} cover {n.size - n.size % n.window} rows "
            "and as many columns",
            f"{n.size}² - {n.size - n.size % n.window}² = "
            f"{n.size**2 - (n.size - n.size % n.window) ** 2}",
        ],
        misconceptions=(
            slip(
                "one axis only",
                lambda n: n.size % n.window,
                "That is the number of rows left over. Each has many values, and so have the "
                "columns.",
                0.25,
            ),
            slip(
                "rows only",
                lambda n: n.size * (n.size % n.window),
                "Columns are left over as well.",
                0.5,
            ),
            slip(
                "corner counted twice",
                lambda n: 2 * n.size * (n.size % n.window),
                "The rows and the columns left over share a corner: you counted it twice.",
                0.5,
            ),
            slip(
                "corner only",
                lambda n: (n.size % n.window) ** 2,
                "That is the corner which the left-over rows and columns share.",
            ),
        ),
        solution="n.size**2 - (n.size - shapes.dropped(n.size, n.window, n.window).value) ** 2",
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
                0.5,
            ),
            slip(
                "incomplete window dropped",
                lambda n: sum(n.map[0][2:4] + n.map[1][2:4]) / 4,
                'That is the last value with `padding="valid"`.',
                0.25,
            ),
            slip(
                "padded in front",
                lambda n: sum(n.map[0][3:5]) / 2,
                "The extra row and column of padding go to the end: bottom and right.",
                0.25,
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
                0.25,
            ),
            slip(
                "over the channels",
                lambda n: np.array(n.maps).mean(axis=0),
                "You averaged the channels at each place. The places of each channel are averaged.",
                0.25,
            ),
            slip(
                "one number",
                lambda n: np.array([np.mean(n.maps)]),
                CHANNEL_BY_CHANNEL,
                0.25,
            ),
            slip(
                "not divided",
                lambda n: np.array(n.maps).sum(axis=(1, 2)),
                "Those are the sums: divide by the number of values in a map.",
                0.5,
            ),
        ),
        solution="np.array(n.maps).mean(axis=(1, 2))",
    ),
    Question(
        id="pool-chain",
        topic=_TOPIC,
        teaches="Sizes through a network: convolutions take k - 1, pooling halves and rounds down.",
        draw=ranges(size=(24, 99), first=[3, 4, 5], second=[3, 4, 5], channels=[16, 32]),
        prompt="An image of {size} × {size} pixels goes through `Conv2D({channels}, {first})`, "
        "`MaxPooling2D(2)`, `Conv2D({channels}, {second})` and `MaxPooling2D(2)`. How many pixels "
        "high are the maps at the end?",
        answer=lambda n: _chain(n, lambda size, k: size - k + 1, lambda size: size // 2),
        steps=lambda n: [
            f"conv: {n.size} - {n.first} + 1 = {n.size - n.first + 1}",
            f"pool: floor({n.size - n.first + 1} / 2) = {(n.size - n.first + 1) // 2}",
            f"conv: {(n.size - n.first + 1) // 2} - {n.second} + 1 = "
            f"{(n.size - n.first + 1) // 2 - n.second + 1}",
            f"pool: floor({(n.size - n.first + 1) // 2 - n.second + 1} / 2) = "
            f"{((n.size - n.first + 1) // 2 - n.second + 1) // 2}",
        ],
        misconceptions=(
            slip(
                "rounded up",
                lambda n: _chain(n, lambda size, k: size - k + 1, lambda size: -(-size // 2)),
                "Pooling rounds down: a row that fills no window is dropped.",
                0.5,
            ),
            slip(
                "same taken for valid",
                lambda n: _chain(n, lambda size, k: size, lambda size: size // 2),
                "A convolution without padding takes k - 1 from the size.",
                0.25,
            ),
            slip(
                "pooled once",
                lambda n: (n.size - n.first + 1) // 2 - n.second + 1,
                "The second pooling layer is missing.",
                0.25,
            ),
            slip(
                "forgot the one",
                lambda n: _chain(n, lambda size, k: size - k, lambda size: size // 2),
                "There are n - k steps between the first and the last place, and one place more.",
                0.25,
            ),
        ),
        solution="shapes.output_size(\n    shapes.output_size(\n"
        "        shapes.output_size(\n            shapes.output_size(n.size, n.first).value, 2, 2\n"
        "        ).value,\n        n.second,\n    ).value,\n    2,\n    2,\n).value",
    ),
    Question(
        id="pool-shrinks-by",
        topic=_TOPIC,
        teaches="Pooling by p leaves a p-squared part of the values.",
        draw=ranges(
            side=(4, 20), window=[2, 3, 4], channels=(3, 24), where=lambda n: n.side > n.window
        ),
        prompt=lambda n: (
            f"`MaxPooling2D({n.window})` reads {n.side * n.window} × "
            f"{n.side * n.window} × {n.channels}. How many values does it return altogether?"
        ),
        answer=lambda n: n.side**2 * n.channels,
        steps=lambda n: [
            f"{n.side * n.window} / {n.window} = {n.side} rows and columns",
            f"{n.side} * {n.side} * {n.channels} = {n.side**2 * n.channels}",
        ],
        misconceptions=(
            slip(
                "one axis only",
                lambda n: n.side * n.side * n.window * n.channels,
                "Height and width both shrink.",
                0.5,
            ),
            slip(
                "channels pooled",
                lambda n: n.side**2,
                CHANNEL_BY_CHANNEL,
                0.25,
            ),
            slip(
                "nothing lost",
                lambda n: (n.side * n.window) ** 2 * n.channels,
                "Of each window one value is left.",
            ),
        ),
        solution="n.side**2 * n.channels",
    ),
]
