"""Parts of one operation, done side by side by threads.

A batch is best split before its way through the model, so that workers meet once a step, or at its
normalisations (see `meeting`). Where a layer needs the whole batch at once it cannot be; then each
operation shares out its own parts. NumPy lets other threads run while it copies or multiplies
matrices, and the parts are large enough for that to pay.

Results come in the order of the parts, so what is added up of them is the same however many
threads there are.
"""

from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from contextvars import ContextVar, copy_context

import numpy as np

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

    The thread that calls takes parts like its helpers, and between two of them hands on what is
    there: so few results wait as a rule. After an error nobody begins another part.
    """
    shared = _pool.get() is not None and len(parts) > 1
    return _by_all(function, parts) if shared else map(function, parts)


def _by_all(function, parts):
    """`each`, by this thread and its helpers."""
    pool, helpers = _pool.get()
    numbers, found, due = iter(range(len(parts))), {}, 0  # a number is taken by one thread alone
    alone = copy_context()
    alone.run(_pool.set, None)  # the helpers are at work: what `function` shares out waits for none
    errors = np.geterr()  # older NumPys keep these settings for each thread

    def help_out():
        try:
            with np.errstate(**errors):
                for number in numbers:
                    found[number] = function(parts[number])
        finally:
            _end(numbers)

    helping = [pool.submit(alone.copy().run, help_out) for _ in range(helpers)]
    try:
        for number in numbers:
            found[number] = alone.run(function, parts[number])
            while due in found:
                yield found.pop(due)
                due += 1
    finally:
        _end(numbers)
        awake = [helper for helper in helping if not helper.cancel()]
        wait(awake)
    for helper in awake:
        helper.result()  # raises what a part has raised
    yield from (found.pop(number) for number in range(due, len(parts)))


def _end(numbers):
    """Leave no number to take."""
    for _ in numbers:
        pass


def do_each(function, parts):
    """`each` of functions that write what they find, and return nothing."""
    for _ in each(function, parts):
        pass
