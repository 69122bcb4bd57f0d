"""Parts of one operation, done side by side by threads.

A batch is best split before its way through the model, so that workers meet once a step, or at its
normalisations (see `meeting`). Where a layer needs the whole batch at once it cannot be; then each
operation shares out its own parts. NumPy lets other threads run while it copies or multiplies
matrices, and the parts are large enough for that to pay.

Results come in the order of the parts, so what is added up of them is the same however many
threads there are.
"""

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar

_pool = ContextVar("pool", default=None)


@contextmanager
def threads(count):
    """Within the context `each` has so many threads. They end with it: none is there at a fork."""
    if count == 1:
        yield
        return
    with ThreadPoolExecutor(count) as pool:
        before = _pool.set(pool)
        try:
            yield
        finally:
            _pool.reset(before)


def each(function, parts):
    """An iterator over function(part) for every part, in order."""
    pool = _pool.get()
    return map(function, parts) if pool is None or len(parts) == 1 else pool.map(function, parts)


def do_each(function, parts):
    """`each` of functions that write what they find, and return nothing."""
    for _ in each(function, parts):
        pass
