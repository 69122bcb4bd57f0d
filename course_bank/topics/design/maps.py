"""Designs that lead from maps to maps: small windows, dilation, early strides, channels apart."""

from course_bank.topics.design.tasks import design

_CHANNELS = [12, 16, 24, 32, 40, 48, 64, 80, 96]  # as networks have them
_POOLS = ["MaxPooling2D", "AveragePooling2D"]


def _stack(rng):
    field = rng.choice([7, 9, 11])
    size, channels, filters = rng.integer(28, 64), *(rng.choice(_CHANNELS[:4]) for _ in "io")
    return {
        "input": [size, size, channels],
        "output": [size - field + 1, size - field + 1, filters],
        "field": field,
        "allowed": ["Conv2D"],
    }


def _dilated(rng):
    depth = rng.integer(3, 5)
    size, channels, filters = (
        rng.integer(72, 128),
        rng.choice([1, 3, 4, 8]),
        rng.choice([8, 12, 16, 24]),
    )
    return {
        "input": [size, size, channels],
        "output": [size, size, filters],
        "field": rng.integer(2**depth + 2, 2 ** (depth + 1) - 1),
        "depth": depth,
        "window": 3,
        "allowed": ["Conv2D"],
    }


def _early(rng):
    halvings = rng.choice([2, 3])
    small, filters = rng.integer(7, 16), 8 * rng.integer(4, 8)
    size = small * 2**halvings
    return {
        "input": [size, size, rng.choice([1, 3, 4])],
        "output": [small, small, filters],
        "field": 2 ** (halvings + 1) - 1,
        "allowed": ["Conv2D", *_POOLS],
    }


def _apart(rng):
    size, channels, filters = rng.integer(14, 56), *(rng.choice(_CHANNELS[2:]) for _ in "io")
    field = rng.choice([3, 5, 7])
    return {
        "input": [size, size, channels],
        "output": [size, size, filters],
        "field": field,
        "allowed": ["Conv2D", "DepthwiseConv2D", "SeparableConv2D"],
    }


QUESTIONS = [
    design(
        id="design-stack",
        teaches="Several small windows see what a large one sees, for fewer weights.",
        free=_stack,
        budgets=("parameters", "multiplications"),
        prompt="Build a model that looks at a wide neighbourhood without padding, for little.",
        known="""\
keras.Sequential([
    keras.Input(shape=n.input),
    *[keras.layers.Conv2D(n.output[-1], 3, activation="relu") for _ in range(n.field // 2)],
])""",
        obvious="keras.Sequential([keras.Input(shape=n.input), "
        "keras.layers.Conv2D(n.output[-1], n.field)])",
    ),
    design(
        id="design-dilated",
        teaches="Dilation widens the field of few layers at no weight.",
        free=_dilated,
        budgets=("parameters",),
        prompt="Build a model that keeps the size of its maps and sees far with few layers.",
        known="""\
keras.Sequential([
    keras.Input(shape=n.input),
    *[
        keras.layers.Conv2D(
            n.output[-1], 3, padding="same", dilation_rate=2**i, activation="relu"
        )
        for i in range(n.depth)
    ],
])""",
        obvious="keras.Sequential([keras.Input(shape=n.input), *["
        'keras.layers.Conv2D(n.output[-1], 3, padding="same") for _ in range(n.depth)]])',
    ),
    design(
        id="design-early-stride",
        teaches="A map made small early saves multiplications and memory in all that follows.",
        free=_early,
        budgets=("multiplications", "memory"),
        prompt="Build the first part of a network for a telephone: small maps, few "
        "multiplications, little memory.",
        known="""\
keras.Sequential([
    keras.Input(shape=n.input),
    *[
        keras.layers.Conv2D(
            n.output[-1] if n.input[0] // 2**i == n.output[0] else n.output[-1] // 2,
            3, strides=2, padding="same", activation="relu",
        )
        for i in range(1, n.field.bit_length())
    ],
])""",
        obvious="keras.Sequential([keras.Input(shape=n.input), *["
        "layer for _ in range(n.field.bit_length() - 1) for layer in ("
        'keras.layers.Conv2D(n.output[-1], 3, padding="same"), keras.layers.MaxPooling2D(2))]])',
    ),
    design(
        id="design-channels-apart",
        teaches="Places and channels taken apart cost a fraction of a full convolution.",
        free=_apart,
        budgets=("parameters", "multiplications"),
        prompt="Build a model that stands in for one full convolution and keeps the size.",
        known="""\
keras.Sequential([
    keras.Input(shape=n.input),
    keras.layers.SeparableConv2D(n.output[-1], n.field, padding="same"),
])""",
        obvious="keras.Sequential([keras.Input(shape=n.input), "
        'keras.layers.Conv2D(n.output[-1], n.field, padding="same")])',
    ),
]
