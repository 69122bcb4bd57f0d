"""Grading a class: stock nbgrader beside this project, in one run.

    python -m benchmarks.grading                     # NumPy and Keras, a class of 30
    python -m benchmarks.grading --stock 5           # stock grades 5 of the 30
    python -m benchmarks.grading --sizes 10,100,1000 # this project alone: is the cost flat?

Both commands are run as an instructor types them, from the start of the process to its end, on the
same submissions; stock's cost is linear in the class, so a part of the class tells its throughput.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from course_lib.grading import demo, sample_class
from course_lib.grading.course import Course

EXERCISES = Path(__file__).parents[1] / "exercises"
NUMPY, KERAS = "ps2-output-shapes", "ps8-mnist-in-keras"
STOCK = "c = get_config()\nc.CourseDirectory.course_id = 'stock'\n"


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--students", type=int, default=30)
    options.add_argument("--stock", type=int, help="students that stock nbgrader grades (all)")
    options.add_argument("--workers", type=int, default=os.cpu_count())
    options.add_argument("--sizes", help="grade classes of these sizes with this project alone")
    options.add_argument("--only", choices=("numpy", "keras"))
    options = options.parse_args()
    kinds = [options.only] if options.only else ["numpy", "keras"]
    for kind in kinds:
        assignment = {"numpy": NUMPY, "keras": KERAS}[kind]
        if options.sizes:
            for size in map(int, options.sizes.split(",")):
                seconds, split = ours(assignment, size, options.workers)
                print(f"{kind}: class of {size}: {seconds / size:.3f} s each; {told(split)}")
        else:
            compare(kind, assignment, options)


def compare(kind, assignment, options):
    """Print both throughputs and their ratio."""
    some = options.stock or options.students
    seconds = stock(assignment, some)
    print(
        f"{kind}: stock nbgrader: {some} submissions in {seconds:.1f} s, {seconds / some:.2f} each"
    )
    own, split = ours(assignment, options.students, options.workers)
    each = own / options.students
    print(
        f"{kind}: this project, {options.workers} workers: {options.students} submissions in "
        f"{own:.1f} s, {each:.2f} each\n       {told(split)}\n"
        f"       {seconds / some / each:.1f} times the throughput",
        flush=True,
    )


def told(split):
    parts = ", ".join(f"{name} {seconds:.3f}" for name, seconds in split.items())
    return f"of one submission's seconds: {parts}"


def handed_in(assignment, students, folder):
    """A course with a class: the first half of the questions solved (no training in Keras)."""
    shutil.copytree(EXERCISES / "source" / assignment, folder / "source" / assignment)
    shutil.copy(EXERCISES / "nbgrader_config.py", folder)
    before = os.getcwd()
    course = Course(folder)
    demo.generate(course, assignment)
    source = course.source(assignment)
    solved = json.loads(source.read_text(encoding="utf-8"))
    released = json.loads((course.folder("release", assignment) / source.name).read_text("utf-8"))
    for place in range(students):
        student = f"student-{place:04}"
        path = course.folder("submitted", assignment, student)
        path.mkdir(parents=True)
        book = sample_class.Notebook(released, solved, assignment, student)
        (path / source.name).write_text(sample_class.half_right(book), encoding="utf-8")
    os.chdir(before)
    return course


def timed(folder, *command):
    """Seconds that a command takes in ``folder``."""
    paths = os.pathsep.join([str(EXERCISES.parent), os.environ.get("PYTHONPATH", "")])
    environment = {**os.environ, "PYTHONPATH": paths.rstrip(os.pathsep)}
    begin = time.monotonic()
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    seconds = time.monotonic() - begin
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, command))} failed:\n{done.stderr[-2000:]}")
    return seconds


def stock(assignment, students):
    """Seconds of stock `nbgrader autograde` for a class."""
    with tempfile.TemporaryDirectory(prefix="course-benchmark-") as folder:
        handed_in(assignment, students, Path(folder))
        (Path(folder) / "nbgrader_config.py").write_text(STOCK)
        program = Path(sys.executable).parent / "nbgrader"
        return timed(folder, program, "autograde", assignment)


def ours(assignment, students, workers):
    """Seconds of `course grade` for a class, and a submission's mean seconds by part."""
    with tempfile.TemporaryDirectory(prefix="course-benchmark-") as folder:
        course = handed_in(assignment, students, Path(folder))
        module = "course_lib.grading.cli"
        seconds = timed(
            folder, sys.executable, "-m", module, "grade", assignment, "--workers", str(workers)
        )
        split = {"start": 0.0, "execute": 0.0, "score": 0.0, "database": 0.0}
        for record in course.records(assignment).values():
            for part, spent in record["seconds"].items():
                split[part] += spent / students
        return seconds, split


if __name__ == "__main__":
    main()
