"""Questions answered by functions: a residual block, forward and backward, from scratch.

The block's convolutions are 1 × 1, so that the windows are out of the way: at each place a row of
channels is multiplied by a matrix. Maps are (height, width, channels), matrices (in, out).
"""

import numpy as np

from course_bank.core.function_questions import Case, FunctionQuestion, example
from course_bank.core.question import CLOSE, FAR, slip
from course_bank.topics.from_scratch.forward import own, quarters
from course_lib import ops

PARTS = ("grad_x", "grad_first", "grad_second")
_TOPIC = "residual networks"


def _conv(maps, matrix, strides=1):
    """The engine's 1 × 1 convolution of one example: (outputs, cache)."""
    outputs, cache = ops.conv_forward(maps[None], matrix[None, None], strides)
    return outputs[0], cache


def _back(grad, cache):
    """(gradient of the maps, of the matrix)."""
    grad_maps, grad_kernel = ops.conv_backward(grad[None], cache)
    return grad_maps[0], grad_kernel[0, 0]


def _relu(sums):
    return np.maximum(sums, 0)


# ---------------------------------------------------------------------------- what must come out


def block(x, first, second):
    """ReLU of x and two convolutions of it, with a ReLU between the two."""
    return _relu(x + _conv(_relu(_conv(x, first)[0]), second)[0])


def halving_block(x, first, second, skip, strides):
    """The same where the shape changes: the first convolution and the one on the skip stride."""
    inner = _relu(_conv(x, first, strides)[0])
    return _relu(_conv(x, skip, strides)[0] + _conv(inner, second)[0])


def gradients(grad, x, first, second, *, gate=None, inner_gate=None, skip=1.0, main=1.0):
    """Gradients of `block` with respect to x and both matrices.

    The keywords make it wrong: a gate in the place of a ReLU's, or the share that a way hands on.
    """
    inner_sums, into_first = _conv(x, first)
    outer, into_second = _conv(_relu(inner_sums), second)
    gated = grad * (x + outer > 0) if gate is None else gate(grad)
    grad_inner, grad_second = _back(gated, into_second)
    grad_inner = grad_inner * (inner_sums > 0) if inner_gate is None else inner_gate(grad_inner)
    grad_main, grad_first = _back(grad_inner, into_first)
    skipped = skip(grad) if callable(skip) else skip * gated
    return main * grad_main + skipped, grad_first, grad_second


def halving_gradient(
    grad, x, first, second, skip, strides, *, way=lambda main, other: main + other
):
    """Gradient of `halving_block` with respect to x; ``way`` puts its two ways together."""
    inner_sums, into_first = _conv(x, first, strides)
    outer, into_second = _conv(_relu(inner_sums), second)
    skipped, into_skip = _conv(x, skip, strides)
    gated = grad * (skipped + outer > 0)
    main = _back(_back(gated, into_second)[0] * (inner_sums > 0), into_first)[0]
    return way(main, _back(gated, into_skip)[0])


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


def _block_cases(rng, grad=False):
    return [
        _maps(rng, "one place", (1, 1, 3), 2, grad=grad),
        _maps(rng, "maps that are not square", (3, 4, 2), 3, grad=grad),
        _maps(rng, "as many channels inside as outside", (4, 3, 3), 3, grad=grad),
        _maps(rng, "fewer channels inside", (3, 3, 4), 2, grad=grad),
    ]


def _halving_cases(rng, grad=False):
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


def _halving_numbers(rng):
    return {
        "x": quarters(rng, 3, 4, 2),
        "first": quarters(rng, 2, 2),
        "second": quarters(rng, 2, 3),
        "skip": quarters(rng, 2, 3),
        "strides": 2,
    }


def _example_halving(rng):
    return example(halving_block, (), **_halving_numbers(rng))


def _example_gradients(rng):
    return example(
        gradients,
        PARTS,
        grad=quarters(rng, 2, 3, 2),
        x=quarters(rng, 2, 3, 2),
        first=quarters(rng, 2, 3),
        second=quarters(rng, 3, 2),
    )


def _example_halving_gradient(rng):
    return example(halving_gradient, (), grad=quarters(rng, 2, 2, 3), **_halving_numbers(rng))


# ---------------------------------------------------------------------------- what goes wrong


def _main_way(x, first, second):
    return _conv(_relu(_conv(x, first)[0]), second)[0]


def _mean_skip(x, first, second, skip, strides):
    """The skip averages what the stride jumps over."""
    rows, columns = (n - n % strides for n in x.shape[:2])
    if (rows, columns) != x.shape[:2]:
        return halving_block(x, first, second, skip, strides)
    shape = (rows // strides, strides, columns // strides, strides, -1)
    means = x.reshape(shape).mean(axis=(1, 3))
    inner = _relu(_conv(x, first, strides)[0])
    return _relu(means @ skip + _conv(inner, second)[0])


def _spread(grad, x, first, second, skip, strides):
    """The gradient of a place is given to all pixels that the stride jumps over."""
    found = halving_gradient(grad, x, first, second, skip, strides)[::strides, ::strides]
    wide = found.repeat(strides, axis=0).repeat(strides, axis=1)
    return wide[: x.shape[0], : x.shape[1]]


_BLOCK = "`x` is (height, width, channels), `first` (channels, inner), `second` (inner, channels). "
_HALVING = (
    "`x` is (height, width, channels), `first` (channels, inner), `second` (inner, out), `skip` "
    "(channels, out). "
)

QUESTIONS = [
    FunctionQuestion(
        id="residual-forward",
        topic=_TOPIC,
        teaches="A residual block adds its input to what its convolutions make of it.",
        draw=_example_block,
        prompt="Write `residual_forward(x, first, second)`, a residual block with 1 × 1 "
        "convolutions and no biases: a convolution with `first`, ReLU, a convolution with "
        "`second`, the sum with `x`, ReLU. " + _BLOCK + own("residual-forward"),
        form="function",
        answer=block,
        cases=_block_cases,
        misconceptions=(
            slip(
                "skip left out",
                lambda x, first, second: _relu(_main_way(x, first, second)),
                "The input is not added: without the skip this is a plain block.",
                FAR,
            ),
            slip(
                "ReLU before the sum",
                lambda x, first, second: x + _relu(_main_way(x, first, second)),
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
                lambda x, first, second: _relu(x + x @ first @ second),
                "Between the two convolutions a ReLU is missing: without it they are one.",
                CLOSE,
            ),
            slip(
                "ReLU on the skip",
                lambda x, first, second: _relu(_relu(x) + _main_way(x, first, second)),
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
        topic=_TOPIC,
        teaches="Where the shape changes, a strided 1 × 1 convolution brings the skip into shape.",
        draw=_example_halving,
        prompt="Write `residual_shortcut(x, first, second, skip, strides)`: the same block where "
        "the shape changes. The convolution with `first` moves by `strides`, and so does a 1 × 1 "
        "convolution with `skip`, through which `x` reaches the sum (without a ReLU of its own). "
        + _HALVING
        + "A 1 × 1 convolution with strides s reads every sth row and column, beginning with the "
        "first." + own("residual-shortcut"),
        form="function",
        answer=halving_block,
        cases=_halving_cases,
        misconceptions=(
            slip(
                "projection left out",
                lambda x, first, second, skip, strides: _relu(
                    _conv(_relu(_conv(x, first, strides)[0]), second)[0]
                ),
                "The skip is missing: `x` reaches the sum through `skip`.",
                FAR,
            ),
            slip(
                "ReLU on the skip",
                lambda x, first, second, skip, strides: _relu(
                    _relu(_conv(x, skip, strides)[0])
                    + _conv(_relu(_conv(x, first, strides)[0]), second)[0]
                ),
                "The convolution on the skip has no ReLU of its own.",
                CLOSE,
            ),
            slip(
                "ReLU before the sum",
                lambda x, first, second, skip, strides: (
                    _conv(x, skip, strides)[0]
                    + _relu(_conv(_relu(_conv(x, first, strides)[0]), second)[0])
                ),
                "The last ReLU stands before the sum; it belongs behind it.",
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
                    _conv(x, skip, strides)[0]
                    + _conv(_relu(_conv(x, first, strides)[0]), second)[0]
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
    FunctionQuestion(
        id="residual-backward",
        topic=_TOPIC,
        teaches="Behind a sum the gradient goes both ways; where the ways meet, both are added.",
        draw=_example_gradients,
        prompt="Write `residual_backward(grad, x, first, second)`. `grad` (height, width, "
        "channels) is the gradient of the loss with respect to the output of "
        "`residual_forward(x, first, second)`; return the gradients with respect to `x`, `first` "
        "and `second`, as a tuple `(grad_x, grad_first, grad_second)`. "
        + _BLOCK
        + own("residual-backward"),
        form="function",
        answer=gradients,
        cases=lambda rng: _block_cases(rng, grad=True),
        parts=PARTS,
        misconceptions=(
            slip(
                "skip's gradient forgotten",
                lambda *given: gradients(*given, skip=0.0),
                "The gradient of `x` comes through the convolutions alone; what the skip hands "
                "back is missing.",
                CLOSE,
            ),
            slip(
                "= for +=",
                lambda *given: gradients(*given, main=0.0),
                "The gradient of `x` is what the skip hands back, and nothing else: where two ways "
                "meet, their gradients are added (`+=`, not `=`).",
                CLOSE,
            ),
            slip(
                "last ReLU forgotten",
                lambda *given: gradients(*given, gate=lambda grad: grad),
                "The gradient enters the sum as it came: the ReLU behind the sum lets it through "
                "only where the sum is positive.",
                CLOSE,
            ),
            slip(
                "inner ReLU forgotten",
                lambda *given: gradients(*given, inner_gate=lambda grad: grad),
                "Between the two convolutions the gradient must pass the ReLU: only where its "
                "input was positive.",
                CLOSE,
            ),
            slip(
                "gate from the wrong side",
                lambda *given: gradients(*given, inner_gate=_relu),
                "The inner gate looks at the gradient that comes back. What counts is whether the "
                "number that went *in* was positive.",
                CLOSE,
            ),
            slip(
                "last gate from the wrong side",
                lambda *given: gradients(*given, gate=_relu),
                "The last gate looks at the gradient that comes back. What counts is whether the "
                "sum that went *in* was positive.",
                CLOSE,
            ),
            slip(
                "skip around the last ReLU",
                lambda *given: gradients(*given, skip=lambda grad: grad),
                "The skip ends in the sum, before the last ReLU: its gradient passes that gate "
                "too.",
                CLOSE,
            ),
        ),
        stub="def residual_backward(grad, x, first, second):\n"
        '    """Gradients of x, first and second."""\n    ### SOLUTION\n',
        solution="""\
sums = x @ first
inner = np.maximum(sums, 0)
grad_sum = grad * (x + inner @ second > 0)
grad_second = np.einsum("ijm,ijc->mc", inner, grad_sum)
grad_inner = (grad_sum @ second.T) * (sums > 0)
grad_first = np.einsum("ijc,ijm->cm", x, grad_inner)
return grad_sum + grad_inner @ first.T, grad_first, grad_second""",
    ),
    FunctionQuestion(
        id="residual-shortcut-backward",
        topic=_TOPIC,
        teaches="What a stride jumped over gets no gradient; what both ways read gets both.",
        draw=_example_halving_gradient,
        prompt="Write `residual_shortcut_backward(grad, x, first, second, skip, strides)`: the "
        "gradient with respect to `x`, an array of the shape of `x`, where `grad` is that of the "
        "output of `residual_shortcut(x, first, second, skip, strides)`. "
        + _HALVING
        + own("residual-shortcut-backward"),
        form="function",
        answer=halving_gradient,
        cases=lambda rng: _halving_cases(rng, grad=True),
        misconceptions=(
            slip(
                "= for +=",
                lambda *given: halving_gradient(*given, way=lambda main, skip: skip),
                "Only what the skip hands back is there. Both ways read the same pixels, so both "
                "gradients are added to them (`+=`, not `=`).",
                CLOSE,
            ),
            slip(
                "skip's gradient forgotten",
                lambda *given: halving_gradient(*given, way=lambda main, skip: main),
                "Only what the convolutions hand back is there; what comes through `skip` is "
                "missing.",
                CLOSE,
            ),
            slip(
                "spread over the stride",
                _spread,
                "Pixels that the stride jumped over were never read: their gradient is 0.",
                CLOSE,
            ),
        ),
        stub="def residual_shortcut_backward(grad, x, first, second, skip, strides):\n"
        '    """Gradient of x."""\n    ### SOLUTION\n',
        solution="""\
seen = x[::strides, ::strides]
sums = seen @ first
grad_sum = grad * (seen @ skip + np.maximum(sums, 0) @ second > 0)
grad_x = np.zeros(x.shape)
grad_x[::strides, ::strides] += grad_sum @ skip.T
grad_x[::strides, ::strides] += ((grad_sum @ second.T) * (sums > 0)) @ first.T
return grad_x""",
    ),
]
