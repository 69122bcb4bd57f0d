"""The corpus through stock nbgrader, beside this project's grades: exercises/COMPARISON.md.

    python -m tests.course_grading.compare            # about an hour on two cores
    python -m tests.course_grading.compare --only corpus-fork-bomb
    python -m tests.course_grading.compare --missing  # the cases that the table has no row of,
                                                      # and those whose points have changed

Stock nbgrader runs these notebooks with the rights of whoever grades. Here each one is therefore
graded in a sandbox of its own, on a copy of the course in memory, together with an honest student
whose name comes after it in the class: what happens to her shows whether the batch went on. Each
assignment that has cases is a course of its own.
"""

import argparse
import json
import math
import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import course_bank
from course_bank import problem_sets
from course_grading.commands import sample_class
from course_grading.kernels import sandbox
from course_grading.kernels.inside.namespaces import HOME
from tests.course_grading import corpus
from tests.course_grading.conftest import PS2, make_course
from tests.course_grading.graded_class import hand_in
from tests.requirements import bubblewrap

HONEST = "zoe"
SECONDS = 240
TABLE = Path(__file__).parents[2] / "exercises" / "COMPARISON.md"
BANK = "/bank"  # where stock's hidden tests find the question bank
STOCK = "c = get_config()\nc.CourseDirectory.course_id = 'stock'\nc.Execute.timeout = {timeout}\n"
TIMEOUT = {PS2: 5}  # seconds for a cell
USUAL = 60  # seconds where functions are tried and models are trained

# Runs inside the sandbox: a copy of the class of two, graded by the stock command.
INSIDE = f"""
import json, os, shutil, sqlite3, subprocess, sys
assignment = sys.argv[1]
shutil.copytree("/input", "/course/course", symlinks=True, ignore=lambda folder, names: [
    n for n in names if not os.path.islink(f := os.path.join(folder, n))
    and not os.path.isdir(f) and not os.path.isfile(f)])
os.chdir("/course/course")
with open("/course/log", "w") as log:
    try:
        status = subprocess.run(
            [os.path.join(sys.prefix, "bin", "nbgrader"), "autograde", assignment],
            stdout=log, stderr=log, timeout={SECONDS} - 60).returncode
    except subprocess.TimeoutExpired:
        status = "no end"
scores = {{}}
try:
    from nbgrader.api import Gradebook
    with Gradebook("sqlite:////course/course/gradebook.db") as gradebook:
        for s in gradebook.assignment_submissions(assignment):
            done = os.path.exists(f"/course/course/autograded/{{s.student_id}}/{{assignment}}")
            scores[s.student_id] = s.score if done else None
            scores[s.student_id + " manual"] = bool(s.needs_manual_grade)
except Exception as error:
    scores["error"] = f"{{type(error).__name__}}: {{error}}"[:200]
print("RESULT" + json.dumps([status, scores]), flush=True)
"""


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--only", action="append", help="only this case (repeatable)")
    options.add_argument("--missing", action="store_true", help="only cases without a row")
    options.add_argument("--workers", type=int, default=2)
    options = options.parse_args()
    bubblewrap()
    root = Path(tempfile.mkdtemp(prefix="course-compare-"))
    every = {**corpus.CASES, **corpus.PROGRAMS}
    points = {name: problem_sets[name].questions for name in {c.assignment for c in every.values()}}
    for assignment in points:
        hand_in_all(root / assignment, assignment)
    found = read_rows() if options.only or options.missing else {}
    right = {spoken(n): f"{c.points(points[c.assignment]):g}" for n, c in every.items()}
    old = {name for name, row in found.items() if row[1] != right.get(name)}
    waiting = [name for name in every if spoken(name) not in found]
    waiting += [name for name in every if spoken(name) in old]
    chosen = options.only or waiting

    def graded(name):
        return stock(root / every[name].assignment, name, every[name].assignment)

    with ThreadPoolExecutor(options.workers) as pool:
        for name, result in zip(chosen, pool.map(graded, chosen), strict=True):
            made = row(name, every[name], result, points[every[name].assignment])
            found[spoken(name)] = made
            old.discard(spoken(name))
            print("|", *made, sep=" | ", flush=True)
            done = [found[spoken(case)] for case in every if spoken(case) in found]
            TABLE.write_text(table(done, len(old)), encoding="utf-8")
    shutil.rmtree(root, ignore_errors=True)


def hand_in_all(root, assignment):
    """A stock course for one assignment, in which its cases and the honest student hand in."""
    course = make_course(root, assignment)
    corpus.write(course, assignment)
    hand_in(course, {HONEST: sample_class.right}, assignment)
    timeout = TIMEOUT.get(assignment, USUAL)
    (root / "nbgrader_config.py").write_text(STOCK.format(timeout=timeout))


def spoken(name):
    """The case as the table names it; of another assignment than ps2 with its number."""
    case = corpus.PROGRAMS.get(name)
    number = f"{case.assignment.partition('-')[0]}: " if case else ""
    return number + name.removeprefix(corpus.cases.PREFIX).replace("-", " ")


def read_rows():
    """{case: row} of the table as it stands."""
    rows = [line.strip("| ").split(" | ") for line in TABLE.read_text("utf-8").splitlines()]
    return {cells[0]: tuple(cells) for cells in rows if len(cells) == 4 and cells[1].isdigit()}


def stock(root, name, assignment=PS2):
    """[exit status, {student: score}] of the class of two, or why there is no result."""
    class_ = Path(tempfile.mkdtemp(prefix="course-two-"))
    for part in ("source", "release", "keys", "gradebook.db", "nbgrader_config.py"):
        copy = shutil.copytree if (root / part).is_dir() else shutil.copy
        copy(root / part, class_ / part)
    subprocess.run(["chmod", "-R", "a+rX", str(class_)], check=True)  # keys are the grader's alone
    for student in (name, HONEST):
        (class_ / "submitted").mkdir(exist_ok=True)
        _copy(root / "submitted" / student, class_ / "submitted" / student)
    try:
        done = subprocess.run(
            _command(class_, assignment),
            capture_output=True,
            text=True,
            timeout=SECONDS,
            env=_environment(),
        )
    except subprocess.TimeoutExpired:
        return ["no end", {}]
    finally:
        shutil.rmtree(class_, ignore_errors=True)
    for line in done.stdout.splitlines():
        if line.startswith("RESULT"):
            return json.loads(line[len("RESULT") :])
    return [f"lost ({done.returncode}) {done.stderr[-200:]}".strip(), {}]


def _copy(source, target):
    """A student's folder with its links and pipes."""
    subprocess.run(["cp", "-a", str(source), str(target)], check=True)


def _command(class_, assignment):
    limits = ["prlimit", "--data=3000000000", "--nproc=400", "--fsize=300000000", "--core=0"]
    user = []
    if os.getuid() == 0:
        user = ["setpriv", "--reuid", "61999", "--regid", "61999", "--clear-groups"]
    bank = str(Path(course_bank.__file__).resolve().parent)
    return [
        "bwrap",
        *sandbox.namespace_arguments(),
        "--die-with-parent",
        *["--size", "1000000000", "--perms", "1777", "--tmpfs", "/course"],
        *["--ro-bind", str(class_), "/input"],
        *["--perms", "0755", "--dir", BANK, "--ro-bind", bank, f"{BANK}/course_bank"],
        *sandbox.shown_arguments((), disk=500_000_000),
        *["--chdir", "/course", *limits, *user, sys.executable, "-c", INSIDE, assignment],
    ]


def _environment():
    made = sandbox.environment()
    path = f"{BANK}:{made['PYTHONPATH']}"
    return {**made, "PYTHONPATH": path, "IPYTHONDIR": f"{HOME}/.ipython"}


def row(name, case, result, points):
    """One line of the table."""
    status, scores = result
    right = case.points(points)
    score = scores.get(name)
    if score is None:
        got = "no grade"
    elif math.isclose(score, right, abs_tol=1e-6) and not (
        case.unreadable and scores.get(f"{name} manual")
    ):
        got = "right"
    else:
        got = f"{score:g}"
    honest = float(sum(points.values()))
    batch = "graded" if scores.get(HONEST) == honest else f"**{scores.get(HONEST)}**"
    if not isinstance(status, int):
        batch = f"**{str(status)[:60]}**"
    return spoken(name), f"{right:g}", got if got == "right" else f"**{got}**", batch


def table(rows, old=0):
    """The page; ``old`` counts rows of a run when the assignment had other points."""
    rows = list(rows)
    wrong = sum("**" in row[2] for row in rows)
    lost = sum("**" in row[3] for row in rows)
    lines = "\n".join("| " + " | ".join(row) + " |" for row in rows)
    note = OLD.format(old=old) if old else ""
    return HEAD.format(count=len(rows), wrong=wrong, lost=lost, note=note) + lines + "\n"


OLD = """
{old} rows are of an earlier run, when the assignment had other points.
"""
HEAD = """# The corpus through stock nbgrader

{count} submissions that try something, each graded by stock `nbgrader autograde` together with an
honest student who comes after it. Made by `python -m tests.course_grading.compare`; the same
submissions through this course's pipeline get the right grade, every one, in
`tests/course_grading/test_corpus.py`. All hand in `ps2-output-shapes` but those that begin with
another assignment's number: functions that only look fast and models that are none, graded in
`tests/exercises/test_pipeline.py`.

Stock nbgrader gives {wrong} of them a wrong grade or none; in {lost} cases the honest student's
grade is lost or changed, or the command does not end.

Stock nbgrader has no limits of its own; the sandbox that protects the machine here gave it 3 GB,
400 processes, no network and no file beyond the class of two, which spares it the worst of them.
{note}
| what the submission does | right grade | stock nbgrader | the honest student |
|---|---|---|---|
"""


if __name__ == "__main__":
    main()
