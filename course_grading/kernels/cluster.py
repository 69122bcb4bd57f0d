"""Running submissions on a Dask cluster: ``course grade ... --scheduler ADDRESS``.

A task takes the job as plain data and returns answers and outputs. Workers need this package and
bubblewrap, but no shared disk, no gradebook, no question bank's secret. A worker that is lost in
the middle is made good by running its submissions elsewhere. The key, the grades and every name
stay on the machine that grades.
"""

import asyncio
import atexit
import contextlib
import time

from course_grading.kernels import limits, sandbox, warm
from course_grading.text import say

MOST_LOST_WORKERS = 3
CONNECT = 10.0  # seconds in which a scheduler must answer
POLL = 1.0  # seconds between two questions whether a worker has come

_clients = {}
_found = set()  # schedulers that had a worker; known to forked workers too


class ClusterUnavailable(sandbox.IsolationUnavailable):
    """The cluster cannot run submissions; the text says what to do."""


def require(scheduler):
    """Return when the cluster at ``scheduler`` has a worker; say so while it has none.

    Raises `ClusterUnavailable` where no scheduler answers.
    """
    told = False
    while scheduler not in _found:
        if count_workers(scheduler):
            _found.add(scheduler)
            return
        if not told:
            say(
                f"0 workers at {scheduler}: start `dask worker {scheduler}` on a machine with this "
                "project. Waiting for one (Ctrl-C stops).",
                error=True,
            )
        told = True
        time.sleep(POLL)


def count_workers(scheduler):
    """How many workers the scheduler has. Leaves no thread: the caller may fork afterwards."""
    _import_distributed()
    from distributed.core import rpc

    async def ask():
        async with rpc(scheduler) as remote:
            return len((await remote.identity())["workers"])

    try:
        return asyncio.run(asyncio.wait_for(ask(), CONNECT))
    except (OSError, ValueError, TimeoutError) as error:
        reason = str(error) or f"no answer in {CONNECT:g} seconds"
        raise ClusterUnavailable(
            f"There is no Dask scheduler at {scheduler} ({reason}). Expected the address that "
            "`dask scheduler` prints, such as tcp://10.0.0.5:8786."
        ) from None


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
    reason = sandbox.why_not_isolated()
    if reason and not accept_unisolated:
        raise sandbox.refuse(reason)
    job.isolated = reason is None
    job.limits = limits.within({**job.limits, "cores": None}, _threads())
    return warm.run_here(job, kind)


def _threads():
    """How many jobs this worker runs at once."""
    from distributed import get_worker

    try:
        return get_worker().state.nthreads
    except ValueError:  # no worker: called directly
        return 1


def _client(scheduler):
    """This process' connection to the scheduler."""
    if scheduler not in _clients:
        from distributed import Client

        _clients[scheduler] = Client(scheduler, timeout=30, set_as_default=False)
    return _clients[scheduler]


def _import_distributed():
    try:
        import distributed  # noqa: F401
    except ImportError:
        raise ClusterUnavailable(
            "--scheduler needs Dask: pip install 'convolution-by-hand[cluster]'"
        ) from None


@atexit.register
def close():
    """Close the connections of this process."""
    for client in _clients.values():
        with contextlib.suppress(Exception):
            client.close(timeout=5)
    _clients.clear()
