"""Control groups: what Linux counts and bounds for all processes of a submission together.

The limits of a process count what that process holds. Bytes that wait in pipes and sockets, and
files in memory, are held by none. A control group counts them too, and gives a submission its share
of the processor as one, however many processes it has.

Linux has groups in two versions: in the second a group is one folder, in the first a folder for
each controller. Ours lie below the grader's own group, whose limits go on to hold. They can be had
where the grader may make them there: as root, or with a part of the tree of one's own
(``systemd-run --user --scope -p Delegate=yes``). Elsewhere `limits`, `shares` and
`inside.processes` bound a submission without them.

A kernel's keeper is put into its group before it starts anything (see `client`), so that whatever
comes of it is born there. The folders of groups are not in the sandbox.
"""

import contextlib
import errno
import itertools
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from course_grading.kernels import group_trees

KEEPERS = 8  # processes of a kernel's tree that the submission does not start itself
PATIENCE = 2.0  # seconds for the last processes of a group to end
_TRIED_WITH = {"memory_group": 64 << 20, "processes": 16, "cores": [0]}

_tried = []  # [`Groups` or None] once it was tried
_trying = threading.Lock()
_left = []  # groups whose processes may not have ended yet
_refused = []  # why Linux has refused a group, or a process in one, until it is told
_number = itertools.count()


@dataclass(frozen=True)
class _Controller:
    """Its file for the limit, what is written there, and files that not every Linux has."""

    limit: str
    value: Callable  # of the limits of a submission
    further: tuple = ()  # (file, text), None for the same text


def _memory(limits):
    return limits["memory_group"]


def _processes(limits):
    return limits["processes"] + KEEPERS


def _weight(of_one, most):
    """As much of the processor as one process on each of its cores would get, or Linux' most."""
    return lambda limits: min(most, of_one * max(1, len(limits["cores"] or ())))


_VERSIONS = {
    1: {
        "memory": _Controller(
            "memory.limit_in_bytes", _memory, (("memory.memsw.limit_in_bytes", None),)
        ),
        "pids": _Controller("pids.max", _processes),
        "cpu": _Controller("cpu.shares", _weight(1024, 1 << 18)),
    },
    2: {
        "memory": _Controller(
            "memory.max", _memory, (("memory.swap.max", "0"), ("memory.oom.group", "1"))
        ),
        "pids": _Controller("pids.max", _processes),
        "cpu": _Controller("cpu.weight", _weight(100, 10_000)),
    },
}
_KILLS = {1: "memory.oom_control", 2: "memory.events"}  # where "oom_kill 3" stands


def available():
    """The `Groups` that this process can make, None where it can make none. Tried once."""
    with _trying:
        if not _tried:
            _tried.append(_first_that_holds())
        return _tried[0]


def told(refusals=()):
    """A line for the instructor: what bounds a submission here.

    ``refusals``: of each submission for which Linux refused a group, why; see `refusal`.
    """
    groups = available()
    if groups is None:
        return "Submissions are bounded process by process: no control groups can be had here."
    kinds = {"memory": "memory", "pids": "processes", "cpu": "processor"}
    names = ", ".join(kinds[name] for name in groups.parents)
    line = f"Submissions are bounded by control groups (version {groups.version}: {names})."
    if not refusals:
        return line
    few = f"{len(refusals)} of them had none and were bounded process by process"
    return f"{line} {few}: {refusals[0]}."


def refusal():
    """Why Linux refused a group since this was last asked, "" where it did not."""
    why = _refused[0] if _refused else ""
    _refused.clear()
    return why


def new(limits):
    """A `Group` with the limits of a submission, None where none can be had."""
    groups = available()
    return groups and groups.new(limits)


def put(group, pid):
    """Put a process into the group, if there is one, and with it whatever it starts from now on."""
    try:
        if group is not None:
            group.take_in(pid)
    except OSError as error:
        _refused.append(str(error))


def tidy():
    """Remove what this process and runs that were killed have left, where nothing runs in it."""
    deadline = time.monotonic() + PATIENCE
    while _remove_left() and time.monotonic() < deadline:
        time.sleep(0.01)
    if _tried and _tried[0]:
        _tried[0].remove_orphaned()


def _remove_left():
    """Groups that are still not empty."""
    for group in list(_left):
        if group.is_removed():
            with contextlib.suppress(ValueError):  # another thread was quicker
                _left.remove(group)
    return _left


class Groups:
    """Where groups can be made: ``parents`` is {controller: folder of the group above}."""

    def __init__(self, version, parents):
        self.version, self.parents = version, parents

    def new(self, limits):
        """A group with the limits of a submission, None where Linux refuses it after all."""
        group = Group(self.version, self.parents)
        try:
            group.make(limits)
        except OSError as error:
            _refused.append(str(error))
            group.is_removed()
            return None
        return group

    def that_hold(self):
        """The same with the controllers that bound a process of ours; None without memory."""
        held = {
            controller: parent
            for controller, parent in self.parents.items()
            if _holds(Group(self.version, {controller: parent}))
        }
        return Groups(self.version, held) if "memory" in held else None

    def remove_orphaned(self):
        """Remove the groups whose makers have ended."""
        for parent in set(self.parents.values()):
            with contextlib.suppress(OSError):
                for name in filter(group_trees.is_orphaned, os.listdir(parent)):
                    with contextlib.suppress(OSError):
                        os.rmdir(parent / name)


class Group:
    """The group of one kernel: its folder for each controller, in version 2 always the same."""

    def __init__(self, version, parents):
        name = group_trees.name_of_ours(next(_number))
        self._controllers, self._kills = _VERSIONS[version], _KILLS[version]
        self._folders = {controller: parent / name for controller, parent in parents.items()}

    def make(self, limits):
        """Make its folders and write the limits of a submission there; raises OSError."""
        for folder in self._each():
            os.mkdir(folder)
        for name, folder in self._folders.items():
            controller = self._controllers[name]
            limit = str(controller.value(limits))
            group_trees.write(folder / controller.limit, limit)
            for further, text in controller.further:
                with contextlib.suppress(OSError):
                    group_trees.write(folder / further, text or limit)

    def take_in(self, pid):
        """Put a process there, and with it whatever it starts from now on; raises OSError."""
        if pid <= 0:  # there 0 would mean this process itself
            raise ProcessLookupError(errno.ESRCH, "its first process is not to be seen from here")
        for folder in self._each():
            group_trees.write(folder / group_trees.PROCESSES, str(pid))

    def bounds(self, pid, limits):
        """Whether the process and the limits are there, as Linux tells."""
        page = os.sysconf("SC_PAGE_SIZE")
        for name, folder in self._folders.items():
            controller = self._controllers[name]
            limit = int((folder / controller.limit).read_text())
            wanted = controller.value(limits)
            if not wanted - page < limit <= wanted:
                return False
            if str(pid) not in (folder / group_trees.PROCESSES).read_text().split():
                return False
        return True

    def kills(self):
        """How many processes Linux has ended, as the group had no memory left."""
        try:
            told = (self._folders["memory"] / self._kills).read_text().split("\n")
            return next(int(line.split()[1]) for line in told if line.startswith("oom_kill "))
        except (OSError, ValueError, StopIteration):
            return 0

    def is_removed_in_time(self):
        """The same, with patience for processes that are ending."""
        deadline = time.monotonic() + PATIENCE
        while not self.is_removed():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.005)
        return True

    def is_removed(self):
        """Remove its folders; whether they are gone. They stay while a process is there."""
        for folder in self._each():
            with contextlib.suppress(OSError):
                os.rmdir(folder)
        return not any(folder.exists() for folder in self._each())

    def leave(self):
        """Its processes are about to end: remove it as soon as they have."""
        _left.append(self)
        _remove_left()

    def _each(self):
        return dict.fromkeys(self._folders.values())


# ---------------------------------------------------------------------------- trying


def _first_that_holds(proc="/proc/self"):
    """Groups of version 2, else of version 1, else None, whatever goes wrong."""
    for version, find in ((2, group_trees.second_version), (1, group_trees.first_version)):
        with contextlib.suppress(OSError, ValueError, IndexError):
            parents = find(Path(proc), tuple(_VERSIONS[version]))
            if groups := Groups(version, parents).that_hold():
                groups.remove_orphaned()
                return groups
    return None


def _holds(group):
    """Whether the group can be made, bounds a process of ours, and can be removed again."""
    held = False
    with _waiting_child() as pid, contextlib.suppress(OSError, ValueError):
        group.make(_TRIED_WITH)
        group.take_in(pid)
        held = group.bounds(pid, _TRIED_WITH)
    return group.is_removed_in_time() and held


@contextlib.contextmanager
def _waiting_child():
    """The id of a process that does nothing."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(writer)
            os.read(reader, 1)
        finally:
            os._exit(0)
    os.close(reader)
    try:
        yield pid
    finally:
        os.close(writer)
        os.waitpid(pid, 0)
