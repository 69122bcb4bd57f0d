"""LeNet-5 brought up to date, one change at a time: the run that chapter 16 shows.

``python -m benchmarks.lenet_run`` writes course_lib/records/lenet.json in some minutes, row by row;
a run that was interrupted goes on where it stopped. Each seed draws `TRAIN` training and
`VALIDATION` validation digits from MNIST's 60,000, and trains every step of the modernisation on
them, so that the gain of a step is a difference on the same digits. The test set is read once, by
the first and the last network.
"""

import argparse
import statistics

import numpy as np

import course_lib
from benchmarks import machine
from course_lib import datasets, layers, records

SEEDS = (1, 2, 3, 4, 5)
TRAIN, VALIDATION = 1_000, 2_000
EPOCHS, BATCH = 10, 20


def lenet(activation, pooling, dense):
    """The convolutions of LeNet-5 with a choice of activation and pooling, and its dense layers."""
    pool = {"average": layers.AveragePooling2D, "max": layers.MaxPooling2D}[pooling]
    return [
        layers.Conv2D(6, 5, padding="same", activation=activation),
        pool(2),
        layers.Conv2D(16, 5, activation=activation),
        pool(2),
        layers.Flatten(),
        *dense(activation),
    ]


def lenet_dense(activation):
    return [layers.Dense(120, activation=activation), layers.Dense(84, activation=activation)]


def stack(filters, normalised):
    """Two convolutions of 3 x 3 in the place of one of 5 x 5, then pooling."""
    for _ in range(2):
        yield layers.Conv2D(filters, 3, padding="same", use_bias=not normalised)
        if normalised:
            yield layers.BatchNormalization(momentum=0.9)
        yield layers.ReLU()
    yield layers.MaxPooling2D(2)


def stacks(filters, normalised, end):
    return [*(layer for f in filters for layer in stack(f, normalised)), *end]


def flat(dropout=0.0):
    return [layers.Flatten(), *lenet_dense("relu"), *([layers.Dropout(dropout)] if dropout else [])]


def averaged():
    return [layers.GlobalAveragePooling2D()]


# (what changes, optimizer, the layers before the last one)
STEPS = (
    ("LeNet-5 of 1998", "sgd", lambda: lenet("tanh", "average", lenet_dense)),
    ("Adam for plain descent", "adam", lambda: lenet("tanh", "average", lenet_dense)),
    ("relu for tanh", "adam", lambda: lenet("relu", "average", lenet_dense)),
    ("maxima for averages", "adam", lambda: lenet("relu", "max", lenet_dense)),
    ("two 3 × 3 for one 5 × 5", "adam", lambda: stacks((6, 16), False, flat())),
    ("batch normalisation", "adam", lambda: stacks((6, 16), True, flat())),
    ("dropout", "adam", lambda: stacks((6, 16), True, flat(0.5))),
    ("global averages for dense layers", "adam", lambda: stacks((6, 16), True, averaged())),
    ("a third stack", "adam", lambda: stacks((6, 16, 32), True, averaged())),
    ("twice the filters", "adam", lambda: stacks((12, 32, 64), True, averaged())),
)


def build(step):
    """The compiled network of one of the `STEPS`."""
    _, optimizer, body = step
    model = course_lib.Sequential(
        [course_lib.Input((28, 28, 1)), *body(), layers.Dense(10, activation="softmax")]
    )
    if optimizer == "sgd":
        optimizer = course_lib.optimizers.SGD(0.1)
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def draw(data, seed):
    """Training and validation digits of a seed: ((x, y), (x, y))."""
    x, y = data
    order = np.random.default_rng(seed).permutation(len(x))[: TRAIN + VALIDATION]
    return [(x[part], y[part]) for part in (order[:TRAIN], order[TRAIN:])]


def train(step, data, seed):
    """(model, accuracy on the validation digits) of a step and seed."""
    (x, y), validation = draw(data, seed)
    course_lib.utils.set_random_seed(seed)
    model = build(step)
    model.fit(x, y, batch_size=BATCH, epochs=EPOCHS, verbose=0)
    return model, model.evaluate(*validation, batch_size=500, verbose=0)[1]


def settings():
    """What a record must say for its rows to be part of this run."""
    return {
        "command": "python -m benchmarks.lenet_run",
        "program": f"{TRAIN} training and {VALIDATION} validation digits of MNIST, drawn anew for "
        f"each seed; {EPOCHS} epochs in batches of {BATCH}",
        "seeds": list(SEEDS),
    }


def digits():
    """((x, y), (x, y)): MNIST's training and test digits."""
    return tuple(
        (images[..., None].astype("float32") / 255, labels)
        for images, labels in datasets.mnist.load_data()
    )


def row(step, train_set, test_set):
    """What a step comes to, with every seed."""
    found = {"change": step[0], "parameters": build(step).count_params(), "accuracy": []}
    for seed in SEEDS:
        model, accuracy = train(step, train_set, seed)
        found["accuracy"].append(round(accuracy, 4))
        if step in (STEPS[0], STEPS[-1]):
            _, on_test = model.evaluate(*test_set, batch_size=500, verbose=0)
            found.setdefault("test_accuracy", []).append(round(on_test, 4))
    print(f"{step[0]:34} {statistics.mean(found['accuracy']):.4f} {found}", flush=True)
    return found


def record_runs(dry_run):
    data = digits()
    rows = records.begun("lenet", settings())
    for step in STEPS[len(rows) :]:
        rows.append(row(step, *data))
        if not dry_run:
            records.keep_begun("lenet", settings(), rows)
    if not dry_run:
        records.save("lenet", {**settings(), **machine.describe("numpy"), "steps": rows})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dry-run", action="store_true", help="print, but write no record")
    record_runs(parser.parse_args().dry_run)
