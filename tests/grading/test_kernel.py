"""The kernel: what cells show, what a probe finds, what the sandbox does not let through."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from course_lib.grading import executor, runner, sandbox
from course_lib.grading.client import Kernel
from tests.requirements import bubblewrap

LIMITS = {
    **executor.IsolatedKernel().limits("x", "numpy", 2.0),
    "total_timeout": 60.0,
    "memory": 300_000_000,
    "memory_all": 600_000_000,
}


@pytest.fixture
def kernel(kernel_server):
    made = Kernel(kernel_server.path, {"files": {}, "sheet": {}}, LIMITS, sandbox.environment())
    yield made
    made.close()


def printed(outcome):
    return "".join(o["text"] for o in outcome.outputs if o["output_type"] == "stream")


def run(kernel, source, timeout=5):
    return kernel.run({"run": source}, timeout)


def job(*steps, **more):
    requests = [step if isinstance(step, dict) else {"run": step} for step in steps]
    return runner.Job(requests, limits={**LIMITS, **more.pop("limits", {})}, **more)


PROBE_X = {"probe": "emit(value=globals().get('x'))"}


# ------------------------------------------------------------------ cells


def test_outputs_of_a_cell(kernel):
    outcome = run(kernel, "print('one')\nimport sys; print('two', file=sys.stderr)\n3 * 7")
    assert outcome.status == "ok"
    kinds = [(o["output_type"], o.get("name")) for o in outcome.outputs]
    assert kinds == [("stream", "stdout"), ("stream", "stderr"), ("execute_result", None)]
    assert outcome.outputs[-1]["data"]["text/plain"] == "21"


def test_an_error_is_an_output(kernel):
    outcome = run(kernel, "1 / 0")
    assert outcome.status == "error"
    assert outcome.outputs[0]["ename"] == "ZeroDivisionError"
    assert any("1 / 0" in line for line in outcome.outputs[0]["traceback"])


def test_displays_are_updated_and_cleared(kernel):
    outcome = run(
        kernel,
        "from IPython.display import display, clear_output\n"
        "h = display('a', display_id=True)\nh.update('b')",
    )
    assert [o["data"]["text/plain"] for o in outcome.outputs] == ["'b'"]
    outcome = run(kernel, "print(1)\nclear_output()\nprint(2)")
    assert printed(outcome) == "2\n"


def test_shell_lines_magics_and_await_work(kernel):
    assert printed(run(kernel, "!echo $((6 * 7))")).strip() == "42"
    assert run(kernel, "%timeit -n1 -r1 pass").status == "ok"
    assert run(kernel, "import asyncio\nawait asyncio.sleep(0.01)").status == "ok"


def test_figures_are_shown(kernel):
    outcome = run(kernel, "import matplotlib.pyplot as plt\nplt.plot([1, 2])", 60)
    assert any("image/png" in o.get("data", {}) for o in outcome.outputs)


def test_a_large_display_does_not_end_the_kernel(kernel):
    source = (
        "from IPython.display import display\nfrom IPython.display import HTML, Image\n"
        "display(HTML('x' * 30_000_000))\n"
        "display({'image/png': 'A' * 20_000_000, 'text/plain': 'a picture'}, raw=True)"
    )
    outcome = run(kernel, source, 30)
    assert outcome.status == "ok", outcome.reason
    html, picture = (o["data"] for o in outcome.outputs)
    assert html["text/html"].startswith("xxx")
    assert picture == {"text/plain": "a picture"}


def test_a_probe_emits_beside_the_students_names(kernel):
    run(kernel, "x = (26, 26)\nemit = None")
    outcome = kernel.run({"probe": "y = x\nemit(value=y)"}, 5)
    assert outcome.answer == {"value": {"tuple": [{"int": "26"}, {"int": "26"}]}}
    assert run(kernel, "y").outputs[0]["ename"] == "NameError"


def test_a_probe_that_fails_says_why(kernel):
    outcome = kernel.run({"probe": "emit(a=1)\nemit(b=missing)"}, 5)
    assert outcome.answer == {"a": {"int": "1"}}
    assert outcome.error["ename"] == "NameError"


def test_a_slow_cell_is_interrupted_and_the_next_one_runs(kernel):
    begin = time.monotonic()
    assert run(kernel, "while True: pass", 0.5).status == "timeout"
    assert time.monotonic() - begin < 5
    assert printed(run(kernel, "print('still here')")) == "still here\n"


def test_files_and_sheet_are_there(kernel_server):
    submission = {"files": {"data/a.txt": "aGVsbG8="}, "sheet": {"student": "ada"}}
    kernel = Kernel(kernel_server.path, submission, LIMITS, sandbox.environment())
    source = "import os, json\nprint(open('data/a.txt').read())\n"
    source += "print(json.load(open(os.environ['COURSE_SHEET'])))"
    assert printed(run(kernel, source)) == "hello\n{'student': 'ada'}\n"
    kernel.close()


# ------------------------------------------------------------------ submissions


def test_a_dead_cell_costs_itself_and_nothing_else(kernel_server):
    steps = ["x = 1", "import os; os._exit(1)", "x += 1", PROBE_X, "y = 5", PROBE_X]
    result = runner.run(job(*steps), kernel_server.path)
    assert [o.status for o in result.outcomes] == ["ok", "died", "ok", "ok", "ok", "ok"]
    assert result.outcomes[3].answer == {"value": {"int": "2"}}
    assert result.restarts == 1


def test_a_probe_that_ends_the_kernel_is_not_repeated(kernel_server):
    steps = ["x = 1", {"probe": "import os; os._exit(1)"}, PROBE_X]
    result = runner.run(job(*steps), kernel_server.path)
    assert [o.status for o in result.outcomes] == ["ok", "died", "ok"]


def test_time_for_the_whole_notebook_is_bounded(kernel_server):
    begin = time.monotonic()
    steps = ["import time; time.sleep(1)"] * 20
    result = runner.run(job(*steps, limits={"total_timeout": 2.5}), kernel_server.path)
    assert time.monotonic() - begin < 12
    assert result.outcomes[0].status == "ok"
    assert result.outcomes[-1].status == "not run"
    assert "time" in result.outcomes[-1].reason


def test_memory_of_one_process_is_bounded(kernel):
    outcome = run(kernel, "x = bytearray(400_000_000)")
    assert outcome.outputs[0]["ename"] == "MemoryError"
    assert run(kernel, "x = bytearray(100_000_000)").status == "ok"


def test_memory_of_all_processes_is_bounded(kernel):
    source = (
        "import os, time\nfor _ in range(6):\n    if os.fork() == 0:\n"
        "        x = bytearray(200_000_000)\n        for i in range(0, len(x), 4096): x[i] = 1\n"
        "        time.sleep(60)\ntime.sleep(60)"
    )
    assert run(kernel, source, 20).status == "died"


# ------------------------------------------------------------------ isolation


def test_nothing_of_the_course_is_visible(kernel):
    source = """
import os, course_lib
package = os.path.dirname(course_lib.__file__)
seen = [os.listdir(os.path.join(package, n)) for n in ("questions", "grading")]
print(seen)
for module in ("course_lib.questions.catalogue", "course_lib.grading.store"):
    try:
        __import__(module)
        print("imported", module)
    except ImportError:
        pass
"""
    assert printed(run(kernel, source)) == "[[], []]\n"


def test_the_graders_environment_stays_outside(kernel, monkeypatch):
    out = printed(run(kernel, "import os\nprint(sorted(os.environ))"))
    assert "COURSE_SHEET" in out
    for name in ("SSH_AUTH_SOCK", "JPY_PARENT_PID", "PYTEST_CURRENT_TEST", "XDG_RUNTIME_DIR"):
        assert name not in out


def test_the_network_is_unreachable(kernel):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        socket.create_connection(("127.0.0.1", port), 2).close()  # from here it works
        source = f"import socket\nsocket.create_connection(('127.0.0.1', {port}), 2)"
        assert run(kernel, source).outputs[0]["ename"] in ("OSError", "ConnectionRefusedError")


def test_sockets_and_files_of_the_machine_are_invisible(kernel, tmp_path):
    path = str(tmp_path / "s")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        server.listen()
        source = f"import socket\ns = socket.socket(socket.AF_UNIX)\ns.connect({path!r})"
        assert run(kernel, source).outputs[0]["ename"] == "FileNotFoundError"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("\0course-test")
        server.listen()
        source = "s = socket.socket(socket.AF_UNIX)\ns.connect('\\0course-test')"
        assert run(kernel, source).outputs[0]["ename"] == "ConnectionRefusedError"


def test_two_kernels_do_not_see_each_other(kernel_server):
    first, second = (
        Kernel(kernel_server.path, {"files": {}, "sheet": {}}, LIMITS, sandbox.environment())
        for _ in range(2)
    )
    run(first, "open('/tmp/here', 'w').write('x')\nimport os\nopen('mine', 'w').close()")
    count = "import os\nprint('here' in os.listdir('/tmp'), os.listdir('.'), len([p for p in "
    count += "os.listdir('/proc') if p.isdigit()]))"
    assert printed(run(second, count)) == "False [] 2\n"
    first.close()
    second.close()


LEAVE_NOTES = """
import os
def folders():
    for path, names, _ in os.walk("/"):
        names[:] = [n for n in names if os.path.join(path, n) not in ("/proc", "/usr")]
        yield path
"""


def test_nowhere_can_a_kernel_leave_a_note_for_the_next(kernel_server):
    """Kernels may share a user, where the grader is not root: places must not be shared."""
    first, second = (
        Kernel(kernel_server.path, {"files": {}, "sheet": {}}, LIMITS, sandbox.environment())
        for _ in range(2)
    )
    write = "import contextlib\nfor path in folders():\n    with contextlib.suppress(OSError):\n"
    write += "        open(path + '/note', 'w').close(); print(path)"
    look = "print([path for path in folders() if os.path.exists(path + '/note')])"
    left = printed(run(first, LEAVE_NOTES + write, 60)).split()
    assert "/tmp" in left
    assert printed(run(second, LEAVE_NOTES + look, 60)) == "[]\n"
    first.close()
    second.close()


MEMORY = """
import ctypes, os, mmap, time
libc = ctypes.CDLL(None, use_errno=True)
def call(number, *rest):
    return libc.syscall(number, *rest), ctypes.get_errno()
"""


def test_memory_that_no_limit_counts_is_refused(kernel):
    for name in ("os.memfd_create('x')", "ctypes.CDLL(None).memfd_create(b'x', 0) < 0 and 1 / 0"):
        error = run(kernel, f"{MEMORY}{name}").outputs[0]["ename"]
        assert error in ("PermissionError", "ZeroDivisionError")
    outcome = run(kernel, f"{MEMORY}print(libc.shmget(0, 4096, 0o1600), ctypes.get_errno())")
    assert printed(outcome) == "-1 1\n"


def test_memory_shared_between_processes_is_counted(kernel):
    source = "for _ in range(4):\n    if os.fork() == 0:\n        m = mmap.mmap(-1, 250_000_000)\n"
    source += "        for i in range(0, len(m), 4096): m[i] = 1\n        time.sleep(60)\n"
    assert run(kernel, f"{MEMORY}{source}time.sleep(60)", 20).status == "died"


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="the numbers are those of x86_64")
@pytest.mark.parametrize("number", [101, 248, 250, 425, 272, 321, 0x40000000 + 39])
def test_calls_that_no_notebook_needs_are_refused(kernel, number):
    outcome = run(kernel, f"{MEMORY}print(call({number}, 0, 0, 0, 0, 0))")
    assert printed(outcome) == "(-1, 1)\n"


def test_no_rights(kernel):
    source = "import os\nprint(os.getuid(), open('/proc/self/status').read())"
    out = printed(run(kernel, source))
    assert not out.startswith("0 ")
    assert "CapEff:\t0000000000000000" in out
    assert "CapBnd:\t0000000000000000" in out
    assert "NoNewPrivs:\t1" in out


def test_nothing_outlives_the_kernel():
    bubblewrap()
    server = sandbox.KernelServer()
    alone = tree(server)
    kernel = Kernel(server.path, {"files": {}, "sheet": {}}, LIMITS, sandbox.environment())
    source = "import os, time\nfor _ in range(3):\n    if os.fork() == 0:\n        os.setsid()\n"
    source += "        if os.fork() == 0: time.sleep(1000)\n        os._exit(0)"
    run(kernel, source)
    assert len(tree(server)) >= len(alone) + 6  # keeper, process 1, kernel, three daemons
    kernel.close()
    wait_until(lambda: tree(server) == alone)
    server.close()


def tree(server):
    process = psutil.Process(server.process.pid)
    return sorted(child.pid for child in process.children(recursive=True))


def wait_until(condition, seconds=10):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def test_kernels_end_with_the_server():
    bubblewrap()
    server = sandbox.KernelServer()
    kernel = Kernel(server.path, {"files": {}, "sheet": {}}, LIMITS, sandbox.environment())
    assert run(kernel, "1").status == "ok"
    pids = tree(server)
    assert len(pids) >= 4
    server.close()
    wait_until(lambda: not any(psutil.pid_exists(pid) for pid in pids))


# ------------------------------------------------------------------ other ways to run


def test_a_cold_kernel_is_isolated_too():
    bubblewrap()
    server = sandbox.KernelServer(warm=False)
    try:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
            connect = f"import socket\nsocket.create_connection(('127.0.0.1', {port}), 2)"
            steps = ["import os\nprint(os.listdir('/home'))", PROBE_X, connect]
            result = runner.run(job(*steps), server.path)
    finally:
        server.close()
    assert printed(result.outcomes[0]) == "['student']\n"
    assert result.outcomes[1].answer == {"value": None}
    assert result.outcomes[2].outputs[0]["ename"] in ("OSError", "ConnectionRefusedError")


def test_without_isolation_limits_hold_and_nothing_is_left():
    server = sandbox.KernelServer(isolated=False)
    source = "import os, time\nif os.fork() == 0:\n    os.setsid(); time.sleep(1000)\n"
    source += "x = os.getcwd()"
    try:
        result = runner.run(
            job(source, PROBE_X, "bytearray(400_000_000)", isolated=False), server.path
        )
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


def test_without_isolation_processes_are_bounded_and_root_is_not_given():
    """Linux spares root the limit of processes, and counts what else a user runs."""
    others = [subprocess.Popen(["sleep", "60"]) for _ in range(LIMITS["processes"] + 6)]
    server = sandbox.KernelServer(isolated=False)
    try:
        steps = ["import os\nx = os.getuid()", PROBE_X, "if os.fork() == 0: os._exit(0)"]
        steps += [MANY_FORKS, PROBE_X]
        result = runner.run(job(*steps, isolated=False), server.path)
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
    inside = ["bwrap", "--unshare-all", *sandbox._system(), "--tmpfs", "/tmp", "--dir", "/home"]
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
