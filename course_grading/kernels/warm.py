"""The kernel servers of this process: started when first asked for, shared by all submissions.

Importing NumPy or Keras is paid once for a class. Where no server can be shared, a cold one is
started for each submission.
"""

import atexit
import threading

from course_grading.kernels import groups, servers

_COURSE = ("numpy", "numpy.random", "course_lib.exercise", "course_lib.datasets")
PRELOAD = {
    "numpy": (*_COURSE, "course_lib.ops", "course_lib.shapes"),
    # the last ones are imported by what every notebook calls, summary(), compile(), fit(), and the
    # digits that all of them unpack
    "keras": (
        *_COURSE,
        "tensorflow",
        "keras",
        "rich._emoji_codes",
        "course_lib.datasets.mnist:load_sample",
    ),
}
_servers = {}  # {(kind, isolated, what is hidden): KernelServer} of this process
_starting = threading.Lock()  # a worker of a cluster runs jobs in threads


def run_here(job, kind, warm=True, hidden=(), log=None):
    """Run ``job`` on this process' own kernel server, or on a new cold one."""
    from course_grading.kernels import runner  # not needed to start a server

    server = shared_server(kind, job.isolated, hidden, log) if warm else None
    if server is not None:
        try:
            return runner.run(job, server.path)
        except servers.KernelFailed:
            close_servers()  # the server was lost; one more try with a new one
            server = shared_server(kind, job.isolated, hidden, log)
            if server is not None:
                return runner.run(job, server.path)
    server = servers.KernelServer(("numpy",), job.isolated, warm=False, hidden=hidden)
    try:
        return runner.run(job, server.path)
    finally:
        server.close()


def begin(kind, isolated, hidden):
    """Start the server that `shared_server` will return, and go on while it imports."""
    key = _key(kind, isolated, hidden)
    with _starting:
        if key not in _servers:  # else one would be lost that still runs
            _servers[key] = _new(kind, isolated, hidden)


def shared_server(kind, isolated, hidden, log):
    """The warm server of this process, or None where none can run."""
    key = _key(kind, isolated, hidden)
    with _starting:
        known = _servers.get(key)
        if key in _servers and known is None:
            return None
        if known is not None and known.process.poll() is not None:
            known.close()  # it has ended by itself: its folder is left
            known = None
        try:
            _servers[key] = known or _new(kind, isolated, hidden)
            _servers[key].await_ready()
        except servers.KernelFailed as error:
            _servers[key] = None
            if log is not None:
                log.warning("Kernels start cold: %s", error)
        return _servers[key]


def _key(kind, isolated, hidden):
    return kind, isolated, tuple(hidden)


def _new(kind, isolated, hidden):
    return servers.KernelServer(PRELOAD[kind], isolated, hidden=hidden, wait=False)


def close_servers(but=()):
    """End the kernel servers that this process has started, but for these."""
    for key, server in list(_servers.items()):
        if server is None or server not in but:
            del _servers[key]
            if server is not None:
                server.close()
    groups.tidy()


def forget_servers():
    """For a forked worker: leave the parent's servers to the parent."""
    for server in _servers.values():
        if server is not None:
            server.forget()
    _servers.clear()


atexit.register(close_servers)
