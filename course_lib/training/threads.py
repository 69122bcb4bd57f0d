"""One thread for NumPy's matrix products while a model computes.

The products of one part of a batch are too small to share between threads: the threads wait for
each other longer than they compute, and far longer when other programs use the machine too.
Afterwards the number of threads is what it was.
"""

from contextlib import nullcontext
from functools import cache


@cache
def _controller():
    try:
        from threadpoolctl import ThreadpoolController
    except ImportError:
        return None
    return ThreadpoolController()


def one_thread():
    """A context in which matrix products run on the thread that asks for them.

    Without threadpoolctl nothing changes but the time that it takes.
    """
    controller = _controller()
    return controller.limit(limits=1, user_api="blas") if controller else nullcontext()
