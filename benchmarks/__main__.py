"""All measurements of speed, in one run: ``python -m benchmarks``, 20 to 45 minutes.

Training and prediction beside Keras, and the lecture's model also beside the fastest peers that are
there: Keras compiled by XLA, PyTorch, PyTorch compiled, JAX. BENCH_TORCH_PYTHON and
BENCH_JAX_PYTHON name the Pythons that have them, if it is not this one. Then single layers beside
Keras, the share of the processor's peak that is reached, memory, the time of the import, and the
ladder from loops to the last step. Prints a table and writes the record
course_lib/records/benchmarks.json. --quick takes fewer examples and rounds and writes nothing;
--ladder measures the ladder alone. --rounds 1 trains the lecture's model once with each engine,
--examples 30000 on half of the digits: with both it takes about a quarter of an hour. What takes
seconds has five rounds or more, whatever --rounds says.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.ladder import CLIMBS, climb
from benchmarks.machine import describe
from benchmarks.turns import ROOT, engines, take_turns
from course_lib import records

ROUNDS = 3
SHORT = 5  # at least so many rounds of what takes seconds: one of them says little
BATCH = 128
QUICK = 2_560  # examples
# (what, model, examples, batch): a whole epoch of the lecture's model, shares of one for the others
TASKS = [
    ("fit", "mnist", 60_000, BATCH),
    ("predict", "mnist", 10_000, BATCH),
    ("fit", "lenet", 12_800, BATCH),
    ("fit", "hidden", 6_400, BATCH),
    ("fit", "text", 6_400, BATCH),
    ("fit", "volume", 6_400, BATCH),
    ("fit", "residual", 6_400, BATCH),
    ("predict", "efficientnet", 1, 1),
    ("predict", "efficientnet", 32, 32),
]
GOALS = {
    ("fit", "mnist", 2): {"keras": 0.8, "torch": 0.7},
    ("fit", "mnist", 1): {"keras": 0.95, "torch": 0.75},
    ("predict", "mnist", 2): {"keras": 0.7},
    ("predict", "mnist", 1): {"keras": 0.7},
    ("fit", "residual", 1): {"keras": 1.1},
}
# by the number of examples, on one core as on two
PHOTOGRAPHS = {1: {"keras": 1.5}, 32: {"keras": 1.2}}


def networks(quick, rounds, most):
    """The rows of training and prediction; ``rounds`` and ``most`` examples bound what is long."""
    available = len(os.sched_getaffinity(0))
    for cores in sorted({min(2, available), 1}, reverse=True):
        for do, name, count, batch in TASKS:
            names = engines() if name == "mnist" else engines()[:2]
            order = {"do": do, "model": name, "count": count, "batch": batch}
            if do == "fit":
                order["count"] = min(count, most)
            turns = rounds if do == "fit" and name == "mnist" else max(rounds, SHORT)
            row = take_turns(names, cores, order, 1 if quick else turns)
            goals = GOALS.get((do, name, cores), {"keras": 1.0})
            if name == "efficientnet":
                goals = PHOTOGRAPHS[count]
            row["goals"] = {n: goal for n, goal in goals.items() if n in row}
            show_network(row)
            yield row


def show_network(row):
    what = f"{row['do']} {row['model']}, {row['cores']} core{'s'[: row['cores'] > 1]}"
    if row["model"] == "efficientnet":
        what = f"{row['count']} x {what}"
    numbers = [f"{row['course_lib']['seconds']:8.3f} s"]
    peers = [name for name in engines()[1:] if name in row]
    for name in peers:
        ratio, goal = row[f"ratio_to_{name}"], row["goals"].get(name)
        aim = f" (goal {goal}){'' if ratio <= goal else '  above'}" if goal else ""
        numbers.append(f"{name} {row[name]['seconds']:8.3f} s  ratio {ratio:5.2f}{aim}")
    memory = " ".join(f"{n} {row[n]['memory_mib']:.0f}" for n in ("course_lib", *peers))
    noise = "" if row["quiet"] else "  NOISY: other programs were using the processors"
    print(f"{what:26} {'  '.join(numbers)}  MiB: {memory}{noise}", flush=True)


def single_layers(threads):
    """The record of `benchmarks.layers`, made in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "layers.json"
        command = [sys.executable, "-m", "benchmarks.layers", "--threads", str(threads)]
        subprocess.run([*command, "--output", str(path)], check=True, cwd=ROOT)
        return json.loads(path.read_text(encoding="utf-8"))


def import_seconds():
    """Processor seconds of importing NumPy, and of course_lib with its models: medians of 7."""
    statements = {"numpy": "import numpy", "course_lib": "import course_lib; course_lib.Sequential"}
    found = {name: [] for name in statements}
    for _ in range(7):
        for name, statement in statements.items():
            code = (
                f"import time; t = time.process_time(); {statement}; print(time.process_time() - t)"
            )
            done = subprocess.run(
                [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
            )
            found[name].append(float(done.stdout))
    return {name: statistics.median(seconds) for name, seconds in found.items()}


def ladder(cores, rounds=CLIMBS):
    """The rows of `benchmarks.ladder`, printed."""
    rows = climb(cores, rounds)
    for row in rows:
        gain = f"{row['gain']:6.2f} times" if row["gain"] else ""
        print(f"{row['rung']:9} {row['seconds']:12.1f} s per epoch {gain:12} {row['adds']}")
    return rows


def keep(parts):
    records.keep("benchmarks", parts)
    print("Written: course_lib/records/benchmarks.json")


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="a short look; writes no record")
    parser.add_argument(
        "--ladder", action="store_true", help="the ladder alone, anew; keeps the rest of the record"
    )
    parser.add_argument(
        "--rounds", type=int, default=ROUNDS, help="of the lecture's model, per engine"
    )
    parser.add_argument("--examples", type=int, help="to train on, at most; all if it is not given")
    options = parser.parse_args()
    most = options.examples or (QUICK if options.quick else max(count for _, _, count, _ in TASKS))
    climbs = 1 if options.quick else min(CLIMBS, 2 * options.rounds + 1)

    available = len(os.sched_getaffinity(0))
    if options.ladder:
        keep({"ladder": ladder(min(2, available))})
        return
    record = {
        "command": " ".join(["python -m benchmarks", *sys.argv[1:]]),
        **describe("numpy", "keras", "tensorflow-cpu"),
        "openblas_variables": {k: v for k, v in os.environ.items() if k.startswith("OPENBLAS")},
        "load_average_before": os.getloadavg(),
    }
    print(json.dumps(record, indent=1))
    record["networks"] = list(networks(options.quick, options.rounds, most))
    if not options.quick:
        record["layers"] = {
            str(threads): single_layers(threads) for threads in sorted({1, min(2, available)})
        }
    record["import_seconds"] = seconds = import_seconds()
    print(f"import: course_lib {seconds['course_lib']:.3f} s, NumPy alone {seconds['numpy']:.3f} s")
    record["ladder"] = ladder(min(2, available), climbs)
    record["load_average_after"] = os.getloadavg()
    if not options.quick:
        keep(record)


if __name__ == "__main__":
    main()
