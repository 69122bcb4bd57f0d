"""The patients of the assignment on the clinic: ``python -m benchmarks.clinic.patients``, minutes.

The healthy program of chapter 15 on fewer and smaller digits, with one fault each, and other sizes,
seeds and classes for each patient: what chapter 15's own cards show fits none of them. Written to
the question bank, which students do not have: the record says what each of them suffers from.
"""

import argparse
import hashlib
import json
import random

import numpy as np

from benchmarks import machine
from benchmarks.clinic.__main__ import short
from benchmarks.clinic.cases import ANOTHER_COUNT, CASES, SOURCE, Case
from course_bank.topics.training_clinic import patients, wards
from course_lib import utils
from course_lib.datasets import mnist

EACH = 8  # patients with the same fault in a ward
LEAKS = 40  # further ones with the fault "leak", of which the record keeps the counts alone,
LEAK_EACH, LEAK_EPOCHS = 120, 4  # with more digits of each class, so that many have no twin
EACH_CLASS, EPOCHS = 80, 8  # training digits of a class, and how often they are met
SHOWN_STEPS = 40
HURRIED = Case("The training ends too soon", (("learning_rate=0.05", "learning_rate=0.003"),))
_CASES = {**CASES, "hurried": HURRIED}


def digits(classes, each):
    """Half as fine as MNIST's: (training, test), ``each`` training digits of every class."""
    parts = []
    for (x, y), count in zip(mnist.load_sample(), (each, 40), strict=True):
        chosen = np.sort(np.concatenate([np.flatnonzero(y == k)[:count] for k in range(classes)]))
        parts.append((x[chosen][:, ::2, ::2], y[chosen]))
    return parts


def sizes(rng):
    """The numbers of a patient."""
    return {
        "classes": rng.randint(5, 10),
        "filters": (rng.randint(6, 10), rng.randint(12, 20)),
        "units": rng.randint(24, 40),
        "rate": rng.choice([0.05, 0.06, 0.07]),
        "batch": rng.choice([16, 20]),
        "seed": rng.randint(0, 10**6),
    }


def text(fault, drawn):
    """The program of a patient."""
    lines = _CASES[fault].program() if fault else SOURCE
    for old, new in (
        ("keras.datasets.mnist.load_sample()", "digits()"),
        ("(28, 28, 1)", "(14, 14, 1)"),
        ("Conv2D(8,", f"Conv2D({drawn['filters'][0]},"),
        ("Conv2D(16,", f"Conv2D({drawn['filters'][1]},"),
        ("Dense(32,", f"Dense({drawn['units']},"),
        ("Dense(10", f"Dense({drawn['classes']}"),
        ("learning_rate=0.05", f"learning_rate={drawn['rate']}"),
        ("batch_size=32", f"batch_size={drawn['batch']}"),
        ("x[::5], y[::5]", "x[::2], y[::2]"),
    ):
        lines = lines.replace(old, new)
    return lines


def watched(fault, drawn, each, epochs):
    """The `Watch` of a patient's training."""
    names = {"digits": lambda: digits(drawn["classes"], each)}
    exec(compile(text(fault, drawn), "<program>", "exec"), names)
    with np.errstate(all="ignore"):
        return names["train"](drawn["seed"], epochs=epochs)


def examined(fault, drawn):
    """(the card of a patient, what else is recorded of it).

    That is what it reads of new digits, where its accuracy counts something else.
    """
    watch = watched(fault, drawn, EACH_CLASS, EPOCHS)
    reads = {"reads": watch.reads()} if ANOTHER_COUNT in text(fault, drawn) else {}
    found = watch.histograms()
    found["answers"] = found["answers"][: drawn["classes"]]
    card = {
        "classes": drawn["classes"],
        "batches": -(-len(watch.train[0]) // drawn["batch"]),
        "validation": len(watch.validation[0]),
        "first_loss": [watch.first_loss],
        "curves": {name: [values] for name, values in watch.curves.items()},
        "first_steps": watch.step_losses[:SHOWN_STEPS],
        "layers": {
            moment: [{name: row[name] for name in ("sums", "step")} for row in rows]
            for moment, rows in (("start", watch.start),)
        },
        "histograms": found,
    }
    return short(card), short(reads)


def complains(ward, card):
    """Whether the validation accuracy at the end fits what the ward complains of."""
    reached = card["curves"]["val_accuracy"][0][-1]
    return reached < {"flat": 2.5 / card["classes"], "plateau": 0.85}.get(ward, 2)


def patient(ward, fault, number):
    """(name, {"ward", "fault", "card"}), with the panels of the ward.

    Sizes are drawn again until all numbers are finite, which a card can draw, and until the card
    shows complaint and signature of the fault: now and then chance hides them.
    """
    name = hashlib.sha256(f"{ward}/{fault}/{number}".encode()).hexdigest()[:6]
    rng = random.Random(name)
    while True:
        card, more = examined(fault, sizes(rng))
        kept = {panel: card["histograms"][panel] for panel in wards.WARDS[ward].histograms}
        card["histograms"] = kept
        told = json.dumps(card)
        if "NaN" in told or "Infinity" in told or not complains(ward, card):
            continue
        if wards.told(ward, card) == fault:
            return name, {"ward": ward, "fault": fault, "card": card, **more}


def twins(watch):
    """[validation images, right among them, with a twin in training, right among those].

    A twin is the same image, up to two pixels away.
    """
    images, labels = watch.validation
    labels = labels if labels.ndim == 1 else labels.argmax(axis=1)
    right = np.asarray(watch.predict(images)).argmax(axis=1) == labels
    shifts = [(down, right) for down in range(-2, 3) for right in range(-2, 3)]
    known = {
        image.astype(np.float32).tobytes()
        for shift in shifts
        for image in np.roll(watch.train[0], shift, (1, 2))
    }
    same = np.array([image.astype(np.float32).tobytes() in known for image in images])
    return [len(images), int(right.sum()), int(same.sum()), int((right & same).sum())]


def leaks():
    """{name: `twins`}"""
    found = {}
    for number in range(LEAKS):
        name = hashlib.sha256(f"leak {number}".encode()).hexdigest()[:6]
        drawn = sizes(random.Random(name))
        found[name] = twins(watched("leak", drawn, LEAK_EACH, LEAK_EPOCHS))
    print("leaks done", flush=True)
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("faults", nargs="*", help="examine one patient of each, print, and stop")
    chosen = parser.parse_args().faults
    utils.set_workers(1)
    if chosen:
        for fault in chosen:
            show(fault, sizes(random.Random(1)))
        return
    found = {}
    for ward, listed in wards.WARDS.items():
        for fault in listed.faults:
            for number in range(EACH):
                name, made = patient(ward, fault, number)
                found[name] = made
            print(ward, fault, "done", flush=True)
    record = {
        "command": "python -m benchmarks.clinic.patients",
        **machine.describe("numpy"),
        "patients": dict(sorted(found.items())),
        "leaks": leaks(),
    }
    patients.FILE.write_text(json.dumps(record, separators=(",", ":")) + "\n", encoding="utf-8")
    print(f"Written: {patients.FILE.name}, {patients.FILE.stat().st_size:,} bytes")


def show(fault, drawn):
    card, more = examined(fault or None, drawn)
    print(f"--- {fault or 'healthy'} {drawn}")
    for name, values in card["curves"].items():
        print(f"  {name:13}", *(f"{value:.2f}" for value in values[0]))
    print(" ", more or "")
    print("  first", card["first_loss"], "steps", card["first_steps"][:12])
    print("  layers", card["layers"]["start"])
    print("  answers", card["histograms"]["answers"], "orders", card["histograms"]["orders"])
    print("  certainty", card["histograms"]["certainty"]["counts"])
    print("  nearest", card["histograms"]["nearest"]["counts"])


if __name__ == "__main__":
    main()
