"""Questions on residual networks: what a skip does to sizes, and to gradients on their way back."""

import numpy as np

from course_bank.core.question import CLOSE, FAR, Question, ranges, slip
from course_lib import ops, shapes

_TOPIC = "residual networks"

_BLOCK = ranges(filters=[16, 24, 32, 48, 64, 96], blocks=(3, 12))


def _convolution(n):
    return shapes.conv_parameters((3, 3), n.filters, n.filters, use_bias=False).value


_CHAIN = ranges(blocks=(6, 14), hundredths=[-20, -15, -12, -10, -8, 8, 10, 12, 15, 20])


def _slope(n):
    return n.hundredths / 100


def _draw_skip(rng):
    """A gradient of five numbers and a lopsided kernel of three, so that a flip shows."""
    left, right = rng.sample([-3, -2, -1, 1, 2, 3], 2)
    gradient = [rng.integer(-4, 4) for _ in range(4)] + [rng.integer(1, 4)]
    return {"gradient": gradient, "kernel": [left, rng.integer(2, 4), right]}


def _by_convolution(n):
    """The convolution's share of the gradient: full windows of the flipped kernel."""
    kernel = np.reshape(np.array(n.kernel, np.float64), (3, 1, 1))
    _, cache = ops.conv_forward(np.zeros((1, 5, 1)), kernel, padding="same")
    return ops.conv_backward(np.reshape(np.array(n.gradient, np.float64), (1, 5, 1)), cache)[0]


def _through_block(n):
    return np.array(n.gradient, np.float64) + _by_convolution(n).ravel()


def _draw_normalised(rng):
    """Four numbers at one distance from their mean, two on each side: the scaled ones are ±1."""
    mean, deviation = rng.integer(2, 9), rng.choice([2, 4, 5])
    signs = rng.shuffled([-1, -1, 1, 1])
    gradient = [rng.integer(-9, 9) for _ in range(3)] + [rng.integer(10, 15)]
    return {"numbers": [mean + sign * deviation for sign in signs], "gradient": gradient}


def _scaled(n):
    numbers = np.array(n.numbers, np.float64)
    return (numbers - numbers.mean()) / numbers.std()


def _through_normalisation(n):
    inputs = np.array(n.numbers, np.float64).reshape(4, 1)
    _, cache = ops.batch_normalization_forward(inputs, epsilon=1e-12)
    gradient = np.array(n.gradient, np.float64).reshape(4, 1)
    return ops.batch_normalization_backward(gradient, cache)[0].ravel().round(9)


_HALVING = ranges(
    before=[8, 12, 16, 20, 24, 28, 32, 40, 48, 64, 80, 96], times=[2, 3], size=[14, 28, 56]
)


def _halving(n):
    """Weights of a block that halves its maps: two 3 × 3 convolutions, the 1 × 1 on the skip."""
    after = n.before * n.times
    return (
        shapes.conv_parameters((3, 3), n.before, after, use_bias=False).value,
        shapes.conv_parameters((3, 3), after, after, use_bias=False).value,
        shapes.conv_parameters((1, 1), n.before, after, use_bias=False).value,
    )


QUESTIONS = [
    Question(
        id="residual-stage-parameters",
        topic=_TOPIC,
        teaches="A skip that adds has no weights; two convolutions make a block.",
        draw=_BLOCK,
        prompt="A stage has {blocks} residual blocks. Each adds its input to the output of two "
        "3 × 3 convolutions with {filters} filters on {filters} channels, all without biases and "
        "without normalisation. How many parameters does the stage have?",
        answer=lambda n: 2 * n.blocks * _convolution(n),
        steps=lambda n: [
            f"one convolution: 3 · 3 · {n.filters} · {n.filters} = {_convolution(n)}",
            f"two in a block, {n.blocks} blocks: {2 * n.blocks * _convolution(n)}",
        ],
        misconceptions=(
            slip(
                "one convolution a block",
                lambda n: n.blocks * _convolution(n),
                "A block leads around two convolutions.",
                CLOSE,
            ),
            slip(
                "the skip has weights",
                lambda n: n.blocks * (2 * _convolution(n) + n.filters**2),
                "The skip hands its input on as it is: where the shapes agree it has no weights.",
                FAR,
            ),
        ),
        solution="n.blocks * 2 * 3 * 3 * n.filters * n.filters",
    ),
    Question(
        id="residual-chain",
        topic=_TOPIC,
        teaches="Around a block of slope w a skip makes the slope 1 + w.",
        draw=_CHAIN,
        prompt=lambda n: (
            f"A chain of {n.blocks} blocks, each of which multiplies its number by {_slope(n)}. "
            "Around each block leads a skip that adds the block's input to its output. What is the "
            "gradient of the chain's output with respect to its input? Give three decimals."
        ),
        form="number",
        tolerance=1e-3,
        answer=lambda n: (1 + _slope(n)) ** n.blocks,
        steps=lambda n: [
            f"slope of one block with its skip: 1 + ({_slope(n)}) = {1 + _slope(n):g}",
            f"{n.blocks} of them: {1 + _slope(n):g}^{n.blocks} = {(1 + _slope(n)) ** n.blocks:.4f}",
        ],
        misconceptions=(
            slip(
                "without the skips",
                lambda n: _slope(n) ** n.blocks + 1,
                "Each block has a skip of its own, so that each slope is one larger.",
                CLOSE,
            ),
            slip(
                "slopes added",
                lambda n: 1 + n.blocks * _slope(n),
                "So far only the ways through a single block are counted; a product has them all.",
                CLOSE,
            ),
            slip(
                "skips left out",
                lambda n: abs(_slope(n)) ** n.blocks,
                "That is the chain without skips. Each skip adds 1 to the slope of its block.",
                FAR,
            ),
        ),
        solution="(1 + n.hundredths / 100) ** n.blocks",
    ),
    Question(
        id="residual-skip-gradient",
        topic=_TOPIC,
        teaches="The gradient of a block is the one that arrives plus what F makes of it.",
        draw=_draw_skip,
        prompt="A residual block adds to its input of five numbers their convolution with the "
        'kernel {kernel}, `padding="same"`, and has no activation. The gradient of its output is '
        "{gradient}. What is the gradient of the block's input?",
        form="array",
        expects="a list of five numbers",
        answer=lambda n: _through_block(n).tolist(),
        steps=lambda n: [
            f"by the skip: {n.gradient}",
            f"by the convolution, with the kernel flipped to {n.kernel[::-1]}: "
            f"{_by_convolution(n).ravel().tolist()}",
            f"together: {_through_block(n).tolist()}",
        ],
        misconceptions=(
            slip(
                "skip left out",
                lambda n: _by_convolution(n).ravel().tolist(),
                "The input is used twice: what comes by the skip is added.",
                CLOSE,
            ),
            slip(
                "kernel not flipped",
                lambda n: (
                    np.array(n.gradient) + np.convolve(n.gradient, n.kernel[::-1], "same")
                ).tolist(),
                "On its way back through a convolution the gradient meets the flipped kernel.",
                CLOSE,
            ),
            slip(
                "only the skip",
                lambda n: list(map(float, n.gradient)),
                "The convolution has read the input too and sends a gradient of its own.",
                FAR,
            ),
        ),
        solution="np.array(n.gradient) + np.convolve(n.gradient, n.kernel, 'same')",
    ),
    Question(
        id="residual-batchnorm-gradient",
        topic=_TOPIC,
        teaches="Normalisation takes the mean and the part along the outputs from a gradient.",
        draw=_draw_normalised,
        prompt="A channel holds the four numbers {numbers} of a batch. Batch normalisation (gamma "
        "1, beta 0, epsilon 0) receives the gradient {gradient}. What is the gradient of the four "
        "numbers?",
        form="array",
        expects="a list of four numbers",
        tolerance=6e-3,
        answer=lambda n: _through_normalisation(n).tolist(),
        steps=lambda n: [
            f"normalised: {_scaled(n).tolist()}",
            f"mean of the gradient {np.mean(n.gradient):g}, of its products with the normalised "
            f"numbers {np.mean(np.array(n.gradient) * _scaled(n)):g}",
            f"both taken off, divided by {np.std(n.numbers):g}: "
            f"{_through_normalisation(n).tolist()}",
        ],
        misconceptions=(
            slip(
                "only divided",
                lambda n: (np.array(n.gradient) / np.std(n.numbers)).tolist(),
                "Mean and deviation depend on the numbers too: two further ways lead back.",
                FAR,
            ),
            slip(
                "deviation as a constant",
                lambda n: (
                    (np.array(n.gradient) - np.mean(n.gradient)) / np.std(n.numbers)
                ).tolist(),
                "The mean is taken off; the deviation depends on the numbers as well.",
                CLOSE,
            ),
            slip(
                "not divided",
                lambda n: (_through_normalisation(n) * np.std(n.numbers)).tolist(),
                "What is left is divided by the standard deviation, as the numbers were.",
                CLOSE,
            ),
        ),
        solution="ops.batch_normalization_backward(\n"
        "    np.reshape(n.gradient, (4, 1)).astype(float),\n"
        "    ops.batch_normalization_forward(\n"
        "        np.reshape(n.numbers, (4, 1)).astype(float), epsilon=1e-12\n    )[1],\n"
        ")[0].ravel()",
    ),
    Question(
        id="residual-halving-block",
        topic=_TOPIC,
        teaches="Where the shape changes, the skip is a 1 × 1 convolution and has weights.",
        draw=_HALVING,
        prompt=lambda n: (
            f"A residual block reads maps of {n.size} × {n.size} × {n.before} and puts out maps of "
            f"{n.size // 2} × {n.size // 2} × {n.before * n.times}, with two 3 × 3 convolutions, "
            "the first with stride 2. All convolutions of the block are without biases. How many "
            "weights does the block have, skip included?"
        ),
        answer=lambda n: sum(_halving(n)),
        steps=lambda n: [
            f"first: 9 · {n.before} · {n.before * n.times} = {_halving(n)[0]}",
            f"second: 9 · {n.before * n.times} · {n.before * n.times} = {_halving(n)[1]}",
            f"skip, 1 × 1 with stride 2: {n.before} · {n.before * n.times} = {_halving(n)[2]}",
            f"together: {sum(_halving(n))}",
        ],
        misconceptions=(
            slip(
                "skip without weights",
                lambda n: sum(_halving(n)[:2]),
                "A sum needs maps of one shape: here the skip has to bring its input into it.",
                CLOSE,
            ),
            slip(
                "two alike",
                lambda n: 2 * _halving(n)[0] + _halving(n)[2],
                "The second convolution reads what the first has put out.",
                CLOSE,
            ),
            slip(
                "3 × 3 on the skip",
                lambda n: 2 * _halving(n)[0] + _halving(n)[1],
                "The skip has nothing to look for; one weight for each pair of channels will do.",
                FAR,
            ),
        ),
        solution="9 * n.before * n.before * n.times + 9 * (n.before * n.times) ** 2 + "
        "n.before**2 * n.times",
    ),
]
