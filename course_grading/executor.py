"""Where submissions run: warm kernels in bubblewrap, cold ones, or, if accepted, no sandbox.

`IsolatedKernel` holds the options an instructor may set in nbgrader_config.py and hands jobs to
`runner.run`, here or on a cluster.
"""

import atexit
import os
import threading

from traitlets import Bool, Dict, Float, Integer, List, Unicode
from traitlets.config import LoggingConfigurable

from course_grading import runner, sandbox

_PRELOAD = {
    "numpy": ("numpy", "course_lib.ops", "course_lib.shapes", "course_lib.exercise"),
    "keras": ("numpy", "course_lib.exercise", "tensorflow", "keras"),
}
_servers = {}  # {(kind, isolated): KernelServer} of this process
_starting = threading.Lock()  # a worker of a cluster runs jobs in threads
_refused = {}  # {None: why bubblewrap cannot run, or None}


class IsolatedKernel(LoggingConfigurable):
    """Options of the kernels that run submissions: ``c.IsolatedKernel.<option> = value``."""

    accept_unisolated = Bool(
        False,
        help="Run submissions even where bubblewrap cannot: students' code then has the rights of "
        "whoever grades. Limits of time, memory and size still hold.",
    ).tag(config=True)
    warm = Bool(True, help="Fork kernels from a process that has imported NumPy or Keras.").tag(
        config=True
    )
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
    timeouts = Dict(
        help="Seconds for one cell, by assignment, where Execute.timeout does not fit."
    ).tag(config=True)
    keras_timeout = Float(
        300, help="Seconds for one cell of an assignment that imports Keras, unless in timeouts."
    ).tag(config=True)
    hidden = List(Unicode(), help="Further folders that submissions must not see.").tag(config=True)
    scheduler = Unicode("", help="Address of a Dask scheduler that runs the submissions.").tag(
        config=True
    )
    servers = Dict(help="Sockets of kernel servers started by `course grade`, by kind.").tag(
        config=True
    )

    def limits(self, assignment, kind, cell_timeout):
        """The limits of a kernel for ``assignment``; ``kind`` is "numpy" or "keras"."""
        keras = kind == "keras"
        if keras:
            cell_timeout = max(cell_timeout, self.keras_timeout)
        cell_timeout = float(self.timeouts.get(assignment, cell_timeout))
        total = max(self.total_timeout, 4 * cell_timeout)
        memory = self.keras_memory if keras else self.memory
        return {
            "cell_timeout": cell_timeout,
            "total_timeout": total,
            "start": 60.0,
            "memory": memory,
            "memory_all": 2 * memory,
            "processes": self.keras_processes if keras else self.processes,
            "open_files": 256,
            "file": self.disk,
            "disk": self.disk,
            "cpu": int(2 * total) + 1,
        }

    def check(self):
        """Raise `sandbox.IsolationUnavailable` where submissions may not run."""
        if self.scheduler:  # whose machines decide
            from course_grading import cluster

            return cluster.require(self.scheduler)
        if None not in _refused:
            _refused[None] = sandbox.why_not_isolated()
        if _refused[None] and not self.accept_unisolated:
            raise sandbox.refuse(_refused[None])

    def isolated(self):
        """Whether submissions run in bubblewrap here."""
        self.check()
        return _refused[None] is None

    def run(self, steps, files, sheet, assignment, kind, cell_timeout):
        """Run the steps of one submission; returns a `runner.Result`."""
        job = runner.Job(
            steps, files, sheet, self.limits(assignment, kind, cell_timeout), _PRELOAD[kind]
        )
        if self.scheduler:
            from course_grading import cluster

            return cluster.run(self.scheduler, job, kind, self.accept_unisolated)
        job.isolated = self.isolated()
        path = self.servers.get(kind)
        if path and os.path.exists(path):
            try:
                return runner.run(job, path)
            except (sandbox.KernelFailed, OSError) as error:
                self.log.warning("The shared kernel server was lost: %s", error)
        return run_here(job, kind, self.warm, self.hidden, self.log)

    def start_servers(self, kinds):
        """Start the kernel server of each kind; {kind: socket} for the worker processes."""
        if self.scheduler:
            return {}
        isolated = self.isolated()
        if not self.warm:
            return {}
        started = {kind: _server(kind, isolated, self.hidden, self.log) for kind in kinds}
        return {kind: server.path for kind, server in started.items() if server is not None}


def run_here(job, kind, warm=True, hidden=(), log=None):
    """Run ``job`` on this process' own kernel server, or on a new cold one."""
    server = _server(kind, job.isolated, hidden, log) if warm else None
    if server is not None:
        try:
            return runner.run(job, server.path)
        except (sandbox.KernelFailed, OSError):
            close_servers()  # the server was lost; one more try with a new one
            server = _server(kind, job.isolated, hidden, log)
            if server is not None:
                return runner.run(job, server.path)
    server = sandbox.KernelServer(("numpy",), job.isolated, warm=False, hidden=hidden)
    try:
        return runner.run(job, server.path)
    finally:
        server.close()


def _server(kind, isolated, hidden, log):
    """The warm server of this process, or None where none can run."""
    key = (kind, isolated)
    with _starting:
        known = _servers.get(key)
        if key in _servers and (known is None or known.process.poll() is None):
            return known
        if known is not None:
            known.close()  # it has ended by itself: its folder is left
        try:
            _servers[key] = sandbox.KernelServer(_PRELOAD[kind], isolated, hidden=hidden)
        except sandbox.KernelFailed as error:
            _servers[key] = None
            if log is not None:
                log.warning("Kernels start cold: %s", error)
        return _servers[key]


def close_servers():
    """End the kernel servers that this process has started."""
    for server in _servers.values():
        if server is not None:
            server.close()
    _servers.clear()


def forget_servers():
    """For a forked worker: leave the parent's servers to the parent."""
    _servers.clear()


atexit.register(close_servers)
