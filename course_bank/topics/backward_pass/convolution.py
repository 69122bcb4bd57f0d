"""Questions on the backward pass: what each number of the loss's gradient is made of."""

import numpy as np

from course_bank.core.question import CLOSE, FAR, Question, slip
from course_bank.core.rendering import table
from course_lib import ops

_TOPIC = "backward pass"


def _f64(values):
    return np.array(values, np.float64)


def _conv_gradients(n):
    """(gradient of the image, gradient of the kernel) by the engine, as matrices."""
    image, kernel = _f64(n.image)[None, :, :, None], _f64(n.kernel)[:, :, None, None]
    _, cache = ops.conv_forward(image, kernel)
    inputs, weights = ops.conv_backward(_f64(n.gradient)[None, :, :, None], cache)
    return inputs[0, :, :, 0], weights[:, :, 0, 0]


def _correlate_full(gradient, kernel):
    """Every shifted product of two matrices, the second one as it is."""
    kernel = _f64(kernel)
    padded = np.pad(_f64(gradient), [(k - 1, k - 1) for k in kernel.shape])
    windows = np.lib.stride_tricks.sliding_window_view(padded, kernel.shape)
    return np.einsum("ijab,ab->ij", windows, kernel)


def _draw_conv(rng):
    return {
        "image": rng.grid(3, 3, 0, 6),
        "kernel": rng.grid(2, 2, -3, 3),
        "gradient": rng.grid(2, 2, -2, 3),
    }


_SETTING = (
    "A convolution without padding (stride 1) reads a 3 × 3 image with a 2 × 2 kernel. The "
    "gradient of the loss with respect to its four *outputs* is"
)


def _draw_relu(rng):
    return {
        "inputs": [rng.choice((-3, -2, -1, 1, 2, 3)) for _ in range(6)],
        "gradient": [rng.choice((-4, -2, -1, 1, 3, 5)) for _ in range(6)],
    }


def _relu_gradient(n):
    _, cache = ops.relu_forward(_f64(n.inputs))
    return ops.relu_backward(_f64(n.gradient), cache)


def _cube(n, by):
    return n.factor * (n.weight + by) ** 3


QUESTIONS = [
    Question(
        id="backward-kernel",
        topic=_TOPIC,
        teaches="The kernel's gradient is the image correlated with the outputs' gradient.",
        draw=_draw_conv,
        prompt=lambda n: (
            f"{_SETTING}{table(n.gradient)}and the image is{table(n.image)}What is "
            "the gradient with respect to the *kernel*? Give a list of rows."
        ),
        form="array",
        answer=lambda n: _conv_gradients(n)[1],
        steps=lambda n: [
            "dW[a, b] is the sum over i, j of gradient[i, j] · image[i + a, j + b]",
            f"dW = {_conv_gradients(n)[1].tolist()}",
        ],
        misconceptions=(
            slip(
                "gradient flipped",
                lambda n: _conv_gradients(n)[1][::-1, ::-1],
                "The places are turned round. Weight [0, 0] meets the top left pixel of every "
                "window.",
                CLOSE,
            ),
            slip(
                "outputs' gradient turned",
                lambda n: _correlate_full(n.image, _f64(n.gradient)[::-1, ::-1])[1:3, 1:3],
                "You turned the outputs' gradient round. It is laid on the image as it is.",
                FAR,
            ),
            slip(
                "transposed",
                lambda n: _conv_gradients(n)[1].T,
                "Rows and columns are exchanged.",
                CLOSE,
            ),
        ),
        solution="ops.conv(\n    np.array(n.image)[None, :, :, None], "
        "np.array(n.gradient)[:, :, None, None]\n)[0, :, :, 0]",
    ),
    Question(
        id="backward-image",
        topic=_TOPIC,
        teaches="The image's gradient: every output hands its gradient back through the weights.",
        draw=_draw_conv,
        prompt=lambda n: (
            f"{_SETTING}{table(n.gradient)}and the kernel is{table(n.kernel)}What is "
            "the gradient with respect to the *image*? Give a list of rows."
        ),
        form="array",
        answer=lambda n: _conv_gradients(n)[0],
        steps=lambda n: [
            "each output adds gradient · kernel to the pixels of its window",
            f"dX = {_conv_gradients(n)[0].tolist()}",
        ],
        misconceptions=(
            slip(
                "kernel not turned",
                lambda n: _correlate_full(n.gradient, n.kernel),
                "Sliding the kernel over the padded gradient needs the kernel turned by 180 "
                "degrees: the last weight met the pixel first.",
                CLOSE,
            ),
            slip(
                "transposed",
                lambda n: _conv_gradients(n)[0].T,
                "Rows and columns are exchanged.",
                CLOSE,
            ),
            slip(
                "inner part only",
                lambda n: _conv_gradients(n)[0][:2, :2],
                "The gradient has the shape of the image: every pixel is read by some window.",
                FAR,
            ),
        ),
        solution="sum(\n    np.pad(g * np.array(n.kernel), ((i, 1 - i), (j, 1 - j)))\n"
        "    for i, row in enumerate(n.gradient)\n    for j, g in enumerate(row)\n)",
    ),
    Question(
        id="backward-bias",
        topic=_TOPIC,
        teaches="The bias takes part in every output: its gradient is the sum of all theirs.",
        draw=lambda rng: {"gradient": rng.grid(3, 3, -5, 6), "bias": rng.integer(-3, 3)},
        prompt=lambda n: (
            "The gradient of the loss with respect to a convolution's output map is"
            f"{table(n.gradient)}What is the gradient with respect to the bias, whose value is "
            f"{n.bias}?"
        ),
        answer=lambda n: int(np.sum(n.gradient)),
        steps=lambda n: [f"the sum of the nine values: {int(np.sum(n.gradient))}"],
        misconceptions=(
            slip(
                "averaged",
                lambda n: float(np.mean(n.gradient)),
                "The outputs' gradients are added, not averaged.",
                CLOSE,
            ),
            slip(
                "times the bias",
                lambda n: int(np.sum(n.gradient)) * n.bias,
                "The bias is added with factor 1: its own value does not matter.",
                FAR,
            ),
            slip(
                "sizes added",
                lambda n: int(np.abs(n.gradient).sum()),
                "The signs count.",
                FAR,
            ),
        ),
        solution="int(np.sum(n.gradient))",
    ),
    Question(
        id="backward-relu",
        topic=_TOPIC,
        teaches="ReLU lets the gradient pass where its input was positive.",
        draw=_draw_relu,
        prompt="ReLU has read `{inputs}`; the gradient of the loss with respect to its output is "
        "`{gradient}`. What is the gradient with respect to its input?",
        form="array",
        expects="a list of six numbers",
        answer=_relu_gradient,
        steps=lambda n: [
            "1 where the input was positive, 0 elsewhere, times the gradient",
            f"{(_relu_gradient(n) + 0.0).tolist()}",
        ],
        misconceptions=(
            slip(
                "ReLU of the gradient",
                lambda n: np.maximum(n.gradient, 0),
                "The input decides, not the sign of the gradient: a negative gradient may pass.",
                FAR,
            ),
            slip(
                "both signs",
                lambda n: np.maximum(_relu_gradient(n), 0),
                "A negative gradient passes too where the input was positive.",
                CLOSE,
            ),
            slip(
                "times the input",
                lambda n: _relu_gradient(n) * _f64(n.inputs),
                "The slope of ReLU is 1 where it is positive: the input itself does not matter.",
                CLOSE,
            ),
            slip(
                "all of it",
                lambda n: _f64(n.gradient),
                "Where the input was negative, the output did not change with it.",
            ),
        ),
        solution="np.where(np.array(n.inputs) > 0, n.gradient, 0)",
    ),
    Question(
        id="backward-step",
        topic=_TOPIC,
        teaches="Gradient descent steps against the gradient, scaled by the learning rate.",
        draw=lambda rng: {
            "weight": rng.integer(-30, 30) / 10,
            "gradient": rng.choice((-1, 1)) * rng.integer(3, 40) / 10,
            "rate": rng.choice((0.01, 0.05, 0.1, 0.2)),
        },
        prompt="A weight is {weight}, the gradient of the loss with respect to it {gradient}. What "
        "is the weight after one step of `SGD(learning_rate={rate})`?",
        form="number",
        answer=lambda n: n.weight - n.rate * n.gradient,
        steps=lambda n: [
            f"{n.weight} - {n.rate}·({n.gradient}) = {n.weight - n.rate * n.gradient:.4f}"
        ],
        misconceptions=(
            slip(
                "uphill",
                lambda n: n.weight + n.rate * n.gradient,
                "The step goes against the gradient: the loss shall fall.",
                CLOSE,
            ),
            slip(
                "learning rate left out",
                lambda n: n.weight - n.gradient,
                "The learning rate scales the step.",
                CLOSE,
            ),
            slip(
                "step only",
                lambda n: -n.rate * n.gradient,
                "That is the step; add it to the weight.",
                CLOSE,
            ),
        ),
        tolerance=1e-3,
        solution="n.weight - n.rate * n.gradient",
    ),
    Question(
        id="backward-difference",
        topic=_TOPIC,
        teaches="A gradient is checked by the difference of the loss on both sides.",
        draw=lambda rng: {
            "weight": rng.integer(10, 30) / 10,
            "step": rng.choice((0.1, 0.2, 0.5)),
            "factor": rng.integer(2, 5),
        },
        prompt="The loss is {factor}·w³. What does the *central* difference quotient with step "
        "h = {step} give for its slope at w = {weight}? Give two decimals.",
        form="number",
        tolerance=1e-3,
        answer=lambda n: (_cube(n, n.step) - _cube(n, -n.step)) / (2 * n.step),
        steps=lambda n: [
            f"loss at w + h: {_cube(n, n.step):.4f}",
            f"loss at w - h: {_cube(n, -n.step):.4f}",
            f"difference / (2h) = {(_cube(n, n.step) - _cube(n, -n.step)) / (2 * n.step):.4f}",
        ],
        misconceptions=(
            slip(
                "one-sided",
                lambda n: (_cube(n, n.step) - _cube(n, 0)) / n.step,
                "That is the one-sided quotient. The central one looks at both sides of w.",
                CLOSE,
            ),
            slip(
                "divided by h",
                lambda n: (_cube(n, n.step) - _cube(n, -n.step)) / n.step,
                "From w - h to w + h the way is 2h.",
                CLOSE,
            ),
            slip(
                "exact slope",
                lambda n: 3 * n.factor * n.weight**2,
                "That is the derivative. The quotient comes close to it, but is not the same.",
                FAR,
            ),
        ),
        solution="(\n    n.factor * (n.weight + n.step) ** 3 - n.factor * (n.weight - n.step) ** "
        "3\n"
        ") / (2 * n.step)",
    ),
]
