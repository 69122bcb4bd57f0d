"""The lecture's MNIST program on the full set, on both engines: the run that chapter 12 shows.

``make mnist`` writes course_lib/records/mnist.json (loss and accuracy on the test set after every
epoch, seconds of every epoch, versions, seed) and mnist.npz, the weights that course_lib learned.
Each engine has a process of its own, since course_lib shares its work among processes only where
no other library's threads run. They take turns, epoch by epoch, so that both meet the same machine.
Afterwards course_lib trains with other seeds, to see whether one run was luck.
"""

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

from benchmarks.engine import clock
from benchmarks.models import BATCH, mnist
from benchmarks.turns import Peer

SEED = 2026
OTHER_SEEDS = (1, 2)
EPOCHS = 15


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


def serve(name, seed, weights=None):
    """An engine's process: an epoch for each line of the standard input, its row as the answer."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    answers, sys.stdout = sys.stdout, sys.stderr
    import numpy as np

    from course_lib import datasets

    if name == "keras":
        import keras as engine

        base = engine.callbacks.Callback
    else:
        import course_lib as engine
        from course_lib import callbacks

        base = callbacks.Callback
    data = tuple(
        (images[..., None].astype("float32") / 255, labels)
        for images, labels in datasets.mnist.load_data()
    )
    engine.utils.set_random_seed(seed)
    model, timer = mnist(engine), clock(base)
    for number, _ in enumerate(sys.stdin, start=1):
        row = train_one_epoch(model, timer, data, number)
        print(json.dumps(row), file=answers, flush=True)
    if weights:
        np.savez(weights, *model.get_weights())


class Run(Peer):
    """One engine's training in a process of its own."""

    def __init__(self, name, seed, weights=None):
        command = [sys.executable, "-m", "benchmarks.mnist_run", "--serve", name]
        command += ["--seed", str(seed)] + (["--weights", str(weights)] if weights else [])
        super().__init__(name, command)
        self.rows = []

    def epoch(self):
        self.rows.append(self.ask("epoch"))
        print(self.name, self.rows[-1], flush=True)


def side_by_side(epochs, seed, weights):
    """{engine: rows of its epochs}; course_lib's weights go into the file ``weights``."""
    with Run("course_lib", seed, weights) as ours, Run("keras", seed) as theirs:
        for _ in range(epochs):
            ours.epoch()
            theirs.epoch()
    return {run.name: run.rows for run in (ours, theirs)}


def final_accuracy(epochs, seed):
    with Run("course_lib", seed) as run:
        for _ in range(epochs):
            run.epoch()
    return run.rows[-1]["test_accuracy"]


def record_runs(epochs, seed, dry_run):
    import numpy as np

    from benchmarks import machine
    from course_lib import records

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "weights.npz"
        rows = side_by_side(epochs, seed, path)
        with np.load(path) as file:
            weights = [file[key] for key in file.files]
    accuracies = {seed: rows["course_lib"][-1]["test_accuracy"]}
    accuracies |= {other: final_accuracy(epochs, other) for other in OTHER_SEEDS}
    record = {
        "command": "make mnist",
        "program": "the lecture's MNIST program, 60,000 training and 10,000 test images",
        **machine.describe("numpy", "keras", "tensorflow-cpu"),
        "seed": seed,
        "batch_size": BATCH,
        "optimizer": "adam",
        "parameters": sum(array.size for array in weights),
        "epochs": rows,
        "test_accuracy_by_seed": accuracies,
    }
    print("test accuracy by seed:", accuracies)
    if not dry_run:
        records.save("mnist", record, weights)
        print("Written: course_lib/records/mnist.json and mnist.npz")


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--dry-run", action="store_true", help="print, but write no record")
    parser.add_argument("--serve", choices=["course_lib", "keras"], help=argparse.SUPPRESS)
    parser.add_argument("--weights", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.serve:
        serve(options.serve, options.seed, options.weights)
    else:
        record_runs(options.epochs, options.seed, options.dry_run)


if __name__ == "__main__":
    main()
