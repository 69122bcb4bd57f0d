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

_pool = ContextVar("pool", default=None)  # (helpers, how many of them)


@contextmanager
def threads(count):
    """Within the context `each` has so many threads: the one that calls it, and its helpers.

    The helpers end with the context: none is there at a fork.
    """
    if count == 1:
        yield
        return
    with ThreadPoolExecutor(count - 1) as pool:
        before = _pool.set((pool, count - 1))
        try:
            yield
        finally:
            _pool.reset(before)


def each(function, parts):
    """An iterator over function(part) for every part, in order.

    The thread that calls takes parts like its helpers: it need not wait until one has woken up.
    """
    if _pool.get() is None or len(parts) == 1:
        return map(function, parts)
    pool, helpers = _pool.get()
    found = [None] * len(parts)
    numbers = iter(range(len(parts)))

    def work():
        for number in numbers:
            found[number] = function(parts[number])

    helping = [pool.submit(work) for _ in range(helpers)]
    alone = _pool.set(None)  # for what `function` shares out in turn: the helpers are at work
    try:
        work()
    finally:
        _pool.reset(alone)
        for helper in helping:
            helper.result()
    return iter(found)


def do_each(function, parts):
    """`each` of functions that write what they find, and return nothing."""
    for _ in each(function, parts):
        pass
