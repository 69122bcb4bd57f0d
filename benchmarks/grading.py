"""Grading a class: stock nbgrader beside this project in one run, about eight minutes.

    python -m benchmarks.grading                     # NumPy and Keras, a class of 30
    python -m benchmarks.grading --sizes 10,100,1000 # this project alone: is the cost flat?

Both commands are run as an instructor types them, from the start of the process to its end, on the
same submissions. Prints a table and writes the record course_lib/records/grading.json; --only,
--stock and --students look at a part and write nothing.
"""

import argparse
import contextlib
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.machine import describe
from benchmarks.turns import FOREIGN, busy_seconds
from course_grading.commands import demo, sample_class
from course_grading.course import enter
from course_grading.gradebook import keys
from course_grading.kernels.inside import namespaces
from course_lib import records

EXERCISES = Path(__file__).parents[1] / "exercises"
ASSIGNMENTS = {"numpy": "ps2-output-shapes", "keras": "ps8-mnist-in-keras"}
GOALS = {"numpy": 8, "keras": 20}
STUDENTS, ROUNDS = 30, 3
STOCK = "c = get_config()\nc.CourseDirectory.course_id = 'stock'\n"
PARTS = ("start", "execute", "score", "database")


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--students", type=int, default=STUDENTS)
    options.add_argument("--stock", type=int, help="students that stock nbgrader grades (all)")
    options.add_argument("--workers", type=int, default=len(os.sched_getaffinity(0)))
    options.add_argument("--sizes", help="grade classes of these sizes with this project alone")
    options.add_argument("--only", choices=tuple(ASSIGNMENTS))
    options = options.parse_args()
    is_whole = not (options.only or options.stock) and options.students == STUDENTS
    about = describe("numpy", "nbgrader", "keras", "tensorflow-cpu")
    if options.sizes:
        sizes = {
            "command": f"python -m benchmarks.grading --sizes {options.sizes}",
            **about,
            "classes": [one_size(int(size), options) for size in options.sizes.split(",")],
        }
        parts = {"sizes": sizes}
    else:
        kinds = [options.only] if options.only else list(ASSIGNMENTS)
        compared = {kind: compare(kind, options) for kind in kinds}
        parts = {"command": "python -m benchmarks.grading", **about, "kinds": compared}
    if is_whole:
        records.keep("grading", parts)
        print("Written: course_lib/records/grading.json")


def compare(kind, options):
    """Both throughputs and their ratio, as an entry of the record."""
    assignment = ASSIGNMENTS[kind]
    some = options.stock or options.students
    stock = graded(assignment, some, stock_command(assignment), STOCK)
    own = [
        graded(assignment, options.students, own_command(assignment, options.workers))
        for _ in range(ROUNDS)
    ]
    ours = sorted(own, key=lambda run: run["each"])[ROUNDS // 2]
    times = stock["each"] / ours["each"]
    print(
        f"{kind}: stock nbgrader: {told(stock)}\n"
        f"{kind}: this project, {options.workers} workers: {told(ours)}\n"
        f"       {times:.1f} times the throughput (goal {GOALS[kind]})",
        flush=True,
    )
    return {
        "assignment": assignment,
        "workers": options.workers,
        "stock": stock,
        "ours": ours,
        "rounds": [run["each"] for run in own],
        "times": times,
        "goal": GOALS[kind],
    }


def one_size(students, options):
    """What a submission costs in a class of this size."""
    assignment = ASSIGNMENTS[options.only or "numpy"]
    run = graded(assignment, students, own_command(assignment, options.workers))
    print(told(run), flush=True)
    return run


def told(run):
    """A run as two lines."""
    parts = ", ".join(f"{name} {spent:.3f}" for name, spent in run.get("parts", {}).items())
    lines = (
        f"{run['students']} submissions in {run['seconds']:.1f} s, {run['each']:.3f} each "
        f"({run['processor_each']:.3f} of a processor), largest process {run['memory_mib']:.0f} MiB"
    )
    others = f"; NOISY: other programs used {run['foreign']:.2f} of a processor"
    noise = others if run["foreign"] > FOREIGN else ""
    return lines + noise + (f"\n       one submission, mean seconds: {parts}" if parts else "")


def stock_command(assignment):
    return [str(Path(sys.executable).parent / "nbgrader"), "autograde", assignment]


def own_command(assignment, workers):
    module = "course_grading.commands.cli"
    return [sys.executable, "-m", module, "grade", assignment, "--workers", str(workers)]


def graded(assignment, students, command, config=None):
    """Hand in for a class, grade it with ``command``; seconds, memory and parts."""
    with tempfile.TemporaryDirectory(prefix="course-benchmark-") as folder:
        course = handed_in(assignment, students, Path(folder))
        if config:
            (Path(folder) / "nbgrader_config.py").write_text(config)
        run = {"students": students, **timed(folder, command)}
        run["each"] = run["seconds"] / students
        run["processor_each"] = run["processor_seconds"] / students
        found = list(course.records(assignment).values())
        if found:
            run["parts"] = {
                part: statistics.mean(record["seconds"].get(part, 0.0) for record in found)
                for part in PARTS
            }
        return run


def handed_in(assignment, students, folder):
    """A course with a class: the first half of the questions solved (no training in Keras)."""
    shutil.copytree(EXERCISES / "source" / assignment, folder / "source" / assignment)
    shutil.copy(EXERCISES / "nbgrader_config.py", folder)
    before = os.getcwd()
    course = enter(folder)
    demo.generate(course, assignment)
    source = course.source(assignment)
    solved = json.loads(source.read_text(encoding="utf-8"))
    released = json.loads((course.folder("release", assignment) / source.name).read_text("utf-8"))
    key = keys.read(course.root, assignment)
    for place in range(students):
        student = f"student-{place:04}"
        path = course.folder("submitted", assignment, student)
        path.mkdir(parents=True)
        book = sample_class.Notebook(released, solved, key, student)
        (path / source.name).write_text(sample_class.half_right(book), encoding="utf-8")
    os.chdir(before)
    return course


def timed(folder, command):
    """Seconds, processor seconds, memory of the largest process, and what others used meanwhile.

    The command's kernels outlive the server that forked them by a moment. They come here to be
    waited for, and their processor time counts as the command's.
    """
    namespaces.adopt_orphans()
    paths = os.pathsep.join([str(EXERCISES.parent), os.environ.get("PYTHONPATH", "")])
    environment = {**os.environ, "PYTHONPATH": paths.rstrip(os.pathsep)}
    log = Path(folder) / "benchmark.log"
    begin, busy, own, largest = time.monotonic(), busy_seconds(), waited_seconds(), 0.0
    with log.open("w") as output:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
    while process.poll() is None:
        largest = max(largest, *map(peak_memory, [process.pid, *children(process.pid)]))
        time.sleep(0.05)
    seconds = time.monotonic() - begin
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{log.read_text()[-2000:]}")
    wait_for_orphans()
    processor = waited_seconds() - own
    return {
        "seconds": seconds,
        "processor_seconds": processor,
        "memory_mib": largest,
        "foreign": max(0.0, busy_seconds() - busy - processor) / (time.monotonic() - begin),
    }


def waited_seconds():
    """Processor seconds of all ended processes below this one that were waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def wait_for_orphans(longest=10.0):
    """Wait for every process below this one; what runs ``longest`` seconds on is left alone."""
    deadline = time.monotonic() + longest
    with contextlib.suppress(ChildProcessError):  # none is left
        while time.monotonic() < deadline:
            if os.waitpid(-1, os.WNOHANG)[0] == 0:
                time.sleep(0.01)


def children(pid):
    """Process ids that ``pid`` has started."""
    try:
        return list(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))
    except OSError:
        return []


def peak_memory(pid):
    """The most memory that a process has held so far, in MiB; 0 when it has ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(li.split()[1]) / 1024 for li in lines if li.startswith("VmHWM:")), 0.0)


if __name__ == "__main__":
    main()
