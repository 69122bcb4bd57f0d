"""The processes of a kernel, as its keeper sees them in /proc: what they use, and their end.

``proc`` is a descriptor of /proc, opened before the sandbox mounts its own over it; ``keeper`` the
process id of the kernel's keeper, from which all others descend.
"""

import contextlib
import math
import os
import signal
import time

_FEW = 2  # busy processes that need no calming


def send(pid, number):
    with contextlib.suppress(OSError):
        os.kill(pid, number)


def be_ended_first():
    """Where memory runs out, Linux ends this process and what it starts before any other.

    Of a grader that is root they cannot take that back. Of another one they can: Linux lets a
    process return to where it was raised from, unless it was raised with CAP_SYS_RESOURCE.
    """
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:
        file.write("1000")


def kill_tree(proc, keeper, child):
    """Kill the child; process 1 of a namespace takes everything with it, elsewhere we look."""
    send(child, signal.SIGKILL)
    for _ in range(50):
        left = [pid for pid in tree(proc, keeper) if pid != keeper]
        if not left:
            return
        for pid in left:
            send(pid, signal.SIGKILL)
        time.sleep(0.01)
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return


def _read(proc, name):
    """The text of a file below /proc; ``proc`` is a descriptor of /proc."""
    descriptor = os.open(name, os.O_RDONLY, dir_fd=proc)
    with os.fdopen(descriptor, encoding="utf-8", errors="replace") as file:  # names are anything
        return file.read()


def _fields(proc, pid):
    """What /proc says of a process from its state on; blank where it has ended."""
    try:
        return _read(proc, f"{pid}/stat").rpartition(")")[2].split()
    except OSError:
        return [""]


def _parents(proc):
    """{pid: parent's pid} of all processes in sight."""
    parents = {}
    for name in os.listdir(proc):
        if name.isdigit():
            with contextlib.suppress(ValueError, IndexError):
                parents[int(name)] = int(_fields(proc, name)[1])
    return parents


def tree(proc, root):
    """Process ids of ``root`` and all that descend from it."""
    parents = _parents(proc)
    found, grew = {root}, True
    while grew:
        more = {pid for pid, parent in parents.items() if parent in found} - found
        found, grew = found | more, bool(more)
    return found


def calm(proc, keeper):
    """Give many busy processes together the weight of one: 1.25 is the scheduler's step."""
    all_of_it = tree(proc, keeper) - {keeper}
    busy = sum(_fields(proc, pid)[0] == "R" for pid in all_of_it)
    for pid in all_of_it if busy > _FEW else ():
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, pid, min(19, round(math.log(busy, 1.25))))


def usage(keeper):
    """Seconds of processor time of a kernel's processes, and in which they waited for a core."""
    proc = os.open("/proc", os.O_RDONLY)
    used = wait = 0.0
    try:
        for pid in tree(proc, keeper):
            with contextlib.suppress(OSError, ValueError, IndexError):
                used += sum(map(int, _fields(proc, pid)[11:15])) / os.sysconf("SC_CLK_TCK")
                wait += int(_read(proc, f"{pid}/schedstat").split()[1]) / 1e9
    finally:
        os.close(proc)
    return {"cpu": used, "wait": wait}


def sockets(proc):
    """Sockets of this network namespace, those among them that no process has open."""
    used = _read(proc, "net/sockstat").split("\n")[0]  # "sockets: used 3"
    return int(used.split()[-1])


def memory(proc, keeper):
    """Bytes that the kernel's processes hold, without the pages of programs and libraries."""
    total = 0
    for pid in tree(proc, keeper) - {keeper}:
        with contextlib.suppress(OSError, ValueError):
            for line in _read(proc, f"{pid}/status").splitlines():
                if line.startswith(("RssAnon:", "RssShmem:")):
                    total += int(line.split()[1]) * 1024
    return total
