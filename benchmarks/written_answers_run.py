"""Trainings that model answers speak of: ``python -m benchmarks.written_answers_run``, two minutes.

Writes course_bank/assignments/judgements/measured.json: what the classifier of ps8 reads of the
digits that it has seen and of others, for several students' numbers; and what the last program of
ps10 reports and reads if it is made wider and trained longer in the place of being mended.
"""

import json
from collections import Counter

import numpy as np

import course_lib as keras
from benchmarks import machine
from course_bank import bank
from course_bank.assignments.judgements import measured
from course_bank.core.rng import Rng
from course_bank.topics.mnist import heldout_digits
from course_bank.topics.training_clinic import programs, trial
from course_lib.datasets import mnist

STUDENTS = 8
TASK = "clinic-mend-training"
EPOCHS, WIDER = 50, 2


def classifier(n):
    """The model of ps8, by the solution in the instructor's copy."""
    names = {"keras": keras, "n": n}
    exec(bank["mnist-model"].solution.replace("model.summary()", ""), names)
    return names["model"]


def digits():
    """{"seen", "unseen"}: accuracy of each student's model; "confused": pairs, and how often."""
    (x, y), (x_test, y_test) = mnist.load_sample()
    x, x_test = ((part / 255).astype("float32")[..., None] for part in (x, x_test))
    found, confused = {"seen": [], "unseen": []}, Counter()
    for student in range(STUDENTS):
        keras.utils.set_random_seed(student)
        model = classifier(bank["mnist-model"].variant(student).n)
        model.compile("adam", "sparse_categorical_crossentropy")
        n = bank["mnist-predict"].variant(student).n
        model.fit(x, y, batch_size=n.batch, epochs=n.epochs, verbose=0)
        read = model.predict(x_test, verbose=0).argmax(axis=-1)
        seen = model.predict(x, verbose=0).argmax(axis=-1)
        found["seen"].append(round(float(np.mean(seen == y)), 3))
        found["unseen"].append(round(float(np.mean(read == y_test)), 3))
        wrong = read != y_test
        confused.update(" and ".join(map(str, sorted(map(int, pair)))) for pair in
                        zip(y_test[wrong], read[wrong], strict=True))  # fmt: skip
    return {**found, "confused": dict(confused.most_common(6))}


def larger_and_longer():
    """{faults: {"reported", "reads"}} of the last program, made wider and trained longer."""
    (x, y), _ = mnist.load_sample()
    chosen, found = trial.chosen("written answers"), {}
    images, labels = heldout_digits.draw("written answers")
    for faults in programs.PROGRAMS[TASK].faults:
        numbers = {**programs.sizes(Rng(" and ".join(faults))), **programs.healthy(TASK)}
        for fault in faults:
            numbers |= programs.FAULTS[fault].lines
        larger = {name: WIDER * numbers[name] for name in ("filters", "units")}
        names = {"np": np, "keras": keras, "layers": keras.layers}
        exec(programs.text(TASK, {**numbers, **larger, "epochs": EPOCHS}), names)
        with np.errstate(all="ignore"):
            made = names[TASK.replace("-", "_")](x[chosen], y[chosen].astype(int))
            reads = float(np.mean(made[1](images) == labels))
        found[" and ".join(faults)] = {"reported": round(float(made[2]), 3), "reads": reads}
        print(faults, found[" and ".join(faults)], flush=True)
    return found


def main():
    record = {
        "command": "python -m benchmarks.written_answers_run",
        **machine.describe("numpy"),
        "digits": digits(),
        "larger and longer": larger_and_longer(),
    }
    measured.FILE.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
