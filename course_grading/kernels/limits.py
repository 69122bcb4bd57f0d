"""What a submission may use: time, memory, disk, processes. Set in nbgrader_config.py.

``c.IsolatedKernel.<option> = value``; `executor.IsolatedKernel` has these options and those on
where submissions run.
"""

import contextlib
import glob
import os
import re

from traitlets import Dict, Float, Integer
from traitlets.config import LoggingConfigurable

from course_grading.kernels import shares


class Limits(LoggingConfigurable):
    """The limits of the kernels that run submissions."""

    memory = Integer(1 << 30, help="Bytes that one process of a submission may allocate.").tag(
        config=True
    )
    keras_memory = Integer(3 << 30, help="The same where the assignment imports Keras.").tag(
        config=True
    )
    disk = Integer(64 << 20, help="Bytes of each of the kernel's folders (home, /tmp).").tag(
        config=True
    )
    processes = Integer(64, help="Processes and threads of a submission.").tag(config=True)
    keras_processes = Integer(256, help="The same where the assignment imports Keras.").tag(
        config=True
    )
    total_timeout = Float(
        120, help="Seconds for a whole notebook; at least four times Execute.timeout is given."
    ).tag(config=True)
    keras_total_timeout = Float(
        600, help="The same where the assignment imports Keras; at least twice a cell's time."
    ).tag(config=True)
    workers = Integer(1, help="Submissions that run at once, as `course grade` sets it.").tag(
        config=True
    )
    place = Integer(0, help="Which of the workers this is.").tag(config=True)
    timeouts = Dict(
        help="Seconds for one cell, by assignment, where Execute.timeout does not fit."
    ).tag(config=True)
    keras_timeout = Float(
        300, help="Seconds for one cell of an assignment that imports Keras, unless in timeouts."
    ).tag(config=True)

    def limits(self, assignment, kind, cell_timeout):
        """The limits of a kernel for ``assignment``; ``kind`` is "numpy" or "keras"."""
        keras = kind == "keras"
        if keras:
            cell_timeout = max(cell_timeout, self.keras_timeout)
        cell_timeout = float(self.timeouts.get(assignment, cell_timeout))
        total = max(self.total_timeout, 4 * cell_timeout)
        if keras:
            total = max(self.keras_total_timeout, 2 * cell_timeout)
        memory = self.keras_memory if keras else self.memory
        cores = shares.cores(self.place, self.workers)
        made = {
            "cell_timeout": cell_timeout,
            "cell_cpu": cell_timeout * (len(cores) if keras else 1),
            "total_timeout": total,
            "hidden_timeout": total / 4,  # for what is asked last
            "start": 60.0,
            "memory": memory,
            "memory_all": 2 * memory,
            "processes": self.keras_processes if keras else self.processes,
            "open_files": 256,
            "file": self.disk,
            "disk": self.disk,
            "cpu": int(2 * total) + 1,
            "cores": cores,
        }
        return within(made, self.workers)

    def most_workers(self, kinds):
        """How many submissions of these kinds the machine has cores and memory for."""
        needed = self.keras_memory if "keras" in kinds else self.memory
        return shares.most_workers(needed)


def within(limits, workers):
    """The limits with no more memory than this machine has for each of so many workers."""
    share = shares.memory(workers)
    memory_all = min(limits["memory_all"], share)
    made = {**limits, "memory_all": memory_all, "memory": min(limits["memory"], memory_all)}
    # of a control group, which counts the files in memory too: home, /tmp and /dev/shm
    return {**made, "memory_group": min(memory_all + 3 * limits["disk"], share)}


def counted_already(isolated):
    """Threads that Linux counts towards the limit of processes beside the submission's own.

    The limit counts whatever the user runs. Root's kernels have users of their own, and since
    Linux 5.14 a user namespace counts for itself.
    """
    linux = tuple(int(number) for number in re.findall(r"\d+", os.uname().release)[:2])
    if os.getuid() == 0 or (isolated and linux >= (5, 14)):
        return 0
    count = 0
    for path in glob.glob("/proc/[0-9]*"):
        with contextlib.suppress(OSError):
            if os.stat(path).st_uid == os.getuid():
                count += len(os.listdir(f"{path}/task"))
    return count
