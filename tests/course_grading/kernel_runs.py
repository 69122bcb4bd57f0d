"""What the tests of kernels share: limits, running a cell, and the processes of a server."""

import time

import psutil

from course_grading.kernels import executor, runner
from course_grading.pipeline import read_outcomes

LIMITS = {
    **executor.IsolatedKernel().limits("x", "numpy", 2.0),
    "total_timeout": 60.0,
    "cell_cpu": 60.0,
    "memory": 300_000_000,
    "memory_all": 600_000_000,
}


def printed(outcome):
    return "".join(o["text"] for o in outcome.outputs if o["output_type"] == "stream")


def run(kernel, source, timeout=30, kind="run"):
    """What came of a cell, or of a "probe", read."""
    outcome = kernel.run({kind: source}, timeout)
    read_outcomes.read([outcome])
    return outcome


def ran(job, path):
    """What came of a job, read."""
    result = runner.run(job, path)
    read_outcomes.read(result.outcomes)
    return result


def job(*steps, **more):
    requests = [step if isinstance(step, dict) else {"run": step} for step in steps]
    return runner.Job(requests, limits={**LIMITS, **more.pop("limits", {})}, **more)


PROBE_X = {"probe": "emit(value=globals().get('x'))"}


def tree(server):
    process = psutil.Process(server.process.pid)
    return sorted(child.pid for child in process.children(recursive=True))


def wait_until(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)
