"""Questions on LeNet-5, AlexNet, and networks whose trained part is kept."""

from course_bank.core.question import CLOSE, FAR, Question, ranges, slip
from course_bank.topics.stride_and_padding.sizes import NO_FLOOR, ONE_TOO_EARLY
from course_lib import shapes

_TOPIC = "architectures"


def _lenet(n):
    """Sides behind conv, pool, conv, pool of a LeNet for images of ``n.size``."""
    sides = [shapes.output_size(n.size, n.kernel).value]
    sides.append(shapes.output_size(sides[-1], 2, 2).value)
    sides.append(shapes.output_size(sides[-1], n.kernel).value)
    sides.append(shapes.output_size(sides[-1], 2, 2).value)
    return sides


_LENET = ranges(
    size=[28, 32, 36, 40, 44, 48, 52, 56, 60, 64],
    kernel=[5, 7],
    first=(5, 12),
    second=(13, 24),
    where=lambda n: n.size > 3 * n.kernel + 6,
)


def _second_count(n):
    return shapes.conv_parameters((n.kernel, n.kernel), n.first, n.second)


_LENET_TEXT = (
    "A network in the manner of LeNet-5 reads grey images of {size} × {size}: "
    "`Conv2D({first}, {kernel})`, `AveragePooling2D(2)`, `Conv2D({second}, {kernel})`, all without "
    "padding. "
)

_HEAD = ranges(
    features=[256, 512, 1280, 2048], base=(1_000_000, 9_000_000), hidden=(32, 256), classes=(3, 40)
)


def _head(n):
    """Parameters of the new layers: hidden, then classes."""
    return (
        shapes.dense_parameters(n.features, n.hidden).value,
        shapes.dense_parameters(n.hidden, n.classes).value,
    )


QUESTIONS = [
    Question(
        id="lenet-second-shape",
        topic=_TOPIC,
        teaches="Walking through LeNet: convolution, pooling, convolution.",
        draw=_LENET,
        prompt=_LENET_TEXT + "What is the shape of the output of the second convolution?",
        form="shape",
        expects="a tuple (height, width, channels)",
        answer=lambda n: (_lenet(n)[2], _lenet(n)[2], n.second),
        steps=lambda n: [
            f"first convolution: {n.size} - {n.kernel} + 1 = {_lenet(n)[0]}",
            f"pooling: {_lenet(n)[0]} / 2 = {_lenet(n)[1]}",
            f"second convolution: {_lenet(n)[1]} - {n.kernel} + 1 = {_lenet(n)[2]}",
        ],
        misconceptions=(
            slip(
                "one too small",
                lambda n: (_lenet(n)[2] - 1, _lenet(n)[2] - 1, n.second),
                "There are n - k steps between the first and the last place, and one place more.",
                CLOSE,
            ),
            slip(
                "pooling left out",
                lambda n: (n.size - 2 * n.kernel + 2, n.size - 2 * n.kernel + 2, n.second),
                "The pooling layer between the convolutions halves the maps.",
                FAR,
            ),
            slip(
                "maps multiplied",
                lambda n: (_lenet(n)[2], _lenet(n)[2], n.first * n.second),
                "Each filter of the second convolution reads all maps and returns one.",
                FAR,
            ),
            slip(
                "same taken for valid",
                lambda n: (n.size // 2, n.size // 2, n.second),
                "Without padding each convolution takes k - 1 from the size.",
                FAR,
            ),
        ),
        solution="(\n    *shapes.output_shape(\n        ((n.size - n.kernel + 1) // 2,) * 2, "
        "n.kernel\n    ).value,\n    n.second,\n)",
    ),
    Question(
        id="lenet-second-params",
        topic=_TOPIC,
        teaches="The second convolution of LeNet: (5·5·6 + 1)·16 in the original.",
        draw=_LENET,
        prompt=_LENET_TEXT + "How many parameters does the second convolution have?",
        answer=_second_count,
        misconceptions=(
            slip(
                "forgot the depth",
                lambda n: (n.kernel**2 + 1) * n.second,
                "Its filters read all maps of the first convolution.",
                FAR,
            ),
            slip(
                "forgot the bias",
                lambda n: n.kernel**2 * n.first * n.second,
                "Every filter has a bias as well.",
                CLOSE,
            ),
            slip(
                "first convolution",
                lambda n: (n.kernel**2 + 1) * n.first,
                "That is the first convolution.",
                FAR,
            ),
        ),
        solution="shapes.conv_parameters((n.kernel,) * 2, n.first, n.second).value",
    ),
    Question(
        id="lenet-flatten",
        topic=_TOPIC,
        teaches="What LeNet hands to its dense layers.",
        draw=_LENET,
        prompt=_LENET_TEXT
        + "Another `AveragePooling2D(2)` and `Flatten()` follow. How many values "
        "does Flatten return?",
        answer=lambda n: _lenet(n)[3] ** 2 * n.second,
        steps=lambda n: [
            "sides: " + ", ".join(map(str, _lenet(n))),
            f"{_lenet(n)[3]}*{_lenet(n)[3]}*{n.second} = {_lenet(n)[3] ** 2 * n.second}",
        ],
        misconceptions=(
            slip(
                "last pooling left out",
                lambda n: _lenet(n)[2] ** 2 * n.second,
                "The second pooling layer halves the maps once more.",
                CLOSE,
            ),
            slip(
                "one map",
                lambda n: _lenet(n)[3] ** 2,
                "Flatten lays out all maps.",
                FAR,
            ),
            slip(
                "maps of the first convolution",
                lambda n: _lenet(n)[3] ** 2 * n.first,
                "The maps at the end come from the second convolution.",
                FAR,
            ),
        ),
        solution="keras.Sequential([\n    keras.Input(shape=(n.size, n.size, 1)),\n"
        "    keras.layers.Conv2D(n.first, n.kernel),\n    keras.layers.AveragePooling2D(2),\n"
        "    keras.layers.Conv2D(n.second, n.kernel),\n    keras.layers.AveragePooling2D(2),\n"
        "    keras.layers.Flatten(),\n]).output_shape[1]",
    ),
    Question(
        id="alexnet-first-layer",
        topic=_TOPIC,
        teaches="AlexNet's first layer shrinks a large image with a large stride.",
        draw=ranges(
            size=(160, 299),
            kernel=[9, 11, 13],
            stride=[3, 4, 5],
            filters=[48, 64, 96],
            where=lambda n: (n.size - n.kernel) % n.stride,
        ),
        prompt="The first layer of a network in the manner of AlexNet has {filters} filters of "
        "{kernel} × {kernel} × 3 with stride {stride} and reads colour images of {size} × {size}, "
        "without padding. What is the shape of its output?",
        form="shape",
        expects="a tuple (height, width, channels)",
        answer=lambda n: (
            *shapes.output_shape((n.size, n.size), n.kernel, n.stride).value,
            n.filters,
        ),
        steps=lambda n: [
            *shapes.output_size(n.size, n.kernel, n.stride).steps,
            f"channels: {n.filters} filters",
        ],
        misconceptions=(
            slip(
                "ceil for floor",
                lambda n: (
                    (n.size - n.kernel) // n.stride + 2,
                    (n.size - n.kernel) // n.stride + 2,
                    n.filters,
                ),
                "A last window that would stick out of the image is left out: round down.",
                CLOSE,
            ),
            slip(
                "forgot the floor",
                lambda n: (
                    (n.size - n.kernel) / n.stride + 1,
                    (n.size - n.kernel) / n.stride + 1,
                    n.filters,
                ),
                NO_FLOOR,
                CLOSE,
            ),
            slip(
                "one added before dividing",
                lambda n: (
                    (n.size - n.kernel + 1) / n.stride,
                    (n.size - n.kernel + 1) / n.stride,
                    n.filters,
                ),
                ONE_TOO_EARLY,
                FAR,
            ),
            slip(
                "stride ignored",
                lambda n: (n.size - n.kernel + 1, n.size - n.kernel + 1, n.filters),
                "The window moves by the stride.",
                FAR,
            ),
        ),
        solution="(*shapes.output_shape((n.size, n.size), n.kernel, n.stride).value, n.filters)",
    ),
    Question(
        id="transfer-trainable",
        topic=_TOPIC,
        teaches="With a frozen base only the new layers are trained.",
        draw=_HEAD,
        prompt="A trained feature extractor with {base} parameters returns {features} values. It "
        "is "
        "frozen (`base.trainable = False`), and `Dense({hidden})` and `Dense({classes})` are put "
        "on "
        "top. How many parameters are *trained*?",
        answer=lambda n: sum(_head(n)),
        steps=lambda n: [
            f"hidden layer: ({n.features} + 1) * {n.hidden} = {_head(n)[0]}",
            f"output layer: ({n.hidden} + 1) * {n.classes} = {_head(n)[1]}",
            f"together {sum(_head(n))}; the base is frozen",
        ],
        misconceptions=(
            slip(
                "base counted",
                lambda n: n.base + sum(_head(n)),
                "The base is frozen: its parameters are in the model, but not trained.",
                CLOSE,
            ),
            slip(
                "output layer only",
                lambda n: _head(n)[1],
                "The hidden layer is new as well, and trained.",
                FAR,
            ),
            slip(
                "output layer on the features",
                lambda n: _head(n)[0] + (n.features + 1) * n.classes,
                "The output layer reads the hidden layer, not the features.",
                FAR,
            ),
            slip(
                "forgot the biases",
                lambda n: sum(_head(n)) - n.hidden - n.classes,
                "Every unit has a bias as well.",
                CLOSE,
            ),
        ),
        solution="(\n    shapes.dense_parameters(n.features, n.hidden).value\n"
        "    + shapes.dense_parameters(n.hidden, n.classes).value\n)",
    ),
    Question(
        id="transfer-unfrozen",
        topic=_TOPIC,
        teaches="Fine-tuning trains the last block of the base as well.",
        draw=ranges(channels=[16, 32, 64], filters=[48, 96, 128], kernel=[3, 5], classes=(3, 20)),
        prompt="Of a frozen base only the last convolution is set trainable again: "
        "`Conv2D({filters}, {kernel})` on {channels} channels. Behind it stand "
        "`GlobalAveragePooling2D()` and a new `Dense({classes})`. How many parameters are trained?",
        answer=lambda n: (n.kernel**2 * n.channels + 1) * n.filters + (n.filters + 1) * n.classes,
        steps=lambda n: [
            f"convolution: ({n.kernel}*{n.kernel}*{n.channels} + 1) * {n.filters} = "
            f"{(n.kernel**2 * n.channels + 1) * n.filters}",
            f"pooling leaves {n.filters} values; dense: ({n.filters} + 1) * {n.classes} = "
            f"{(n.filters + 1) * n.classes}",
            f"together {(n.kernel**2 * n.channels + 1) * n.filters + (n.filters + 1) * n.classes}",
        ],
        misconceptions=(
            slip(
                "new layer only",
                lambda n: (n.filters + 1) * n.classes,
                "The convolution that was set trainable is trained as well.",
                CLOSE,
            ),
            slip(
                "forgot the biases",
                lambda n: n.kernel**2 * n.channels * n.filters + n.filters * n.classes,
                "Every filter and every unit has a bias as well.",
                CLOSE,
            ),
            slip(
                "dense layer on the channels",
                lambda n: (n.kernel**2 * n.channels + 1) * n.filters + (n.channels + 1) * n.classes,
                "Behind the convolution there are as many values as it has filters.",
                CLOSE,
            ),
        ),
        solution="(\n    shapes.conv_parameters((n.kernel,) * 2, n.channels, n.filters).value\n"
        "    + shapes.dense_parameters(n.filters, n.classes).value\n)",
    ),
]
