"""Questions answered by functions: a residual block from scratch, and one that changes the shape.

The block's convolutions are 1 × 1, so that the windows are out of the way: at each place a row of
channels is multiplied by a matrix. Maps are (height, width, channels), matrices (in, out).
"""

import numpy as np

from course_bank.core.function_questions import Case, FunctionQuestion, example, telling
from course_bank.core.question import CLOSE, FAR, slip
from course_bank.topics.from_scratch.forward import own, quarters
from course_lib import ops

TOPIC = "residual networks"


def conv(maps, matrix, strides=1):
    """The engine's 1 × 1 convolution of one example: (outputs, cache)."""
    outputs, cache = ops.conv_forward(maps[None], matrix[None, None], strides)
    return outputs[0], cache


def relu(sums):
    return np.maximum(sums, 0)


# ---------------------------------------------------------------------------- what must come out


def block(x, first, second):
    """ReLU of x and two convolutions of it, with a ReLU between the two."""
    return relu(x + conv(relu(conv(x, first)[0]), second)[0])


def halving_block(x, first, second, skip, strides):
    """The same where the shape changes: the first convolution and the one on the skip stride."""
    inner = relu(conv(x, first, strides)[0])
    return relu(conv(x, skip, strides)[0] + conv(inner, second)[0])


# ---------------------------------------------------------------------------- what is called


def _maps(rng, about, sizes, inner, out=None, strides=None, grad=False):
    """A case: maps of ``sizes`` (height, width, channels), matrices of random numbers."""
    channels = sizes[-1]
    matrices = [rng.normals(channels, inner), rng.normals(inner, out or channels)]
    arguments = [rng.normals(*sizes), *matrices]
    if strides:
        arguments += [rng.normals(channels, out), strides]
    if grad:
        rows, columns = (-(-n // (strides or 1)) for n in sizes[:2])
        arguments = [rng.normals(rows, columns, out or channels), *arguments]
    return Case(about, tuple(arguments))


def block_cases(rng, grad=False):
    return [
        _maps(rng, "maps of one place", (1, 1, 3), 2, grad=grad),
        _maps(rng, "maps that are not square", (3, 4, 2), 3, grad=grad),
        _maps(rng, "as many channels inside as outside", (4, 3, 3), 3, grad=grad),
        _maps(rng, "fewer channels inside", (3, 3, 4), 2, grad=grad),
    ]


def halving_cases(rng, grad=False):
    return [
        _maps(rng, "stride 1", (3, 2, 2), 3, 4, 1, grad),
        _maps(rng, "stride 2", (4, 6, 2), 2, 3, 2, grad),
        _maps(rng, "stride 2 on an odd size", (5, 7, 3), 2, 3, 2, grad),
        _maps(rng, "stride 3", (7, 4, 2), 3, 5, 3, grad),
    ]


# ---------------------------------------------------------------------------- the student's example


def _example_block(rng):
    return example(
        block, (), x=quarters(rng, 2, 3, 2), first=quarters(rng, 2, 3), second=quarters(rng, 3, 2)
    )


def halving_numbers(rng):
    return {
        "x": quarters(rng, 3, 4, 2),
        "first": quarters(rng, 2, 2),
        "second": quarters(rng, 2, 3),
        "skip": quarters(rng, 2, 3),
        "strides": 2,
    }


def _example_halving(rng):
    return example(halving_block, (), **halving_numbers(rng))


# ---------------------------------------------------------------------------- what goes wrong


def _main_way(x, first, second):
    return conv(relu(conv(x, first)[0]), second)[0]


def _mean_skip(x, first, second, skip, strides):
    """The skip averages what the stride jumps over."""
    rows, columns = (n - n % strides for n in x.shape[:2])
    if (rows, columns) != x.shape[:2]:
        return halving_block(x, first, second, skip, strides)
    shape = (rows // strides, strides, columns // strides, strides, -1)
    means = x.reshape(shape).mean(axis=(1, 3))
    inner = relu(conv(x, first, strides)[0])
    return relu(means @ skip + conv(inner, second)[0])


BLOCK = "`x` is (height, width, channels), `first` (channels, inner), `second` (inner, channels). "
HALVING = (
    "`x` is (height, width, channels), `first` (channels, inner), `second` (inner, out), `skip` "
    "(channels, out). "
)

QUESTIONS = [
    FunctionQuestion(
        id="residual-forward",
        topic=TOPIC,
        teaches="A residual block adds its input to what its convolutions make of it.",
        draw=_example_block,
        prompt="Write `residual_forward(x, first, second)`, a residual block with 1 × 1 "
        "convolutions and no biases: a convolution with `first`, ReLU, a convolution with "
        "`second`, the sum with `x`, ReLU. " + BLOCK + own("residual-forward"),
        form="function",
        answer=block,
        cases=telling(block_cases, block),
        misconceptions=(
            slip(
                "skip left out",
                lambda x, first, second: relu(_main_way(x, first, second)),
                "The input is not added: without the skip this is a plain block.",
                FAR,
            ),
            slip(
                "ReLU before the sum",
                lambda x, first, second: x + relu(_main_way(x, first, second)),
                "The last ReLU stands before the sum: so the block can add, and never take back. "
                "It belongs behind the sum.",
                CLOSE,
            ),
            slip(
                "last ReLU left out",
                lambda x, first, second: x + _main_way(x, first, second),
                "The ReLU behind the sum is missing.",
                CLOSE,
            ),
            slip(
                "inner ReLU left out",
                lambda x, first, second: relu(x + x @ first @ second),
                "Between the two convolutions a ReLU is missing: without it they are one.",
                CLOSE,
            ),
            slip(
                "ReLU on the skip",
                lambda x, first, second: relu(relu(x) + _main_way(x, first, second)),
                "The skip hands `x` on as it is, negative numbers too.",
                CLOSE,
            ),
        ),
        stub='def residual_forward(x, first, second):\n    """A residual block of one example."""\n'
        "    ### SOLUTION\n",
        solution="inner = np.maximum(x @ first, 0)\nreturn np.maximum(x + inner @ second, 0)",
    ),
    FunctionQuestion(
        id="residual-shortcut",
        topic=TOPIC,
        teaches="Where the shape changes, a strided 1 × 1 convolution brings the skip into shape.",
        draw=_example_halving,
        prompt="Write `residual_shortcut(x, first, second, skip, strides)`: the same block where "
        "the shape changes. The convolution with `first` moves by `strides`, and so does a 1 × 1 "
        "convolution with `skip`, through which `x` reaches the sum (without a ReLU of its own). "
        + HALVING
        + "A 1 × 1 convolution with strides s reads the rows and columns 0, s, 2s and so on, and "
        "leaves out the others." + own("residual-shortcut"),
        form="function",
        answer=halving_block,
        cases=telling(halving_cases, halving_block),
        misconceptions=(
            slip(
                "projection left out",
                lambda x, first, second, skip, strides: relu(
                    conv(relu(conv(x, first, strides)[0]), second)[0]
                ),
                "The skip is missing: `x` reaches the sum through `skip`.",
                FAR,
            ),
            slip(
                "ReLU on the skip",
                lambda x, first, second, skip, strides: relu(
                    relu(conv(x, skip, strides)[0])
                    + conv(relu(conv(x, first, strides)[0]), second)[0]
                ),
                "The convolution on the skip has no ReLU of its own.",
                CLOSE,
            ),
            slip(
                "ReLU before the sum",
                lambda x, first, second, skip, strides: (
                    conv(x, skip, strides)[0]
                    + relu(conv(relu(conv(x, first, strides)[0]), second)[0])
                ),
                "The last ReLU stands before the sum; it belongs behind it.",
                CLOSE,
            ),
            slip(
                "inner ReLU left out",
                lambda x, first, second, skip, strides: relu(
                    conv(x, skip, strides)[0] + conv(x, first, strides)[0] @ second
                ),
                "Between the two convolutions a ReLU is missing: without it they are one.",
                CLOSE,
            ),
            slip(
                "skip averaged",
                _mean_skip,
                "Your skip takes the mean of what the stride jumps over. A strided 1 × 1 "
                "convolution leaves it out.",
                CLOSE,
            ),
            slip(
                "last ReLU left out",
                lambda x, first, second, skip, strides: (
                    conv(x, skip, strides)[0] + conv(relu(conv(x, first, strides)[0]), second)[0]
                ),
                "The ReLU behind the sum is missing.",
                CLOSE,
            ),
        ),
        stub="def residual_shortcut(x, first, second, skip, strides):\n"
        '    """A residual block that changes the shape."""\n    ### SOLUTION\n',
        solution="""\
seen = x[::strides, ::strides]
inner = np.maximum(seen @ first, 0)
return np.maximum(seen @ skip + inner @ second, 0)""",
    ),
]
