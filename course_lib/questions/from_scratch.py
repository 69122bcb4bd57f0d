"""Questions answered by functions: convolution, pooling and their backward passes from scratch.

Arrays are (height, width, channels); kernels (height, width, in, out), as in Keras.
"""

import numpy as np

from course_lib import ops, shapes
from course_lib.questions.functions import Case, FunctionQuestion, example
from course_lib.questions.question import slip

_CONV, _POOL, _BACK = "convolution", "pooling", "backward pass"
_PADDING, _FAST = "stride and padding", "fast convolution"

PARTS = ("grad_image", "grad_kernel", "grad_bias")


# ---------------------------------------------------------------------------- what must come out


def conv2d(image, kernel, bias, strides=1, padding="valid"):
    """The engine's convolution of one image, plus bias."""
    return ops.conv(image[None], kernel, strides, padding)[0] + bias


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


def _conv(rng, about, image, kernel, bias=False, extra=()):
    values = rng.normals(kernel[-1]) if bias else [0.0] * kernel[-1]
    return Case(about, (rng.normals(*image), rng.normals(*kernel), values, *extra))


def _conv_cases(rng):
    return [
        _conv(rng, "one channel and one filter", (6, 6, 1), (3, 3, 1, 1)),
        _conv(rng, "an image and a kernel that are not square", (5, 8, 1), (2, 3, 1, 1)),
        _conv(rng, "several channels", (6, 5, 3), (3, 2, 3, 1)),
        _conv(rng, "several filters", (5, 6, 2), (2, 2, 2, 4)),
        _conv(rng, "the bias", (5, 6, 2), (3, 3, 2, 3), bias=True),
    ]


def _strided_cases(rng):
    return [
        _conv(rng, "stride 1 without padding", (6, 7, 2), (3, 3, 2, 2), True, (1, "valid")),
        _conv(rng, "a stride", (8, 9, 1), (3, 2, 1, 2), True, (2, "valid")),
        _conv(rng, "same padding, odd kernel", (6, 7, 2), (3, 3, 2, 2), True, (1, "same")),
        _conv(rng, "same padding, even kernel", (6, 7, 1), (4, 2, 1, 2), True, (1, "same")),
        _conv(rng, "same padding with a stride", (6, 8, 2), (3, 5, 2, 2), True, (2, "same")),
        _conv(
            rng, "same padding with a stride of three", (7, 9, 1), (3, 3, 1, 2), True, (3, "same")
        ),
    ]


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


def _pool_backward_cases(rng):
    return [
        Case("one channel", (rng.normals(2, 3, 1), rng.normals(4, 6, 1), 2)),
        Case("several channels", (rng.normals(3, 2, 3), rng.normals(6, 4, 3), 2)),
        Case("windows of three", (rng.normals(2, 3, 2), rng.normals(6, 9, 2), 3)),
        Case("a row and a column in no window", (rng.normals(2, 2, 2), rng.normals(5, 5, 2), 2)),
    ]


# ---------------------------------------------------------------------------- the student's example


def _whole(rng, *shape):
    if len(shape) == 1:
        return [rng.integer(-4, 5) for _ in range(shape[0])]
    return [_whole(rng, *shape[1:]) for _ in range(shape[0])]


def _draw_conv(rng, **more):
    return {
        "image": _whole(rng, 4, 5, 2),
        "kernel": _whole(rng, 2, 3, 2, 2),
        "bias": _whole(rng, 2),
        **more,
    }


def _example_conv(rng):
    return example(conv2d, (), **_draw_conv(rng))


def _example_strided(rng):
    return example(conv2d, (), **_draw_conv(rng, strides=2, padding="same"))


def _example_pool(rng):
    return example(pool2d, (), maps=_whole(rng, 5, 6, 2), size=2, strides=2)


def _example_backward(rng):
    return example(
        conv2d_gradients,
        PARTS,
        grad=_whole(rng, 2, 3, 2),
        image=_whole(rng, 3, 4, 1),
        kernel=_whole(rng, 2, 2, 1, 2),
    )


def _example_pool_backward(rng):
    maps = np.array(rng.shuffled(range(1, 17))).reshape(4, 4, 1).tolist()
    return example(pool2d_gradient, (), grad=_whole(rng, 2, 2, 1), maps=maps, size=2)


# ---------------------------------------------------------------------------- what goes wrong


def _per_tap(image, kernel, bias, strides=1, padding="valid"):
    taps = kernel.shape[0] * kernel.shape[1] * kernel.shape[2]
    return conv2d(image, kernel, bias * taps, strides, padding)


def _same_by_half(image, kernel, bias, strides, padding):
    """Same padding with floor(k/2) zeros on each side, whatever the stride."""
    if padding == "valid":
        return conv2d(image, kernel, bias, strides)
    sides = tuple((k // 2, k // 2) for k in kernel.shape[:2])
    return conv2d(image, kernel, bias, strides, sides)


def _extra_in_front(image, kernel, bias, strides, padding):
    """Same padding with the extra zero in front instead of at the end."""
    if padding == "valid":
        return conv2d(image, kernel, bias, strides)
    sides = tuple(
        shapes.padding_split(n, k, strides).value[::-1]
        for n, k in zip(image.shape[:2], kernel.shape[:2], strict=True)
    )
    return conv2d(image, kernel, bias, strides, sides)


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


def _swap(array):
    return np.swapaxes(array, 0, 1)


_FLIPPED = slip(
    "kernel flipped",
    lambda image, kernel, bias, *rest: conv2d(image, kernel[::-1, ::-1], bias, *rest),
    "Your function turns the kernel by 180 degrees. A CNN layer lays it on the window as it is.",
    0.5,
)
_TAPS = slip(
    "bias per tap",
    _per_tap,
    "The bias is added with every product. Add it once, to the sum.",
    0.5,
)
_TRANSPOSED = slip(
    "transposed axes",
    lambda image, kernel, bias, *rest: _swap(conv2d(image, kernel, bias, *rest)),
    "Rows and columns of the output are exchanged: the first axis is the height.",
    0.5,
)
_OFF_BY_ONE = slip(
    "output off by one",
    lambda image, kernel, bias, *rest: conv2d(image, kernel, bias, *rest)[:-1, :-1],
    "The last row and column of the output are missing: there are n - k + 1 places, not n - k.",
    0.5,
)
_NO_BIAS = slip(
    "forgot the bias",
    lambda image, kernel, bias, *rest: conv2d(image, kernel, 0 * bias, *rest),
    "The bias is missing: each filter adds its own to all its outputs.",
    0.5,
)
_FIRST_CHANNEL = slip(
    "first channel only",
    lambda image, kernel, bias: conv2d(image[:, :, :1], kernel[:, :, :1], bias),
    "Only the first channel is read. A filter sums its products over all channels.",
    0.25,
)
_CONV_SLIPS = (_FLIPPED, _TAPS, _TRANSPOSED, _OFF_BY_ONE, _NO_BIAS, _FIRST_CHANNEL)

_SHAPES = "`image` is (height, width, channels), `kernel` (height, width, in, out), `bias` (out,). "
_OWN = (
    "\n\n`n = sheet.numbers(...)` holds an example of your own: the arguments, and in `n.outputs` "
    "what must come out. Grading uses other inputs."
)

QUESTIONS = [
    FunctionQuestion(
        id="conv2d-loops",
        topic=_CONV,
        teaches="A convolution is seven nested loops around one multiplication.",
        draw=_example_conv,
        prompt="Write `conv2d_loops(image, kernel, bias)` with plain Python loops: a convolution "
        "with stride 1 and without padding. " + _SHAPES + "It returns (rows, columns, out)." + _OWN,
        form="function",
        answer=conv2d,
        cases=_conv_cases,
        misconceptions=_CONV_SLIPS,
        stub='def conv2d_loops(image, kernel, bias):\n    """Convolution of one image, stride 1, '
        'no padding, by loops."""\n    ### SOLUTION\n',
        solution="""\
height, width, channels = image.shape
k_height, k_width, _, filters = kernel.shape
outputs = np.zeros((height - k_height + 1, width - k_width + 1, filters))
for row in range(outputs.shape[0]):
    for column in range(outputs.shape[1]):
        for f in range(filters):
            total = 0.0
            for a in range(k_height):
                for b in range(k_width):
                    for c in range(channels):
                        total += image[row + a, column + b, c] * kernel[a, b, c, f]
            outputs[row, column, f] = total + bias[f]
return outputs""",
    ),
    FunctionQuestion(
        id="conv2d-windows",
        topic=_FAST,
        teaches="All windows at once, and one product with the kernel.",
        draw=_example_conv,
        prompt="Write `conv2d_windows(image, kernel, bias)`, which computes the same without a "
        "loop over places, pixels or filters: with "
        "`np.lib.stride_tricks.sliding_window_view` and one sum of products (`np.einsum`, "
        "`np.tensordot` or a matrix product). " + _SHAPES + _OWN,
        form="function",
        answer=conv2d,
        cases=_conv_cases,
        misconceptions=_CONV_SLIPS,
        stub='def conv2d_windows(image, kernel, bias):\n    """The same convolution, all windows '
        'at once."""\n    ### SOLUTION\n',
        solution="""\
# (rows, columns, channels, a, b): a view, nothing is copied
windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape[:2], axis=(0, 1))
return np.einsum("ijcab,abcf->ijf", windows, kernel, optimize=True) + bias""",
    ),
    FunctionQuestion(
        id="conv2d-strided",
        topic=_PADDING,
        teaches="Stride and same padding, by the rule that Keras uses.",
        draw=_example_strided,
        prompt="Write `conv2d_strided(image, kernel, bias, strides, padding)`: `strides` is one "
        'number for both axes, `padding` is "valid" or "same". Same padding follows Keras: '
        "ceil(n/s) outputs, and of an odd total of zeros the extra one goes to the end (bottom and "
        "right). " + _SHAPES + _OWN,
        form="function",
        answer=conv2d,
        cases=_strided_cases,
        misconceptions=(
            slip(
                "wrong padding side",
                _extra_in_front,
                "The extra zero of an odd total stands in front in your function. Keras puts it at "
                "the end: bottom and right.",
                0.5,
            ),
            slip(
                "half the kernel on each side",
                _same_by_half,
                "floor(k/2) zeros on each side is right for odd kernels at stride 1 only. Start "
                "from the total that ceil(n/s) windows need.",
                0.5,
            ),
            slip(
                "padding ignored",
                lambda image, kernel, bias, strides, padding: conv2d(image, kernel, bias, strides),
                'Your function does nothing for `padding="same"`.',
                0.25,
            ),
            slip(
                "stride ignored",
                lambda image, kernel, bias, strides, padding: conv2d(
                    image, kernel, bias, 1, padding
                ),
                "Your window moves by one pixel whatever `strides` says.",
                0.25,
            ),
            _FLIPPED,
            _TAPS,
            _TRANSPOSED,
            _OFF_BY_ONE,
            _NO_BIAS,
        ),
        stub="def conv2d_strided(image, kernel, bias, strides, padding):\n"
        '    """Convolution of one image with stride and padding."""\n    ### SOLUTION\n',
        solution="""\
if padding == "same":
    sides = []
    for n, k in zip(image.shape[:2], kernel.shape[:2]):
        total = max((-(-n // strides) - 1) * strides + k - n, 0)
        sides.append((total // 2, total - total // 2))
    image = np.pad(image, [*sides, (0, 0)])
return conv2d_windows(image, kernel, bias)[::strides, ::strides]""",
    ),
    FunctionQuestion(
        id="max-pool2d",
        topic=_POOL,
        teaches="Max pooling: the largest value of each window, channel by channel.",
        draw=_example_pool,
        prompt="Write `max_pool2d(maps, size, strides)`: max pooling without padding of `maps` "
        "(height, width, channels) with windows of `size` × `size`, `strides` apart." + _OWN,
        form="function",
        answer=pool2d,
        cases=_pool_cases,
        misconceptions=(
            slip(
                "average pooling",
                lambda maps, size, strides: pool2d(maps, size, strides, ops.average_pool),
                "Your function returns the mean of each window; the largest value is asked for.",
                0.25,
            ),
            slip(
                "starts from zero",
                lambda maps, size, strides: np.maximum(pool2d(maps, size, strides), 0),
                "Where all values of a window are negative, your function returns 0: a maximum "
                "must not start from 0.",
                0.75,
            ),
            slip(
                "stride ignored",
                lambda maps, size, strides: pool2d(maps, size, size),
                "Your windows lie side by side whatever `strides` says.",
                0.5,
            ),
            slip(
                "incomplete windows kept",
                _partial_windows,
                "Without padding a window that sticks out of the map is left out.",
                0.5,
            ),
            slip(
                "channels pooled",
                lambda maps, size, strides: pool2d(maps, size, strides).max(-1, keepdims=True),
                "Your function takes the maximum over the channels as well. Each channel is pooled "
                "by itself.",
                0.25,
            ),
            slip(
                "transposed axes",
                lambda maps, size, strides: _swap(pool2d(maps, size, strides)),
                "Rows and columns of the output are exchanged: the first axis is the height.",
                0.5,
            ),
        ),
        stub='def max_pool2d(maps, size, strides):\n    """Max pooling of one example, no '
        'padding."""\n    ### SOLUTION\n',
        solution="""\
windows = np.lib.stride_tricks.sliding_window_view(maps, (size, size), axis=(0, 1))
return windows[::strides, ::strides].max(axis=(-2, -1))""",
    ),
    FunctionQuestion(
        id="conv2d-backward",
        topic=_BACK,
        teaches="The gradients of a convolution are convolutions themselves.",
        draw=_example_backward,
        prompt="Write `conv2d_backward(grad, image, kernel)`. `grad` (rows, columns, out) is the "
        "gradient of the loss with respect to the output of `conv2d_loops`; return the gradients "
        "with respect to image, kernel and bias, as a tuple `(grad_image, grad_kernel, grad_bias)`."
        + _OWN,
        form="function",
        answer=conv2d_gradients,
        cases=_backward_cases,
        parts=PARTS,
        misconceptions=(
            slip(
                "kernel not turned",
                lambda grad, image, kernel: (
                    conv2d_gradients(grad, image, kernel[::-1, ::-1])[0],
                    *conv2d_gradients(grad, image, kernel)[1:],
                ),
                "The kernel and bias are right; in the image's gradient the weights are turned "
                "round: weight [a, b] of an output at [i, j] belongs to pixel [i + a, j + b].",
                0.6,
            ),
            slip(
                "kernel flipped",
                lambda grad, image, kernel: (
                    conv2d_gradients(grad, image, kernel)[0],
                    conv2d_gradients(grad, image, kernel)[1][::-1, ::-1],
                    conv2d_gradients(grad, image, kernel)[2],
                ),
                "The kernel's gradient is turned by 180 degrees: weight [a, b] meets pixel "
                "[i + a, j + b].",
                0.6,
            ),
            slip(
                "bias averaged",
                lambda grad, image, kernel: (
                    *conv2d_gradients(grad, image, kernel)[:2],
                    grad.mean(axis=(0, 1)),
                ),
                "The bias takes part in every output: its gradient is the sum, not the mean.",
                0.6,
            ),
            slip(
                "one bias for all filters",
                lambda grad, image, kernel: (
                    *conv2d_gradients(grad, image, kernel)[:2],
                    np.full(grad.shape[-1], grad.sum()),
                ),
                "Each filter has its own bias: sum over the places, not over the filters.",
                0.6,
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
        topic=_BACK,
        teaches="The gradient of a window goes to the value that won.",
        draw=_example_pool_backward,
        prompt="Write `max_pool2d_backward(grad, maps, size)` for windows side by side "
        "(stride = size, no padding): `grad` (rows, columns, channels) is the gradient with respect "
        "to the output; return the gradient with respect to `maps`. No window has two equal "
        "maxima." + _OWN,
        form="function",
        answer=pool2d_gradient,
        cases=_pool_backward_cases,
        misconceptions=(
            slip(
                "shared evenly",
                _pool_shared,
                "Your function shares the gradient between all values of a window, as average "
                "pooling does. Only the largest value made the output.",
                0.25,
            ),
            slip(
                "given to all",
                lambda grad, maps, size: _pool_shared(grad, maps, size, divide=False),
                "Every value of a window gets the whole gradient. Only the largest reached the "
                "output.",
                0.25,
            ),
            slip(
                "times the value",
                lambda grad, maps, size: pool2d_gradient(grad, maps, size) * maps,
                "The slope of the maximum is 1: the value itself is no factor.",
                0.5,
            ),
            slip(
                "transposed axes",
                lambda grad, maps, size: _swap(pool2d_gradient(grad, maps, size)),
                "Rows and columns of the result are exchanged.",
                0.5,
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
