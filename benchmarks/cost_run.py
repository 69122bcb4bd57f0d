"""What kinds of convolution cost: counted, and measured. The run that chapter 18 shows.

``python -m benchmarks.cost_run`` writes course_lib/records/cost.json in some minutes. Every kind
maps the same input to an output of the same shape, early in a network (large maps, few channels)
and late (small maps, many channels). Both libraries use one processor and take turns; what counts
is the processor's time, which other programs of a busy machine do not lengthen much. Memory of
freed arrays is kept, as in `fit`, for the whole process, and so for both.

``--accuracy`` writes only what the cheaper kinds cost in accuracy: one small network for digits,
trained with each of them from several seeds, which is most of the time.
"""

import argparse
import os
import time

from benchmarks import machine
from benchmarks.layers import turns
from course_lib import records
from course_lib.shapes import activation_memory, conv_parameters, multiply_adds

BATCH = 8
PLACES = {"early": (56, 56, 32), "late": (7, 7, 512)}  # the shape that goes in and comes out
# (what, [(kernel size, groups: a number, or "each" for one per channel)])
KINDS = (
    ("full 3 × 3", [(3, 1)]),
    ("full 5 × 5", [(5, 1)]),
    ("1 × 1", [(1, 1)]),
    ("grouped 3 × 3, 8 groups", [(3, 8)]),
    ("depthwise 3 × 3", [(3, "each")]),
    ("depthwise 5 × 5", [(5, "each")]),
    ("depthwise 3 × 3, then 1 × 1", [(3, "each"), (1, 1)]),
)


def counted(shape, parts):
    """{parameters, multiplications, bytes of maps} of one example, without biases."""
    *spatial, channels = shape
    row = {"parameters": 0, "multiplications": 0, "map_bytes": 0}
    for size, groups in parts:
        groups = channels if groups == "each" else groups
        window = (size, size)
        row["parameters"] += int(conv_parameters(window, channels, channels, False, groups))
        row["multiplications"] += int(multiply_adds(spatial, window, channels, channels, groups))
        row["map_bytes"] += int(activation_memory(shape))
    return row


def build(lib, shape, parts):
    """The convolutions of a kind as a model of ``lib``."""
    layers = lib.layers
    model = lib.Sequential([lib.Input(shape)])
    for size, groups in parts:
        if groups == "each":
            model.add(layers.DepthwiseConv2D(size, padding="same", use_bias=False))
        else:
            model.add(layers.Conv2D(shape[-1], size, padding="same", groups=groups, use_bias=False))
    return model


def measure(shape, parts):
    """Milliseconds of a batch: {"course_lib": ..., "keras": ...}."""
    import keras
    import numpy as np
    import tensorflow as tf

    import course_lib

    x = np.random.default_rng(0).normal(size=(BATCH, *shape)).astype(np.float32)
    ours, theirs = build(course_lib, shape, parts), build(keras, shape, parts)
    compiled = tf.function(lambda inputs: theirs(inputs, training=False))
    tensor = tf.constant(x)
    both = [lambda: ours.forward(x), lambda: compiled(tensor).numpy()]
    found = turns(both, rounds=7, clock=time.process_time)
    return dict(zip(("course_lib", "keras"), (round(ms, 3) for ms in found), strict=True))


SEEDS = tuple(range(1, 16))
TRAIN, EPOCHS, RATE = 1000, 10, 3e-3
# (what, kind of convolution, channels): the last has about the products of the separable one
NETWORKS = (
    ("full", "full", 64),
    ("4 groups", "grouped", 64),
    ("separable", "separable", 64),
    ("full, fewer channels", "full", 23),
)


def network(kind, channels):
    """Four convolutions on digits of 14 x 14, of which the last three are of ``kind``."""
    from course_lib import Input, Sequential, layers

    settings = {"padding": "same", "use_bias": False}
    model = Sequential([Input((14, 14, 1)), layers.Conv2D(channels, 3, **settings)])
    for strides in (1, 2, 1):
        model.add(layers.BatchNormalization(momentum=0.9))
        model.add(layers.ReLU())
        if kind == "separable":
            model.add(layers.SeparableConv2D(channels, 3, strides, **settings))
        else:
            groups = 4 if kind == "grouped" else 1
            model.add(layers.Conv2D(channels, 3, strides, groups=groups, **settings))
    model.add(layers.BatchNormalization(momentum=0.9))
    model.add(layers.ReLU())
    model.add(layers.GlobalAveragePooling2D())
    model.add(layers.Dense(10, activation="softmax"))
    return model


def accuracies(kind, channels):
    """The share of test digits read rightly, for each seed."""
    import numpy as np

    from benchmarks.residual_run import small
    from course_lib import optimizers, utils
    from course_lib.datasets import mnist

    (x, y), (x_test, y_test) = mnist.load_sample()
    chosen = np.random.default_rng(0).permutation(len(x))[:TRAIN]
    found = []
    for seed in SEEDS:
        utils.set_random_seed(seed)
        model = network(kind, channels)
        model.compile(
            optimizers.Adam(RATE), "sparse_categorical_crossentropy", metrics=["accuracy"]
        )
        model.fit(small(x[chosen]), y[chosen], batch_size=30, epochs=EPOCHS, verbose=0)
        _, accuracy = model.evaluate(small(x_test), y_test, batch_size=250, verbose=0)
        found.append(round(accuracy, 4))
    return found


def record_accuracy(dry_run):
    from course_lib.costs import total_cost

    rows = []
    for what, kind, channels in NETWORKS:
        cost = total_cost(network(kind, channels))
        rows.append({
            "network": what,
            "channels": channels,
            "parameters": cost.parameters,
            "multiplications": cost.multiplications,
            "test_accuracy": accuracies(kind, channels),
        })  # fmt: skip
        print(rows[-1], flush=True)
    found = {
        "command": "python -m benchmarks.cost_run --accuracy",
        "program": f"{TRAIN} digits of MNIST at 14 x 14, {EPOCHS} epochs with Adam({RATE})",
        "seeds": SEEDS,
        **machine.describe("numpy"),
        "rows": rows,
    }
    if not dry_run:
        records.keep("cost", {"accuracy": found})


def record_runs(dry_run):
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import tensorflow as tf
    from threadpoolctl import threadpool_limits

    from course_lib.training.freed_memory import keep_freed_memory

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    keep_freed_memory()
    rows = []
    with threadpool_limits(1):
        for place, shape in PLACES.items():
            for what, parts in KINDS:
                row = {"place": place, "kind": what, **counted(shape, parts)}
                rows.append(row | {"milliseconds": measure(shape, parts)})
                print(rows[-1], flush=True)
    record = {
        "command": "python -m benchmarks.cost_run",
        "program": f"one layer, a batch of {BATCH}, a processor's time, medians of rounds in turn",
        **machine.describe("numpy", "keras", "tensorflow-cpu"),
        "batch": BATCH,
        "places": PLACES,
        "rows": rows,
    }
    if not dry_run:
        records.keep("cost", record)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dry-run", action="store_true", help="print, but write no record")
    parser.add_argument("--accuracy", action="store_true", help="only the accuracies")
    chosen = parser.parse_args()
    if not chosen.accuracy:
        record_runs(chosen.dry_run)
    record_accuracy(chosen.dry_run)
