"""Plain against residual networks of growing depth: the run that chapter 17 shows.

``python -m benchmarks.residual_run`` writes course_lib/records/residual.json in some minutes, row
by row; a run that was interrupted goes on where it stopped. All networks have the same
convolutions, 3 x 3 with `FILTERS` filters on digits of 14 x 14; what differs is their number, batch
normalisation, and the skip around every two of them. What counts is the error on the *training*
digits: a deeper network that does worse there has not overfitted, it could not be trained.
"""

import argparse
from itertools import product

import numpy as np

import course_lib
from benchmarks import machine
from course_lib import layers, records
from course_lib.datasets import mnist
from course_lib.losses import SparseCategoricalCrossentropy
from course_lib.training import steps

SEEDS = (1, 2, 3)
DEPTHS = (4, 8, 16, 32)  # convolutions after the first
ARMS = {  # name: (batch normalisation, skips)
    "plain": (False, False),
    "plain, normalised": (True, False),
    "residual": (True, True),
}
ALL_ARMS = {**ARMS, "skips alone": (False, True)}
TRAIN = 600
FILTERS, EPOCHS, BATCH = 8, 10, 30


def digits():
    """((x, y), (x, y)): training and test digits of the sample, averaged to 14 x 14."""
    (x, y), (x_test, y_test) = mnist.load_sample()
    chosen = np.random.default_rng(0).permutation(len(x))[:TRAIN]
    return (small(x[chosen]), y[chosen]), (small(x_test), y_test)


def small(images):
    return (images.reshape(-1, 14, 2, 14, 2, 1).mean(axis=(2, 4)) / 255).astype(np.float32)


def build(depth, normalised, skips):
    """A network of ``depth`` convolutions after the first, in blocks of two."""
    start = course_lib.Input((14, 14, 1))
    x = convolution(start, normalised, relu=True)
    for _ in range(depth // 2):
        y = convolution(x, normalised, relu=True)
        y = convolution(y, normalised, relu=False)
        x = layers.ReLU()(layers.Add()([x, y]) if skips else y)
    x = layers.GlobalAveragePooling2D()(x)
    return course_lib.Model(start, layers.Dense(10, activation="softmax")(x))


def convolution(x, normalised, relu):
    x = layers.Conv2D(
        FILTERS, 3, padding="same", use_bias=not normalised, kernel_initializer="he_normal"
    )(x)
    if normalised:
        x = layers.BatchNormalization(momentum=0.9)(x)
    return layers.ReLU()(x) if relu else x


def train(depth, arm, seed, data):
    """One network's row: its errors on training and test digits after training, and its losses."""
    (x, y), test = data
    course_lib.utils.set_random_seed(seed)
    model = build(depth, *arm)
    model.compile(
        course_lib.optimizers.Adam(3e-3), "sparse_categorical_crossentropy", metrics=["accuracy"]
    )
    history = model.fit(x, y, batch_size=BATCH, epochs=EPOCHS, verbose=0).history
    return {
        "train_error": round(1 - model.evaluate(x, y, batch_size=250, verbose=0)[1], 4),
        "test_error": round(1 - model.evaluate(*test, batch_size=250, verbose=0)[1], 4),
        "losses": [round(loss, 3) for loss in history["loss"]],
    }


def gradient_norms(depth, arm, seed, data):
    """Norm of the gradient of each convolution's kernel before training, first layer first."""
    (x, y), _ = data
    course_lib.utils.set_random_seed(seed)
    model = build(depth, *arm)
    part = steps.gradients(model, x[:100], y[:100], SparseCategoricalCrossentropy())
    return [
        float(f"{np.linalg.norm(gradient) / part.count:.3g}")
        for gradient in part.gradients.values()
        if gradient.ndim == 4
    ]


def settings():
    """What a record must say for its rows to be part of this run."""
    return {
        "command": "python -m benchmarks.residual_run",
        "program": f"{TRAIN} digits of MNIST at 14 x 14; {FILTERS} filters; {EPOCHS} epochs in "
        f"batches of {BATCH} with Adam",
        "seeds": list(SEEDS),
        "arms": list(ARMS),
        "epochs": EPOCHS,
    }


def row(depth, name, data):
    found = [train(depth, ALL_ARMS[name], seed, data) for seed in SEEDS]
    columns = {key: [run[key] for run in found] for key in found[0]}
    print(f"{name}, {depth}: {columns['train_error']}", flush=True)
    return {"arm": name, "depth": depth, **columns}


def record_control(dry_run):
    """What the deepest network does with skips and without normalisation: its training errors."""
    found = row(max(DEPTHS), "skips alone", digits())
    if not dry_run:
        control = {key: found[key] for key in ("arm", "depth", "train_error")}
        records.keep("residual", {"control": control})


def record_runs(dry_run):
    data, rows = digits(), records.begun("residual", settings())
    norms = {
        name: [gradient_norms(max(DEPTHS), arm, seed, data) for seed in SEEDS]
        for name, arm in ALL_ARMS.items()
    }
    for depth, name in list(product(DEPTHS, ARMS))[len(rows) :]:
        rows.append(row(depth, name, data))
        if not dry_run:
            records.keep_begun("residual", settings(), rows)
    if not dry_run:
        record = {**settings(), **machine.describe("numpy"), "runs": rows}
        records.keep("residual", {**record, "gradient_norms": norms, "begun": None})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dry-run", action="store_true", help="print, but write no record")
    parser.add_argument("--control", action="store_true", help="only the control, in a minute")
    chosen = parser.parse_args()
    if not chosen.control:
        record_runs(chosen.dry_run)
    record_control(chosen.dry_run)
