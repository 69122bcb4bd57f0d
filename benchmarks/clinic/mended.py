"""What mended and broken programs reach: ``python -m benchmarks.clinic.mended``, minutes.

Every program of the assignment on the clinic, with drawn sizes and seeds, on drawn digits. The
accuracy that is asked of students follows from the mended ones.
"""

import json

import numpy as np

import course_lib as keras
from benchmarks import machine
from course_bank.core.rng import Rng
from course_bank.topics.mnist import heldout_digits
from course_bank.topics.training_clinic import mending, programs, trial
from course_lib.datasets import mnist

MENDED, BROKEN = 24, 6  # drawings of each task, of each of its faults


def reached(task, numbers, seed, mended):
    """Accuracy on held-out digits of the program of a drawing."""
    names = {"np": np, "keras": keras, "layers": keras.layers}
    exec(programs.text(task, numbers, mended), names)
    (x, y), _ = mnist.load_sample()
    chosen = trial.chosen(seed)
    with np.errstate(all="ignore"):
        _, predict, _ = names[task.replace("-", "_")](x[chosen], y[chosen].astype(int))
        images, labels = heldout_digits.draw(seed)
        return round(float(np.mean(predict(images) == labels)), 3)


def drawings(task, faults, count):
    """[(numbers, seed)] with the lines of ``faults``."""
    for place in range(count):
        seed = f"{task}/{faults}/{place}"
        numbers = {**programs.sizes(Rng(seed)), **programs.healthy(task)}
        for fault in faults:
            numbers |= programs.FAULTS[fault].lines
        yield numbers, seed


def main():
    keras.utils.set_workers(1)
    tasks = {}
    for task, program in programs.PROGRAMS.items():
        found = [reached(task, *drawn, mended=True) for drawn in drawings(task, (), MENDED)]
        broken = {
            " and ".join(faults): [
                reached(task, *drawn, mended=False) for drawn in drawings(task, faults, BROKEN)
            ]
            for faults in program.faults
        }
        tasks[task] = {"mended": found, "broken": broken}
        print(task, min(found), max(found), broken, flush=True)
    record = {
        "command": "python -m benchmarks.clinic.mended",
        **machine.describe("numpy"),
        "tasks": tasks,
    }
    mending.FILE.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
