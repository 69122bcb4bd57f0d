"""The server of kernels: that it leaves nothing behind, and the other ways to run it."""

import errno
import json
import os
import shutil
import socket
import subprocess
import sys
from contextlib import closing, nullcontext
from pathlib import Path

import psutil
import pytest

from course_grading.gradebook import failures
from course_grading.kernels import executor, groups, runner, sandbox, servers, warm
from course_grading.kernels.client import Kernel
from course_grading.pipeline import read_outcomes
from tests.course_grading.corpus.forging import SOCKET
from tests.course_grading.kernel_runs import (
    LIMITS,
    PROBE_X,
    job,
    printed,
    ran,
    run,
    tree,
    wait_until,
)
from tests.requirements import bubblewrap


def test_nothing_outlives_the_kernel():
    bubblewrap()
    server = servers.KernelServer()
    alone = tree(server)
    kernel = Kernel(server.path, {"files": {}, "sheet": {}}, LIMITS, sandbox.environment())
    source = (
        "import os, time\nfor _ in range(3):\n    if os.fork() == 0:\n        os.setpgid(0, 0)\n"
    )
    source += "        if os.fork() == 0: time.sleep(1000)\n        os._exit(0)"
    run(kernel, source)
    assert len(tree(server)) >= len(alone) + 6  # keeper, process 1, kernel, three daemons
    kernel.close()
    wait_until(lambda: tree(server) == alone)
    server.close()


def test_kernels_end_with_the_server():
    bubblewrap()
    server = servers.KernelServer()
    kernel = Kernel(server.path, {"files": {}, "sheet": {}}, LIMITS, sandbox.environment())
    assert run(kernel, "1").status == "ok"
    pids = tree(server)
    assert len(pids) >= 4
    server.close()
    wait_until(lambda: not any(psutil.pid_exists(pid) for pid in pids))


PASSES_ON = """
import array
with open('x', 'w') as file:
    passed = array.array('i', [file.fileno()] * 4)
for _ in range(30):
    head = struct.pack('>I', 4) + b's' + b'null'
    channel().sendmsg([head], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, passed)])
"""


def test_files_that_a_submission_passes_on_are_not_opened_in_the_grader(kernel_server, kernel):
    def descriptors():
        return len(os.listdir("/proc/self/fd"))

    run(kernel, SOCKET)
    before = descriptors()
    assert run(kernel, PASSES_ON).status == "ok"
    assert descriptors() == before
    assert ran(job("x = 1", PROBE_X), kernel_server.path).outcomes[1].answer


def test_files_passed_on_while_senders_are_asked_for_are_not_opened_either():
    ours, theirs = socket.socketpair()
    with ours, theirs, open(os.devnull) as file:
        servers.ask_for_senders(ours, True)
        before = os.listdir("/proc/self/fd")
        socket.send_fds(theirs, [b"x"], [file.fileno()] * 4)
        assert servers.receive_with_sender(ours) == (b"x", os.getpid())
        assert os.listdir("/proc/self/fd") == before


def test_a_kernel_that_cannot_be_made_leaves_no_connection(kernel_server, monkeypatch):
    def fails(limits):
        raise RuntimeError("no group")

    monkeypatch.setattr(groups, "new", fails)
    connection = servers.connect(kernel_server.path)
    monkeypatch.setattr(servers, "connect", lambda path: connection)
    with pytest.raises(RuntimeError, match="no group"):
        Kernel(kernel_server.path, {"files": {}, "sheet": {}}, LIMITS, sandbox.environment())
    assert connection.fileno() == -1


# ------------------------------------------------------------------ other ways to run


def test_a_lost_server_is_replaced_and_leaves_nothing(monkeypatch):
    bubblewrap()
    monkeypatch.setattr(warm, "_servers", {})

    def graded():
        result = warm.run_here(job("x = 7", PROBE_X), "numpy")
        read_outcomes.read(result.outcomes)
        return result.outcomes[1].answer, warm._servers["numpy", True, ()]

    first, lost = graded()
    lost.process.kill()
    lost.process.wait()
    second, server = graded()
    warm.close_servers()
    assert first == second == {"value": {"int": "7"}}
    assert server is not lost
    assert not os.path.exists(lost.path)


def test_why_a_server_was_not_reached_is_kept(monkeypatch):
    """A class is not graded on where it concerns all: see `failures`."""
    problem = OSError(errno.EMFILE, "too many open files")

    def connect(path):
        raise problem

    monkeypatch.setattr(servers, "connect", connect)
    with pytest.raises(servers.KernelFailed, match="was not reached") as failed:
        Kernel("here", {"files": {}, "sheet": {}}, LIMITS, sandbox.environment())
    assert failed.value.__cause__ is problem
    assert failures.of_all(failed.value).startswith("Too many files are open")


@pytest.mark.parametrize("problem", [None, OSError(errno.EAGAIN, "no process left")])
def test_a_kernel_whose_steps_are_none_leaves_nothing(problem):
    server, homes = servers.KernelServer(isolated=False), []

    def steps():
        homes.extend(running.folders)
        if problem:
            raise problem
        return []

    running = runner._Run(job(isolated=False), server.path)
    running.steps = steps
    try:
        with pytest.raises(OSError, match="no process left") if problem else nullcontext():
            assert running.result().outcomes == []
        (home,) = homes
        wait_until(lambda: tree(server) == [] and not os.path.exists(home))
        outcomes = ran(job("x = 1", PROBE_X, isolated=False), server.path).outcomes
        assert outcomes[1].answer == {"value": {"int": "1"}}
    finally:
        server.close()


def test_what_a_server_has_called_is_done_before_a_kernel_begins():
    bubblewrap()
    named = "course_lib.datasets.mnist:load_sample"
    assert named in warm.PRELOAD["keras"]
    asked = "from course_lib.datasets import mnist; print(mnist._sample.cache_info().currsize)"
    given = {"files": {}, "sheet": {}}, LIMITS, sandbox.environment()
    with (
        closing(servers.KernelServer(("numpy", named))) as server,
        closing(Kernel(server.path, *given)) as kernel,
    ):
        assert printed(run(kernel, asked)) == "1\n"


def test_a_cold_kernel_is_isolated_too():
    bubblewrap()
    server = servers.KernelServer(warm=False)
    try:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
            connect = f"import socket\nsocket.create_connection(('127.0.0.1', {port}), 2)"
            steps = ["import os\nprint(*sorted(os.listdir('/home')))", PROBE_X, connect]
            result = ran(job(*steps), server.path)
    finally:
        server.close()
    pythons = {
        Path(place).parts[2] for place in sandbox._python_folders() if place.startswith("/home/")
    }
    assert printed(result.outcomes[0]).split() == sorted({"student", *pythons})
    assert result.outcomes[1].answer == {"value": None}
    assert result.outcomes[2].outputs[0]["ename"] in ("OSError", "ConnectionRefusedError")


def test_without_isolation_limits_hold_and_nothing_is_left():
    server = servers.KernelServer(isolated=False)
    source = "import os, time\nif os.fork() == 0:\n    os.setpgid(0, 0); time.sleep(1000)\n"
    source += "x = os.getcwd()"
    try:
        result = ran(job(source, PROBE_X, "bytearray(400_000_000)", isolated=False), server.path)
        folder = result.outcomes[1].answer["value"]
        wait_until(lambda: len(tree(server)) == 0)
    finally:
        server.close()
    assert folder.startswith("/")
    assert not Path(folder).exists()
    assert result.outcomes[2].outputs[0]["ename"] == "MemoryError"


MANY_FORKS = """
x = 0
try:
    while x < 1500:
        if os.fork() == 0:
            import time; time.sleep(60); os._exit(0)
        x += 1
except OSError:
    pass
"""


def test_a_killed_grader_leaves_no_folder_without_isolation(tmp_path):
    """The keeper, which notices that the grader is gone, removes the kernel's home."""
    home = tmp_path / "home"
    home.mkdir()
    given = {"files": {}, "sheet": {}, "home": str(home), "tmp": str(home)}
    server = servers.KernelServer(isolated=False)
    try:
        environment = sandbox.environment(False)
        kernel = Kernel(server.path, given, LIMITS, environment)
        assert run(kernel, "open('mine', 'w').close()").status == "ok"
        kernel.close()
        wait_until(lambda: not home.exists())
    finally:
        server.close()


def test_without_isolation_processes_are_bounded_and_root_is_not_given():
    """Linux spares root the limit of processes, and counts what else a user runs."""
    others = [subprocess.Popen(["sleep", "60"]) for _ in range(LIMITS["processes"] + 6)]
    server = servers.KernelServer(isolated=False)
    try:
        steps = ["import os\nx = os.getuid()", PROBE_X, "if os.fork() == 0: os._exit(0)"]
        steps += [MANY_FORKS, PROBE_X]
        # Pages that a fork shares count for each process: so many hold more than LIMITS allow.
        limits = {"memory_all": 4_000_000_000}
        result = ran(job(*steps, isolated=False, limits=limits), server.path)
        wait_until(lambda: len(tree(server)) == 0)
    finally:
        server.close()
        for process in others:
            process.kill()
            process.wait()
    assert [o.status for o in result.outcomes] == ["ok"] * 5
    assert 10 < int(result.outcomes[4].answer["value"]["int"]) < 1500
    assert result.outcomes[1].answer["value"]["int"] != "0"


def test_submissions_are_refused_where_bubblewrap_is_missing(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setattr(executor, "_refused", {})
    kernel = executor.IsolatedKernel()
    with pytest.raises(sandbox.IsolationUnavailable, match="accept_unisolated = True") as caught:
        kernel.check()
    assert "\n" not in str(caught.value)
    assert "apt-get install bubblewrap" in str(caught.value)
    kernel.accept_unisolated = True
    assert kernel.isolated() is False


def test_forks_separate_for_a_user_without_rights():
    """As another user, with the system's Python: the environment may lie in root's home."""
    bubblewrap()
    if os.getuid() != 0 or not shutil.which("setpriv"):
        pytest.skip("every other test runs without rights then")
    python = shutil.which("python3", path="/usr/bin")
    if python is None:
        pytest.skip("python3 is missing; install it: sudo apt-get install python3")
    source = (Path(sandbox.__file__).parent / "inside" / "namespaces.py").read_text() + (
        "\nHOME = '/home'\nuid = os.getuid()\nenter(uid)\nif os.fork() == 0:\n"
        "    private_folders(uid, 10**6)\n    settle(uid)\n"
        "    print(os.getpid(), os.getuid(), os.listdir('/tmp'), flush=True)\n    os._exit(0)\n"
        "os.wait()\n"
    )
    shown = [*sandbox._system(), *sandbox._devices(), "--tmpfs", "/tmp", "--dir", "/home"]
    inside = ["bwrap", "--unshare-all", *shown]
    user = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]
    done = subprocess.run(
        [*user, *inside, python, "-c", source], capture_output=True, text=True, timeout=60, env={}
    )
    assert done.stdout == "1 65534 []\n", done.stderr


def test_this_package_needs_no_numpy_inside():
    """The fork server decides what is imported before the fork."""
    source = "import sys; sys.path.insert(0, sys.argv[1]); import inside.frames, inside.answers\n"
    source += "print([m for m in ('numpy', 'IPython', 'course_lib') if m in sys.modules])"
    folder = str(Path(sandbox.__file__).parent)
    done = subprocess.run(
        [sys.executable, "-c", source, folder], capture_output=True, text=True, timeout=60
    )
    assert json.loads(done.stdout.replace("'", '"')) == [], done.stderr
