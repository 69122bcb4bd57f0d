"""From loops to the last step: the lecture's model, one idea added at a time.

    python -m benchmarks.ladder fused --cores 1

prints the seconds that an epoch of 60,000 digits would take with the ideas up to that rung. Each
rung runs in a process of its own, since some ideas, once applied, cannot be taken back.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time

IMAGES, BATCH, BATCHES, ROUNDS = 60_000, 128, 4, 15
CLIMBS = 5

# name: what the rung adds
RUNGS = {
    "loops": "plain Python loops, one image at a time",
    "windows": "windows written as matrix rows, one product for the whole batch",
    "parts": "parts of the batch that stay in the processor's cache",
    "memory": "memory of freed arrays kept for the next, in large pages where there are some",
    "fused": "convolution, relu and pooling in one step",
    "winograd": "sixteen products for the outputs of a pool instead of thirty-six",
    "workers": "a process per processor",
    "kernels": "matrix products by the kernels that OpenBLAS chooses for this processor",
}
ORDER = list(RUNGS)


def loops():
    """Seconds per epoch of the two convolutions and pools alone, by the plain-loop oracles."""
    import numpy as np

    from course_lib.ops import reference

    rng = np.random.default_rng(0)
    image = rng.random((1, 28, 28, 1), dtype=np.float32)
    kernels = [rng.normal(size=s).astype(np.float32) for s in ((3, 3, 1, 32), (3, 3, 32, 64))]
    start = time.perf_counter()
    middle = reference.conv(image, kernels[0])
    pooled = reference.max_pool(np.maximum(middle, 0), (2, 2))
    outputs = reference.conv(pooled, kernels[1])
    reference.max_pool(np.maximum(outputs, 0), (2, 2))
    reference.conv_backward(np.ones_like(outputs), pooled, kernels[1])
    reference.conv_backward(np.ones_like(middle), image, kernels[0])
    return (time.perf_counter() - start) * IMAGES


def steps_of(rung):
    """Seconds per epoch of training steps with the ideas up to ``rung``."""
    import importlib

    import course_lib
    from benchmarks.models import data, mnist
    from course_lib import utils
    from course_lib.callbacks import Callback
    from course_lib.ops.winograd import Winograd
    from course_lib.training import shared_work, steps

    have = ORDER.index(rung)
    if "parts" not in ORDER[: have + 1]:
        steps.part_size = lambda model, batch_size: batch_size
        importlib.import_module("course_lib.ops.conv").parts = lambda window, array, *_: [
            slice(0, len(array))
        ]
        pool = importlib.import_module("course_lib.ops.pool")
        pool.batches = lambda examples, bytes_each: [slice(0, examples)]
    if "memory" not in ORDER[: have + 1]:
        shared_work.keep_freed_memory = lambda: None
    utils.set_fusion("fused" in ORDER[: have + 1])
    if "winograd" not in ORDER[: have + 1]:
        Winograd.fits = staticmethod(lambda kernel, window, pool: False)
    cores = len(os.sched_getaffinity(0))
    utils.set_workers(cores if "workers" in ORDER[: have + 1] else 1)
    model, (x, y) = mnist(course_lib), data("mnist", BATCH * (BATCHES * (ROUNDS + 1)))
    seconds = []

    class Clock(Callback):
        def on_epoch_begin(self, epoch, logs=None):
            self.start = time.perf_counter()

        def on_train_batch_end(self, batch, logs=None):
            if (batch + 1) % BATCHES == 0:
                now = time.perf_counter()
                if batch >= BATCHES:  # the first ones warm up
                    seconds.append((now - self.start) / BATCHES)
                self.start = time.perf_counter()

    model.fit(x, y, batch_size=BATCH, verbose=0, callbacks=[Clock()])
    return statistics.median(seconds) * IMAGES / BATCH


def climb(cores, rounds=CLIMBS):
    """[{rung, adds, seconds, gain}]: medians of so many climbs, each rung in a new process."""
    found = {rung: [] for rung in RUNGS}
    for _ in range(rounds):
        for rung in RUNGS:
            found[rung].append(_measured(rung, cores))
    rows = []
    for rung, adds in RUNGS.items():
        seconds = statistics.median(found[rung])
        gain = rows[-1]["seconds"] / seconds if rows else None
        rows.append({"rung": rung, "adds": adds, "seconds": seconds, "gain": gain})
    return rows


def _measured(rung, cores):
    environment = dict(os.environ)
    if rung == "kernels":
        environment.pop("OPENBLAS_CORETYPE", None)
    elif "avx512f" in flags():
        environment["OPENBLAS_CORETYPE"] = "Haswell"  # the last rung adds the wider ones
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.ladder", rung, "--cores", str(cores)],
        capture_output=True, text=True, check=True, env=environment,
    )  # fmt: skip
    return json.loads(done.stdout)


def flags():
    """What the processor can, by the names of /proc/cpuinfo."""
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        return next((line.split() for line in file if line.startswith("flags")), [])


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("rung", choices=RUNGS)
    parser.add_argument("--cores", type=int, default=len(os.sched_getaffinity(0)))
    options = parser.parse_args()
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: options.cores])
    print(json.dumps(loops() if options.rung == "loops" else steps_of(options.rung)))


if __name__ == "__main__":
    main()
