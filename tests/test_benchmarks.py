"""What the benchmarks count; their measurements are not tested."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
WORK = 0.4  # seconds of a processor

# a command that ends at once and leaves a child that works on
ORPHAN = f"""
import os, time
if os.fork() == 0:
    while time.process_time() < {WORK}:
        pass
"""
TIMED = f"""
import sys
from benchmarks.grading import timed
print(timed(sys.argv[1], [sys.executable, "-c", {ORPHAN!r}])["processor_seconds"])
"""


def test_work_of_orphans_counts_as_the_commands_own(tmp_path):
    # in a process of its own, for it waits for every child that it has
    command = [sys.executable, "-c", TIMED, str(tmp_path)]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert float(found.stdout) >= WORK, found.stderr
