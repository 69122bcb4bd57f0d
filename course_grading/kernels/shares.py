"""A submission's share of the machine: cores, memory, and whether it got them.

With as many workers as cores or fewer, each has cores of its own; with more, they take turns on
them. Memory is parted evenly: what all workers may use together is what the machine has.
"""

import os
from pathlib import Path

KEPT = 0.2  # of the machine's memory: for the grader and the system
STARVED = 0.2  # of the time that a cell had, spent waiting for a core that others used
_LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


def cores(place, workers):
    """The cores of the worker at ``place`` (from 0) of so many."""
    known = sorted(os.sched_getaffinity(0))
    if workers <= len(known):
        return known[place % workers :: workers]
    return [known[place % len(known)]]


def memory(workers):
    """Bytes that the submission of each of the workers may use."""
    return int(_machine() * (1 - KEPT)) // workers


def most_workers(needed):
    """How many workers have a core each, and the ``needed`` bytes."""
    return max(1, min(len(os.sched_getaffinity(0)), memory(1) // needed))


def _machine():
    """Bytes of the machine, or of the container that this is."""
    found = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")]
    for path in _LIMITS:
        try:
            found.append(int(Path(path).read_text()))
        except (OSError, ValueError):  # no such file, or "max"
            continue
    return min(found)


class Load:
    """What a submission had of the machine since this was made.

    Args:
        usage: function that gives {"cpu": seconds of processor time, "wait": seconds in which
            one of its processes could have run and had no core}, so far.
    """

    def __init__(self, usage, now):
        self._usage, self._begin, self._first = usage, now, usage()

    def used(self):
        """Seconds of processor time, of all its processes."""
        return self._usage()["cpu"] - self._first["cpu"]

    def lost(self, now):
        """Seconds that the machine spent on others while the submission waited."""
        last = self._usage()
        idle = now - self._begin - (last["cpu"] - self._first["cpu"])
        return max(0.0, min(idle, last["wait"] - self._first["wait"]))
