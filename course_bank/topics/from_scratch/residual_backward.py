"""Questions answered by functions: the way back through the blocks of `residual_forward`.

Maps are (height, width, channels), matrices (in, out).
"""

from functools import partial

import numpy as np

from course_bank.core.function_questions import FunctionQuestion, example, telling
from course_bank.core.question import CLOSE, slip
from course_bank.topics.from_scratch.forward import own, quarters
from course_bank.topics.from_scratch.residual_forward import (
    BLOCK,
    HALVING,
    TOPIC,
    block_cases,
    conv,
    halving_cases,
    halving_numbers,
    relu,
)
from course_lib import ops

PARTS = ("grad_x", "grad_first", "grad_second")


def _back(grad, cache):
    """(gradient of the maps, of the matrix)."""
    grad_maps, grad_kernel = ops.conv_backward(grad[None], cache)
    return grad_maps[0], grad_kernel[0, 0]


# ---------------------------------------------------------------------------- what must come out


def gradients(grad, x, first, second, *, gate=None, inner_gate=None, skip=1.0, main=1.0):
    """Gradients of `block` with respect to x and both matrices.

    The keywords make it wrong: a gate in the place of a ReLU's, or the share that a way hands on.
    """
    inner_sums, into_first = conv(x, first)
    outer, into_second = conv(relu(inner_sums), second)
    gated = grad * (x + outer > 0) if gate is None else gate(grad)
    grad_inner, grad_second = _back(gated, into_second)
    grad_inner = grad_inner * (inner_sums > 0) if inner_gate is None else inner_gate(grad_inner)
    grad_main, grad_first = _back(grad_inner, into_first)
    skipped = skip(grad) if callable(skip) else skip * gated
    return main * grad_main + skipped, grad_first, grad_second


def halving_gradient(
    grad, x, first, second, skip, strides, *, way=np.add, gate=None, inner_gate=None
):
    """Gradient of `halving_block` with respect to x; ``way`` puts its two ways together.

    The keywords make it wrong, as those of `gradients`.
    """
    inner_sums, into_first = conv(x, first, strides)
    outer, into_second = conv(relu(inner_sums), second)
    skipped, into_skip = conv(x, skip, strides)
    gated = grad * (skipped + outer > 0) if gate is None else gate(grad)
    inner = _back(gated, into_second)[0]
    inner = inner * (inner_sums > 0) if inner_gate is None else inner_gate(inner)
    main = _back(inner, into_first)[0]
    return way(main, _back(gated, into_skip)[0])


# ---------------------------------------------------------------------------- the student's example


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
    return example(halving_gradient, (), grad=quarters(rng, 2, 2, 3), **halving_numbers(rng))


# ---------------------------------------------------------------------------- what goes wrong


def _spread(grad, x, first, second, skip, strides):
    """The gradient of a place is given to all pixels that the stride jumps over."""
    found = halving_gradient(grad, x, first, second, skip, strides)[::strides, ::strides]
    wide = found.repeat(strides, axis=0).repeat(strides, axis=1)
    return wide[: x.shape[0], : x.shape[1]]


def _gates_forgotten(way_back):
    """The two slips that every way back through a block allows."""
    return (
        slip(
            "last ReLU forgotten",
            lambda *given: way_back(*given, gate=lambda grad: grad),
            "The gradient enters the sum as it came: the ReLU behind the sum lets it through only "
            "where the sum is positive.",
            CLOSE,
        ),
        slip(
            "inner ReLU forgotten",
            lambda *given: way_back(*given, inner_gate=lambda grad: grad),
            "Between the two convolutions the gradient must pass the ReLU: only where its input "
            "was positive.",
            CLOSE,
        ),
    )


QUESTIONS = [
    FunctionQuestion(
        id="residual-backward",
        topic=TOPIC,
        teaches="Behind a sum the gradient goes both ways; where the ways meet, both are added.",
        draw=_example_gradients,
        prompt="Write `residual_backward(grad, x, first, second)`. `grad` (height, width, "
        "channels) is the gradient of the loss with respect to the output of "
        "`residual_forward(x, first, second)`; return the gradients with respect to `x`, `first` "
        "and `second`, as a tuple `(grad_x, grad_first, grad_second)`. "
        + BLOCK
        + own("residual-backward"),
        form="function",
        answer=gradients,
        cases=telling(partial(block_cases, grad=True), gradients),
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
            *_gates_forgotten(gradients),
            slip(
                "gate from the wrong side",
                lambda *given: gradients(*given, inner_gate=relu),
                "The inner gate looks at the gradient that comes back. What counts is whether the "
                "number that went *in* was positive.",
                CLOSE,
            ),
            slip(
                "last gate from the wrong side",
                lambda *given: gradients(*given, gate=relu),
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
        topic=TOPIC,
        teaches="What a stride jumped over gets no gradient; what both ways read gets both.",
        draw=_example_halving_gradient,
        prompt="Write `residual_shortcut_backward(grad, x, first, second, skip, strides)`: the "
        "gradient with respect to `x`, an array of the shape of `x`, where `grad` is that of the "
        "output of `residual_shortcut(x, first, second, skip, strides)`. "
        + HALVING
        + own("residual-shortcut-backward"),
        form="function",
        answer=halving_gradient,
        cases=telling(partial(halving_cases, grad=True), halving_gradient),
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
            *_gates_forgotten(halving_gradient),
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
