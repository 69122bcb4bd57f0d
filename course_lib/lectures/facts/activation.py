"""Facts about activations and the output layer."""

import numpy as np

from course_lib import ops
from course_lib.lectures import examples
from course_lib.lectures.facts.convolution import convolved
from course_lib.lectures.facts.fact import Fact

TOPIC = "activation"


def _rectified():
    """Is ReLU the larger of 0 and its number, and the map free of negative values?"""
    feature_map = convolved(examples.binary_6x6, examples.filter_1)
    outputs = ops.relu(feature_map)
    return np.array_equal(outputs, np.maximum(0, feature_map)) and bool((outputs >= 0).all())


def _sigmoid_layer():
    from course_lib import Input, Sequential, layers

    model = Sequential([Input(shape=(8, 8, 5)), layers.Activation("sigmoid")])
    return {"shape": model.output_shape[1:], "parameters": model.count_params()}


def _softmax_layer():
    from course_lib import Input, Sequential, layers

    stack = [layers.MaxPooling2D(), layers.Flatten(), layers.Dense(5, activation="softmax")]
    model = Sequential([Input(shape=(6, 6, 2)), *stack])
    outputs = model.predict(np.ones((1, 6, 6, 2), "float32"), verbose=0)
    return {"units": outputs.shape[-1], "sum": round(float(outputs.sum()), 5)}


def label_of(scores, labels):
    """The label of the largest score, as the notes do it: np.argmax, then a dictionary."""
    return labels[int(np.argmax(scores))]


def _dog():
    scores = np.full(20, 0.01)
    scores[:3], scores[17] = (0.2, 0.3, 0.1), 0.4
    return label_of(scores, {1: "Cat", 17: "Dog"})


FACTS = [
    Fact(
        "act-01",
        "amity",
        TOPIC,
        "ReLU, $g(x) = \\max(0, x)$, is applied after every convolution: a stack of images "
        "becomes a "
        "stack of images without negative values.",
        compute=_rectified,
        printed=True,
    ),
    Fact(
        "act-02",
        "notes-model",
        TOPIC,
        "A sigmoid activation keeps the shape, 8 × 8 × 5, and has no parameters.",
        compute=_sigmoid_layer,
        printed={"shape": (8, 8, 5), "parameters": 0},
    ),
    Fact(
        "act-03",
        "layers",
        TOPIC,
        "The output layer has one unit per class, applies softmax, and is fully connected to the "
        "last hidden layer, a convolution or a max pooling. For five classes:",
        compute=_softmax_layer,
        printed={"units": 5, "sum": 1},
    ),
    Fact(
        "act-04",
        "notes-sizes",
        TOPIC,
        "np.argmax picks the index of the largest output, and a dictionary turns the index into "
        "a label: 17 is Dog.",
        compute=_dog,
        printed="Dog",
    ),
]
