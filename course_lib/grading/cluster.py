"""Running submissions on a Dask cluster: ``course grade ... --scheduler ADDRESS``.

A task takes the job as plain data and returns answers and outputs. Workers need this package and
bubblewrap, but no shared disk, no gradebook, no question bank's secret. A worker that is lost in
the middle is made good by running its submissions elsewhere. The key, the grades and every name
stay on the machine that grades.
"""

import atexit
import contextlib

MOST_LOST_WORKERS = 3

_clients = {}


def run(scheduler, job, kind, accept_unisolated=False):
    """Run ``job`` on the cluster at ``scheduler``; returns its `runner.Result`."""
    client = _client(scheduler)
    future = client.submit(
        execute,
        job,
        kind,
        accept_unisolated,
        pure=False,
        retries=MOST_LOST_WORKERS,
    )
    try:
        return future.result()
    finally:
        future.release()


def execute(job, kind, accept_unisolated=False):
    """On a worker: run the job in this machine's sandbox. The worker decides on isolation."""
    from course_lib.grading import executor, sandbox

    reason = sandbox.why_not_isolated()
    if reason and not accept_unisolated:
        raise sandbox.refuse(reason)
    job.isolated = reason is None
    return executor.run_here(job, kind)


def _client(scheduler):
    """This process' connection to the scheduler."""
    if scheduler not in _clients:
        try:
            from distributed import Client
        except ImportError:
            raise ImportError(
                "--scheduler needs Dask: pip install 'convolution-by-hand[cluster]'"
            ) from None
        _clients[scheduler] = Client(scheduler, timeout=30, set_as_default=False)
    return _clients[scheduler]


@atexit.register
def close():
    """Close the connections of this process."""
    for client in _clients.values():
        with contextlib.suppress(Exception):
            client.close(timeout=5)
    _clients.clear()
