"""Questions on weight sharing, and on what happens to the map when the object moves."""

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


def _draw_pooled(rng):
    return {"signal": [rng.integer(0, 9) for _ in range(10)]}


def _pooled(row):
    return np.array(row).reshape(5, 2).max(axis=1).tolist()


_SHARED = ranges(size=(12, 40), kernel=[3, 5], filters=(2, 12), channels=[1, 2, 3])


def _places(n):
    return (n.size - n.kernel + 1) ** 2


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
        id="equivariance-uses",
        topic=_TOPIC,
        teaches="Sharing: each weight is used at every place of the map.",
        draw=_SHARED,
        prompt="`Conv2D({filters}, {kernel})` reads an image of {size} × {size} × {channels}, "
        "without padding. In how many places is one and the same weight of a filter used?",
        answer=_places,
        steps=lambda n: [f"({n.size} - {n.kernel} + 1)² = {_places(n)}"],
        misconceptions=(
            slip(
                "every pixel",
                lambda n: n.size**2,
                "The window must lie inside the image: there are fewer places than pixels.",
                CLOSE,
            ),
            slip(
                "uses of all filters",
                lambda n: _places(n) * n.filters,
                "A weight belongs to one filter.",
                FAR,
            ),
            slip(
                "weights of a slice",
                lambda n: n.kernel**2,
                "That many weights a slice has. Count the places where one of them is used.",
            ),
        ),
        solution="(n.size - n.kernel + 1) ** 2",
    ),
    Question(
        id="equivariance-unshared",
        topic=_TOPIC,
        teaches="Without sharing, every place would have weights of its own.",
        draw=_SHARED,
        prompt="`Conv2D({filters}, {kernel}, use_bias=False)` reads an image of "
        "{size} × {size} × {channels}, without padding. If every place of every map had weights "
        "of its own (locally connected, nothing shared), how many weights would that be?",
        answer=lambda n: _places(n) * n.kernel**2 * n.channels * n.filters,
        steps=lambda n: [
            f"places: ({n.size} - {n.kernel} + 1)² = {_places(n)}",
            f"weights at each: {n.kernel}*{n.kernel}*{n.channels} = {n.kernel**2 * n.channels}",
            f"{n.filters} maps: {_places(n) * n.kernel**2 * n.channels * n.filters}",
        ],
        misconceptions=(
            slip(
                "shared",
                lambda n: n.kernel**2 * n.channels * n.filters,
                "That is the convolution, which shares its weights between the places.",
                FAR,
            ),
            slip(
                "fully connected",
                lambda n: _places(n) * n.size**2 * n.channels * n.filters,
                "Each output still reads its own window only, not the whole image.",
                FAR,
            ),
            slip(
                "forgot the filters",
                lambda n: _places(n) * n.kernel**2 * n.channels,
                "That is one map; each filter has its own.",
                CLOSE,
            ),
            slip(
                "every pixel a place",
                lambda n: n.size**2 * n.kernel**2 * n.channels * n.filters,
                "Without padding there are fewer places than pixels.",
                CLOSE,
            ),
        ),
        solution="(n.size - n.kernel + 1) ** 2 * n.kernel**2 * n.channels * n.filters",
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
