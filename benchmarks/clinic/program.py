"""The healthy program of chapter 15. `cases` breaks a line or two of this text at a time."""

import numpy as np

import course_lib as keras
from benchmarks.clinic.watch import Watch
from course_lib import layers


def train(seed, epochs=10):
    """Train on 1,600 digits, and watch; returns the `Watch`."""
    keras.utils.set_random_seed(seed)
    (x, y), (x_test, y_test) = keras.datasets.mnist.load_sample()
    x, x_test = x[..., np.newaxis] / 255, x_test[..., np.newaxis] / 255
    order = np.argsort(y, kind="stable")  # as ten folders hold them, a folder for each digit
    x, y = x[order], y[order]
    held_out = np.arange(len(x)) % 5 == 4
    x_train, y_train = x[~held_out], y[~held_out]
    x_val, y_val = x[held_out], y[held_out]

    model = keras.Sequential(
        [
            keras.Input(shape=(28, 28, 1)),
            layers.Conv2D(8, 3, kernel_initializer="he_normal"),
            layers.ReLU(),
            layers.MaxPooling2D(2),
            layers.Conv2D(16, 3, kernel_initializer="he_normal"),
            layers.ReLU(),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(32, kernel_initializer="he_normal"),
            layers.ReLU(),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(
        optimizer=keras.optimizers.SGD(learning_rate=0.05),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )

    def predict(images):
        return model(images, training=False)

    watch = Watch(model, predict, (x_train, y_train), (x_val, y_val), (x_test, y_test))
    model.fit(
        x_train, y_train, batch_size=32, epochs=epochs, shuffle=True, callbacks=[watch], verbose=0
    )
    return watch
