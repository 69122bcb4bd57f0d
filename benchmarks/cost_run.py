"""What kinds of convolution cost: counted, and measured. The run that chapter 18 shows.

``python -m benchmarks.cost_run`` writes course_lib/records/cost.json in about a minute. Every kind
maps the same input to an output of the same shape, early in a network (large maps, few channels)
and late (small maps, many channels). Both libraries use one processor and take turns; what counts
is the processor's time, which other programs of a busy machine do not lengthen much.
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


def record_runs(dry_run):
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import tensorflow as tf
    from threadpoolctl import threadpool_limits

    from course_lib.training.workers import keep_freed_memory

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
        records.save("cost", record)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dry-run", action="store_true", help="print, but write no record")
    record_runs(parser.parse_args().dry_run)
