"""With and without: the runs of chapter 14. ``python -m benchmarks.normalisation_run``.

Three experiments on the bundled digits, each repeated: a deep network with and without batch
normalisation (`SEEDS`), dropout on few digits (`DRAWS` of the training digits anew), and four ways
of normalising at batch sizes from 2 to 128. Writes course_lib/records/normalisation.json; one of
the names depth, dropout, batches as an argument makes that part anew and keeps the rest. Five
minutes in all, on a quiet core.
"""

import argparse
from functools import partial
from math import ceil

import course_lib as keras
from benchmarks import machine
from course_lib import layers, records, utils

SEEDS = (0, 1, 2, 3, 4)
DRAWS = tuple(range(10))
DEPTH, DEEP_EPOCHS, DEEP_DIGITS = 12, 6, 600
STARTS = {  # of the deep network: normalised or not, first weights
    "as Keras begins": (False, "glorot_uniform"),
    "He's first weights": (False, "he_normal"),
    "batch normalisation": (True, "glorot_uniform"),
}
FEW = {100: 50, 400: 15}  # training digits: epochs
SIZES, BATCH_DIGITS = (2, 4, 8, 16, 32, 64, 128), 500
LEAST_EPOCHS, LEAST_STEPS = 5, 160  # so that no batch size has too few of either
WAYS = {
    "none": lambda: [],
    "batch": lambda: [layers.BatchNormalization(momentum=0.8)],
    "layer": lambda: [layers.LayerNormalization()],
    "group": lambda: [layers.GroupNormalization(groups=4)],
}


def digits():
    """((x, y) to train on, (x, y) to test on), grey values from 0 to 1."""
    pairs = keras.datasets.mnist.load_sample()
    return tuple((x[..., None].astype("float32") / 255, y) for x, y in pairs)


def trained(body, seed, data, test, optimizer, batch, epochs):
    """(history, loss and accuracy on ``test``) of the layers that ``body()`` returns."""
    utils.set_random_seed(seed)
    model = keras.Sequential([keras.Input(shape=(28, 28, 1)), *body()])
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
    history = model.fit(*data, batch_size=batch, epochs=epochs, verbose=0).history
    return history, model.evaluate(*test, verbose=0)


def deep(normalised, start, depth=DEPTH):
    """``depth`` convolutions of eight filters on 14 x 14 cells, and a dense layer."""
    found = [layers.MaxPooling2D(2)]
    for _ in range(depth):
        found.append(
            layers.Conv2D(8, 3, padding="same", kernel_initializer=start, use_bias=not normalised)
        )
        if normalised:
            found.append(layers.BatchNormalization(momentum=0.8))
        found.append(layers.ReLU())
    return [*found, layers.MaxPooling2D(2), layers.Flatten(), layers.Dense(10, "softmax")]


def depth(seeds=SEEDS, epochs=DEEP_EPOCHS):
    """{way to begin: the training losses of each seed}, by plain gradient descent."""
    (x, y), test = digits()
    found = {}
    for name, (normalised, start) in STARTS.items():
        runs = [
            trained(
                partial(deep, normalised, start),
                seed, (x[:DEEP_DIGITS], y[:DEEP_DIGITS]), test,
                keras.optimizers.SGD(learning_rate=0.05), 32, epochs,
            )
            for seed in seeds
        ]  # fmt: skip
        found[name] = {
            "loss": [rounded(history["loss"]) for history, _ in runs],
            "test_accuracy": rounded(scores[1] for _, scores in runs),
        }
        print(name, found[name], flush=True)
    return {"layers": DEPTH, "seeds": seeds, "digits": DEEP_DIGITS, "rate": 0.05, "runs": found}


def reader(rate):
    """Two convolutions and a dense layer of 128 units, with dropout before the last layer."""
    return [
        layers.Conv2D(8, 3, activation="relu"),
        layers.MaxPooling2D(2),
        layers.Conv2D(16, 3, activation="relu"),
        layers.MaxPooling2D(2),
        layers.Flatten(),
        layers.Dense(128, activation="relu"),
        *([layers.Dropout(rate)] if rate else []),
        layers.Dense(10, activation="softmax"),
    ]


def dropout(draws=DRAWS, few=FEW):
    """{number of digits: {with or without: losses and accuracies of each draw}}"""
    import numpy as np

    (x, y), test = digits()
    found = {}
    for count, epochs in few.items():
        rows = {"without": [], "with": []}
        for draw in draws:
            chosen = np.random.default_rng(draw).permutation(len(x))[:count]
            for name, rate in (("without", 0), ("with", 0.5)):
                data = (x[chosen], y[chosen])
                body = partial(reader, rate)
                _, scores = trained(body, draw, data, test, "adam", 20, epochs)
                rows[name].append(scores)
        found[str(count)] = {
            name: {"loss": rounded(s[0] for s in scores), "accuracy": rounded(s[1] for s in scores)}
            for name, scores in rows.items()
        }
        print(count, found[str(count)], flush=True)
    return {"rate": 0.5, "draws": draws, "epochs": few, "test_digits": len(test[0]), "runs": found}


def normalised(way):
    """Two convolutions and a dense layer, each normalised in the same way."""
    found = []
    for layer, after in (
        (layers.Conv2D(8, 3), layers.MaxPooling2D(3)),
        (layers.Conv2D(16, 3), layers.MaxPooling2D(2)),
        (layers.Dense(32), None),
    ):
        if after is None:
            found.append(layers.Flatten())
        found += [layer, *WAYS[way](), layers.ReLU(), *([after] if after else [])]
    return [*found, layers.Dense(10, activation="softmax")]


def epochs_for(size, epochs=LEAST_EPOCHS, steps=LEAST_STEPS):
    """The epochs in which batches of ``size`` make at least ``steps`` steps."""
    return max(epochs, ceil(steps * size / BATCH_DIGITS))


def batches(seeds=SEEDS[:3], sizes=SIZES, ways=WAYS, epochs=LEAST_EPOCHS, steps=LEAST_STEPS):
    """{way: {batch size: test accuracies of each seed}}.

    The rate grows with the square root of the batch size, as Adam's steps are as long as ever
    while the noise of a batch falls.
    """
    (x, y), test = digits()
    found = {way: {} for way in ways}
    for size in sizes:
        for way in ways:
            scores = [
                trained(
                    partial(normalised, way),
                    seed, (x[:BATCH_DIGITS], y[:BATCH_DIGITS]), test,
                    keras.optimizers.Adam(0.008 * (size / 128) ** 0.5),
                    size, epochs_for(size, epochs, steps),
                )[1]
                for seed in seeds
            ]  # fmt: skip
            found[way][str(size)] = rounded(accuracy for _, accuracy in scores)
            print(size, way, found[way][str(size)], flush=True)
    return {
        "seeds": seeds, "digits": BATCH_DIGITS, "epochs": epochs, "steps": steps,
        "test_accuracy": found,
    }  # fmt: skip


def rounded(values):
    return [float(f"{value:.4g}") for value in values]


PARTS = {"depth": depth, "dropout": dropout, "batches": batches}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("part", nargs="?", choices=PARTS, help="make this part anew")
    part = parser.parse_args().part
    utils.set_workers(1)
    record = {"command": "python -m benchmarks.normalisation_run", **machine.describe("numpy")}
    for name in [part] if part else PARTS:
        records.keep("normalisation", {**record, name: PARTS[name]()})
    print("Written: course_lib/records/normalisation.json")


if __name__ == "__main__":
    main()
