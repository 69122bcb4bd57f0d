"""Questions that go from receptive fields back to layers, and that compare two stacks."""

from course_bank.core.question import CLOSE, FAR, Question, ranges, slip
from course_bank.topics.receptive_field.dilation import rates
from course_lib import shapes

_TOPIC = "receptive field"


def _fields(kernels, strides):
    """The receptive field behind each of the layers."""
    layers = list(zip(kernels, strides, strict=True))
    return [shapes.receptive_field(layers[: i + 1]).value for i in range(len(layers))]


def _draw_fields(rng):
    kernels = [rng.choice([4, 5, 6, 7, 9, 11]), rng.choice([3, 5]), rng.choice([3, 5])]
    strides = [rng.integer(2, 4), rng.integer(2, 3), 1]
    return {"second": kernels[1], "third": kernels[2], "fields": _fields(kernels, strides)}


def _layers(n):
    """(kernel of the first, stride of the first, stride of the second)."""
    a, b, c = n.fields
    first_stride = (b - a) // (n.second - 1)
    return (a, first_stride, (c - b) // ((n.third - 1) * first_stride))


def _dilated(n):
    dilated = [(n.kernel, 1, rate) for rate in rates(n)]
    return shapes.receptive_field([(n.first, 1), *dilated]).value


def _leaves_a_rest(n):
    return n.kernel != n.plain and (_dilated(n) - 1) % (n.plain - 1)


_STACKS = ranges(
    layers=[3, 4, 5], kernel=[3, 5, 7], plain=[3, 5], first=(3, 15),
    where=_leaves_a_rest,
)  # fmt: skip


def _needed(n):
    """Plain layers whose field is at least as wide."""
    return -(-(_dilated(n) - 1) // (n.plain - 1))


def _told(n):
    *most, last = rates(n)
    return f"{', '.join(map(str, most))} and {last}"


QUESTIONS = [
    Question(
        id="rf-strides-from-fields",
        topic=_TOPIC,
        teaches="What a layer adds to the field tells the strides in front of it.",
        draw=_draw_fields,
        prompt="Behind three convolutions in a row the receptive fields are {fields} pixels wide, "
        "in this order. The second has kernel size {second}, the third {third}; nothing is "
        "dilated. Which kernel size and stride has the first, and which stride the second? Write "
        "(kernel of the first, stride of the first, stride of the second).",
        form="shape",
        expects="a triple (kernel, stride, stride of the second)",
        answer=_layers,
        steps=lambda n: [
            f"the first field is the first kernel: {n.fields[0]}",
            f"the second layer adds {n.fields[1] - n.fields[0]} = ({n.second} - 1) * stride of the "
            f"first: {_layers(n)[1]}",
            f"the third adds {n.fields[2] - n.fields[1]} = ({n.third} - 1) * both strides: the "
            f"second is {_layers(n)[2]}",
        ],
        misconceptions=(
            slip(
                "both strides together",
                lambda n: (*_layers(n)[:2], _layers(n)[1] * _layers(n)[2]),
                "What the third layer adds is multiplied by both strides in front of it: the first "
                "has to be divided out.",
                CLOSE,
            ),
            slip(
                "kernel not less one",
                lambda n: (
                    n.fields[0],
                    (n.fields[1] - n.fields[0]) / n.second,
                    (n.fields[2] - n.fields[1]) / n.third,
                ),
                "Neighbouring windows overlap: a kernel of k cells adds (k - 1) steps, not k.",
                CLOSE,
            ),
            slip(
                "strides one layer late",
                lambda n: (n.fields[0], 1, _layers(n)[1]),
                "A layer's own stride does not widen its own field. What a layer adds tells the "
                "strides in front of it.",
                FAR,
            ),
        ),
        solution="(\n    n.fields[0],\n    (n.fields[1] - n.fields[0]) // (n.second - 1),\n"
        "    (n.fields[2] - n.fields[1])\n    // (n.third - 1)\n"
        "    // ((n.fields[1] - n.fields[0]) // (n.second - 1)),\n)",
    ),
    Question(
        id="rf-plain-for-dilated",
        topic=_TOPIC,
        teaches="A plain stack needs many layers for what dilations reach in a few.",
        draw=_STACKS,
        prompt=lambda n: (
            f"Model A: a convolution of kernel size {n.first}, then {n.layers} of kernel size "
            f"{n.kernel} with the dilation rates {_told(n)}. Model B: convolutions of kernel "
            f"size {n.plain} only, without dilation. All strides are 1. How many layers does B "
            "need at least to see as wide as A?"
        ),
        answer=_needed,
        steps=lambda n: [
            f"A sees {_dilated(n)} pixels",
            f"each layer of B adds {n.plain} - 1: ceil(({_dilated(n)} - 1) / {n.plain - 1}) = "
            f"{_needed(n)}",
        ],
        misconceptions=(
            slip(
                "dilation ignored",
                lambda n: -(-(n.first - 1 + n.layers * (n.kernel - 1)) // (n.plain - 1)),
                "A kernel with rate d takes every d-th pixel: it adds d(k - 1).",
                FAR,
            ),
            slip(
                "kernels side by side",
                lambda n: -(-_dilated(n) // n.plain),
                "Windows overlap: each layer of B adds k - 1 pixels, not k.",
                CLOSE,
            ),
            slip(
                "rounded down",
                lambda n: (_dilated(n) - 1) // (n.plain - 1),
                "With that many layers B sees a little less than A.",
                CLOSE,
            ),
            slip(
                "first layer left out",
                lambda n: -(-(_dilated(n) - n.first) // (n.plain - 1)),
                "The first convolution of A widens the field as well.",
                FAR,
            ),
        ),
        solution="-(\n    -(n.first - 1 + (n.kernel - 1) * (2**n.layers - 1)"
        ' * getattr(n, "start", 1))\n'
        "    // (n.plain - 1)\n)",
    ),
]
