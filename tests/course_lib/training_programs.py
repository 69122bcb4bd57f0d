"""Programs that train in several processes, and what there is of their processes."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

# format with: lines that set the workers, the side of an image, the layers, the optimizer
TRAINING = """
import numpy as np
from course_lib import Input, Sequential, layers, utils
from course_lib.callbacks import Callback
from course_lib.training import shared_work, steps

{}

class Say(Callback):
    def on_train_batch_end(self, batch, logs=None):
        if batch == 5:
            print("working", flush=True)

side = {}
model = Sequential([Input(shape=(side, side, 1)), {}])
model.compile("{}", "sparse_categorical_crossentropy")
model.fit(np.zeros((4000, side, side, 1)), np.zeros(4000, int), batch_size=16, epochs=10000,
          verbose=0, callbacks=[Say()])
"""


@contextmanager
def training(program):
    """The process of a program that has begun to train; nothing of it is left in the end."""
    process = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
        # as in a terminal: a test run in the background hands down that SIGINT is ignored
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    try:
        assert process.stdout.readline() == "working\n"
        yield process
    finally:
        for left in processes_of_group(process.pid):
            os.kill(left, signal.SIGKILL)


def processes_of_group(group):
    """The ids of a group's processes."""
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/stat") as file:
                state, _, number = file.read().rpartition(")")[2].split()[:3]
        except OSError:
            continue
        if int(number) == group and state != "Z":
            found.append(int(name))
    return found


def left_of_group(group):
    """Those that are still there when all had time to end."""
    deadline = time.monotonic() + 120
    while (left := processes_of_group(group)) and time.monotonic() < deadline:
        time.sleep(0.05)
    return left
