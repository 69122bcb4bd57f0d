"""Questions on the sizes that pooling leaves, and on what it never looks at."""

from course_bank.core.question import CLOSE, FAR, Question, ranges, slip
from course_bank.topics.pooling.values import CHANNEL_BY_CHANNEL, DEFAULT_STRIDE
from course_lib import shapes

_TOPIC = "pooling"

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
        id="pool-odd-shape",
        topic=_TOPIC,
        teaches="Valid pooling drops the last row and column of an odd map, and keeps the "
        "channels.",
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
                CLOSE,
            ),
            slip(
                "channels pooled",
                lambda n: (n.height // 2, n.width // 2, n.channels // 2),
                CHANNEL_BY_CHANNEL,
                CLOSE,
            ),
            slip(
                "stride of one",
                lambda n: (n.height - 1, n.width - 1, n.channels),
                DEFAULT_STRIDE,
                FAR,
            ),
            slip(
                "forgot the floor",
                lambda n: (n.height / 2, n.width / 2, n.channels),
                "A number of rows is whole: the row that fills no window is dropped.",
                CLOSE,
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
                CLOSE,
            ),
            slip(
                "same means equal",
                lambda n: (n.height, n.width, n.channels),
                "Same padding keeps the size at stride 1 only; a pooling layer's stride is its "
                "window size.",
                FAR,
            ),
            slip(
                "channels pooled",
                lambda n: (-(-n.height // 2), -(-n.width // 2), n.channels // 2),
                CHANNEL_BY_CHANNEL,
                CLOSE,
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
                FAR,
            ),
            slip(
                "divided by the window",
                lambda n: n.size // 3,
                "The windows are 3 high, but start 2 pixels apart.",
                FAR,
            ),
            slip(
                "forgot the floor",
                lambda n: (n.size - 3) / 2 + 1,
                "The division leaves a rest: round down before adding 1.",
                CLOSE,
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
                FAR,
            ),
            slip(
                "rows only",
                lambda n: n.size * (n.size % n.window),
                "Columns are left over as well.",
                CLOSE,
            ),
            slip(
                "corner counted twice",
                lambda n: 2 * n.size * (n.size % n.window),
                "The rows and the columns left over share a corner: you counted it twice.",
                CLOSE,
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
        id="pool-chain",
        topic=_TOPIC,
        teaches="Sizes through a network: convolutions take k - 1, pooling halves and rounds down.",
        draw=ranges(size=(24, 160), first=[3, 4, 5], second=[3, 4, 5], channels=[16, 32]),
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
                CLOSE,
            ),
            slip(
                "same taken for valid",
                lambda n: _chain(n, lambda size, k: size, lambda size: size // 2),
                "A convolution without padding takes k - 1 from the size.",
                FAR,
            ),
            slip(
                "pooled once",
                lambda n: (n.size - n.first + 1) // 2 - n.second + 1,
                "The second pooling layer is missing.",
                FAR,
            ),
            slip(
                "forgot the one",
                lambda n: _chain(n, lambda size, k: size - k, lambda size: size // 2),
                "There are n - k steps between the first and the last place, and one place more.",
                FAR,
            ),
        ),
        solution="shapes.output_size(\n    shapes.output_size(\n"
        "        shapes.output_size(\n            shapes.output_size(n.size, n.first).value, 2, 2\n"
        "        ).value,\n        n.second,\n    ).value,\n    2,\n    2,\n).value",
    ),
    Question(
        id="pool-shrinks-by",
        topic=_TOPIC,
        teaches="Of every p · p values pooling leaves one.",
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
                CLOSE,
            ),
            slip(
                "channels pooled",
                lambda n: n.side**2,
                CHANNEL_BY_CHANNEL,
                FAR,
            ),
            slip(
                "nothing lost",
                lambda n: (n.side * n.window) ** 2 * n.channels,
                "Of each window one value is left.",
            ),
        ),
        solution="n.side**2 * n.channels",
    ),
    Question(
        id="pool-halves",
        topic="pooling",
        teaches="The 1 of the size rule is added after dividing by the stride, in pooling too.",
        draw=ranges(windows=(6, 40), window=[2, 3, 4]),
        prompt=lambda n: (
            f"`AveragePooling2D({n.window})` reads maps of {n.windows * n.window} × "
            f"{n.windows * n.window}. How many values high is its output?"
        ),
        answer=lambda n: shapes.output_size(n.windows * n.window, n.window, n.window),
        misconceptions=(
            slip(
                "one added before dividing",
                lambda n: (n.windows * n.window - n.window + 1) / n.window,
                "You used (n - k + 1)/s. The 1 is the first window: it is added after dividing.",
                FAR,
            ),
            slip(
                "forgot the one",
                lambda n: n.windows - 1,
                "There are (n - k)/s steps between the first and the last window, and one window "
                "more.",
                CLOSE,
            ),
            slip(
                "stride of one",
                lambda n: n.windows * n.window - n.window + 1,
                DEFAULT_STRIDE,
                FAR,
            ),
        ),
        solution="n.windows",
    ),
]
