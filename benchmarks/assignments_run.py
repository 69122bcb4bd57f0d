"""What the machine computes in an assignment: ``python -m benchmarks.assignments_run``.

Runs each notebook of ``exercises/source`` with its worked solutions, as a student would by "Run
All", and writes course_bank/authoring/machine_seconds.json. Minutes, most of them TensorFlow's.
"""

import contextlib
import io
import json
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import machine
from course_bank.assignments import release
from course_bank.assignments.problem_sets import problem_sets
from course_bank.authoring import working_time
from course_bank.catalogue import COMMON

SOURCE = Path("exercises/source")
_HIDDEN = re.compile(r"### BEGIN HIDDEN TESTS.*?### END HIDDEN TESTS", re.DOTALL)


def cells(name):
    """The code of a notebook's cells, solutions in their places, without the hidden checks."""
    content = json.loads((SOURCE / name / f"{name}.ipynb").read_text(encoding="utf-8"))
    return [
        _HIDDEN.sub("", "".join(cell["source"]))
        for cell in content["cells"]
        if cell["cell_type"] == "code"
    ]


def run(name):
    """Seconds that the cells take, in this process, whose folder holds the sheets.

    Raises RuntimeError where a cell stops.
    """
    from IPython.core.interactiveshell import InteractiveShell

    code, shell = cells(name), InteractiveShell.instance()
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        key = release.draw(name, problem_sets[name].questions, COMMON, "worked through")
        sheets = release.as_text(release.sheets(key))
        Path(f"{name}.sheets.json").write_text(sheets, encoding="utf-8")
        begin = time.process_time()  # another program on the machine costs nothing
        for cell in code:
            with contextlib.redirect_stdout(io.StringIO()):
                result = shell.run_cell(cell)
            if not result.success:
                raise RuntimeError(f"{name}: {result.error_in_exec!r} in\n{cell}")
        return time.process_time() - begin


def main():
    if sys.argv[1:]:
        print(round(run(sys.argv[1]), 1))
        return
    seconds = {}
    for name in problem_sets:  # in a process each, as a notebook has its own
        command = [sys.executable, "-m", "benchmarks.assignments_run", name]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        seconds[name] = float(done.stdout.split()[-1])
        print(name, seconds[name], flush=True)
    record = {
        "command": "python -m benchmarks.assignments_run",
        **machine.describe("numpy"),
        "seconds": seconds,
    }
    text = json.dumps(record, indent=1) + "\n"
    working_time.RECORD.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
