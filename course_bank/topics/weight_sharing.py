"""Questions on weight sharing, and on what happens to the map when the object moves."""

import numpy as np

from course_bank.core.question import Question, ranges, slip
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
    """A peak of a strided map, and a shift in pixels that is a multiple of the stride."""
    stride = rng.integer(2, 4)
    return {
        "row": rng.integer(7, 14),
        "column": rng.integer(7, 14),
        "stride": stride,
        "down": stride * rng.integer(1, 6),
        "right": stride * rng.integer(1, 6),
    }


def _strided_peak(n):
    return n.row + n.down // n.stride, n.column + n.right // n.stride


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
                0.5,
            ),
            slip(
                "moved back",
                lambda n: (n.row - n.down, n.column - n.right),
                "The peak moves with the object, not against it.",
                0.25,
            ),
        ),
        solution="(n.row + n.down, n.column + n.right)",
    ),
    Question(
        id="equivariance-strided-peak",
        topic=_TOPIC,
        teaches="With stride s the map moves exactly only for shifts that are multiples of s.",
        draw=_draw_strided,
        prompt="A convolution with stride {stride} has its peak at row {row}, column {column} of "
        "its output. The object moves {down} pixels down and {right} to the right in the image. "
        "Where is the peak now? Give (row, column).",
        form="shape",
        expects="a pair (row, column)",
        answer=_strided_peak,
        steps=lambda n: [
            f"row: {n.row} + {n.down}/{n.stride} = {_strided_peak(n)[0]}",
            f"column: {n.column} + {n.right}/{n.stride} = {_strided_peak(n)[1]}",
        ],
        misconceptions=(
            slip(
                "stride ignored",
                lambda n: (n.row + n.down, n.column + n.right),
                "One step in the map is one stride in the image.",
                0.25,
            ),
            slip(
                "place in the image",
                lambda n: (n.row * n.stride + n.down, n.column * n.stride + n.right),
                "That is a place in the image. Row and column of the map are asked for.",
                0.25,
            ),
            slip(
                "the map stays",
                lambda n: (n.row, n.column),
                "The shift is a multiple of the stride: the peak moves along.",
                0.25,
            ),
            slip(
                "moved back",
                lambda n: (n.row - n.down // n.stride, n.column - n.right // n.stride),
                "The peak moves with the object, not against it.",
                0.25,
            ),
            slip(
                "row and column swapped",
                lambda n: (n.row + n.right // n.stride, n.column + n.down // n.stride),
                "Moving down changes the row.",
                0.5,
            ),
        ),
        solution="(n.row + n.down // n.stride, n.column + n.right // n.stride)",
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
                0.25,
            ),
            slip(
                "kernel flipped",
                lambda n: _conv1d(_moved(n.signal, n.shift), n.kernel[::-1]),
                "You turned the kernel round; a CNN layer lays it on as it is.",
                0.5,
            ),
            slip(
                "moved the other way",
                lambda n: _conv1d(n.signal[n.shift :] + [0] * n.shift, n.kernel),
                "You moved the signal to the left.",
                0.25,
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
                0.5,
            ),
            slip(
                "uses of all filters",
                lambda n: _places(n) * n.filters,
                "A weight belongs to one filter.",
                0.25,
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
                0.25,
            ),
            slip(
                "fully connected",
                lambda n: _places(n) * n.size**2 * n.channels * n.filters,
                "Each output still reads its own window only, not the whole image.",
                0.25,
            ),
            slip(
                "forgot the filters",
                lambda n: _places(n) * n.kernel**2 * n.channels,
                "That is one map; each filter has its own.",
                0.5,
            ),
            slip(
                "every pixel a place",
                lambda n: n.size**2 * n.kernel**2 * n.channels * n.filters,
                "Without padding there are fewer places than pixels.",
                0.5,
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
                0.25,
            ),
            slip(
                "last stride only",
                lambda n: n.times * n.b,
                "The first layer has a stride as well.",
                0.25,
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
