"""Questions on reading the shapes and counts of small models."""

from course_bank.core.question import CLOSE, FAR, Question, ranges, slip
from course_bank.core.rendering import columns
from course_bank.topics.model_summary.classifiers import (
    NO_BIAS,
    ROUND_DOWN,
    conv,
    conv_count,
    dense_count,
    half,
    up,
)
from course_lib import shapes

_TOPIC = "model summary"


def _minimal(n):
    return conv_count(n.kernel, 3, n.filters), half(conv(n.size, n.kernel))


def _six(n, halve=half, convolve=conv):
    """Side behind conv conv pool conv pool conv."""
    size = halve(convolve(convolve(n.size, n.kernel), n.kernel))
    return convolve(halve(convolve(size, n.kernel)), n.kernel)


def _draw_summary(rng):
    height, width, filters = rng.integer(20, 60), rng.integer(20, 60), rng.integer(4, 48)
    kernel, channels = (rng.integer(2, 9), rng.integer(2, 9)), rng.choice((1, 3))
    return {
        "height": height,
        "width": width,
        "channels": channels,
        "rows": conv(height, kernel[0]),
        "columns": conv(width, kernel[1]),
        "filters": filters,
        "count": shapes.conv_parameters(kernel, channels, filters).value,
    }


def _exchanged(n):
    """Side and count of a convolution that was written with filters and kernel size exchanged."""
    return conv(n.size, n.filters), conv_count(n.filters, 1, n.kernel)


def _lost(n):
    """Rows and columns that the convolution takes off."""
    return n.height - n.rows, n.width - n.columns


QUESTIONS = [
    Question(
        id="summary-kernel-size",
        topic=_TOPIC,
        teaches="The kernel size stands in no row of a summary, yet both columns tell it.",
        draw=_draw_summary,
        prompt=lambda n: (
            f"An image of {n.height} × {n.width} × {n.channels} (height, width, channels) is read "
            "by a model whose first row is"
            + columns(
                ["Layer (type)", "Output Shape", "Param #"],
                [["conv2d (Conv2D)", f"(None, {n.rows}, {n.columns}, {n.filters})", n.count]],
            )
            + "Stride 1, no padding. What is the `kernel_size`?"
        ),
        form="shape",
        expects="a pair (height, width)",
        answer=lambda n: (_lost(n)[0] + 1, _lost(n)[1] + 1),
        steps=lambda n: [
            f"height: {n.height} - k + 1 = {n.rows}, so k = {_lost(n)[0] + 1}",
            f"width: {n.width} - k + 1 = {n.columns}, so k = {_lost(n)[1] + 1}",
            f"check: ({_lost(n)[0] + 1}*{_lost(n)[1] + 1}*{n.channels} + 1) * {n.filters} = "
            f"{n.count}",
        ],
        misconceptions=(
            slip(
                "forgot the one",
                _lost,
                "The output is n - k + 1 pixels high.",
                FAR,
            ),
            slip(
                "height and width swapped",
                lambda n: (_lost(n)[1] + 1, _lost(n)[0] + 1),
                "The first axis of the output is the height, and so is the kernel's.",
                CLOSE,
            ),
            slip(
                "half of the difference",
                lambda n: (_lost(n)[0] // 2, _lost(n)[1] // 2),
                "That is how many pixels are lost on each side.",
                FAR,
            ),
        ),
        solution="(n.height - n.rows + 1, n.width - n.columns + 1)",
    ),
    Question(
        id="summary-minimal-cnn",
        topic=_TOPIC,
        teaches="The smallest CNN: convolution, pooling, output layer.",
        draw=ranges(size=(14, 40), filters=(4, 20), kernel=[3, 5], classes=(3, 9)),
        prompt="A minimal CNN for colour images of {size} × {size}: `Conv2D({filters}, {kernel})`, "
        "`MaxPooling2D(2)`, `Flatten()`, `Dense({classes})`. How many parameters does it have?",
        answer=lambda n: _minimal(n)[0] + dense_count(_minimal(n)[1] ** 2 * n.filters, n.classes),
        steps=lambda n: [
            f"convolution: ({n.kernel}*{n.kernel}*3 + 1) * {n.filters} = {_minimal(n)[0]}",
            f"pooled maps: {_minimal(n)[1]} × {_minimal(n)[1]} × {n.filters}",
            f"dense: ({_minimal(n)[1] ** 2 * n.filters} + 1) * {n.classes} = "
            f"{dense_count(_minimal(n)[1] ** 2 * n.filters, n.classes)}",
            f"together {_minimal(n)[0] + dense_count(_minimal(n)[1] ** 2 * n.filters, n.classes)}",
        ],
        misconceptions=(
            slip(
                "grey image",
                lambda n: (
                    conv_count(n.kernel, 1, n.filters)
                    + dense_count(_minimal(n)[1] ** 2 * n.filters, n.classes)
                ),
                "Colour images have three channels, and the filters a slice for each.",
                CLOSE,
            ),
            slip(
                "flattened one map",
                lambda n: _minimal(n)[0] + dense_count(_minimal(n)[1] ** 2, n.classes),
                "Flatten lays out the maps of all filters.",
                FAR,
            ),
            slip(
                "not pooled",
                lambda n: (
                    _minimal(n)[0] + dense_count(conv(n.size, n.kernel) ** 2 * n.filters, n.classes)
                ),
                "Pooling halves height and width in front of Flatten.",
                FAR,
            ),
            slip(
                "forgot the biases",
                lambda n: _minimal(n)[0] + _minimal(n)[1] ** 2 * n.filters * n.classes - n.filters,
                NO_BIAS,
                CLOSE,
            ),
        ),
        solution="keras.Sequential([\n    keras.Input(shape=(n.size, n.size, 3)),\n"
        "    keras.layers.Conv2D(n.filters, n.kernel),\n    keras.layers.MaxPooling2D(2),\n"
        "    keras.layers.Flatten(),\n    keras.layers.Dense(n.classes),\n]).count_params()",
    ),
    Question(
        id="summary-six-hidden",
        topic=_TOPIC,
        teaches="Six hidden layers: the size is followed through all of them.",
        draw=ranges(size=(120, 280), kernel=[7, 9, 11], filters=[8, 16, 32]),
        prompt="Six hidden layers read an image of {size} × {size}: conv, conv, pool, conv, pool, "
        "conv. Every convolution has {filters} filters of {kernel} × {kernel} (stride 1, no "
        "padding), every pooling layer windows of 2 × 2. How many pixels high are the last maps?",
        answer=_six,
        steps=lambda n: [
            f"conv, conv: {n.size} - 2*({n.kernel} - 1) = {conv(conv(n.size, n.kernel), n.kernel)}",
            f"pool: {half(conv(conv(n.size, n.kernel), n.kernel))}",
            f"conv: {conv(half(conv(conv(n.size, n.kernel), n.kernel)), n.kernel)}",
            f"pool, conv: {_six(n)}",
        ],
        misconceptions=(
            slip("rounded up", lambda n: _six(n, up), ROUND_DOWN, CLOSE),
            slip(
                "one convolution in front",
                lambda n: conv(half(conv(half(conv(n.size, n.kernel)), n.kernel)), n.kernel),
                "Two convolutions stand in front of the first pooling layer.",
                FAR,
            ),
            slip(
                "last convolution left out",
                lambda n: _six(n) + n.kernel - 1,
                "A convolution follows the second pooling layer.",
                CLOSE,
            ),
            slip(
                "forgot the one",
                lambda n: _six(n, convolve=lambda size, kernel: size - kernel),
                "A convolution without padding takes k - 1 from the size, not k.",
                FAR,
            ),
            slip(
                "three convolutions",
                lambda n: conv(half(half(conv(conv(n.size, n.kernel), n.kernel))), n.kernel),
                "There are four convolutions: one stands between the pooling layers.",
                FAR,
            ),
            slip(
                "pooling counted as minus one",
                lambda n: n.size - 4 * (n.kernel - 1) - 2,
                "A pooling layer halves the size: its stride is its window size.",
                FAR,
            ),
            slip(
                "same taken for valid",
                lambda n: n.size // 4,
                "Without padding each convolution takes k - 1 from the size.",
                FAR,
            ),
        ),
        solved_by="keras.Sequential",
        solution="keras.Sequential([\n    keras.Input(shape=(n.size, n.size, 1)),\n"
        "    *(keras.layers.Conv2D(n.filters, n.kernel) for _ in range(2)),\n"
        "    keras.layers.MaxPooling2D(2),\n    keras.layers.Conv2D(n.filters, n.kernel),\n"
        "    keras.layers.MaxPooling2D(2),\n    keras.layers.Conv2D(n.filters, n.kernel),\n"
        "]).output_shape[1]",
    ),
    Question(
        id="summary-which-line",
        topic=_TOPIC,
        teaches="`Conv2D(filters, kernel_size)`: first how many, then how large.",
        draw=ranges(filters=(8, 64), kernel=[3, 5, 7]),
        prompt="Which line makes a layer of {filters} filters, each of {kernel} × {kernel}?",
        form="choice",
        choices=lambda n: {
            "right": f"`Conv2D({n.filters}, kernel_size={n.kernel})`",
            "swapped": f"`Conv2D({n.kernel}, kernel_size={n.filters})`",
            "name": f"`Conv2D({n.filters}, filter_size={n.kernel})`",
            "stride": f"`Conv2D({n.filters}, {n.kernel}, {n.kernel})`",
        },
        answer=lambda n: "right",
        steps=lambda n: ["the first argument counts the filters, kernel_size is their size"],
        misconceptions=(
            slip(
                "filters and size swapped",
                lambda n: "swapped",
                "The first argument is the number of filters.",
                FAR,
            ),
            slip(
                "no such argument",
                lambda n: "name",
                "Keras calls this argument `kernel_size`: with another name it stops with an "
                "error.",
                CLOSE,
            ),
            slip(
                "third argument",
                lambda n: "stride",
                "The third argument is the stride: this layer would skip places.",
                FAR,
            ),
        ),
    ),
    Question(
        id="summary-written-line",
        topic=_TOPIC,
        teaches="A line that was written wrong stands in the summary, by its shape and its count.",
        draw=ranges(size=(28, 64), filters=(8, 16), kernel=[3, 5, 7]),
        prompt=lambda n: (
            f"A convolution should have {n.filters} filters of {n.kernel} × {n.kernel}. The model "
            f"is built without complaint, for inputs of {n.size} × {n.size} × 1. In its summary "
            "the convolution has the output shape "
            f"(None, {_exchanged(n)[0]}, {_exchanged(n)[0]}, {n.kernel}) and "
            f"{_exchanged(n)[1]} parameters. What was written?"
        ),
        form="choice",
        choices=lambda n: {
            "swapped": f"`Conv2D({n.kernel}, {n.filters})`",
            "meant": f"`Conv2D({n.filters}, {n.kernel})`",
            "stride": f"`Conv2D({n.filters}, {n.kernel}, strides=2)`",
            "same": f'`Conv2D({n.filters}, {n.kernel}, padding="same")`',
        },
        answer=lambda n: "swapped",
        steps=lambda n: [
            f"last axis: {n.kernel} filters, not {n.filters}",
            f"{n.size} − {_exchanged(n)[0]} + 1 = {n.filters}: the size of the kernel",
            f"({n.filters}·{n.filters}·1 + 1)·{n.kernel} = {_exchanged(n)[1]}",
        ],
        misconceptions=(
            slip(
                "what was meant",
                lambda n: "meant",
                "That line is right, and its row would look different: put it into the formulas.",
            ),
            slip(
                "stride",
                lambda n: "stride",
                "A stride makes fewer places, but not fewer filters: look at the last axis.",
                FAR,
            ),
            slip(
                "same padding",
                lambda n: "same",
                "With same padding the map would be as large as the input.",
            ),
        ),
    ),
]
