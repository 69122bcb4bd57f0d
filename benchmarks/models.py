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


def residual(lib):
    """Three stages of 16, 32 and 64 filters on 28x28 images, 8 layers with weights on the way."""
    layers = lib.layers
    start = lib.Input(shape=(28, 28, 1))
    x = _normalised(layers, start, 16)
    for filters, strides in ((16, 1), (32, 2), (64, 2)):
        other = x
        if strides > 1:
            other = layers.Conv2D(filters, 1, strides=strides, use_bias=False)(x)
            other = layers.BatchNormalization()(other)
        x = _normalised(layers, x, filters, strides)
        x = layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
        x = layers.Add()([layers.BatchNormalization()(x), other])
        x = layers.ReLU()(x)
    x = layers.GlobalAveragePooling2D()(x)
    model = lib.Model(start, layers.Dense(10, activation="softmax")(x))
    model.compile(**SETTING)
    return model


def _normalised(layers, x, filters, strides=1):
    """Convolution, batch normalisation, relu."""
    x = layers.Conv2D(filters, 3, strides=strides, padding="same", use_bias=False)(x)
    return layers.ReLU()(layers.BatchNormalization()(x))


def efficientnet(lib):
    """EfficientNet-Lite0 on photographs of 224x224; its speed does not depend on the weights."""
    from course_lib.applications import EfficientNetLite0

    return EfficientNetLite0(weights=None, library=lib)


MODELS = {
    "mnist": mnist,
    "lenet": lenet,
    "hidden": hidden,
    "text": text,
    "volume": volume,
    "residual": residual,
    "efficientnet": efficientnet,
}
INPUTS = {
    "residual": (28, 28, 1),
    "efficientnet": (224, 224, 3),
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
