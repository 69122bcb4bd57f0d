"""The lecture's MNIST program on the full set, on both engines: the run that chapter 12 shows.

``make mnist`` writes course_lib/records/mnist.json (loss and accuracy on the test set after every
epoch, seconds of every epoch, versions, seed) and mnist.npz, the weights that course_lib learned.
The engines take turns, epoch by epoch, so that both meet the same machine.
"""

import argparse
import os
import time

SEED = 2026
EPOCHS = 15
BATCH = 128


def build(engine):
    """The lecture's model, compiled: 34,826 parameters."""
    layers = engine.layers
    model = engine.Sequential(
        [
            engine.Input(shape=(28, 28, 1)),
            layers.Conv2D(32, kernel_size=(3, 3), activation="relu"),
            layers.MaxPooling2D(pool_size=(2, 2)),
            layers.Conv2D(64, kernel_size=(3, 3), activation="relu"),
            layers.MaxPooling2D(pool_size=(2, 2)),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(loss="sparse_categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
    return model


def clock(base):
    """A callback that notes the seconds from an epoch's first batch to its last."""

    class Clock(base):
        def on_train_batch_begin(self, batch, logs=None):
            if batch == 0:
                self.start = time.perf_counter()

        def on_train_batch_end(self, batch, logs=None):
            self.seconds = time.perf_counter() - self.start

    return Clock()


def train_one_epoch(model, timer, data, number):
    """The epoch's row of the record."""
    (x_train, y_train), (x_test, y_test) = data
    history = model.fit(
        x_train, y_train, batch_size=BATCH, epochs=1, verbose=0, callbacks=[timer]
    ).history
    test_loss, test_accuracy = model.evaluate(x_test, y_test, batch_size=1000, verbose=0)
    return {
        "epoch": number,
        "loss": round(history["loss"][0], 4),
        "accuracy": round(history["accuracy"][0], 4),
        "test_loss": round(float(test_loss), 4),
        "test_accuracy": round(float(test_accuracy), 4),
        "seconds": round(timer.seconds, 2),
    }


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--dry-run", action="store_true", help="print, but write no record")
    options = parser.parse_args(arguments)

    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import keras

    import course_lib
    from benchmarks import machine
    from course_lib import records, training

    data = tuple(
        (images[..., None].astype("float32") / 255, labels)
        for images, labels in course_lib.datasets.mnist.load_data()
    )
    engines = {"course_lib": course_lib, "keras": keras}
    bases = {"course_lib": training.Callback, "keras": keras.callbacks.Callback}
    models, timers, rows = {}, {}, {}
    for name, engine in engines.items():
        engine.utils.set_random_seed(options.seed)
        models[name], timers[name], rows[name] = build(engine), clock(bases[name]), []

    for number in range(1, options.epochs + 1):
        for name, model in models.items():
            rows[name].append(train_one_epoch(model, timers[name], data, number))
            print(name, rows[name][-1], flush=True)

    record = {
        "command": "make mnist",
        "program": "the lecture's MNIST program, 60,000 training and 10,000 test images",
        **machine.describe("numpy", "keras", "tensorflow-cpu"),
        "seed": options.seed,
        "batch_size": BATCH,
        "optimizer": "adam",
        "parameters": models["course_lib"].count_params(),
        "epochs": rows,
    }
    if not options.dry_run:
        records.save("mnist", record, models["course_lib"].get_weights())
        print("Written: course_lib/records/mnist.json and mnist.npz")


if __name__ == "__main__":
    main()
