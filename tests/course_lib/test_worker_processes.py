"""Processes that share work: errors come back, and none is left behind."""

import multiprocessing
import os
import signal
import subprocess
import sys

import pytest

from course_lib.training import waiting, workers
from course_lib.training.workers import Team
from tests.course_lib.training_programs import (
    TRAINING,
    left_of_group,
    processes_of_group,
    training,
)

linux = pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux only")


@pytest.fixture(autouse=True)
def forks(monkeypatch):
    """Helpers are processes, also in a test run that has loaded TensorFlow before."""
    monkeypatch.setattr(workers, "THREADED", ())


@linux
def test_team_shares_out_tasks_and_passes_errors_on():
    def work(task):
        if task == 5:
            raise ValueError("five")
        return task * 10, os.getpid()

    with Team(work, 3) as team:
        found = team.map(range(5))
        assert [value for value, _ in found] == [0, 10, 20, 30, 40]
        assert len({process for _, process in found}) == 3
        with pytest.raises(ValueError, match="five"):
            team.map([1, 5])


@linux
def test_a_helper_that_died_is_an_error_that_says_what_to_do():
    def work(task):
        if task == 1:
            os._exit(1)

    with Team(work, 2) as team, pytest.raises(RuntimeError, match=r"set_workers\(1\)"):
        team.map([0, 1])


@linux
@pytest.mark.parametrize("meet", [True, False])
def test_a_helper_that_was_killed_between_two_batches_is_told_in_the_same_words(meet):
    with Team(lambda task: task, 2) as team:
        assert team.map([0, 1], meet) == [0, 1]
        (helper,) = team._helpers
        os.kill(helper, signal.SIGKILL)
        os.waitid(os.P_PID, helper, os.WEXITED | os.WNOWAIT)
        with pytest.raises(RuntimeError, match=r"set_workers\(1\)"):
            team.map([0, 1], meet)


@linux
def test_a_helper_that_ended_with_its_task_unread_is_told_in_the_same_words():
    ours, theirs = multiprocessing.Pipe()
    ours.send("a task")
    theirs.close()
    with pytest.raises(RuntimeError, match=r"set_workers\(1\)"):
        workers._receive(ours, "results")


@linux
def test_who_waits_stays_awake_only_with_a_core_and_time_of_its_own(monkeypatch, tmp_path):
    cores = len(os.sched_getaffinity(0))
    monkeypatch.setattr(waiting, "GROUPS", tmp_path / "groups")
    (tmp_path / "groups").write_text("1:cpu:/a/b\n0::/a/b\n")
    two, one = tmp_path / "two", tmp_path / "one"
    limits = ((two, "cpu.max", "max"), (one, "quota", "-1"))
    monkeypatch.setattr(waiting, "LIMITS", limits)
    assert waiting.spin(cores) == waiting.SPIN and waiting.spin(cores + 1) == 0
    for root, file, free, held in (
        (two, "cpu.max", "max 100000", "150000 100000"),
        (one, "quota", "-1", "150000"),
    ):
        for folder in (root, root / "a", root / "a/b"):
            folder.mkdir(parents=True, exist_ok=True)
            for text, seconds in ((free, waiting.SPIN), (held, 0), (free, waiting.SPIN)):
                (folder / file).write_text(f"{text}\n")
                assert waiting.spin(cores) == seconds


PROGRAM = TRAINING.format(
    "shared_work.WORTH = 0\nutils.set_workers(3)",
    28,
    'layers.Conv2D(8, 3), layers.Flatten(), layers.Dense(10, activation="softmax")',
    "adam",
)


@linux
@pytest.mark.parametrize(
    "kind, to_all",
    [
        (signal.SIGINT, True),  # Ctrl-C in a terminal
        (signal.SIGINT, False),  # in a notebook
        (signal.SIGTERM, False),
        (signal.SIGKILL, False),
    ],
)
def test_an_interrupted_program_leaves_no_process(kind, to_all):
    with training(PROGRAM) as program:
        assert len(processes_of_group(program.pid)) == 3
        os.killpg(program.pid, kind) if to_all else os.kill(program.pid, kind)
        errors = program.communicate(timeout=60)[1]
        if kind == signal.SIGINT:
            assert errors.rstrip().endswith("KeyboardInterrupt")
            assert errors.count("Traceback") == 1, "helpers must not speak"
        assert not left_of_group(program.pid)


# what Python lacks on Windows
WINDOWS = """
import os, signal

for name in ("fork", "waitpid", "kill"):
    delattr(os, name)
for name in ("pthread_sigmask", "SIGKILL"):
    delattr(signal, name)
"""
FIT = """
import numpy as np
from course_lib import Input, Sequential, layers, utils
from course_lib.training import shared_work, workers

shared_work.WORTH = 0
utils.set_workers(2)
utils.set_random_seed(1)
model = Sequential([Input(shape=(8, 8, 1)), layers.Conv2D(2, 3), layers.Flatten(), layers.Dense(3)])
model.compile("sgd", "mse")
x = np.random.default_rng(0).normal(size=(64, 8, 8, 1))
model.fit(x, x[:, :3, 0, 0], batch_size=32, epochs=2, verbose=0)
print(workers.can_fork(), [float(w.sum()).hex() for w in model.get_weights()])
"""


@linux
def test_without_what_windows_lacks_threads_give_the_same_results():
    told = []
    for before in ("", WINDOWS):
        command = [sys.executable, "-c", f"{before}{FIT}"]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        told.append(done.stdout.split(maxsplit=1))
    assert [forks for forks, _ in told] == ["True", "False"]
    assert told[0][1] == told[1][1]
