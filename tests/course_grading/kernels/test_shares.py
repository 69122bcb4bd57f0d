"""Each submission has its share of the machine, and no more."""

import os

import psutil
import pytest

from course_grading.kernels import executor, limits, sandbox, shares
from course_grading.kernels.client import Kernel
from course_grading.kernels.inside import frames
from tests.course_grading.kernel_runs import LIMITS, printed, run, tree, wait_until


@pytest.fixture
def four_cores(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {0, 1, 2, 5})


@pytest.mark.parametrize(
    ("workers", "expected"),
    [
        (1, [[0, 1, 2, 5]]),
        (2, [[0, 2], [1, 5]]),
        (4, [[0], [1], [2], [5]]),
        (6, [[0], [1], [2], [5], [0], [1]]),
    ],
)
def test_cores_are_parted_among_the_workers(four_cores, workers, expected):
    assert [shares.cores(place, workers) for place in range(workers)] == expected


def test_memory_follows_the_machine(four_cores, monkeypatch):
    monkeypatch.setattr(shares, "_machine", lambda: 10 << 30)
    assert shares.memory(2) == 4 << 30
    assert shares.most_workers(1 << 30) == 4
    assert shares.most_workers(3 << 30) == 2
    assert shares.most_workers(30 << 30) == 1
    made = executor.IsolatedKernel(workers=4).limits("x", "keras", 30)
    assert made["memory_all"] == made["memory"] == made["memory_group"] == 2 << 30
    made = executor.IsolatedKernel(workers=2).limits("x", "numpy", 30)
    assert (made["memory"], made["memory_all"]) == (1 << 30, 2 << 30)
    assert made["memory_group"] == (2 << 30) + 3 * made["disk"]
    assert limits.within(made, 8)["memory_all"] == 1 << 30


def test_seconds_that_others_had():
    def usage():
        return {"cpu": told[0], "wait": told[1]}

    told = [3.0, 1.0]
    load = shares.Load(usage, now=100.0)
    told[:] = 5.0, 8.0
    assert load.used() == 2.0
    assert load.lost(now=110.0) == 7.0  # of ten seconds it had two, and could have had nine
    assert load.lost(now=104.0) == 2.0
    told[:] = 13.0, 500.0  # many processes, which wait for each other
    assert load.lost(now=110.0) == 0.0


def test_a_kernel_stays_on_its_cores(kernel_server):
    cores = [min(os.sched_getaffinity(0))]
    given = {"files": {}, "sheet": {}}
    kernel = Kernel(kernel_server.path, given, {**LIMITS, "cores": cores}, sandbox.environment())
    try:
        seen = run(kernel, "import os\nprint(os.sched_getaffinity(0))")
    finally:
        kernel.close()
    assert printed(seen) == f"{set(cores)}\n"


BUSY = """
import os
for _ in range(7):
    if os.fork() == 0:
        while True: pass
while True: pass
"""


def test_many_busy_processes_weigh_as_much_as_one(kernel_server):
    given, before = {"files": {}, "sheet": {}}, set(tree(kernel_server))
    kernel = Kernel(kernel_server.path, given, {**LIMITS, "cell_cpu": 2.0}, sandbox.environment())

    def niced():
        started = set(tree(kernel_server)) - before
        return max((psutil.Process(pid).nice() for pid in started), default=0) > 4

    try:
        frames.send(kernel._socket, {"run": BUSY})
        wait_until(niced, 30)
    finally:
        kernel.close()


def test_a_cell_is_stopped_by_processor_time_too(kernel_server):
    """Eight busy processes use up in a moment what one cell may use."""
    given = {"files": {}, "sheet": {}}
    kernel = Kernel(kernel_server.path, given, {**LIMITS, "cell_cpu": 1.5}, sandbox.environment())
    try:
        outcome = run(kernel, BUSY, timeout=60)
    finally:
        kernel.close()
    assert outcome.reason.endswith(" stop after 1.5 seconds of processor time") or (
        outcome.reason == "was stopped after 1.5 seconds of processor time"
    )
