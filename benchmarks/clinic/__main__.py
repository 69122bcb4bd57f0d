"""The runs of chapter 15: ``python -m benchmarks.clinic``, some minutes on one core.

Trains the healthy program and each broken one with `SEEDS`, and writes what can be read off them to
course_lib/records/clinic.json. Names of cases as arguments run these alone and print.
"""

import argparse
import difflib

import numpy as np

from benchmarks import machine
from benchmarks.clinic.cases import ANOTHER_COUNT, CASES, SOURCE
from course_lib import records, utils

SEEDS = (0, 1, 2)
SWEEP_SEEDS = (0, 1, 2, 3, 4)
RATES = (1e-4, 3e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1, 0.3, 1.0)


def watch(text, seed, **arguments):
    """The `Watch` of one training by the program ``text``."""
    names = {}
    exec(compile(text, "<program>", "exec"), names)
    with np.errstate(all="ignore"):  # a broken program may overflow: that is what it shows
        return names["train"](seed, **arguments)


def run(text, seeds=SEEDS, **arguments):
    """Curves of every seed, and the histograms of the first.

    ``reads`` is the share of test digits that are read, where the accuracy counts something else.
    """
    watches = [watch(text, seed, **arguments) for seed in seeds]
    first = watches[0]
    return short(
        {
            "first_loss": [w.first_loss for w in watches],
            "curves": {name: [w.curves[name] for w in watches] for name in first.curves},
            "test_accuracy": [w.test_accuracy for w in watches],
            "first_steps": first.step_losses,
            **({"reads": [w.reads() for w in watches]} if ANOTHER_COUNT in text else {}),
            "layers": {"start": first.start, "end": first.end},
            "histograms": first.histograms(),
        }
    )


def short(value):
    """Numbers with four significant digits, all the way down."""
    if isinstance(value, dict):
        return {key: short(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [short(part) for part in value]
    if isinstance(value, (float, np.floating)):
        return float(f"{value:.4g}")
    return value


def change(case):
    """The lines in which the broken program differs from the mended: "- right", "+ broken"."""
    mended, broken = (case.program(broken).splitlines() for broken in (False, True))
    lines = difflib.unified_diff(mended, broken, n=0, lineterm="")
    return [line for line in lines if not line.startswith(("---", "+++", "@@"))]


def sweep():
    """{rate: loss of the second epoch for every seed}"""
    losses = {}
    for rate in RATES:
        text = SOURCE.replace("learning_rate=0.05", f"learning_rate={rate}")
        found = [watch(text, seed, epochs=2) for seed in SWEEP_SEEDS]
        losses[str(rate)] = short([w.curves["loss"][-1] for w in found])
        print("rate", rate, losses[str(rate)], flush=True)
    return losses


def record_case(name):
    case = CASES[name]
    found = {"title": case.title, "change": change(case), "broken": run(case.program())}
    if case.setting:
        found["mended"] = run(case.program(broken=False))
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cases", nargs="*", help=f"of {', '.join(CASES)}; run these and print")
    chosen = parser.parse_args().cases
    utils.set_workers(1)
    cases = {}
    for name in chosen or CASES:
        cases[name] = record_case(name)
        curves = cases[name]["broken"]["curves"]
        last = {curve: [values[-1] for values in runs] for curve, runs in curves.items()}
        print(name, cases[name]["broken"]["first_loss"], last, flush=True)
    if chosen:
        return
    record = {
        "command": "python -m benchmarks.clinic",
        **machine.describe("numpy"),
        "seeds": SEEDS,
        "program": SOURCE,
        "healthy": run(SOURCE),
        "cases": cases,
        "sweep": {"seeds": SWEEP_SEEDS, "epochs": 2, "loss": sweep()},
    }
    records.save("clinic", record)
    print("Written: course_lib/records/clinic.json")


if __name__ == "__main__":
    main()
