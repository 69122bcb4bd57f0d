"""Questions on what happens to the map when the object moves, and where the promise ends."""

from types import SimpleNamespace

import numpy as np

from course_bank.core.question import CLOSE, FAR, Question, ranges, slip, swapped
from course_lib import ops

_TOPIC = "equivariance"


def _conv1d(signal, kernel):
    inputs = np.array(signal, np.float64)[None, :, None]
    return ops.conv(inputs, np.array(kernel, np.float64)[:, None, None])[0, :, 0]


def _draw_signal(rng):
    """A short bump in a row of zeros, far enough from both ends to be moved."""
    bump = [rng.integer(1, 6) for _ in range(3)]
    shift = rng.integer(1, 3)
    signal = [0, 0, *bump, 0, 0, 0, 0, 0]
    return {"signal": signal, "kernel": [rng.integer(-3, 3), rng.integer(1, 3)], "shift": shift}


def _moved(signal, by):
    return [0] * by + signal[: len(signal) - by]


def _draw_strided(rng):
    """A bright pixel under a strided kernel, and a shift that is no multiple of the stride."""
    stride = rng.choice([2, 3])
    numbers = {
        "size": rng.integer(14, 18),
        "kernel": [rng.integer(1, 9) for _ in range(rng.integer(stride + 1, 5))],
        "stride": stride,
        "place": rng.integer(4, 7),
        "shift": rng.choice([shift for shift in range(1, 6) if shift % stride]),
    }
    n = SimpleNamespace(**numbers)
    return {**numbers, "outputs": _spot(n, n.place)}


def _spot(n, place):
    """What the strided kernel returns for a row that is 1 at ``place`` and 0 elsewhere."""
    row = np.zeros((1, n.size, 1))
    row[0, place] = 1
    kernel = np.array(n.kernel, np.float64)[:, None, None]
    return ops.conv(row, kernel, strides=n.stride)[0, :, 0].astype(int).tolist()


def _draw_at_border(rng):
    """An object at the left edge of a row: what is pushed out of it, the kernel had read."""
    weights = [-3, -2, -1, 1, 2, 3]
    numbers = {
        "signal": [*[rng.integer(1, 9) for _ in range(5)], 0, 0, 0],
        "kernel": [rng.choice(weights), rng.integer(-3, 4), rng.choice(weights)],
        "shift": rng.integer(1, 3),
    }
    return {**numbers, "outputs": _padded(numbers["signal"], numbers["kernel"])}


def _padded(signal, kernel):
    """What the layer returns for a row with same padding, whole numbers."""
    inputs = np.array(signal, np.float64)[None, :, None]
    weights = np.array(kernel, np.float64)[:, None, None]
    return ops.conv(inputs, weights, padding="same")[0, :, 0].astype(int).tolist()


def _pushed_out(n):
    """The row moved to the left."""
    return [*n.signal[n.shift :], *[0] * n.shift]


def _draw_pooled(rng):
    return {"signal": [rng.integer(0, 9) for _ in range(10)]}


def _pooled(row):
    return np.array(row).reshape(5, 2).max(axis=1).tolist()


QUESTIONS = [
    Question(
        id="equivariance-peak",
        topic=_TOPIC,
        teaches="Moving the object moves the feature map by the same amount.",
        draw=ranges(size=(24, 64), row=(2, 9), column=(2, 9), down=(1, 9), right=(1, 9)),
        prompt=lambda n: (
            f"A feature map (stride 1) of an image of {n.size} × {n.size} has its peak at row "
            f"{n.row}, column {n.column}. The object in the image moves {n.down} "
            f"{'pixel' if n.down == 1 else 'pixels'} down and {n.right} to the right, away from "
            "the borders. Where is the peak now? Give (row, column)."
        ),
        form="shape",
        expects="a pair (row, column)",
        answer=lambda n: (n.row + n.down, n.column + n.right),
        steps=lambda n: [
            f"row {n.row} + {n.down} = {n.row + n.down}",
            f"column {n.column} + {n.right} = {n.column + n.right}",
        ],
        misconceptions=(
            slip(
                "the map stays",
                lambda n: (n.row, n.column),
                "The same kernel meets the object at its new place: the peak moves along.",
            ),
            slip(
                "row and column swapped",
                lambda n: (n.row + n.right, n.column + n.down),
                "Moving down changes the row.",
                CLOSE,
            ),
            slip(
                "moved back",
                lambda n: (n.row - n.down, n.column - n.right),
                "The peak moves with the object, not against it.",
                FAR,
            ),
            swapped(lambda n: (n.row + n.down, n.column + n.right), "the row"),
        ),
        solution="(n.row + n.down, n.column + n.right)",
    ),
    Question(
        id="equivariance-strided-peak",
        topic=_TOPIC,
        teaches="With stride s the map moves exactly only for shifts that are multiples of s.",
        draw=_draw_strided,
        prompt="A 1D convolution with the kernel `{kernel}` and stride {stride} (no padding) reads "
        "a row of {size} pixels that is 0 but for the pixel {place}, which is 1: it returns "
        "`{outputs}`. Pixels are counted from 0. Now the bright pixel moves to the right by "
        "{shift}. What does the layer return?",
        form="array",
        expects="a list of numbers",
        answer=lambda n: _spot(n, n.place + n.shift),
        steps=lambda n: [
            f"the pixel is at {n.place + n.shift}; window i reads the pixels {n.stride}i to "
            f"{n.stride}i + {len(n.kernel) - 1}",
            "where a window holds it, the weight on it is the output: "
            f"{_spot(n, n.place + n.shift)}",
            f"{n.shift} is no multiple of {n.stride}: other weights meet the pixel than before",
        ],
        misconceptions=(
            slip(
                "map moved by the steps that fit",
                lambda n: _moved(n.outputs, n.shift // n.stride),
                "That holds for shifts that are multiples of the stride. After this one other "
                "weights meet the pixel than before.",
                CLOSE,
            ),
            slip(
                "map moved by the pixels",
                lambda n: _moved(n.outputs, n.shift),
                "A step in the map is a stride in the image; and after this shift other weights "
                "meet the pixel than before.",
                FAR,
            ),
            slip(
                "the map stays",
                lambda n: n.outputs,
                "The pixel has moved: other windows and other weights meet it.",
                FAR,
            ),
            slip(
                "moved to the left",
                lambda n: _spot(n, n.place - n.shift),
                "The pixel moves to the right: its number grows.",
                FAR,
            ),
        ),
        solution="[\n    n.kernel[n.place + n.shift - start]\n"
        "    if 0 <= n.place + n.shift - start < len(n.kernel)\n    else 0\n"
        "    for start in range(0, n.size - len(n.kernel) + 1, n.stride)\n]",
    ),
    Question(
        id="equivariance-at-border",
        topic=_TOPIC,
        teaches="At the border the promise ends: padded zeros stand where the object has gone.",
        draw=_draw_at_border,
        prompt='A fellow student says: "With stride 1 and same padding the map moves with the '
        'object, always." `Conv1D(1, 3, padding="same")` with the kernel `{kernel}` and no bias '
        "reads the row `{signal}` and returns `{outputs}`. The row is moved to the left by "
        "{shift}: what is pushed over the left edge is lost, and zeros come in at the right. What "
        "does the layer return now?",
        form="array",
        expects="a list of eight numbers",
        answer=lambda n: _padded(_pushed_out(n), n.kernel),
        steps=lambda n: [
            f"the moved row: {_pushed_out(n)}",
            f"with a padded 0 at both ends: {_padded(_pushed_out(n), n.kernel)}",
            f"the moved map would begin with {n.outputs[n.shift]}: its window still held the "
            f"{n.signal[n.shift - 1]} that has left",
        ],
        misconceptions=(
            slip(
                "the map moves along",
                lambda n: [*n.outputs[n.shift :], *[0] * n.shift],
                "That is the moved map. At the left edge a padded zero now stands where the window "
                "had met a pixel of the object.",
                CLOSE,
            ),
            slip(
                "row wrapped round",
                lambda n: _padded([*n.signal[n.shift :], *n.signal[: n.shift]], n.kernel),
                "What is pushed over the left edge is lost: it does not come back at the right.",
                CLOSE,
            ),
            slip(
                "the map stays",
                lambda n: n.outputs,
                "The row has moved: other pixels meet the weights.",
                FAR,
            ),
            slip(
                "moved to the right",
                lambda n: _padded(_moved(n.signal, n.shift), n.kernel),
                "You moved the row to the right. To the left, the number of every place falls.",
                FAR,
            ),
            slip(
                "kernel flipped",
                lambda n: _padded(_pushed_out(n), n.kernel[::-1]),
                "You turned the kernel round; a CNN layer lays it on as it is.",
                CLOSE,
            ),
        ),
        solution='np.correlate([*n.signal[n.shift :], *[0] * n.shift], n.kernel, "same")',
    ),
    Question(
        id="equivariance-pooled-shift",
        topic=_TOPIC,
        teaches="Pooling forgets a shift by one only where it stays inside the windows.",
        draw=_draw_pooled,
        prompt='A fellow student says: "Max pooling does not notice a shift by one pixel." The '
        "row `{signal}` is moved to the right by one: a 0 comes in at the left, and the last value "
        "drops out. What does `MaxPooling1D(2)` return for the moved row?",
        form="array",
        expects="a list of five numbers",
        answer=lambda n: _pooled(_moved(n.signal, 1)),
        steps=lambda n: [
            f"the moved row: {_moved(n.signal, 1)}",
            f"the largest of each pair: {_pooled(_moved(n.signal, 1))}",
            f"without the shift: {_pooled(n.signal)}",
        ],
        misconceptions=(
            slip(
                "nothing changes",
                lambda n: _pooled(n.signal),
                "Move the row and pair it anew: the second of a pair moves into the next pair.",
                FAR,
            ),
            slip(
                "the pooled row moves",
                lambda n: _moved(_pooled(n.signal), 1),
                "A step of the pooled row is two pixels. Half of one is what happened here.",
                FAR,
            ),
            slip(
                "windows that overlap",
                lambda n: [max(pair) for pair in zip(n.signal, n.signal[1:], strict=False)][:5],
                "The stride of `MaxPooling1D(2)` is 2: windows lie side by side.",
                FAR,
            ),
            slip(
                "moved to the left",
                lambda n: _pooled([*n.signal[1:], 0]),
                "You moved the row to the left. To the right, the number of every place grows.",
                FAR,
            ),
            slip(
                "row wrapped round",
                lambda n: _pooled([n.signal[-1], *n.signal[:-1]]),
                "The last value drops out: a 0 comes in at the left, not what left at the right.",
                CLOSE,
            ),
        ),
        solution="np.array([0, *n.signal[:-1]]).reshape(5, 2).max(axis=1)",
    ),
    Question(
        id="equivariance-signal",
        topic=_TOPIC,
        teaches="Convolving what was moved gives what was convolved, moved.",
        draw=_draw_signal,
        prompt=lambda n: (
            f"The signal `{n.signal}` is moved to the right by {n.shift} (zeros come in at the "
            f"left) and then convolved with the kernel `{n.kernel}` as a CNN layer does it, "
            "without padding. What is the output?"
        ),
        form="array",
        expects="a list of numbers",
        answer=lambda n: _conv1d(_moved(n.signal, n.shift), n.kernel),
        steps=lambda n: [
            f"moved: {_moved(n.signal, n.shift)}",
            "output i is signal[i]·kernel[0] + signal[i + 1]·kernel[1]: "
            + ", ".join(f"{v:g}" for v in _conv1d(_moved(n.signal, n.shift), n.kernel)),
        ],
        misconceptions=(
            slip(
                "not moved",
                lambda n: _conv1d(n.signal, n.kernel),
                "That is the output for the signal before it was moved.",
                FAR,
            ),
            slip(
                "kernel flipped",
                lambda n: _conv1d(_moved(n.signal, n.shift), n.kernel[::-1]),
                "You turned the kernel round; a CNN layer lays it on as it is.",
                CLOSE,
            ),
            slip(
                "moved the other way",
                lambda n: _conv1d(n.signal[n.shift :] + [0] * n.shift, n.kernel),
                "You moved the signal to the left.",
                FAR,
            ),
        ),
        solution='np.correlate([0] * n.shift + n.signal[: -n.shift], n.kernel, "valid")',
    ),
    Question(
        id="equivariance-exact-shift",
        topic=_TOPIC,
        teaches="Two strides multiply: the map moves exactly for multiples of both together.",
        draw=ranges(a=(2, 5), b=(2, 6), times=(2, 9)),
        prompt=lambda n: (
            f"A convolution with stride {n.a} is followed by one with stride {n.b}. By how many "
            f"pixels must an object move so that the last map moves by exactly {n.times} steps?"
        ),
        answer=lambda n: n.times * n.a * n.b,
        steps=lambda n: [f"{n.times} * {n.a} * {n.b} = {n.times * n.a * n.b}"],
        misconceptions=(
            slip(
                "strides added",
                lambda n: n.times * (n.a + n.b),
                "A step of the second layer is several steps of the first: multiply.",
                FAR,
            ),
            slip(
                "last stride only",
                lambda n: n.times * n.b,
                "The first layer has a stride as well.",
                FAR,
            ),
            slip(
                "steps not counted",
                lambda n: n.a * n.b + n.times - 1,
                "Each step of the last map is the product of the strides.",
            ),
        ),
        solution="n.times * n.a * n.b",
    ),
]
