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
import resource
import select
import signal
import time

from course_grading.gradebook import failures
from course_grading.kernels.inside import namespaces

SECONDS = 30.0  # of processor time
PATIENCE = 4  # times as long by the clock
MEMORY = 1 << 30  # bytes beyond what this process has already
LARGEST = 64 << 20  # bytes of a result


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
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reader)
        _be_child(writer, function, arguments, seconds, memory)
    os.close(writer)
    try:
        body = _read(reader, time.monotonic() + PATIENCE * seconds, seconds)
    finally:
        os.close(reader)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        status = os.waitpid(pid, 0)[1]
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGXCPU:
        raise Ended(_took_more(seconds))
    if not body:
        raise Ended("needed more memory than it may have")
    result = json.loads(body)
    if "failed" in result:
        raise Failed(*result["failed"])
    return result["value"]


def _took_more(seconds):
    return f"took more than {seconds:g} seconds"


def _be_child(writer, function, arguments, seconds, memory):
    """Work, write the result, end: nothing of the parent's is cleaned up here."""
    gc.freeze()
    status = 1
    try:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        namespaces.die_with_parent()
        with open("/proc/self/statm") as file:
            held = int(file.read().split()[0]) * resource.getpagesize()
        _limit(resource.RLIMIT_AS, held + memory)
        _limit(resource.RLIMIT_CPU, math.ceil(seconds), spare=5)  # SIGXCPU before SIGKILL
        _limit(resource.RLIMIT_CORE, 0)  # SIGXCPU would write this memory, with the course's secret
        signal.signal(signal.SIGXCPU, signal.SIG_DFL)
        try:
            made = {"value": function(*arguments)}
        except MemoryError:
            os._exit(1)
        except Failed as error:  # a child's of this one
            made = {"failed": [*error.raised, error.of_all]}
        except Exception as error:
            text = str(error)[:1000]
            made = {"failed": [type(error).__name__, text, failures.of_all(error)]}
        with os.fdopen(writer, "wb") as pipe:
            pipe.write(json.dumps(made).encode())
        status = 0
    finally:
        os._exit(status)


def _limit(kind, most, spare=0):
    """A limit, or the one that holds already where it is lower: a child may have children."""
    held = resource.getrlimit(kind)[1]
    soft, hard = (
        most if held == resource.RLIM_INFINITY else min(most, held) for most in (most, most + spare)
    )
    resource.setrlimit(kind, (soft, hard))


def _read(reader, deadline, seconds):
    pieces, size = [], 0
    while True:
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([reader], [], [], left)[0]:
            raise Ended(_took_more(seconds))
        piece = os.read(reader, 1 << 20)
        if not piece:
            return b"".join(pieces)
        pieces.append(piece)
        size += len(piece)
        if size > LARGEST:
            raise Ended(f"made more than {LARGEST >> 20} MB")
