"""Questions answered by functions: pooling, and the way back, from scratch.

Arrays are (height, width, channels); kernels (height, width, in, out), as in Keras.
"""

import numpy as np

from course_bank.core.function_questions import Case, FunctionQuestion, example
from course_bank.core.question import CLOSE, FAR, slip
from course_bank.topics.from_scratch.forward import CONVOLUTIONS, STRIDED, function, own, quarters
from course_lib import ops

MAX_POOL = """\
windows = np.lib.stride_tricks.sliding_window_view(maps, (size, size), axis=(0, 1))
return windows[::strides, ::strides].max(axis=(-2, -1))"""
_POOLING = function("max_pool2d(maps, size, strides)", MAX_POOL)
_STRIDED = function("conv2d_strided(image, kernel, bias, strides, padding)", STRIDED)
PARTS = ("grad_image", "grad_kernel", "grad_bias")


# ---------------------------------------------------------------------------- what must come out


def pool2d(maps, size, strides, op=ops.max_pool, padding="valid"):
    """The engine's pooling of one example."""
    return op(maps[None], size, strides, padding)[0]


def conv2d_gradients(grad, image, kernel):
    """The engine's gradients of image, kernel and bias."""
    _, cache = ops.conv_forward(image[None], kernel)
    grad_image, grad_kernel = ops.conv_backward(grad[None], cache)
    return grad_image[0], grad_kernel, grad.sum(axis=(0, 1))


def pool2d_gradient(grad, maps, size):
    """The engine's gradient of max pooling with windows side by side."""
    _, cache = ops.max_pool_forward(maps[None], size)
    return ops.max_pool_backward(grad[None], cache)[0]


# ---------------------------------------------------------------------------- what is called


def _pool_cases(rng):
    negative = [[[-abs(v) - 0.1 for v in cell] for cell in row] for row in rng.normals(4, 6, 1)]
    return [
        Case("windows side by side", (rng.normals(4, 6, 1), 2, 2)),
        Case("windows that overlap", (rng.normals(6, 7, 1), 3, 2)),
        Case("maps whose last row and column fill no window", (rng.normals(5, 7, 2), 2, 2)),
        Case("several channels", (rng.normals(6, 4, 3), 2, 2)),
        Case("negative values", (negative, 2, 2)),
    ]


def _backward_cases(rng):
    def case(about, image, kernel):
        height, width = (n - k + 1 for n, k in zip(image[:2], kernel[:2], strict=True))
        grad = rng.normals(height, width, kernel[-1])
        return Case(about, (grad, rng.normals(*image), rng.normals(*kernel)))

    return [
        case("one channel and one filter", (5, 5, 1), (3, 3, 1, 1)),
        case("an image and a kernel that are not square", (4, 6, 1), (2, 3, 1, 1)),
        case("several channels and filters", (5, 4, 3), (2, 2, 3, 4)),
    ]


def _untied(rng, height, width, channels):
    """Maps in which no value comes twice: a maximum is one place, and its gradient is no matter
    of taste."""
    values = rng.shuffled(range(-60, height * width * channels))
    return (
        (np.array(values[: height * width * channels]) / 8)
        .reshape(height, width, channels)
        .tolist()
    )


def _pool_backward_cases(rng):
    return [
        Case("one channel", (rng.normals(2, 3, 1), _untied(rng, 4, 6, 1), 2)),
        Case("several channels", (rng.normals(3, 2, 3), _untied(rng, 6, 4, 3), 2)),
        Case("windows of three", (rng.normals(2, 3, 2), _untied(rng, 6, 9, 2), 3)),
        Case("a row and a column in no window", (rng.normals(2, 2, 2), _untied(rng, 5, 5, 2), 2)),
    ]


# ------------------------------------------------------------------- the student's example


def _example_pool(rng):
    return example(pool2d, (), maps=quarters(rng, 5, 6, 2), size=2, strides=2)


def _example_backward(rng):
    return example(
        conv2d_gradients,
        PARTS,
        grad=quarters(rng, 2, 3, 2),
        image=quarters(rng, 3, 4, 1),
        kernel=quarters(rng, 2, 2, 1, 2),
    )


def _example_pool_backward(rng):
    maps = (np.array(rng.shuffled(range(1, 17))) / 4).reshape(4, 4, 1).tolist()
    return example(pool2d_gradient, (), grad=quarters(rng, 2, 2, 1), maps=maps, size=2)


# ---------------------------------------------------------------------------- what goes wrong


def _partial_windows(maps, size, strides):
    """Max pooling that gives incomplete windows at the end an output too."""
    counts = [max(-(-(n - size) // strides), 0) + 1 for n in maps.shape[:2]]
    return np.array(
        [
            [
                maps[i * strides : i * strides + size, j * strides : j * strides + size].max((0, 1))
                for j in range(counts[1])
            ]
            for i in range(counts[0])
        ]
    )


def _pool_shared(grad, maps, size, divide=True):
    spread = np.zeros_like(maps)
    rows, columns = grad.shape[0] * size, grad.shape[1] * size
    spread[:rows, :columns] = grad.repeat(size, axis=0).repeat(size, axis=1)
    return spread / size**2 if divide else spread


def _but(part, wrong):
    """A function that returns all three gradients, save that ``wrong`` makes this one."""

    def made(*given):
        found = dict(zip(PARTS, conv2d_gradients(*given), strict=True))
        return tuple({**found, part: wrong(*given)}.values())

    return made


def _last_tap(grad, image, kernel):
    """The image's gradient where each weight overwrites what those before it left."""
    kept, (rows, columns) = np.zeros_like(image), grad.shape[:2]
    for a, b in np.ndindex(kernel.shape[:2]):
        kept[a : a + rows, b : b + columns] = grad @ kernel[a, b].T
    return kept


def _last_window(grad, image, kernel):
    """The kernel's gradient that the last output alone leaves."""
    return image[-kernel.shape[0] :, -kernel.shape[1] :, :, None] * grad[-1, -1]


def _last_alone(grad, image, kernel):
    """The image's gradient where each window overwrites what those before it left."""
    height, width = kernel.shape[:2]
    kept = np.zeros_like(image)
    for i in range(grad.shape[0]):
        for j in range(grad.shape[1]):
            kept[i : i + height, j : j + width] = kernel @ grad[i, j]
    return kept


QUESTIONS = [
    FunctionQuestion(
        id="max-pool2d",
        topic="pooling",
        teaches="Max pooling: the largest value of each window, channel by channel.",
        draw=_example_pool,
        prompt="Write `max_pool2d(maps, size, strides)`: max pooling without padding of `maps` "
        "(height, width, channels) with windows of `size` × `size`, `strides` apart."
        + own("max-pool2d"),
        form="function",
        answer=pool2d,
        cases=_pool_cases,
        misconceptions=(
            slip(
                "average pooling",
                lambda maps, size, strides: pool2d(maps, size, strides, ops.average_pool),
                "Your function returns the mean of each window; the largest value is asked for.",
                FAR,
            ),
            slip(
                "starts from zero",
                lambda maps, size, strides: np.maximum(pool2d(maps, size, strides), 0),
                "Where all values of a window are negative, your function returns 0: a maximum "
                "must not start from 0.",
                CLOSE,
            ),
            slip(
                "stride ignored",
                lambda maps, size, strides: pool2d(maps, size, size),
                "Your windows lie side by side whatever `strides` says.",
                FAR,
            ),
            slip(
                "incomplete windows kept",
                _partial_windows,
                "Without padding a window that sticks out of the map is left out.",
                CLOSE,
            ),
            slip(
                "channels pooled",
                lambda maps, size, strides: pool2d(maps, size, strides).max(-1, keepdims=True),
                "Your function takes the maximum over the channels as well. Each channel is pooled "
                "by itself.",
                FAR,
            ),
            slip(
                "transposed axes",
                lambda maps, size, strides: np.swapaxes(pool2d(maps, size, strides), 0, 1),
                "Rows and columns of the output are exchanged: the first axis is the height.",
                CLOSE,
            ),
        ),
        stub='def max_pool2d(maps, size, strides):\n    """Max pooling of one example, no '
        'padding."""\n    ### SOLUTION\n',
        solution=MAX_POOL,
    ),
    FunctionQuestion(
        id="conv2d-backward",
        topic="backward pass",
        teaches="The gradients of a convolution are convolutions themselves.",
        draw=_example_backward,
        prompt="Write `conv2d_backward(grad, image, kernel)`. `grad` (rows, columns, out) is the "
        "gradient of the loss with respect to the output of `conv2d_loops`; return the gradients "
        "with respect to image, kernel and bias, as a tuple `(grad_image, grad_kernel, grad_bias)`."
        + own("conv2d-backward"),
        form="function",
        answer=conv2d_gradients,
        cases=_backward_cases,
        parts=PARTS,
        beside=("grad_bias",),
        may_call=CONVOLUTIONS + _STRIDED,
        misconceptions=(
            slip(
                "kernel not turned",
                _but("grad_image", lambda g, x, k: conv2d_gradients(g, x, k[::-1, ::-1])[0]),
                "The kernel and bias are right; in the image's gradient the weights are turned "
                "round: weight [a, b] of an output at [i, j] belongs to pixel [i + a, j + b].",
                CLOSE,
            ),
            slip(
                "kernel flipped",
                _but("grad_kernel", lambda *given: conv2d_gradients(*given)[1][::-1, ::-1]),
                "The kernel's gradient is turned by 180 degrees: weight [a, b] meets pixel "
                "[i + a, j + b].",
                CLOSE,
            ),
            slip(
                "bias averaged",
                _but("grad_bias", lambda grad, image, kernel: grad.mean(axis=(0, 1))),
                "The bias takes part in every output: its gradient is the sum, not the mean.",
                CLOSE,
            ),
            slip(
                "last output alone",
                _but("grad_image", _last_alone),
                "A pixel is read by several windows. What each of them sends back is added up: "
                "with `=` for `+=` the last one alone is kept.",
                CLOSE,
            ),
            slip(
                "last weight alone",
                _but("grad_image", _last_tap),
                "A pixel meets several weights. What comes back through each of them is added up: "
                "with `=` for `+=` the last one alone is kept.",
                CLOSE,
            ),
            slip(
                "last window alone",
                _but("grad_kernel", _last_window),
                "The kernel's gradient is that of the last window alone. A weight works at every "
                "place: what comes back from each is added up (`+=`).",
                CLOSE,
            ),
            slip(
                "= for +=",
                lambda grad, image, kernel: (
                    _last_alone(grad, image, kernel),
                    _last_window(grad, image, kernel),
                    grad[-1, -1],
                ),
                "All three hold what the last output left: with `=` each place overwrites what "
                "those before it sent back. Add up with `+=`.",
                CLOSE,
            ),
            slip(
                "one bias for all filters",
                _but("grad_bias", lambda g, x, k: np.full(g.shape[-1], g.sum())),
                "Each filter has its own bias: sum over the places, not over the filters.",
                CLOSE,
            ),
        ),
        stub="def conv2d_backward(grad, image, kernel):\n"
        '    """Gradients of image, kernel and bias."""\n    ### SOLUTION\n',
        solution="""\
rows, columns, _ = grad.shape
grad_image, grad_kernel = np.zeros(image.shape), np.zeros(kernel.shape)
for a in range(kernel.shape[0]):
    for b in range(kernel.shape[1]):
        seen = image[a : a + rows, b : b + columns]  # what weight [a, b] meets
        grad_kernel[a, b] = np.einsum("ijc,ijf->cf", seen, grad)
        grad_image[a : a + rows, b : b + columns] += grad @ kernel[a, b].T
return grad_image, grad_kernel, grad.sum(axis=(0, 1))""",
    ),
    FunctionQuestion(
        id="max-pool2d-backward",
        topic="backward pass",
        teaches="The gradient of a window goes to the value that won.",
        draw=_example_pool_backward,
        prompt="Write `max_pool2d_backward(grad, maps, size)` for windows side by side "
        "(stride = size, no padding): `grad` (rows, columns, channels) is the gradient with "
        "respect "
        "to the output; return the gradient with respect to `maps`. No window has two equal "
        "maxima." + own("max-pool2d-backward"),
        form="function",
        answer=pool2d_gradient,
        cases=_pool_backward_cases,
        may_call=_POOLING,
        misconceptions=(
            slip(
                "shared evenly",
                _pool_shared,
                "Your function shares the gradient between all values of a window, as average "
                "pooling does. Only the largest value made the output.",
                FAR,
            ),
            slip(
                "given to all",
                lambda grad, maps, size: _pool_shared(grad, maps, size, divide=False),
                "Every value of a window gets the whole gradient. Only the largest reached the "
                "output.",
                FAR,
            ),
            slip(
                "ones at the winners",
                lambda grad, maps, size: pool2d_gradient(np.ones_like(grad), maps, size),
                "The largest value of each window gets a 1. It gets the gradient of its output.",
                CLOSE,
            ),
            slip(
                "given to the smallest",
                lambda grad, maps, size: pool2d_gradient(grad, -maps, size),
                "The gradient goes to the smallest value of each window; the largest made the "
                "output.",
                FAR,
            ),
            slip(
                "ones everywhere",
                lambda grad, maps, size: np.ones_like(maps),
                "Your function returns ones. The gradient of an output goes to one value of its "
                "window; the others get 0.",
            ),
            slip(
                "times the value",
                lambda grad, maps, size: pool2d_gradient(grad, maps, size) * maps,
                "The slope of the maximum is 1: the value itself is no factor.",
                CLOSE,
            ),
            slip(
                "transposed axes",
                lambda grad, maps, size: np.swapaxes(pool2d_gradient(grad, maps, size), 0, 1),
                "Rows and columns of the result are exchanged.",
                CLOSE,
            ),
        ),
        stub="def max_pool2d_backward(grad, maps, size):\n"
        '    """Gradient of max pooling with windows side by side."""\n    ### SOLUTION\n',
        solution="""\
grad_maps = np.zeros(maps.shape)
for i in range(grad.shape[0]):
    for j in range(grad.shape[1]):
        window = maps[i * size : (i + 1) * size, j * size : (j + 1) * size]
        won = window == window.max(axis=(0, 1))
        grad_maps[i * size : (i + 1) * size, j * size : (j + 1) * size] = won * grad[i, j]
return grad_maps""",
    ),
]
