"""Where in the trees of control groups the grader may make its own: the folders in /sys/fs/cgroup.

A process is in one group of each tree. Version 1 has a tree for each controller (memory, processor,
...), version 2 one for all. What /proc says of the group and of what is mounted where gives the
folder; groups of submissions go below it, named for the grader that makes them.
"""

import contextlib
import errno
import os
import re
from pathlib import Path

from course_grading.kernels.inside import processes

PROCESSES = "cgroup.procs"
_OURS = re.compile(r"course-(\d+)-(\d+)-(?:\d+|grader)")  # whose: process id, when it started
_SWITCH = "cgroup.subtree_control"  # in version 2: which controllers the groups below have


def first_version(proc, wanted):
    """{controller: folder of the grader's group} of those wanted that trees of version 1 have."""
    own, parents = _own_groups(proc), {}
    for controller in wanted:
        for root, point, options in _mounts(proc, "cgroup"):
            there = controller in own and controller in options
            if there and (folder := _seen_at(point, root, own[controller])):
                parents[controller] = folder
    return parents


def second_version(proc, wanted):
    """The same of version 2, always one folder. Raises OSError where it has other processes."""
    own = _own_groups(proc)
    for root, point, _ in _mounts(proc, "cgroup2"):
        folder = "" in own and _seen_at(point, root, own[""])
        if folder and "memory" in _words(folder / "cgroup.controllers"):
            return dict.fromkeys(_switched_on(folder, wanted), folder)
    return {}


def _own_groups(proc):
    """{controller: path of this process' group}; that of version 2 under ""."""
    own = {}
    for line in (proc / "cgroup").read_text().splitlines():
        _, names, path = line.split(":", 2)
        own.update(dict.fromkeys(names.split(","), path))
    return own


def _mounts(proc, kind):
    """[(which group it shows as its root, where, its options)] of mounted trees of groups."""
    found = []
    for line in (proc / "mountinfo").read_text().splitlines():
        place, _, what = line.partition(" - ")
        root, point = (part.encode().decode("unicode_escape") for part in place.split()[3:5])
        found_kind, _, options = what.split()[:3]
        if found_kind == kind:
            found.append((root, point, options.split(",")))
    return found


def _seen_at(point, root, path):
    """The folder of the group ``path``, None where the mount does not show it."""
    shown = os.path.relpath(path, root)
    if shown.startswith("..") or ".." in path.split("/"):
        return None
    folder = Path(point, shown)
    return folder.parent if _OURS.fullmatch(folder.name) else folder  # a grader that stepped aside


def _switched_on(folder, wanted):
    """The controllers that groups below this one of version 2 have, once they are asked for."""
    wanted = [name for name in wanted if name in _words(folder / "cgroup.controllers")]
    if "memory" not in _words(folder / _SWITCH):
        try:
            write(folder / _SWITCH, "+memory")
        except OSError as error:
            if error.errno != errno.EBUSY:
                raise
            _step_aside(folder)
    for name in wanted:
        if name not in _words(folder / _SWITCH):
            with contextlib.suppress(OSError):
                write(folder / _SWITCH, f"+{name}")
    return [name for name in wanted if name in _words(folder / _SWITCH)]


def _step_aside(folder):
    """Move this process, if it is alone in its group, into one below, and ask for memory again.

    In version 2 a group with processes of its own cannot bound groups below it.
    """
    everywhere = os.open("/proc", os.O_RDONLY)
    try:
        mine = {str(pid) for pid in processes.tree(everywhere, os.getpid())}
    finally:
        os.close(everywhere)
    there = _words(folder / PROCESSES)
    if not mine.issuperset(there):
        raise OSError(errno.EBUSY, "other processes are in the grader's group")
    aside = folder / name_of_ours("grader")
    os.mkdir(aside)
    try:
        for pid in there:
            write(aside / PROCESSES, pid)
        write(folder / _SWITCH, "+memory")
    except OSError:
        for pid in there:
            with contextlib.suppress(OSError):
                write(folder / PROCESSES, pid)
        with contextlib.suppress(OSError):
            os.rmdir(aside)
        raise


# ---------------------------------------------------------------------------- files


def name_of_ours(number):
    """The name of a group that this process makes."""
    return f"course-{os.getpid()}-{_started(os.getpid())}-{number}"


def _started(pid):
    """When a process started, in ticks of the machine's clock; raises OSError if it has ended."""
    return Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()[19]


def is_orphaned(name):
    """Whether a folder of this name is a group whose maker has ended."""
    whose = _OURS.fullmatch(name)
    return whose is not None and not _is_alive(*whose.groups())


def _is_alive(pid, started):
    """Whether the process with this id still is the one that started then."""
    with contextlib.suppress(OSError):
        return _started(pid) == started
    return False


def _words(path):
    return path.read_text().split()


def write(path, text):
    """Write to a file that is there; raises OSError."""
    descriptor = os.open(path, os.O_WRONLY | os.O_TRUNC)
    try:
        os.write(descriptor, text.encode())
    finally:
        os.close(descriptor)
