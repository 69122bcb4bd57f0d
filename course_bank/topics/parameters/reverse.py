"""Questions that go from counts back to layers, and from a budget to a design."""

from course_bank.core import wrong_rows
from course_bank.core.question import CLOSE, FAR, Question, ranges, slip
from course_bank.core.rendering import columns
from course_lib import shapes

_TOPIC = "parameters"


def _conv(kernel, channels, filters, use_bias=True):
    return shapes.conv_parameters((kernel, kernel), channels, filters, use_bias=use_bias).value


def _dense(inputs, units):
    return shapes.dense_parameters(inputs, units).value


# ---- two counts of one layer


def _draw_two_counts(rng):
    kernel, channels, filters = rng.choice([3, 5]), rng.integer(3, 48), rng.integer(8, 96)
    return {
        "kernel": kernel,
        "with_bias": _conv(kernel, channels, filters),
        "without": _conv(kernel, channels, filters, use_bias=False),
    }


def _channels_and_filters(n):
    filters = n.with_bias - n.without
    return (n.without // (n.kernel**2 * filters), filters)


# ---- a list of counts, one of them wrong


def _draw_list(rng):
    second = rng.integer(16, 64)
    numbers = {
        "kernel": rng.choice([3, 5]),
        "channels": rng.choice([3, 4]),
        "first": rng.integer(8, 32),
        "second": second,
        "flat": rng.choice([3, 4, 5, 6, 7]) ** 2 * second,
        "units": rng.integer(40, 128),
        "classes": rng.integer(5, 12),
    }
    n = wrong_rows.namespace(**numbers)
    ways = {
        0: [n.kernel**2 * n.channels * n.first, (n.kernel**2 + 1) * n.first],
        1: [(n.kernel**2 + 1) * n.second, n.kernel**2 * n.first * n.second + 1],
        2: [n.flat * n.units, n.flat + n.units],
        3: [n.flat * n.classes + n.classes, n.units * n.classes],
    }
    return {**numbers, "noted": wrong_rows.noted(rng, _counts(n), ways)}


def _counts(n):
    return [
        _conv(n.kernel, n.channels, n.first),
        _conv(n.kernel, n.first, n.second),
        _dense(n.flat, n.units),
        _dense(n.units, n.classes),
    ]


def _lines(n):
    return [
        f"Conv2D({n.first}, {n.kernel})",
        f"Conv2D({n.second}, {n.kernel})",
        f"Dense({n.units})",
        f"Dense({n.classes})",
    ]


def _list(n):
    reads = [f"{n.channels} channels", "the maps of row 1", f"{n.flat} values", "row 3"]
    rows = zip(range(1, 5), _lines(n), reads, n.noted, strict=True)
    return columns(
        ["row", "layer", "reads", "parameters"],
        [[i, f"`{line}`", read, count] for i, line, read, count in rows],
    )


# ---- an image twice as large


def _flat(n, size):
    """Values behind the convolution with same padding and the pooling layer."""
    return (size // 2) ** 2 * n.filters


def _more(n):
    return (_flat(n, 2 * n.size) - _flat(n, n.size)) * n.units


# ---- a budget


def _each(n):
    """Parameters that one filter more costs: its own, and the dense layer's for its map."""
    return n.kernel**2 * n.channels + 1 + (n.size - n.kernel + 1) ** 2 * n.classes


def _draw_budget(rng):
    draw = ranges(
        size=(12, 32), kernel=[3, 5], channels=[1, 3], classes=(4, 12), thousands=(60, 400)
    )
    while True:
        n = draw(rng)
        thousands = n.pop("thousands")
        n["budget"] = 1000 * thousands
        if 6 <= _most(wrong_rows.namespace(**n)) <= 90:
            return n


def _most(n):
    return (n.budget - n.classes) // _each(n)


QUESTIONS = [
    Question(
        id="params-from-two-counts",
        topic=_TOPIC,
        teaches="The biases are one for each filter: what they add tells how many there are.",
        draw=_draw_two_counts,
        prompt="A convolution with kernels of {kernel} × {kernel} has {with_bias} parameters, and "
        "{without} with `use_bias=False`. How many channels does it read, and how many filters "
        "does it have? Write (channels, filters).",
        form="shape",
        expects="a pair (channels, filters)",
        answer=_channels_and_filters,
        steps=lambda n: [
            f"biases: {n.with_bias} - {n.without} = {_channels_and_filters(n)[1]} filters",
            f"{n.without} / ({n.kernel}*{n.kernel}*{_channels_and_filters(n)[1]}) = "
            f"{_channels_and_filters(n)[0]} channels",
        ],
        misconceptions=(
            slip(
                "pair swapped",
                lambda n: _channels_and_filters(n)[::-1],
                "Both numbers are right, in the other order: channels first.",
                CLOSE,
            ),
            slip(
                "weights of a filter taken for channels",
                lambda n: (
                    _channels_and_filters(n)[0] * n.kernel**2,
                    _channels_and_filters(n)[1],
                ),
                "The filters are right. Of a filter's weights, k · k belong to each channel.",
                CLOSE,
            ),
            slip(
                "one side of the kernel",
                lambda n: (_channels_and_filters(n)[0] * n.kernel, _channels_and_filters(n)[1]),
                "The filters are right. A kernel has k · k weights for each channel, not k.",
                CLOSE,
            ),
            slip(
                "filters not divided out",
                lambda n: (n.without // n.kernel**2, _channels_and_filters(n)[1]),
                "The filters are right. The weights belong to all of them: a filter has its share.",
                CLOSE,
            ),
        ),
        solution="(\n    n.without // (n.kernel**2 * (n.with_bias - n.without)),\n"
        "    n.with_bias - n.without,\n)",
    ),
    Question(
        id="params-wrong-row",
        topic=_TOPIC,
        teaches="Counts are checked row by row: what a layer reads, and one bias for each filter.",
        draw=_draw_list,
        prompt=lambda n: (
            f"Somebody counted the parameters of a network:{_list(n)}Between rows 2 and 3 stand "
            "pooling and `Flatten()`. One count is wrong. Which row, and what is the right count? "
            "Write (row, count)."
        ),
        form="shape",
        expects="a pair (row, count)",
        answer=lambda n: wrong_rows.wrong_row(n, _counts),
        steps=lambda n: wrong_rows.steps(n, _counts, _lines),
        misconceptions=wrong_rows.slips(_counts),
        solution="next(\n    (row, right)\n    for row, (right, noted) in enumerate(\n        zip("
        "\n            [\n"
        "                (n.kernel**2 * n.channels + 1) * n.first,\n"
        "                (n.kernel**2 * n.first + 1) * n.second,\n"
        "                (n.flat + 1) * n.units,\n"
        "                (n.units + 1) * n.classes,\n"
        "            ],\n            n.noted,\n        ),\n        1,\n    )\n"
        "    if right != noted\n)",
    ),
    Question(
        id="params-larger-image",
        topic=_TOPIC,
        teaches="A larger image costs a convolution nothing, and the dense layer behind it all.",
        draw=ranges(
            size=[16, 20, 24, 28, 32, 36, 40, 48], kernel=[3, 5], filters=(8, 40), units=(10, 64)
        ),
        prompt="A model reads grey images of {size} × {size}: `Conv2D({filters}, {kernel}, "
        'padding="same")`, `MaxPooling2D(2)`, `Flatten()`, `Dense({units})`. How many parameters '
        "more does it have if the images are twice as high and twice as wide?",
        answer=_more,
        steps=lambda n: [
            "the convolution has as many as before",
            f"Flatten returns {_flat(n, 2 * n.size)} values in place of {_flat(n, n.size)}",
            f"{_flat(n, 2 * n.size) - _flat(n, n.size)} weights more for each of {n.units} units: "
            f"{_more(n)}",
        ],
        misconceptions=(
            slip(
                "twice as many values",
                lambda n: _flat(n, n.size) * n.units,
                "Twice as high and twice as wide: the maps hold four times as many values.",
                CLOSE,
            ),
            slip(
                "the whole dense layer",
                lambda n: _dense(_flat(n, 2 * n.size), n.units),
                "That is what the dense layer has then. It had some of them before as well.",
                CLOSE,
            ),
            slip(
                "one map flattened",
                lambda n: _more(n) // n.filters,
                "Flatten lays out the maps of all filters.",
                FAR,
            ),
            slip(
                "not pooled",
                lambda n: 4 * _more(n),
                "Pooling halves height and width before Flatten.",
                FAR,
            ),
            slip(
                "all parameters times four",
                lambda n: 3 * (_dense(_flat(n, n.size), n.units) + _conv(n.kernel, 1, n.filters)),
                "Not every parameter becomes four: the convolution and the biases have as many "
                "as before.",
                CLOSE,
            ),
        ),
        solution="((2 * n.size // 2) ** 2 - (n.size // 2) ** 2) * n.filters * n.units",
    ),
    Question(
        id="params-most-filters",
        topic=_TOPIC,
        teaches="One filter more costs its own weights and all that reads its map.",
        draw=_draw_budget,
        prompt="`Conv2D(F, {kernel})` without padding on images of {size} × {size} × {channels}, "
        "then `Flatten()` and `Dense({classes})`: the model may have at most {budget} parameters. "
        "What is the largest number F of filters?",
        answer=_most,
        steps=lambda n: [
            f"each filter: {n.kernel}*{n.kernel}*{n.channels} + 1, and "
            f"{(n.size - n.kernel + 1) ** 2}*{n.classes} weights of the dense layer, together "
            f"{_each(n)}",
            f"without a filter the {n.classes} biases of the dense layer are left",
            f"floor(({n.budget} - {n.classes}) / {_each(n)}) = {_most(n)}",
        ],
        misconceptions=(
            slip(
                "dense layer forgotten",
                lambda n: n.budget // (n.kernel**2 * n.channels + 1),
                "The dense layer has weights for every value of every map: a filter costs these "
                "as well.",
                FAR,
            ),
            slip(
                "rounded up",
                lambda n: _most(n) + 1,
                "With that many the model is over its budget.",
                CLOSE,
            ),
            slip(
                "size of the image flattened",
                lambda n: (
                    (n.budget - n.classes) // (n.kernel**2 * n.channels + 1 + n.size**2 * n.classes)
                ),
                "Without padding the maps are smaller than the image: the dense layer reads less.",
                CLOSE,
            ),
            slip(
                "one class",
                lambda n: n.budget // (n.kernel**2 * n.channels + 1 + (n.size - n.kernel + 1) ** 2),
                "Each unit of the dense layer has a weight for every value.",
                FAR,
            ),
        ),
        solution="(n.budget - n.classes) // (\n    n.kernel**2 * n.channels + 1\n"
        "    + (n.size - n.kernel + 1) ** 2 * n.classes\n)",
    ),
]
