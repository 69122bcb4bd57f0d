"""Several processes that share the work of one batch.

A batch is a list of parts (see `steps`). Parts know nothing of each other, or meet at some layers
to add up (see `ops.meeting`), so they can be done side by side. `Team` forks helpers, processes
that start as copies of this one and so have the model and the examples already. What they must see
change, the weights, and what they hand back in bulk, the gradients, lie in memory that all of them
share; the rest goes through pipes. The team's leader, this process, does its own share.

Python threads would have to take turns at the interpreter between any two operations of NumPy;
processes do not. Where a process cannot be copied safely (Windows, macOS, or with TensorFlow's or
PyTorch's threads running in it) threads are used all the same.

Helpers end with the `with` block, however it is left. They ignore Ctrl-C, which is the leader's to
answer, and end by themselves when the leader is gone.
"""

import gc
import mmap
import os
import signal
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from multiprocessing import Pipe

import numpy as np

from course_lib.ops.meeting import Meeting, PartsApart, added
from course_lib.training.freed_memory import give_back_freed_memory
from course_lib.training.waiting import received, spin

# Libraries whose threads may hold locks at the moment of a fork.
THREADED = ("tensorflow", "torch", "jax")


class Team:
    """``count`` workers for ``function``; `map` shares out a list of tasks among them.

    Use as a context manager, after everything that ``function`` reads exists.
    """

    def __init__(self, function, count):
        self._function, self._count, self._spin = function, count, spin(count)
        self._pipes, self._helpers, self._threads = [], [], None

    def __enter__(self):
        try:
            if self._count > 1 and can_fork():
                give_back_freed_memory()
                for _ in range(self._count - 1):
                    self._fork()
            elif self._count > 1:
                self._threads = ThreadPoolExecutor(self._count)
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_):
        self.close()

    def _fork(self):
        ours, theirs = Pipe()
        # Ctrl-C is blocked when the helper starts, and stays so in it.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        helper = os.fork()
        if helper == 0:
            # The leader's ends must be open in the leader alone, or its end would go unnoticed.
            _serve(theirs, self._function, [*self._pipes, ours], self._spin)
        self._pipes.append(ours)
        self._helpers.append(helper)
        theirs.close()
        signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def map(self, tasks, meet=False):
        """[function(task) for task in tasks], each worker doing every so-manieth of them.

        With ``meet`` the tasks are parts of a batch that add up on their way (see `ops.meeting`).
        After an error there are no helpers any more.
        """
        tasks = list(tasks)
        if self._threads and meet:
            return Meeting(self._count).run(self._function, tasks)
        if self._threads:
            return list(self._threads.map(self._function, tasks))
        try:
            return self._map(tasks, meet)
        except BaseException:
            self.close()
            raise

    def _map(self, tasks, meet):
        """The results of all tasks; those of this process are done while the helpers do theirs."""
        step = 1 + len(self._pipes)
        busy = self._pipes[: max(0, len(tasks) - 1)]
        for number, pipe in enumerate(busy, start=1):
            _send(pipe, (tasks[number::step], meet))

        def join(sums):
            every = _in_turn(sums, [_receive(pipe, "sums", self._spin) for pipe in busy])
            total = added(every)
            for pipe in busy:
                _send(pipe, total)
            return total

        own = _do(self._function, tasks[::step], join if meet else None)
        return _in_turn(own, [_receive(pipe, "results", self._spin) for pipe in busy])

    def close(self):
        """End the helpers, also those in the middle of a task."""
        for pipe in self._pipes:
            pipe.close()
        for helper in self._helpers:
            _end(helper)
        self._pipes, self._helpers = [], []
        if self._threads:
            self._threads.shutdown(cancel_futures=True)
            self._threads = None


def _serve(pipe, function, leaders, spin):
    """A helper's life: lists of tasks in, lists of results out, until the pipe closes."""
    try:
        for other in leaders:
            other.close()
        gc.freeze()  # what was copied is not the helper's to clean up

        def join(sums):
            pipe.send(("sums", sums))
            return received(pipe, spin)

        while True:
            tasks, meet = received(pipe, spin)
            try:
                answer = "results", _do(function, tasks, join if meet else None)
            except Exception as error:
                answer = "error", error
            pipe.send(answer)
    except (EOFError, OSError):
        pass
    finally:
        os._exit(0)


def _do(function, tasks, join):
    """[function(task) for task in tasks], one after the other, or together where they ``join``."""
    return Meeting(join=join).run(function, tasks) if join else [function(task) for task in tasks]


def _in_turn(first, others):
    """Of lists of which each has every so-manieth, the whole."""
    whole = [None] * sum(map(len, [first, *others]))
    for number, some in enumerate([first, *others]):
        whole[number :: 1 + len(others)] = some
    return whole


@contextmanager
def _helper_there():
    """A context in which a message goes to a helper or comes from it: an error if it has ended."""
    try:
        yield
    except (EOFError, ConnectionError):
        raise RuntimeError(
            "A helper process of the training ended before its work was done (out of memory?). "
            "course_lib.utils.set_workers(1) works without helpers."
        ) from None


def _send(pipe, message):
    with _helper_there():
        pipe.send(message)


def _receive(pipe, expected, spin=0):
    """What a helper has sent, its "sums" on the way or the "results" of its tasks."""
    with _helper_there():
        kind, found = received(pipe, spin)
    if kind == "error":
        raise found
    if kind != expected:
        raise PartsApart
    return found


def _end(helper):
    try:
        os.kill(helper, signal.SIGKILL)
        os.waitpid(helper, 0)
    except (ProcessLookupError, ChildProcessError):
        pass


def can_fork():
    """Whether this process may be copied: on Linux, without other libraries' threads."""
    can = hasattr(os, "fork") and hasattr(signal, "pthread_sigmask")  # not on Windows
    return can and sys.platform == "linux" and not any(name in sys.modules for name in THREADED)


def shared(shape, dtype):
    """An array of zeros that processes forked later share with this one."""
    numbers = int(np.prod(shape, dtype=np.int64))
    memory = _shared_memory(max(1, numbers * np.dtype(dtype).itemsize))
    return np.frombuffer(memory, dtype)[:numbers].reshape(shape)


def _shared_memory(size):
    try:
        return mmap.mmap(-1, size)
    except PermissionError:  # where submissions are graded, shared memory must be in a file
        with tempfile.TemporaryFile() as file:
            file.truncate(size)
            return mmap.mmap(file.fileno(), size)


@contextmanager
def shared_arrays(places):
    """The arrays at ``places``, pairs (dictionary, key), lie in shared memory for a while."""
    with ExitStack() as back:
        for holder, key in places:
            own = holder[key]
            holder[key] = common = shared(own.shape, own.dtype)
            common[...] = own
            back.callback(_put_back, holder, key, own, common)
        yield


def _put_back(holder, key, own, common):
    own[...] = common
    holder[key] = own


def weights_of(model):
    """Where the arrays of the weights are: pairs (dictionary, key)."""
    return [(layer.parameters, name) for layer in _leaves(model) for name in layer.parameters]


def _leaves(layer):
    """The layers that hold weights, those of models inside models included; each once."""
    if not hasattr(layer, "steps"):
        return [layer]
    return list(dict.fromkeys(leaf for inner in layer.layers for leaf in _leaves(inner)))
