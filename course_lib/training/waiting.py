"""How a process waits for a message of another: wide awake for a moment, then asleep.

To wake a process that sleeps takes longer than most of these waits, which are for work of the same
size. So the message is looked for again and again, where that takes nothing from anybody: each
member of the team has a core of its own, and nobody counts the time.
"""

import os
import select
import time
from contextlib import suppress
from pathlib import Path

SPIN = 2e-3  # seconds, of looking for a message before a process goes to sleep
GROUPS = Path("/proc/self/cgroup")  # lines such as 0::/a/b, the path of this process's group
# Linux's files of a group's limit, in its two versions, and how each says that there is none.
LIMITS = (("/sys/fs/cgroup", "cpu.max", "max"), ("/sys/fs/cgroup/cpu", "cpu.cfs_quota_us", "-1"))


def received(pipe, spin):
    """What comes next through the pipe, which is looked at for ``spin`` seconds at first."""
    if spin:
        until, waiting = time.perf_counter() + spin, select.poll()
        waiting.register(pipe, select.POLLIN)
        while not waiting.poll(0) and time.perf_counter() < until:
            os.sched_yield()  # whoever else wants this processor goes first
    return pipe.recv()


def spin(members):
    """Seconds that each of so many processes should look for a message: `SPIN`, or none."""
    if not hasattr(os, "sched_getaffinity") or len(os.sched_getaffinity(0)) < members:
        return 0
    return 0 if has_quota() else SPIN


def has_quota():
    """Whether the system holds this process to a share of the processors' time."""
    return any(
        _first_word(group / file) not in (None, none)
        for root, file, none in LIMITS
        for group in _groups(Path(root))
    )


def _groups(root):
    """The folder of this process's group and those above it; in a container often the root."""
    found = {root}
    with suppress(OSError):
        for line in GROUPS.read_text().splitlines():
            own = root / line.split(":", 2)[2].lstrip("/")
            found |= {own, *(folder for folder in own.parents if root in folder.parents)}
    return found


def _first_word(path):
    with suppress(OSError, IndexError):
        return path.read_text().split()[0]
    return None
