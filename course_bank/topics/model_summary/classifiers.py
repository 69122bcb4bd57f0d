"""Questions on reading a model summary: shapes and counts from row to row."""

from functools import cache

from course_bank.core.question import CLOSE, FAR, Question, ranges, slip
from course_bank.core.rendering import code
from course_lib import shapes

_TOPIC = "model summary"

NO_BIAS = "Every filter (or unit) has a bias as well."
DEEP_FILTERS = (
    "The filters of the second convolution read all maps of the first: k · k weights for each."
)
SAME_FOR_VALID = "Without padding each convolution takes k - 1 from the size."
ROUND_DOWN = "Pooling rounds down: a row that fills no window is dropped."


@cache  # a pool of variants asks for the same few sizes again and again
def conv(size, kernel):
    """Side behind a convolution without padding."""
    return shapes.output_size(size, kernel).value


@cache
def half(size):
    """Side behind pooling by 2."""
    return shapes.output_size(size, 2, 2).value


@cache
def conv_count(kernel, channels, filters):
    return shapes.conv_parameters((kernel, kernel), channels, filters).value


@cache
def dense_count(inputs, units):
    return shapes.dense_parameters(inputs, units).value


# ---- the classifier of the MNIST lecture: conv pool conv pool flatten dropout dense


_CLASSIFIER = ranges(
    size=(20, 40), first=(8, 20), second=(21, 40), kernel=[3, 5], classes=[4, 5, 6, 8, 9]
)


def same(size, kernel):
    """Side behind a convolution with same padding: a wrong idea where nothing is padded."""
    return size


def classifier(n, halve=half, convolve=conv):
    """Rows (name, output shape, parameters) of the classifier."""
    a = convolve(n.size, n.kernel)
    b = halve(a)
    c = convolve(b, n.kernel)
    d = halve(c)
    flat = d * d * n.second
    return [
        ("Conv2D", (a, a, n.first), conv_count(n.kernel, 1, n.first)),
        ("MaxPooling2D", (b, b, n.first), 0),
        ("Conv2D", (c, c, n.second), conv_count(n.kernel, n.first, n.second)),
        ("MaxPooling2D", (d, d, n.second), 0),
        ("Flatten", (flat,), 0),
        ("Dropout", (flat,), 0),
        ("Dense", (n.classes,), dense_count(flat, n.classes)),
    ]


def _total(n, halve=half, convolve=conv):
    return sum(count for _, _, count in classifier(n, halve, convolve))


def _flat(n, halve=half, convolve=conv):
    """What Flatten returns."""
    return classifier(n, halve, convolve)[4][1][0]


def up(size):
    return -(-size // 2)


def _classifier_program(n):
    return code(
        "model = keras.Sequential([\n"
        f"    keras.Input(shape=({n.size}, {n.size}, 1)),\n"
        f'    layers.Conv2D({n.first}, kernel_size={n.kernel}, activation="relu"),\n'
        "    layers.MaxPooling2D(pool_size=2),\n"
        f'    layers.Conv2D({n.second}, kernel_size={n.kernel}, activation="relu"),\n'
        "    layers.MaxPooling2D(pool_size=2),\n"
        "    layers.Flatten(),\n"
        "    layers.Dropout(0.5),\n"
        f'    layers.Dense({n.classes}, activation="softmax"),\n'
        "])"
    )


def _row_steps(n):
    return [f"{name}: output {shape}, {count} parameters" for name, shape, count in classifier(n)]


QUESTIONS = [
    Question(
        id="summary-total",
        topic=_TOPIC,
        teaches="The total of a classifier: two convolutions and the dense layer behind Flatten.",
        draw=_CLASSIFIER,
        prompt=lambda n: f"How many parameters does the model have?{_classifier_program(n)}",
        answer=_total,
        steps=lambda n: [*_row_steps(n), f"together {_total(n)}"],
        misconceptions=(
            slip("rounded up", lambda n: _total(n, up), ROUND_DOWN, CLOSE),
            slip(
                "forgot the biases",
                lambda n: _total(n) - n.first - n.second - n.classes,
                NO_BIAS,
                CLOSE,
            ),
            slip(
                "forgot the biases of the dense layer",
                lambda n: _total(n) - n.classes,
                "The units of the dense layer have biases too.",
                CLOSE,
            ),
            slip(
                "forgot the biases of the convolutions",
                lambda n: _total(n) - n.first - n.second,
                "The filters of the convolutions have biases too.",
                CLOSE,
            ),
            slip(
                "same taken for valid",
                lambda n: _total(n, convolve=same),
                SAME_FOR_VALID,
                FAR,
            ),
            slip(
                "second filter flat",
                lambda n: _total(n) - classifier(n)[2][2] + (n.kernel**2 + 1) * n.second,
                DEEP_FILTERS,
                FAR,
            ),
            slip(
                "dense layer left out",
                lambda n: _total(n) - classifier(n)[6][2],
                "The dense layer has parameters too: a weight for each input of each unit.",
                FAR,
            ),
            slip(
                "dropout halves the dense layer",
                lambda n: _total(n) - classifier(n)[6][2] + dense_count(_flat(n) // 2, n.classes),
                "Dropout silences units for a moment; the weights stay. It changes no count.",
                CLOSE,
            ),
        ),
        solved_by="keras.Sequential",
        solution="keras.Sequential([\n    keras.Input(shape=(n.size, n.size, 1)),\n"
        "    keras.layers.Conv2D(n.first, n.kernel),\n    keras.layers.MaxPooling2D(2),\n"
        "    keras.layers.Conv2D(n.second, n.kernel),\n    keras.layers.MaxPooling2D(2),\n"
        "    keras.layers.Flatten(),\n    keras.layers.Dense(n.classes),\n]).count_params()",
    ),
    Question(
        id="summary-flatten",
        topic=_TOPIC,
        teaches="Flatten lays out height · width · channels values in one row.",
        draw=_CLASSIFIER,
        prompt=lambda n: (
            f"How many values does `Flatten` return in this model?{_classifier_program(n)}"
        ),
        answer=_flat,
        steps=lambda n: _row_steps(n)[:5],
        misconceptions=(
            slip("rounded up", lambda n: _flat(n, up), ROUND_DOWN, CLOSE),
            slip(
                "same taken for valid",
                lambda n: _flat(n, convolve=same),
                SAME_FOR_VALID,
                FAR,
            ),
            slip(
                "halved by dropout",
                lambda n: _flat(n) // 2,
                "Dropout comes behind Flatten, and it changes no shape: it sets values to 0.",
                CLOSE,
            ),
            slip(
                "forgot the channels",
                lambda n: classifier(n)[3][1][0] ** 2,
                "Flatten lays out all channels.",
                FAR,
            ),
            slip(
                "channels of the first layer",
                lambda n: classifier(n)[3][1][0] ** 2 * n.first,
                "The maps in front of Flatten come from the second convolution.",
                FAR,
            ),
            slip(
                "second pooling left out",
                lambda n: classifier(n)[2][1][0] ** 2 * n.second,
                "The second pooling layer halves the maps once more.",
                CLOSE,
            ),
        ),
        solved_by="keras.Sequential",
        solution="keras.Sequential([\n    keras.Input(shape=(n.size, n.size, 1)),\n"
        "    keras.layers.Conv2D(n.first, n.kernel),\n    keras.layers.MaxPooling2D(2),\n"
        "    keras.layers.Conv2D(n.second, n.kernel),\n    keras.layers.MaxPooling2D(2),\n"
        "    keras.layers.Flatten(),\n]).output_shape[1]",
    ),
    Question(
        id="summary-second-pool-shape",
        topic=_TOPIC,
        teaches="The output shape of a row follows from the row above it.",
        draw=_CLASSIFIER,
        prompt=lambda n: (
            "Which output shape does the summary list for the *second* pooling layer "
            f"(without the batch axis)?{_classifier_program(n)}"
        ),
        form="shape",
        expects="a tuple (height, width, channels)",
        answer=lambda n: classifier(n)[3][1],
        steps=lambda n: _row_steps(n)[:4],
        misconceptions=(
            slip("rounded up", lambda n: classifier(n, up)[3][1], ROUND_DOWN, CLOSE),
            slip(
                "same taken for valid",
                lambda n: classifier(n, convolve=same)[3][1],
                SAME_FOR_VALID,
                FAR,
            ),
            slip(
                "channels of the first layer",
                lambda n: (*classifier(n)[3][1][:2], n.first),
                "Pooling keeps the channels of the convolution in front of it, the second one.",
                CLOSE,
            ),
            slip(
                "first pooling layer",
                lambda n: classifier(n)[1][1],
                "That is the first pooling layer.",
                FAR,
            ),
            slip(
                "convolution in front of it",
                lambda n: classifier(n)[2][1],
                "That is the convolution's output; pooling halves it.",
                FAR,
            ),
        ),
        solved_by="keras.Sequential",
        solution="keras.Sequential([\n    keras.Input(shape=(n.size, n.size, 1)),\n"
        "    keras.layers.Conv2D(n.first, n.kernel),\n    keras.layers.MaxPooling2D(2),\n"
        "    keras.layers.Conv2D(n.second, n.kernel),\n    keras.layers.MaxPooling2D(2),\n"
        "]).output_shape[1:]",
    ),
    Question(
        id="summary-weight-shape",
        topic="parameters",
        teaches="`get_weights()` lists kernel, bias, kernel, bias: the third is the second kernel.",
        draw=_CLASSIFIER,
        prompt=lambda n: (
            "`layer.get_weights()` returns the arrays of one layer; `model.get_weights()` those of "
            "all layers, one after the other in a single list. What is the shape of "
            f"`model.get_weights()[2]`?{_classifier_program(n)}"
        ),
        form="kernel",
        expects="a tuple of numbers",
        answer=lambda n: (n.kernel, n.kernel, n.first, n.second),
        steps=lambda n: [
            "get_weights(): kernel and bias of each layer that has some, in order",
            "index 2 is the kernel of the second convolution: (height, width, in, out)",
        ],
        misconceptions=(
            slip(
                "third layer's bias",
                lambda n: (n.second,),
                "That is index 3: each layer gives its kernel, then its bias.",
                CLOSE,
            ),
            slip(
                "dense kernel",
                lambda n: (_flat(n), n.classes),
                "That is index 4. Biases are entries of the list too.",
                FAR,
            ),
            slip(
                "in and out swapped",
                lambda n: (n.kernel, n.kernel, n.second, n.first),
                "Keras' order is height, width, input channels, filters.",
                CLOSE,
            ),
            slip(
                "first convolution",
                lambda n: (n.kernel, n.kernel, 1, n.first),
                "That is index 0, the first convolution's kernel.",
                FAR,
            ),
            slip(
                "first convolution's bias",
                lambda n: (n.first,),
                "That is index 1, the first convolution's bias: indices are counted from 0.",
                FAR,
            ),
        ),
        solved_by="formula",
        solution="(n.kernel, n.kernel, n.first, n.second)",
    ),
]
