"""Single layers beside Keras: forward, and forward with all gradients, by ratio.

    python -m benchmarks.layers --threads 2 --output layers.json

The two take turns, so that both meet the same machine, and the medians of their rounds are
compared. A ratio of 2.0 means that course_lib takes twice as long. With several threads the
operations that can share out parts do so, and a matrix product has one thread. `fit` shares the
examples of a batch among processes instead, which a single layer cannot show. Memory of freed
arrays is kept, as in `fit`, for the whole process: Keras, measured in the same one, gets that too.
Where another process uses the processor the load is printed with the result: such a run should be
repeated.
"""

import argparse
import json
import math
import os
import statistics
import time
from pathlib import Path
from typing import NamedTuple

from benchmarks.machine import describe

ROUNDS = 11
LEAST_SECONDS = 0.03  # per turn


class Case(NamedTuple):
    name: str
    batch: int
    spatial: tuple
    kernel_size: tuple
    channels: int
    filters: int
    strides: int = 1
    padding: str = "valid"
    dilation_rate: int = 1


CASES = [
    Case("text: Conv1D(128, 3) on (100, 300)", 32, (100,), (3,), 300, 128),
    Case("sound: Conv1D(16, 9, 4, same) on (4000, 1)", 32, (4000,), (9,), 1, 16, 4, "same"),
    Case("Conv1D(64, 3, dilation 4, same) on (256, 64)", 32, (256,), (3,), 64, 64, 1, "same", 4),
    Case("MNIST 1: Conv2D(32, 3) on (28, 28, 1)", 128, (28, 28), (3, 3), 1, 32),
    Case("MNIST 2: Conv2D(64, 3) on (13, 13, 32)", 128, (13, 13), (3, 3), 32, 64),
    Case("LeNet 2: Conv2D(16, 5) on (14, 14, 6)", 128, (14, 14), (5, 5), 6, 16),
    Case("Conv2D(64, 3, same) on (14, 14, 64)", 32, (14, 14), (3, 3), 64, 64, 1, "same"),
    Case("AlexNet 1: Conv2D(96, 11, 4) on (227, 227, 3)", 4, (227, 227), (11, 11), 3, 96, 4),
    Case("Conv2D(32, 3, 2, same) on (64, 64, 3)", 32, (64, 64), (3, 3), 3, 32, 2, "same"),
    Case("Conv2D(32, 3, dilation 2) on (32, 32, 16)", 32, (32, 32), (3, 3), 16, 32, 1, "valid", 2),
    Case("Conv3D(8, 3) on (16, 32, 32, 1)", 8, (16, 32, 32), (3, 3, 3), 1, 8),
    Case("Conv3D(16, 3, same) on (8, 16, 16, 8)", 8, (8, 16, 16), (3, 3, 3), 8, 16, 1, "same"),
]


class Whole(NamedTuple):
    """A layer that is more than one convolution: measured as a layer, by its name in both."""

    name: str
    batch: int
    shape: tuple
    layer: str
    arguments: dict


WHOLE = [
    Whole("DepthwiseConv2D(3, same) on (28, 28, 64)", 32, (28, 28, 64), "DepthwiseConv2D",
          {"kernel_size": 3, "padding": "same"}),
    Whole("DepthwiseConv2D(5, 2, same) on (56, 56, 48)", 32, (56, 56, 48), "DepthwiseConv2D",
          {"kernel_size": 5, "strides": 2, "padding": "same"}),
    Whole("SeparableConv2D(64, 3, same) on (28, 28, 32)", 32, (28, 28, 32), "SeparableConv2D",
          {"filters": 64, "kernel_size": 3, "padding": "same"}),
    Whole("LayerNormalization on (28, 28, 64)", 32, (28, 28, 64), "LayerNormalization", {}),
]  # fmt: skip


def turns(functions, rounds=ROUNDS, least=LEAST_SECONDS, clock=time.perf_counter):
    """Median milliseconds of each function, called in turn: A B A B ..."""
    seconds = [[] for _ in functions]
    for function in functions:
        function()
    for _ in range(rounds):
        for function, found in zip(functions, seconds, strict=True):
            calls, start = 0, clock()
            while (passed := clock() - start) < least or not calls:
                function()
                calls += 1
            found.append(passed / calls)
    return [1000 * statistics.median(found) for found in seconds]


def in_keras(case, inputs, kernel, weights):
    """(forward, forward with gradients) of Keras, compiled, each waiting for its result."""
    import keras
    import tensorflow as tf

    def conv(x, k):
        return keras.ops.conv(x, k, case.strides, case.padding, dilation_rate=case.dilation_rate)

    @tf.function
    def forward(x, k):
        return conv(x, k)

    @tf.function
    def gradients(x, k, w):
        with tf.GradientTape() as tape:
            tape.watch([x, k])
            outputs = conv(x, k)
        return outputs, tape.gradient(outputs, [x, k], w)

    x, k, w = map(tf.constant, (inputs, kernel, weights))
    return lambda: forward(x, k).numpy(), lambda: gradients(x, k, w)[1][1].numpy()


def in_course(case, inputs, kernel, weights):
    """(forward, forward with gradients) of course_lib, with memory kept as `fit` keeps it."""
    from course_lib import ops
    from course_lib.training.freed_memory import keep_freed_memory

    keep_freed_memory()
    options = {name: getattr(case, name) for name in ("strides", "padding", "dilation_rate")}

    def gradients():
        _, cache = ops.conv_forward(inputs, kernel, **options)
        return ops.conv_backward(weights, cache)

    return lambda: ops.conv(inputs, kernel, **options), gradients


def measure(case):
    """One row of the table."""
    import numpy as np

    from course_lib.shapes import multiply_adds, output_shape

    rng = np.random.default_rng(0)
    places = output_shape(
        case.spatial, case.kernel_size, case.strides, case.padding, case.dilation_rate
    ).value
    inputs, kernel, weights = (
        rng.normal(size=shape).astype(np.float32)
        for shape in (
            (case.batch, *case.spatial, case.channels),
            (*case.kernel_size, case.channels, case.filters),
            (case.batch, *places, case.filters),
        )
    )
    pairs = zip(
        in_keras(case, inputs, kernel, weights),
        in_course(case, inputs, kernel, weights),
        strict=True,
    )
    (keras, ours), (keras_both, ours_both) = map(turns, pairs)
    work = multiply_adds(places, case.kernel_size, case.channels, case.filters)
    return {
        "layer": case.name,
        "batch": case.batch,
        "forward_ms": {"keras": keras, "course_lib": ours, "ratio": ours / keras},
        "both_ms": {"keras": keras_both, "course_lib": ours_both, "ratio": ours_both / keras_both},
        "forward_gflops": 2 * case.batch * work / ours / 1e6,
    }


def measure_whole(case):
    """One row of the table for a layer that is measured whole."""
    import keras
    import numpy as np
    import tensorflow as tf

    from course_lib import layers
    from course_lib.training.freed_memory import keep_freed_memory

    keep_freed_memory()
    rng = np.random.default_rng(0)
    inputs = rng.normal(size=(case.batch, *case.shape)).astype(np.float32)
    ours = getattr(layers, case.layer)(**case.arguments)
    theirs = getattr(keras.layers, case.layer)(**case.arguments)
    weights = rng.normal(size=ours(inputs).shape).astype(np.float32)
    x, w = tf.constant(inputs), tf.constant(weights)
    theirs(x)

    @tf.function
    def forward(x):
        return theirs(x)

    @tf.function
    def gradients(x, w):
        with tf.GradientTape() as tape:
            tape.watch(x)
            outputs = theirs(x)
        return outputs, tape.gradient(outputs, [x, *theirs.trainable_weights], w)

    def both():
        _, cache = ours.forward(inputs, training=True)
        return ours.backward(weights, cache)

    row = {"layer": case.name, "batch": case.batch, "forward_gflops": None}
    pairs = {
        "forward_ms": (lambda: forward(x).numpy(), lambda: ours.forward(inputs)),
        "both_ms": (lambda: gradients(x, w)[1][-1].numpy(), both),
    }
    for name, functions in pairs.items():
        keras_ms, own_ms = turns(functions)
        row[name] = {"keras": keras_ms, "course_lib": own_ms, "ratio": own_ms / keras_ms}
    return row


def sgemm_peak(size=1024):
    """GFLOP/s of one large product, the best of its rounds: what the machine gives at most."""
    import numpy as np

    a = np.random.default_rng(0).normal(size=(size, size)).astype(np.float32)
    best = math.inf
    for _ in range(20):
        start = time.perf_counter()
        a @ a
        best = min(best, time.perf_counter() - start)
    return 2 * size**3 / best / 1e9


def show(row, peak):
    forward, both = row["forward_ms"], row["both_ms"]
    share = f"{row['forward_gflops'] / peak:5.0%}" if row["forward_gflops"] else ""
    print(
        f"{row['layer']:48} {forward['keras']:8.2f} {forward['course_lib']:8.2f}"
        f" {forward['ratio']:6.2f}  {both['keras']:8.2f} {both['course_lib']:8.2f}"
        f" {both['ratio']:6.2f}  {share}",
        flush=True,
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--output", type=Path, help="where the JSON goes")
    parser.add_argument("--only", default="", help="layers with this in their name")
    arguments = parser.parse_args()

    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import tensorflow as tf
    from threadpoolctl import threadpool_info, threadpool_limits

    from course_lib.ops import sharing

    tf.config.threading.set_intra_op_parallelism_threads(arguments.threads)
    tf.config.threading.set_inter_op_parallelism_threads(arguments.threads)
    record = describe("numpy", "keras", "tensorflow-cpu") | {"threads": arguments.threads}
    with threadpool_limits(arguments.threads):
        record["blas"] = sorted({pool.get("architecture", "") for pool in threadpool_info()})
        record["sgemm_gflops"] = peak = sgemm_peak()
    print(json.dumps(record, indent=2))
    print(
        f"{'milliseconds':48} {'Keras':>8} {'course':>8} {'ratio':>6}"
        f"  {'Keras':>8} {'course':>8} {'ratio':>6}  {'sgemm':>5}"
        f"\n{'':48} {'forward':^24}  {'forward and gradients':^24}"
    )
    record["layers"] = []
    with threadpool_limits(1, user_api="blas"), sharing.threads(arguments.threads):
        for case in [case for case in (*CASES, *WHOLE) if arguments.only in case.name]:
            row = measure(case) if isinstance(case, Case) else measure_whole(case)
            show(row, peak)
            record["layers"].append(row)
    record["load_average"] = os.getloadavg()
    print(f"load average of the last minutes: {record['load_average']}")
    if arguments.output:
        arguments.output.write_text(json.dumps(record, indent=2) + "\n")


if __name__ == "__main__":
    main()
