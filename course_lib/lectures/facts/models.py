"""Facts about whole models: their shapes and counts, how they are written, what they reach."""

import inspect

import numpy as np

from course_lib import ops
from course_lib.lectures import examples
from course_lib.lectures.facts import programs
from course_lib.lectures.facts.fact import Fact
from course_lib.shapes import conv_parameters, output_shape, receptive_field

SUMMARY = "reading a model summary"
MNIST = "MNIST in Keras"
NORMALISATION = "dropout and batch normalisation"
ARCHITECTURES = "architectures and transfer learning"
VISUALISATION = "playground and visualisation"


def _kernel_argument():
    from course_lib import layers

    names = list(inspect.signature(layers.Conv2D.__init__).parameters)
    return names[names.index("filters") + 1]


def _kinds(model):
    kinds = [type(layer).__name__ for layer in model.layers]
    names = {"convolutions": "Conv2D", "max poolings": "MaxPooling2D", "output layers": "Dense"}
    return {name: kinds.count(kind) for name, kind in names.items()}


def recorded_accuracies():
    """Test accuracies after the last epoch of every recorded run, the smallest first."""
    from course_lib import records

    record = records.load("mnist")
    last = [rows[-1]["test_accuracy"] for rows in record["epochs"].values()]
    return sorted([*last, *record["test_accuracy_by_seed"].values()])


def _near_the_record():
    """Do the recorded runs of this course end within 0.2 points of it?"""
    return all(abs(accuracy - 0.9927) < 0.002 for accuracy in recorded_accuracies())


def _valid(line):
    try:
        compile(line, "keras_cnn_mnist.py", "exec")
    except SyntaxError:
        return False
    return True


def _valid_lines():
    """Are its lines valid Python?"""
    return all(_valid(line) for line in programs.PRINTED_LINES)


def _frozen_base():
    """Does training leave a frozen base alone and change the new layers?"""
    from course_lib import Input, Sequential, layers

    base = Sequential([Input(shape=(8, 8, 1)), layers.Conv2D(2, 3), layers.Flatten()])
    base.trainable = False
    head = layers.Dense(2, activation="softmax")
    model = Sequential([Input(shape=(8, 8, 1)), base, head])
    model.compile(optimizer="sgd", loss="sparse_categorical_crossentropy")
    weights = [[w.copy() for w in part.get_weights()] for part in (base, head)]
    inputs = np.random.default_rng(0).normal(size=(4, 8, 8, 1)).astype("float32")
    model.fit(inputs, np.array([0, 1, 0, 1]), epochs=1, verbose=0)
    same = [
        all(np.array_equal(a, b) for a, b in zip(old, part.get_weights(), strict=True))
        for old, part in zip(weights, (base, head), strict=True)
    ]
    return same == [True, False]


def _per_channel():
    """Is the pooling of a stack the stack of the poolings?"""
    one = ops.max_pool(examples.batch(examples.rgb_7x9), 2)
    parts = [ops.max_pool(examples.batch(examples.rgb_7x9[:, :, c]), 2) for c in range(3)]
    return np.array_equal(one, np.concatenate(parts, axis=-1))


def _normalised():
    table = examples.batch(examples.pool_4x4)
    return ops.batch_normalization(table, epsilon=1e-12)[0, 0, :, 0].astype(float)


def _digits_model():
    """Does the lecture's model turn a digit into ten probabilities?"""
    model = programs.mnist_model()
    outputs = model.predict(np.zeros((1, 28, 28, 1), "float32"), verbose=0)
    return outputs.shape == (1, 10) and abs(float(outputs.sum()) - 1) < 1e-5


def _simple_architecture():
    """Do convolution, ReLU, pooling and a dense layer, in this order, make a classifier?"""
    from course_lib import Input, Sequential, layers

    stack = [layers.Conv2D(4, 3), layers.ReLU(), layers.MaxPooling2D()]
    model = Sequential([Input(shape=(8, 8, 1)), *stack, layers.Flatten(), layers.Dense(3)])
    return model.output_shape[-1] == 3


def _maps_of_a_digit():
    """Can a real sample image be followed into every feature map of the first layer?"""
    from course_lib.datasets import mnist

    (images, _), _ = mnist.load_sample()
    outputs = ops.conv(images[:1, :, :, None] / np.float32(255), np.ones((3, 3, 1, 32), "float32"))
    return outputs.shape[1:] == (26, 26, 32)


def _sees_more():
    """Does every further layer see a larger part of the image?"""
    fields = [int(receptive_field([3, (2, 2)] * depth)) for depth in (1, 2, 3)]
    return fields == sorted(set(fields))


FACTS = [
    Fact(
        "mod-01",
        "notes-model",
        SUMMARY,
        "A functional model: Input (10, 10, 1), Convolution2D(5, 3), sigmoid, Convolution2D(2, 3), "
        "sigmoid. How many parameters does it have?",
        compute=lambda: programs.functional_model().count_params(),
        truth="{value}: {calc}`conv_parameters((3, 3), 1, 5)` in the first convolution and "
        "{calc}`conv_parameters((3, 3), 5, 2)` in the second.",
    ),
    Fact(
        "mod-03",
        "amity",
        SUMMARY,
        "A typical CNN: 28 × 28 × 1, 8 filters, 26 × 26 × 8, pooling, 13 × 13 × 8, 16 filters, "
        "11 × 11 × 16, fully connected. How many numbers enter the fully connected layer?",
        compute=lambda: int(np.prod([*output_shape((13, 13), 3), 16])),
        truth="{value} = 11 · 11 · 16. A second 2 × 2 pooling would leave 5 · 5 · 16 = "
        "{calc}`5 * 5 * 16`.",
    ),
    Fact(
        "mod-07",
        "layers",
        SUMMARY,
        "A minimal CNN: one convolution, one max pooling, one output layer (for 5 classes). Layers "
        "of each kind:",
        compute=lambda: _kinds(programs.minimal_model()),
        printed={"convolutions": 1, "max poolings": 1, "output layers": 1},
    ),
    Fact(
        "mod-08",
        "layers",
        SUMMARY,
        "A CNN with six hidden layers, convolution, convolution, pooling, convolution, pooling, "
        "convolution, and then the output: four convolutions of stride 1 and two max poolings.",
        compute=lambda: _kinds(programs.six_hidden_layers()),
        printed={"convolutions": 4, "max poolings": 2, "output layers": 1},
    ),
    Fact(
        "mod-12",
        "notes-sizes",
        SUMMARY,
        "Conv2D extracts features; pooling shrinks each map, channel by channel.",
        compute=_per_channel,
        printed=True,
    ),
    Fact(
        "mod-15",
        "amity",
        SUMMARY,
        "A simple architecture: convolution (kernels), ReLU (activation), pooling (fewer "
        "dimensions), fully connected (classification): first the features are learned, then the "
        "classes.",
        compute=_simple_architecture,
        printed=True,
    ),
    Fact(
        "mod-02",
        "amity",
        MNIST,
        "The program writes `tf.keras.layers.Conv2D(32, filter_size=3, activation='relu')`.",
        compute=_kernel_argument,
        printed="filter_size",
        truth="The argument is called `{value}`; Keras rejects `filter_size`. Mended, and on "
        "28 × 28 × 1 images, the model has "
        "{calc}`lectures.facts.programs.amity_model().count_params()` parameters.",
        reason="the slides call the window a filter throughout, and its side f.",
    ),
    Fact(
        "mod-04",
        "layers",
        MNIST,
        "Conv2D 32, pooling, Conv2D 64, pooling, Flatten, Dropout 0.5, Dense 10: the output "
        "shapes.",
        compute=lambda: tuple(layer.output_shape[1:] for layer in programs.mnist_model().layers),
        printed=(
            (26, 26, 32),
            (13, 13, 32),
            (11, 11, 64),
            (5, 5, 64),
            (1600,),
            (1600,),
            (10,),
        ),
    ),
    Fact(
        "mod-05",
        "layers",
        MNIST,
        "Adam, sparse categorical cross-entropy, 15 epochs, batches of 128: the test accuracy is "
        "99.27 %.",
        compute=_near_the_record,
        printed=True,
        truth="A run varies with its seed. Those recorded here end between "
        '{calc}`f"{100 * lectures.facts.models.recorded_accuracies()[0]:.2f}"` and '
        '{calc}`f"{100 * lectures.facts.models.recorded_accuracies()[-1]:.2f}"` %.',
    ),
    Fact(
        "mod-06",
        "layers",
        MNIST,
        "The program keras_cnn_mnist.py is printed in four parts, to be run.",
        compute=_valid_lines,
        printed=True,
        truth="As printed it does not run: the list of layers opens "
        "with `][`, its end is lost, and the format string has a stray quote. Besides, "
        "`input_shape` is never defined, `X_train` and `x_train` are mixed, and the number of "
        "classes is a byte, which Keras refuses: `int(np.max(...)) + 1` mends it.",
        reason="slides are typed and set by hand, and nothing runs them.",
    ),
    Fact(
        "mod-14",
        "made-easy",
        MNIST,
        "Create a CNN model for handwritten digits.",
        compute=_digits_model,
        printed=True,
        truth="A heading, without a number to compare with.",
    ),
    Fact(
        "mod-13",
        "made-easy",
        NORMALISATION,
        "Batch normalisation is shown on the table [4 1 1 8; 1 1 0 2; 7 3 2 2; 3 8 4 1], without a "
        "result. What is its first row?",
        compute=_normalised,
        truth="{value}: the mean of the table is {calc}`lectures.examples.pool_4x4.mean()` "
        "and its standard deviation {calc}`lectures.examples.pool_4x4.std()`. A layer then "
        "scales by gamma and adds beta, both learned, and keeps two moving averages per channel.",
    ),
    Fact(
        "mod-09",
        "notes-sizes",
        ARCHITECTURES,
        "LeNet-5: 32 × 32, six 5 × 5 filters, 28 × 28 × 6, average pooling 2/2, 14 × 14 × 6, "
        "sixteen 5 × 5 filters (valid), (14 − 5 + 1)/1 = 9 × 9.",
        compute=lambda: output_shape((14, 14), 5),
        printed=(9, 9),
        truth="14 − 5 + 1 is 10: the map is {value}, with 16 channels. The parameters are "
        "{calc}`conv_parameters((5, 5), 1, 6)` and (5 · 5 · 6 + 1) · 16 = "
        "{calc}`conv_parameters((5, 5), 6, 16)`, as the notes' 151 × 16 says.",
        reason="14 − 5 = 9 is the step before; the 1 was written and not added.",
    ),
    Fact(
        "mod-10",
        "notes-sizes",
        ARCHITECTURES,
        "Famous architectures: LeNet, AlexNet. What does AlexNet's first layer look like?",
        compute=lambda: {
            "output": (*output_shape((227, 227), 11, 4), 96),
            "parameters": conv_parameters((11, 11), 3, 96),
        },
        truth="96 filters of 11 × 11 × 3 with stride 4 on a 227 × 227 × 3 image. {value}.",
    ),
    Fact(
        "mod-11",
        "notes-sizes",
        ARCHITECTURES,
        "Transfer learning: take a trained feature extractor, put one's own layers on top, and "
        "train them on one's own 10,000 images (car, tower, ...).",
        compute=_frozen_base,
        printed=True,
        truth="A plan, without a number to compare with. {ref}`Chapter 16 "
        "<chapter-architectures>` measures it on digits.",
    ),
    Fact(
        "vis-01",
        "amity",
        VISUALISATION,
        "CNN Explainer: learn a CNN in the browser, with real sample images.",
        compute=_maps_of_a_digit,
        printed=True,
        truth="The name of a web site, without a number to compare with.",
    ),
    Fact(
        "vis-02",
        "layers",
        VISUALISATION,
        "Features of a deep network trained on faces (Lee, Grosse, Ranganath and Ng, 2009): edges, "
        "then parts, then faces.",
        compute=_sees_more,
        printed=True,
        truth="That figure is not computed again here. In the paper {cite:p}`lee2009` the first "
        "layer was learned from photographs of all sorts, the other two from photographs of faces.",
    ),
    Fact(
        "vis-03",
        "layers",
        VISUALISATION,
        "The input layer seen as an $R \\times C \\times 3$ block of units; unit $P(1, i, j, k)$ "
        "is layer 1, row $i$, column $j$, channel $k$. "
        "The block of the example:",
        compute=lambda: examples.rgb_7x9.shape,
        printed=(7, 9, 3),
    ),
]
