"""Work on what a student wrote, in a child process with limits of time and memory.

The grader's own process moves bytes. Whatever parses, cleans, compares or renders a student's text
may meet one that was made to take hours or gigabytes: then the child is ended, and the caller says
what became of that one cell or page. What counts is processor time: a busy machine costs nobody
points.
"""

import contextlib
import gc
import json
import math
import os
import pickle
import resource
import signal
import socket
import struct
import time

from course_grading.gradebook import failures
from course_grading.kernels.inside import namespaces

SECONDS = 30.0  # of processor time
PATIENCE = 4  # times as long by the clock
MEMORY = 1 << 30  # bytes beyond what this process has already
LARGEST = 64 << 20  # bytes of a result
WAITING = 64 << 20  # bytes beyond what a child began with: with more it does not wait for a turn
_LENGTH = struct.Struct("<Q")  # before each message


class Ended(Exception):
    """The child was ended or failed; the text says by what, as the end of a sentence."""

    of_all = None


class Failed(Ended):
    """The function raised an error; ``raised`` is (its kind, its text).

    ``of_all`` is what `failures.of_all` says of it.
    """

    def __init__(self, kind, text, of_all=None):
        super().__init__(f"failed ({kind})")
        self.raised, self.of_all = (kind, text), of_all

    @property
    def told(self):
        """The error's kind and its text."""
        return ": ".join(self.raised)


def call(function, *arguments, seconds=SECONDS, memory=MEMORY):
    """What ``function(*arguments)`` returns, which must be plain JSON; raises `Ended`.

    ``seconds`` are of processor time, `PATIENCE` times as many by the clock; ``memory`` are bytes
    beyond what this process holds.
    """
    with Child(_once, function, arguments, most_seconds=seconds) as child:
        return child.turn(seconds=seconds, memory=memory)


def _once(function, arguments):
    yield function(*arguments)


class Child:
    """A child that works in turns: what it has made in one it still holds in the next.

    ``generator(*arguments)`` runs in the child, each `turn` as far as its next ``yield``. Between
    turns the child waits; where it holds more than `WAITING`, it ends instead: see `waits`. It is
    for the text of one student alone, as it is the same process again.
    """

    def __init__(self, generator, *arguments, most_seconds=SECONDS):
        """``most_seconds``: of processor time, for all turns together."""
        self._socket, theirs = socket.socketpair()
        self.pid, self._status, self._seconds = None, 0, SECONDS
        with theirs:
            try:
                self.pid = os.fork()
            except OSError:
                self._socket.close()
                raise
            if self.pid == 0:
                self._socket.close()
                _be_child(theirs, generator, arguments, most_seconds)

    def turn(self, told=None, seconds=SECONDS, memory=MEMORY):
        """What the generator yields next, which must be plain JSON; raises `Ended`, once for all.

        ``told`` is what its last ``yield`` gives it. ``memory`` are bytes beyond what the child
        began with, in each of its turns.
        """
        self.begin(told, seconds, memory)
        return self.result()

    def begin(self, told=None, seconds=SECONDS, memory=MEMORY):
        """Begin a turn, and go on while the child works: `result` waits for it."""
        self._seconds = seconds
        with self._ending(), contextlib.suppress(ConnectionError):  # it has ended: see `result`
            self._socket.settimeout(PATIENCE * seconds)
            _send(self._socket, pickle.dumps((told, seconds, memory)))

    def result(self):
        """What the turn that was begun has made: see `turn`.

        The clock counts from here: what this process did meanwhile takes no time from the child.
        """
        with self._ending():
            try:
                body = _receive(self._socket, time.monotonic() + PATIENCE * self._seconds)
            except ConnectionError:
                body = None
        if body is None:
            self.end()
            if os.WIFSIGNALED(self._status) and os.WTERMSIG(self._status) == signal.SIGXCPU:
                raise Ended(_took_more(self._seconds))
            raise Ended("needed more memory than it may have")
        result = json.loads(body)
        if "failed" in result or not result["waits"]:
            self.end()
        if "failed" in result:
            raise Failed(*result["failed"])
        return result["value"]

    @property
    def waits(self):
        """Whether it can have another turn."""
        return self.pid is not None

    @contextlib.contextmanager
    def _ending(self):
        """Where something goes wrong the child is ended; where it is late, that is said.

        One that has been ended has no further turn.
        """
        if not self.waits:
            raise Ended("has ended before")
        try:
            yield
        except TimeoutError:
            self.end()
            raise Ended(_took_more(self._seconds)) from None
        except BaseException:
            self.end()
            raise

    def end(self):
        """Kill it, whatever it does."""
        if self.pid is None:
            return
        self._socket.close()
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        self._status, self.pid = os.waitpid(self.pid, 0)[1], None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()


def _took_more(seconds):
    return f"took more than {seconds:g} seconds"


def _be_child(parent, generator, arguments, most_seconds):
    """Work turn by turn, write each result, end: nothing of the parent's is cleaned up here."""
    gc.freeze()
    status = 1
    try:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        namespaces.die_with_parent()
        # SIGXCPU would write this memory, with the course's secret
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        room = _Room(most_seconds)
        signal.signal(signal.SIGXCPU, signal.SIG_DFL)
        work, waits = generator(*arguments), True
        while waits and (body := _receive(parent)):
            told, seconds, memory = pickle.loads(body)  # the parent's
            room.begin(seconds, memory)
            try:
                value = work.send(told)
                waits = room.taken() <= WAITING
                made = _message(value=value, waits=waits)
            except MemoryError:
                os._exit(1)
            except Failed as error:  # a child's of this one
                made = _message(failed=[*error.raised, error.of_all])
            except Exception as error:
                text = str(error)[:1000]
                made = _message(failed=[type(error).__name__, text, failures.of_all(error)])
            _send(parent, made)
        status = 0
    finally:
        os._exit(status)


def _message(**made):
    """What a turn has made, or why it failed, for the parent; TypeError if it is not plain JSON."""
    return json.dumps(made).encode()


class _Room:
    """What this process may take, turn by turn.

    A process that a child has forked in its turn may take no more than the child may then.
    """

    def __init__(self, most_seconds):
        self._began = _held()
        kinds = (resource.RLIMIT_AS, resource.RLIMIT_CPU)
        self._inherited = {kind: resource.getrlimit(kind)[0] for kind in kinds}
        soft, hard = resource.getrlimit(resource.RLIMIT_CPU)
        hard = _lowest(math.ceil(most_seconds) + 5, hard)  # SIGXCPU, which is told, before SIGKILL
        resource.setrlimit(resource.RLIMIT_CPU, (_lowest(soft, hard), hard))

    def begin(self, seconds, memory):
        """A turn: this time beyond what it has used, this memory beyond what it began with."""
        used = resource.getrusage(resource.RUSAGE_SELF)
        self._bound(resource.RLIMIT_CPU, math.ceil(used.ru_utime + used.ru_stime + seconds))
        self._bound(resource.RLIMIT_AS, self._began + memory)

    def _bound(self, kind, most):
        """A soft limit, which the next turn may raise again."""
        hard = resource.getrlimit(kind)[1]
        resource.setrlimit(kind, (_lowest(most, self._inherited[kind], hard), hard))

    def taken(self):
        """Bytes that the process holds beyond what it began with."""
        return _held() - self._began


def _held():
    """Bytes that this process has, as RLIMIT_AS counts them."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[0]) * resource.getpagesize()


def _lowest(*limits):
    """The lowest of these limits, some of which may be none."""
    none = resource.RLIM_INFINITY
    return min((most for most in limits if most != none), default=none)


def _send(connection, body):
    """A message: its length, and itself."""
    connection.sendall(_LENGTH.pack(len(body)) + body)


def _receive(connection, deadline=None):
    """The next message, None where the other side has ended instead.

    Raises TimeoutError where it is not there by the deadline, and `Ended` where it is too large:
    there is a deadline for what a child says.
    """
    body, length = bytearray(), None
    while length is None or len(body) < length:
        if deadline is not None:
            connection.settimeout(max(deadline - time.monotonic(), 1e-3))
        piece = connection.recv(1 << 18)
        if not piece:
            return None
        body += piece
        if length is None and len(body) >= _LENGTH.size:
            (length,) = _LENGTH.unpack_from(body)
            del body[: _LENGTH.size]
            if deadline is not None and length > LARGEST:
                raise Ended(f"made more than {LARGEST >> 20} MB")
    return body
