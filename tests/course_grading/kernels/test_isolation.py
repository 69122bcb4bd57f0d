"""Isolation: what the sandbox of a kernel does not let through."""

import base64
import os
import socket

import pytest

from course_grading.kernels import sandbox
from course_grading.kernels.client import Kernel
from tests.course_grading.kernel_runs import LIMITS, printed, run


def test_nothing_of_the_course_is_visible(kernel):
    source = """
import os, course_lib
beside = os.listdir(os.path.dirname(os.path.dirname(course_lib.__file__)))
print([name for name in beside if name.startswith("course")])
for module in ("course_bank", "course_grading.gradebook.secret"):
    try:
        __import__(module)
        print("imported", module)
    except ImportError:
        pass
"""
    assert printed(run(kernel, source)) == "['course_lib']\n"


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


def test_memory_that_stays_when_nobody_touches_it_is_refused(kernel):
    """Shared and in no file, it outlives who filled it, and is in no process' count."""
    assert run(kernel, f"{MEMORY}mmap.mmap(-1, 4096)").outputs[0]["ename"] == "PermissionError"
    outcome = run(kernel, f"{MEMORY}print(len(open('/dev/zero', 'rb').read()))")
    assert printed(outcome) == "0\n"
    source = "m = mmap.mmap(-1, 4096, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)\nm[0] = 7\n"
    source += (
        "f = open('/dev/shm/x', 'w+b')\nf.truncate(4096)\nshared = mmap.mmap(f.fileno(), 4096)\n"
    )
    source += "import multiprocessing as mp\nshared[0] = mp.Value('i', 7).value\nprint(shared[0])"
    assert printed(run(kernel, f"{MEMORY}{source}")) == "7\n"


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="the numbers are those of x86_64")
@pytest.mark.parametrize("number", [101, 248, 425, 272, 321, 278, 294, 27, 0x40000000 + 39])
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


# ------------------------------------------------------------------ what a kernel inherits

SCAN = """
found, marker = 0, ("-etamssalc"[::-1] * 3).encode()
with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", 0) as memory:
    for line in maps:
        begin, end = (int(part, 16) for part in line.split()[0].split("-"))
        if "r" in line.split()[1] and "[v" not in line:
            try:
                memory.seek(begin)
                left = end - begin
                while left > 0:
                    piece = memory.read(min(left, 1 << 24))
                    found += piece.count(marker)
                    left -= len(piece) or left
            except (OSError, ValueError, OverflowError):
                pass
print(found)  # the few that this cell makes itself
"""


def test_a_kernel_inherits_nothing_of_a_classmate(kernel_server):
    """Files, id and numbers of the student before are not in the memory of the next kernel."""
    marker = "classmate-" * 3
    given = {"files": {"work.py": base64.b64encode(marker.encode()).decode()}}
    given["sheet"] = {"student": marker, "numbers": [marker + str(i) for i in range(1000)]}
    for _ in range(3):
        before = Kernel(kernel_server.path, given, LIMITS, sandbox.environment())
        assert run(before, "print(open('/home/student/sheet.json').read(30))").outputs
        before.close()
    after = Kernel(kernel_server.path, {"files": {}, "sheet": {}}, LIMITS, sandbox.environment())
    seen = printed(run(after, SCAN, 20))
    after.close()
    assert int(seen) < 20


# ------------------------------------------------------------------ what two kernels could talk by

ASK = """
import ctypes, fcntl, os, resource, socket, struct, sys
libc = ctypes.CDLL(None, use_errno=True)
shared = open(os.__file__)
def lock(request):
    return fcntl.fcntl(shared, request, struct.pack("hhqqi", fcntl.F_RDLCK, 0, 0, 1, 0))
def refused(what):
    try:
        what()
    except PermissionError:
        return True
    except OSError as error:
        return type(error).__name__
    return False
"""


@pytest.mark.parametrize(
    "call",
    [
        "fcntl.flock(shared, fcntl.LOCK_SH)",
        "lock(fcntl.F_GETLK)",
        "lock(fcntl.F_OFD_GETLK)",
        "fcntl.fcntl(shared, fcntl.F_SETLEASE, fcntl.F_RDLCK)",
        "fcntl.fcntl(shared, fcntl.F_NOTIFY, fcntl.DN_ACCESS)",
        "socket.socket(40, socket.SOCK_STREAM)",  # vsock, which namespaces do not part
        "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
        "socket.socketpair(socket.AF_UNIX)[0].setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1)",
        "os.setsid()",
        "os.sched_setaffinity(0, {0, 1})",
    ],
)
def test_ways_to_talk_and_out_of_ones_share_are_refused(kernel, call):
    assert printed(run(kernel, f"{ASK}\nprint(refused(lambda: {call}))")) == "True\n"


def test_a_lock_on_what_kernels_share_is_not_seen_by_another(kernel_server):
    """Devices are the machine's own and writable: a lock on one was a note for the next kernel."""
    lock = "import fcntl\nfor device in ('null', 'full', 'random', 'urandom'):\n"
    lock += (
        "    file = open(f'/dev/{device}', 'r+b', 0); kept = [*globals().get('kept', []), file]\n"
    )
    lock += "    fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, 7)\nprint('locked')"
    kernels = [
        Kernel(kernel_server.path, {"files": {}, "sheet": {}}, LIMITS, sandbox.environment())
        for _ in range(2)
    ]
    assert [printed(run(kernel, lock)) for kernel in kernels] == ["locked\n", "locked\n"]
    for kernel in kernels:
        kernel.close()


def test_no_kernel_sets_the_time_of_a_device(kernel):
    """Devices are the machine's own, and writable: their times were a note for the next one."""
    source = (
        "import os\nfor name in os.listdir('/dev'):\n    try:\n        os.utime('/dev/' + name)"
    )
    source += "\n    except OSError: pass\n    else: print(name)"
    left = set(printed(run(kernel, source)).split())
    assert left <= {"shm", "fd", "stdin", "stdout", "stderr"}  # its own, and links to those
    assert printed(run(kernel, "print(open('/dev/null', 'w').write('26'))")) == "2\n"


def test_what_a_notebook_needs_is_not_refused(kernel):
    source = f"""{ASK}
a, b = socket.socketpair()
a.send(b"x"), b.recv(1)
socket.socket().close()
mine = open("mine", "w+")
fcntl.fcntl(mine, fcntl.F_SETLK, struct.pack("hhqqi", fcntl.F_WRLCK, 0, 0, 1, 0))
fcntl.fcntl(mine, fcntl.F_GETFL)
import sqlite3
with sqlite3.connect("own.db") as database:
    database.execute("create table t (x)")
    database.execute("insert into t values (26)")
from course_lib.training import workers
workers.shared((4,), "float32")[:] = 26  # what processes that train together share
print(list(sqlite3.connect("own.db").execute("select x from t")), os.listdir("/dev/pts"))
"""
    assert printed(run(kernel, source)) == "[(26,)] []\n"


def test_bytes_that_wait_in_sockets_are_bounded(kernel):
    """No process owns them: a submission with many sockets is ended, those in flight included."""
    source = "import socket, time\npairs = []\nfor _ in range(110):\n"
    source += "    pairs.append(socket.socketpair())\ntime.sleep(3)"
    assert run(kernel, source, 10).status == "ok"
    source = "import os\nfor _ in range(3):\n    if os.fork() == 0:\n        pairs = []\n"
    source += "        for _ in range(110): pairs.append(socket.socketpair())\n"
    source += "        time.sleep(60)\ntime.sleep(60)"
    assert run(kernel, f"pairs.clear()\n{source}", 20).status == "died"
