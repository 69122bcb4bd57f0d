"""One engine in a process of its own, which does what it is told, line by line.

    python -m benchmarks.engine keras --cores 2

Each line on the standard input is JSON, {"do": "fit", "model": "mnist", "count": 60000} or
{"do": "predict", ...}; the answer is a line with the seconds, the processor seconds spent, and
the most memory the process and its helpers have held. The process may use ``--cores`` processors
and as many threads.
"""

import argparse
import json
import os
import resource
import sys
import time
from functools import cache


class Ours:
    """course_lib."""

    def __init__(self, cores):
        import course_lib
        from course_lib import callbacks

        course_lib.utils.set_workers(cores)
        self.lib, self.callback = course_lib, callbacks.Callback

    def fit(self, model, x, y, batch):
        timer = clock(self.callback)
        model.fit(x, y, batch_size=batch, epochs=1, verbose=0, callbacks=[timer])
        return timer.seconds

    def predict(self, model, x, batch):
        return seconds_of(lambda: model.predict(x, batch_size=batch, verbose=0))

    def model(self, name):
        from benchmarks.models import MODELS

        return MODELS[name](self.lib)


class Keras(Ours):
    """Keras on TensorFlow."""

    def __init__(self, cores):
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        import tensorflow as tf

        tf.config.threading.set_intra_op_parallelism_threads(cores)
        tf.config.threading.set_inter_op_parallelism_threads(cores)
        import keras

        self.lib, self.callback = keras, keras.callbacks.Callback


class KerasJit(Keras):
    """Keras on TensorFlow, its steps compiled by XLA."""

    def model(self, name):
        from benchmarks.models import SETTING

        model = super().model(name)
        model.compile(**SETTING, jit_compile=True)
        return model


class Torch:
    """PyTorch, eager, the same MNIST model."""

    def __init__(self, cores):
        import torch

        torch.set_num_threads(cores)
        self.torch = torch

    def model(self, name):
        _only_mnist(name)
        nn = self.torch.nn
        return nn.Sequential(
            nn.Conv2d(1, 32, 3), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2),
            nn.Flatten(), nn.Dropout(0.5), nn.Linear(1600, 10),
        )  # fmt: skip

    def fit(self, model, x, y, batch):
        torch = self.torch
        x, y = torch.from_numpy(x).movedim(-1, 1).contiguous(), torch.from_numpy(y)
        optimizer = torch.optim.Adam(model.parameters(), eps=ADAM_EPSILON)
        model.train()
        start = time.perf_counter()
        for chosen in torch.randperm(len(x)).split(batch):
            optimizer.zero_grad()
            torch.nn.functional.cross_entropy(model(x[chosen]), y[chosen]).backward()
            optimizer.step()
        return time.perf_counter() - start

    def predict(self, model, x, batch):
        x = self.torch.from_numpy(x).movedim(-1, 1).contiguous()
        model.eval()
        with self.torch.no_grad():
            return seconds_of(lambda: [model(part) for part in x.split(batch)])


class TorchCompiled(Torch):
    """PyTorch, the model compiled; needs a C++ compiler."""

    def model(self, name):
        return self.torch.compile(super().model(name))


ENGINES = {
    "course_lib": Ours,
    "keras": Keras,
    "keras_jit": KerasJit,
    "torch": Torch,
    "torch_compile": TorchCompiled,
    "jax": lambda cores: __import__("benchmarks.in_jax", fromlist=["Jax"]).Jax(),
}
ADAM_EPSILON = 1e-7  # Keras'; PyTorch's own would be 1e-8


def _only_mnist(name):
    if name != "mnist":
        raise ValueError(f"model must be mnist, got {name!r}.")


def clock(base):
    """A callback that notes the seconds from the first batch to the last, inside ``fit``.

    Around ``fit`` the time of Keras snaps to multiples of its input pipeline's waiting.
    """

    class Clock(base):
        def on_train_batch_begin(self, batch, logs=None):
            if batch == 0:
                self.start = time.perf_counter()

        def on_train_batch_end(self, batch, logs=None):
            self.seconds = time.perf_counter() - self.start

    return Clock()


def seconds_of(function):
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def processor_seconds():
    """Of this process and its helpers that have ended."""
    return sum(os.times()[:4])


def memory():
    """Most memory held so far, MiB: this process, and its largest helper where there are any."""
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(resource.getrusage(kind).ru_maxrss for kind in kinds) / 1024


def blas():
    """The kernels that NumPy's OpenBLAS has chosen."""
    try:
        from threadpoolctl import threadpool_info
    except ImportError:
        return []
    return sorted({pool.get("architecture", "") for pool in threadpool_info()} - {""})


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("engine", choices=ENGINES)
    parser.add_argument("--cores", type=int, default=1)
    options = parser.parse_args()

    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: options.cores])
    answers, sys.stdout = sys.stdout, sys.stderr
    engine = ENGINES[options.engine](options.cores)
    from benchmarks.models import data

    models, examples = cache(engine.model), cache(data)
    for line in sys.stdin:
        order = json.loads(line)
        model, (x, y) = models(order["model"]), examples(order["model"], order["count"])
        before = processor_seconds()
        if order["do"] == "fit":
            seconds = engine.fit(model, x, y, order["batch"])
        else:
            seconds = engine.predict(model, x, order["batch"])
        answer = {
            "seconds": seconds,
            "processor_seconds": processor_seconds() - before,
            "memory_mib": memory(),
            "blas": blas(),
        }
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
