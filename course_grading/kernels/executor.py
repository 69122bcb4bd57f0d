"""Where submissions run: warm kernels in bubblewrap, cold ones, or, if accepted, no sandbox.

`IsolatedKernel` holds the options an instructor may set in nbgrader_config.py and hands jobs to
`runner.run`, here or on a cluster.
"""

import functools
import os
from dataclasses import replace

from traitlets import Bool, Dict, List, Unicode

from course_grading.kernels import cluster, runner, sandbox, servers, warm
from course_grading.kernels.limits import Limits

_refused = {}  # {None: why bubblewrap cannot run, or None}


class IsolatedKernel(Limits):
    """Options on where submissions run, and the limits: ``c.IsolatedKernel.<option> = value``."""

    accept_unisolated = Bool(
        False,
        help="Run submissions even where bubblewrap cannot: students' code then has the rights of "
        "whoever grades. Limits of time, memory and size still hold.",
    ).tag(config=True)
    warm = Bool(True, help="Fork kernels from a process that has imported NumPy or Keras.").tag(
        config=True
    )
    hidden = List(Unicode(), help="Further folders that submissions must not see.").tag(config=True)
    scheduler = Unicode("", help="Address of a Dask scheduler that runs the submissions.").tag(
        config=True
    )
    servers = Dict(help="Sockets of kernel servers started by `course grade`, by kind.").tag(
        config=True
    )

    def check(self):
        """Raise `sandbox.IsolationUnavailable` where submissions may not run."""
        if self.scheduler:  # whose machines decide
            return cluster.require(self.scheduler)
        if None not in _refused:
            _refused[None] = sandbox.why_not_isolated()
        if _refused[None] and not self.accept_unisolated:
            raise sandbox.refuse(_refused[None])

    def isolated(self):
        """Whether submissions run in bubblewrap here."""
        self.check()
        return _refused[None] is None

    def run(self, steps, files, sheet, assignment, kind, cell_timeout, root):
        """Run the steps of one submission to the course in ``root``; returns a `runner.Result`.

        ``steps`` is a function that returns them, none where there is nothing to run: it is called
        once, when a kernel was started, or before they go to a cluster.
        """
        job = runner.Job(
            functools.cache(steps),
            files,
            sheet,
            self.limits(assignment, kind, cell_timeout),
            copies=kind != "keras",
        )
        if self.scheduler:
            job = replace(job, steps=steps())
            if not job.steps:
                return runner.Result([])
            return cluster.run(self.scheduler, job, kind, self.accept_unisolated)
        job.isolated = self.isolated()
        path = self.servers.get(kind)
        if path and os.path.exists(path):
            try:
                return runner.run(job, path)
            except servers.KernelFailed as error:
                self.log.warning("The shared kernel server was lost: %s", error)
        return warm.run_here(job, kind, self.warm, self._hidden(root), self.log)

    def _hidden(self, root):
        return (*self.hidden, *sandbox.hidden_parts(root))

    def start_servers(self, kinds, root):
        """Start the kernel server of each kind; {kind: socket} for the worker processes."""
        started = {}
        if not self.scheduler and self.warm:
            isolated, hidden = self.isolated(), self._hidden(root)
            started = {kind: warm.shared_server(kind, isolated, hidden, self.log) for kind in kinds}
        warm.close_servers(but=started.values())  # begun too early: see `early`
        return {kind: server.path for kind, server in started.items() if server is not None}
