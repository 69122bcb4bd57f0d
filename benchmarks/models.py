"""The models whose training is measured, written once for course_lib and for Keras.

Each is (model, examples, labels): real digits for MNIST, random numbers for the others, whose time
does not depend on what they see.
"""

import numpy as np

BATCH = 128
SETTING = {
    "loss": "sparse_categorical_crossentropy",
    "optimizer": "adam",
    "metrics": ["accuracy"],
}


def mnist(lib):
    """The lecture's model, 34,826 parameters."""
    layers = lib.layers
    return _compiled(
        lib,
        lib.Input(shape=(28, 28, 1)),
        layers.Conv2D(32, 3, activation="relu"),
        layers.MaxPooling2D(2),
        layers.Conv2D(64, 3, activation="relu"),
        layers.MaxPooling2D(2),
        layers.Flatten(),
        layers.Dropout(0.5),
        layers.Dense(10, activation="softmax"),
    )


def lenet(lib):
    """LeNet-5 on 32x32 images."""
    layers = lib.layers
    return _compiled(
        lib,
        lib.Input(shape=(32, 32, 1)),
        layers.Conv2D(6, 5, activation="tanh"),
        layers.AveragePooling2D(2),
        layers.Conv2D(16, 5, activation="tanh"),
        layers.AveragePooling2D(2),
        layers.Flatten(),
        layers.Dense(120, activation="tanh"),
        layers.Dense(84, activation="tanh"),
        layers.Dense(10, activation="softmax"),
    )


def hidden(lib):
    """The lecture's network with a hidden layer of 1,024 units, 1,668,490 parameters."""
    layers = lib.layers
    return _compiled(
        lib,
        lib.Input(shape=(28, 28, 1)),
        layers.Conv2D(32, 3, activation="relu"),
        layers.MaxPooling2D(2),
        layers.Conv2D(64, 3, activation="relu"),
        layers.MaxPooling2D(2),
        layers.Flatten(),
        layers.Dense(1024, activation="relu"),
        layers.Dense(10, activation="softmax"),
    )


def text(lib):
    """Conv1D over sentences of 100 words."""
    layers = lib.layers
    return _compiled(
        lib,
        lib.Input(shape=(100,)),
        layers.Embedding(5000, 64),
        layers.Conv1D(128, 5, activation="relu"),
        layers.GlobalMaxPooling1D(),
        layers.Dense(64, activation="relu"),
        layers.Dense(10, activation="softmax"),
    )


def volume(lib):
    """Conv3D over volumes of 16x16x16 cells."""
    layers = lib.layers
    return _compiled(
        lib,
        lib.Input(shape=(16, 16, 16, 1)),
        layers.Conv3D(16, 3, activation="relu"),
        layers.MaxPooling3D(2),
        layers.Conv3D(32, 3, activation="relu"),
        layers.MaxPooling3D(2),
        layers.Flatten(),
        layers.Dense(10, activation="softmax"),
    )


MODELS = {"mnist": mnist, "lenet": lenet, "hidden": hidden, "text": text, "volume": volume}
INPUTS = {
    "lenet": (32, 32, 1),
    "hidden": (28, 28, 1),
    "text": (100,),
    "volume": (16, 16, 16, 1),
}


def data(name, count):
    """(x, y) with ``count`` examples."""
    if name == "mnist":
        from course_lib.datasets import mnist as digits

        (images, labels), _ = digits.load_data()
        return images[:count, ..., None].astype("float32") / 255, labels[:count].astype("int64")
    rng = np.random.default_rng(0)
    shape = (count, *INPUTS[name])
    x = rng.integers(0, 5000, shape) if name == "text" else rng.random(shape, dtype=np.float32)
    return x, rng.integers(0, 10, count)


def _compiled(lib, *steps):
    model = lib.Sequential(list(steps))
    model.compile(**SETTING)
    return model
