"""Facts about parameters: convolution against fully connected, and what is learned at all."""

from course_lib.lectures import examples
from course_lib.lectures.facts.fact import Fact
from course_lib.shapes import conv_parameters, dense_parameters, output_shape

TOPIC = "parameters"


def _weights(filters, channels, kernel=3):
    return int(conv_parameters((kernel, kernel), channels, filters, use_bias=False))


def _lecture_model():
    """Parameters of the MNIST model's layers, without the first convolution."""
    conv = conv_parameters((3, 3), 32, 64)
    return {
        "weights": _weights(64, 32),
        "second convolution": conv,
        "dense": dense_parameters(1600, 10),
        "pooling": pooling_parameters(),
    }


def pooling_parameters():
    """Parameters of a max pooling layer."""
    from course_lib import Input, Sequential, layers

    return Sequential([Input(shape=(26, 26, 8)), layers.MaxPooling2D()]).count_params()


def _learned():
    """Which of convolution, pooling and dense layers have weights?"""
    from course_lib import Input, Sequential, layers

    stack = [layers.Conv2D(4, 3), layers.MaxPooling2D(), layers.Flatten(), layers.Dense(2)]
    model = Sequential([Input(shape=(8, 8, 1)), *stack])
    places = {"convolution": 0, "pooling": 1, "dense": 3}
    return {kind: len(model.layers[place].get_weights()) > 0 for kind, place in places.items()}


def _given_by_data():
    """Inputs and classes of MNIST: the numbers of units that are not ours to choose."""
    from course_lib.datasets import mnist

    (images, labels), _ = mnist.load_sample()
    return {"inputs": images[0].size, "classes": len(set(labels.tolist()))}


FACTS = [
    Fact(
        "par-01",
        "layers",
        TOPIC,
        "784 inputs fully connected to 784 units: 784 · 784 = 614,656 weights.",
        compute=lambda: dense_parameters(784, 784, use_bias=False),
        printed=614_656,
        truth="Weights alone; with a bias for each unit, "
        "{calc}`dense_parameters(784, 784)` parameters.",
    ),
    Fact(
        "par-02",
        "layers",
        TOPIC,
        "A 400 × 500 image fully connected to a layer of the same size: 40 billion weights.",
        compute=lambda: dense_parameters(400 * 500, 400 * 500, use_bias=False),
        printed=40 * 10**9,
    ),
    Fact(
        "par-03",
        "layers",
        TOPIC,
        "Four 3 × 3 × 3 filters have 4 · 27 = 108 weights.",
        compute=lambda: conv_parameters((3, 3), 3, 4, use_bias=False),
        printed=108,
        truth="Weights alone; with four biases, {calc}`conv_parameters((3, 3), 3, 4)` parameters.",
    ),
    Fact(
        "par-04",
        "layers",
        TOPIC,
        "A fully connected layer of the size of that convolutional layer, on a 400 × 500 × 3 "
        "image, would need 475 billion weights. In whole billions, the rest cut off:",
        compute=lambda: (
            dense_parameters(400 * 500 * 3, 398 * 498 * 4, use_bias=False).value // 10**9
        ),
        printed=475,
        truth="Exactly {calc}`400 * 500 * 3` inputs × {calc}`398 * 498 * 4` units = "
        "{calc}`dense_parameters(600_000, 792_816, use_bias=False)`. Rounded, that is "
        "{calc}`round(dense_parameters(600_000, 792_816, use_bias=False).value / 10**9)` billion.",
        reserved=True,
    ),
    Fact(
        "par-05",
        "layers",
        TOPIC,
        "The first convolution of the MNIST model has 32 · 1 · 3 · 3 = 278 weights, and 278 + 32 = "
        "320 parameters.",
        compute=lambda: {"weights": _weights(32, 1), "in all": conv_parameters((3, 3), 1, 32)},
        printed={"weights": 278, "in all": 320},
        truth="32 · 9 = 288, and 288 + 32 = 320. The total on the slide is right.",
        reason="Keras printed the 320; the 278 was written beside it by hand, and the next "
        "number, being right, hides it.",
    ),
    Fact(
        "par-06",
        "layers",
        TOPIC,
        "The second convolution has 64 · 32 · 3 · 3 = 18,432 weights, 18,496 parameters; the dense "
        "layer 1600 → 10 has 16,010; pooling, flatten and dropout have 0.",
        compute=_lecture_model,
        printed={
            "weights": 18_432,
            "second convolution": 18_496,
            "dense": 16_010,
            "pooling": 0,
        },
        truth="With the 320 of the first convolution, the model has "
        "{calc}`lectures.facts.programs.mnist_model().count_params()` parameters.",
    ),
    Fact(
        "par-07",
        "notes-model",
        TOPIC,
        "Five 3 × 3 filters on 10 × 10 × 1: (3 · 3 + 1) · 5 = 50 parameters, output 8 × 8 × 5.",
        compute=lambda: {
            "parameters": conv_parameters((3, 3), 1, 5),
            "output": (*output_shape((10, 10), 3), 5),
        },
        printed={"parameters": 50, "output": (8, 8, 5)},
    ),
    Fact(
        "par-08",
        "notes-model",
        TOPIC,
        "Two 3 × 3 filters on 8 × 8 × 5: 3 · 3 · 5 = 15, + 1 = 16, and two filters have 32.",
        compute=lambda: conv_parameters((3, 3), 5, 2),
        printed=32,
        truth="3 · 3 · 5 is {calc}`3 * 3 * 5`, one filter has "
        "{calc}`conv_parameters((3, 3), 5, 1)` parameters, and two have {value}, as the table on "
        "the same page says. The output is 6 × 6 × 2.",
        reason="15 is 3 · 5: one factor 3 of the kernel was lost on the way.",
    ),
    Fact(
        "par-09",
        "amity",
        TOPIC,
        "28 × 28 × 1 with eight 3 × 3 filters: 26 × 26 × 8, and 3 · 3 · 1 · 8 + 8 = 80 parameters.",
        compute=lambda: {
            "output": (*output_shape((28, 28), 3), 8),
            "parameters": conv_parameters((3, 3), 1, 8),
        },
        printed={"output": (26, 26, 8), "parameters": 80},
    ),
    Fact(
        "par-10",
        "amity",
        TOPIC,
        "13 × 13 × 8 with sixteen 3 × 3 filters: 11 × 11 × 16, and 3 · 3 · 8 · 16 + 16 = 1168 "
        "parameters.",
        compute=lambda: {
            "output": (*output_shape((13, 13), 3), 16),
            "parameters": conv_parameters((3, 3), 8, 16),
        },
        printed={"output": (11, 11, 16), "parameters": 1168},
    ),
    Fact(
        "par-11",
        "notes-sizes",
        TOPIC,
        "One 5 × 5 filter on one channel: 25 + 1 = 26 parameters.",
        compute=lambda: conv_parameters((5, 5), 1, 1),
        printed=26,
    ),
    Fact(
        "par-12",
        "notes-sizes",
        TOPIC,
        "A layer has $(f \\cdot f \\cdot d + 1) \\cdot n$ parameters; fifty 5 × 5 filters on 100 "
        "channels have "
        "50 · (2500 + 1).",
        compute=lambda: conv_parameters((5, 5), 100, 50),
        printed=50 * (2500 + 1),
    ),
    Fact(
        "par-13",
        "notes-sizes",
        TOPIC,
        "Max pooling has 0 learnable parameters.",
        compute=pooling_parameters,
        printed=0,
    ),
    Fact(
        "par-14",
        "amity",
        TOPIC,
        "A table of parameters and hyperparameters: convolution learns its kernels (one chooses "
        "size, number, stride, padding, activation); pooling learns nothing (method, size, stride, "
        "padding); a fully connected layer learns its weights (their number, activation); further "
        "choices are architecture, optimizer, learning rate, loss, batch size, epochs, "
        "regularisation, initialisation and the split of the data. Do convolution, pooling and "
        "dense layers have weights?",
        compute=_learned,
        printed={"convolution": True, "pooling": False, "dense": True},
    ),
    Fact(
        "par-15",
        "layers",
        TOPIC,
        "Design choices: number of layers, units per layer, connectivity. Too many are slow and "
        "overfit, too few are too simple. The input layer (dimensions) and the output layer "
        "(classes) leave no choice. For MNIST:",
        compute=_given_by_data,
        printed={"inputs": 784, "classes": 10},
    ),
    Fact(
        "par-16",
        "amity",
        TOPIC,
        "Convolution against fully connected on the 6 × 6 image: each output reads 9 of the 36 "
        "inputs, and all share 9 weights.",
        compute=lambda: {"weights": _weights(1, 1), "pixels": examples.binary_6x6.size},
        printed={"weights": 9, "pixels": 36},
        truth="Fully connected to the 4 × 4 map it would be 36 · 16 = "
        "{calc}`dense_parameters(36, 16, use_bias=False)` weights.",
    ),
]
