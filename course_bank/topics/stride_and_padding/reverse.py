"""Questions that go from sizes back to layers: which layer, which images, which row is wrong."""

from types import SimpleNamespace

from course_bank.core import wrong_rows
from course_bank.core.question import CLOSE, FAR, Question, ranges, slip, swapped
from course_bank.core.rendering import columns
from course_bank.topics.stride_and_padding.sizes import NO_STRIDE
from course_lib import shapes

_TOPIC = "stride and padding"

_KERNELS = (2, 3, 4, 5, 6, 7, 8, 9, 11)
_STRIDES = (1, 2, 3, 4)


def _size(size, kernel, stride):
    return shapes.output_size(size, kernel, stride).value


def fitting(n):
    """The (kernel, stride) that turn both sizes into both outputs, the smaller without a rest."""
    kernels = {s: n.small - (n.small_output - 1) * s for s in _STRIDES}
    return [
        (kernel, stride)
        for stride, kernel in kernels.items()
        if stride <= kernel and _size(n.large, kernel, stride) == n.large_output
    ]


def _draw_which_layer(rng):
    """Sizes whose division leaves no rest, so that one kernel alone fits."""
    while True:
        kernel, stride = rng.choice(_KERNELS), rng.choice(_STRIDES[1:])
        small = kernel + stride * rng.integer(8, 25)
        large = small + stride * rng.integer(3, 20) - 1 + stride  # one cell short of a step
        numbers = {
            "small": small,
            "large": large,
            "small_output": _size(small, kernel, stride),
            "large_output": _size(large, kernel, stride),
        }
        if fitting(SimpleNamespace(**numbers)) == [(kernel, stride)]:
            return numbers


def _layer(n):
    return fitting(n)[0]


def _inputs(n):
    """Smallest and largest image that give ``outputs`` places."""
    least = (n.outputs - 1) * n.stride + n.kernel
    return (least, least + n.stride - 1)


def _draw_inputs(rng):
    while True:
        kernel, stride = rng.choice([3, 5, 7, 9, 11]), rng.choice([2, 3, 4])
        if stride < kernel:
            return {"outputs": rng.integer(12, 60), "kernel": kernel, "stride": stride}


def follows(size, layer):
    """Size behind a layer of the table: [kind, window, stride, padding]."""
    _, window, stride, padding = layer
    return shapes.output_size(size, window, stride, padding).value


def _rounded_up(size, layer):
    _, window, stride, _ = layer
    return -(-(size - window) // stride) + 1


def _draw_table(rng):
    """A chain of four layers and the sizes that somebody noted, one of them by a wrong idea."""
    while True:
        size, wrong = rng.integer(70, 160), rng.integer(0, 3)
        layers = [
            ["Conv2D", rng.choice([5, 7, 9]), 2, "valid"],
            ["MaxPooling2D", 2, 2, "valid"],
            ["Conv2D", rng.choice([3, 5]), 1, rng.choice(["valid", "same"])],
            ["MaxPooling2D", rng.choice([2, 3]), 2, "valid"],
        ]
        sizes, current = [], size
        for place, layer in enumerate(layers):
            current = _mistaken(rng, current, layer) if place == wrong else follows(current, layer)
            sizes.append(current)
        numbers = {"size": size, "layers": layers, "noted": sizes}
        if sizes[-1] >= 4 and wrong_rows.wrong_row(wrong_rows.namespace(**numbers), _following):
            return numbers


def _mistaken(rng, size, layer):
    """The size that a wrong idea gives; it may be the right one."""
    _, window, stride, padding = layer
    if padding == "same":
        return size - window + 1
    return rng.choice([_rounded_up(size, layer), -(-size // stride), follows(size, layer) - 1])


def _following(n):
    """The size of each row as it follows from what was noted above it."""
    return [
        follows(size, layer) for size, layer in zip([n.size, *n.noted[:-1]], n.layers, strict=True)
    ]


def _told(layer):
    kind, window, stride, padding = layer
    strides = f", strides={stride}" if stride != (window if "Pool" in kind else 1) else ""
    filters = "16, " if kind == "Conv2D" else ""
    padded = ', padding="same"' if padding == "same" else ""
    return f"`{kind}({filters}{window}{strides}{padded})`"


def _table(n):
    rows = [
        [i, _told(layer), f"{noted} × {noted}"]
        for i, (layer, noted) in enumerate(zip(n.layers, n.noted, strict=True), 1)
    ]
    return columns(["row", "layer", "size behind it"], rows)


QUESTIONS = [
    Question(
        id="sizes-input-for-output",
        topic=_TOPIC,
        teaches="Reading the rule backwards: m windows of k cells, s apart, span (m - 1)s + k.",
        draw=ranges(outputs=(10, 60), kernel=[4, 5, 7], stride=[2, 3, 4]),
        prompt="A convolution with kernel size {kernel}, stride {stride} and no padding shall "
        "return maps {outputs} pixels high. How many pixels high must the image be at least?",
        answer=lambda n: (n.outputs - 1) * n.stride + n.kernel,
        steps=lambda n: [
            f"the last window starts {n.outputs} - 1 steps of {n.stride} behind the first",
            f"({n.outputs} - 1)*{n.stride} + {n.kernel} = {(n.outputs - 1) * n.stride + n.kernel}",
        ],
        misconceptions=(
            slip(
                "one step too many",
                lambda n: n.outputs * n.stride + n.kernel,
                "Between m windows there are m - 1 steps.",
                CLOSE,
            ),
            slip(
                "steps only",
                lambda n: n.outputs * n.stride,
                "That is the rule of same padding. Without padding the last window must fit whole.",
                FAR,
            ),
            slip(
                "stride ignored",
                lambda n: n.outputs + n.kernel - 1,
                NO_STRIDE,
            ),
            slip(
                "windows side by side",
                lambda n: n.outputs * n.kernel,
                "Neighbouring windows are one stride apart, not one kernel.",
            ),
        ),
        solution="(n.outputs - 1) * n.stride + n.kernel",
    ),
    Question(
        id="sizes-which-layer",
        topic=_TOPIC,
        teaches="Two pairs of sizes tell a layer: the difference its stride, one pair its kernel.",
        draw=_draw_which_layer,
        prompt="A convolution without padding turns images {small} pixels high into maps of "
        "{small_output}, and images {large} pixels high into maps of {large_output}. Its stride is "
        "at most 4, and no larger than its kernel. At {small} pixels no pixel is left over. Which "
        "kernel size and which stride does it have? Write (kernel, stride).",
        form="shape",
        expects="a pair (kernel, stride)",
        answer=_layer,
        steps=lambda n: [
            f"{n.large - n.small} pixels more give {n.large_output - n.small_output} places more, "
            f"and less than a stride is left over: the stride is {_layer(n)[1]}",
            f"{n.small} - ({n.small_output} - 1)*{_layer(n)[1]} = {_layer(n)[0]} pixels are left "
            "for the first window",
        ],
        misconceptions=(
            slip(
                "steps taken for places",
                lambda n: (_layer(n)[0] - _layer(n)[1], _layer(n)[1]),
                "The stride is right. Between m places there are m - 1 steps; the first window "
                "takes the rest.",
                CLOSE,
            ),
            slip(
                "one pixel off",
                lambda n: (_layer(n)[0] + 1, _layer(n)[1]),
                "The stride is right. Put the kernel into the rule and see which size it gives at "
                "the smaller image, where no pixel is left over.",
                CLOSE,
            ),
            slip(
                "pair swapped",
                lambda n: _layer(n)[::-1],
                "The kernel comes first: a stride larger than its kernel would skip pixels.",
                CLOSE,
            ),
            slip(
                "one added before dividing",
                lambda n: (n.small + 1 - n.small_output * _layer(n)[1], _layer(n)[1]),
                "The stride is right. The 1 of the rule is added after dividing: you used (n - "
                "k + 1)/s.",
                FAR,
            ),
        ),
        solution="next(\n    (kernel, stride)\n    for stride in (2, 3, 4)\n"
        "    for kernel in [n.small - (n.small_output - 1) * stride]\n"
        "    if stride <= kernel\n"
        "    and (n.large - kernel) // stride + 1 == n.large_output\n)",
    ),
    Question(
        id="sizes-input-range",
        topic=_TOPIC,
        teaches="With stride s, s sizes of the image give one size of the map.",
        draw=_draw_inputs,
        prompt="Several sizes of an image give the same map. A kernel of {kernel} × {kernel} with "
        "stride {stride}, without padding, shall return maps {outputs} pixels high. How many "
        "pixels high is the smallest image that does it, and how many the largest? Write "
        "(smallest, largest).",
        form="shape",
        expects="a pair (smallest, largest)",
        answer=_inputs,
        steps=lambda n: [
            f"smallest: ({n.outputs} - 1)*{n.stride} + {n.kernel} = {_inputs(n)[0]}",
            f"one more window would need {n.stride} pixels more, so up to {n.stride} - 1 more are "
            f"left over: {_inputs(n)[1]}",
        ],
        misconceptions=(
            slip(
                "largest one too many",
                lambda n: (_inputs(n)[0], _inputs(n)[0] + n.stride),
                "At that size the next window fits as well. One pixel less, and it does not.",
                CLOSE,
            ),
            slip(
                "one step too many",
                lambda n: (
                    n.outputs * n.stride + n.kernel,
                    (n.outputs + 1) * n.stride + n.kernel - 1,
                ),
                "Between m windows there are m - 1 steps.",
                CLOSE,
            ),
            slip(
                "only one size",
                lambda n: (_inputs(n)[0], _inputs(n)[0]),
                "The smallest is right. Add a pixel: does the map change? The floor drops it.",
                CLOSE,
            ),
            slip(
                "kernel left out",
                lambda n: ((n.outputs - 1) * n.stride + 1, n.outputs * n.stride),
                "Those sizes are for same padding. Without it the last window must fit whole.",
                FAR,
            ),
            swapped(_inputs, "the smallest"),
            slip(
                "one added before dividing",
                lambda n: (
                    n.outputs * n.stride + n.kernel - 1,
                    (n.outputs + 1) * n.stride + n.kernel - 2,
                ),
                "You used (n - k + 1)/s. The 1 is the first place: it is added after dividing.",
                FAR,
            ),
        ),
        solution="(\n    (n.outputs - 1) * n.stride + n.kernel,\n    n.outputs * n.stride + "
        "n.kernel - 1,\n)",
    ),
    Question(
        id="sizes-wrong-row",
        topic=_TOPIC,
        teaches="A table of sizes is checked row by row, each from the one above it.",
        draw=_draw_table,
        prompt=lambda n: (
            f"Somebody noted the sizes behind the layers of a model that reads {n.size} × {n.size} "
            f"pixels (no padding unless the line says so):{_table(n)}One row does not follow from "
            "the one above it. Which row, and how many pixels high should the map be there, going "
            "by the row above? Write (row, size)."
        ),
        form="shape",
        expects="a pair (row, size)",
        answer=lambda n: wrong_rows.wrong_row(n, _following),
        steps=lambda n: wrong_rows.steps(
            n, _following, lambda n: [_told(layer).strip("`") for layer in n.layers]
        ),
        misconceptions=wrong_rows.slips(_following),
        solution="next(\n    (row, right)\n    for row, (size, layer, noted) in enumerate(\n"
        "        zip([n.size, *n.noted], n.layers, n.noted), 1\n    )\n"
        "    for right in [shapes.output_size(size, *layer[1:]).value]\n"
        "    if right != noted\n)",
    ),
]
