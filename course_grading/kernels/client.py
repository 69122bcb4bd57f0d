"""One kernel, from the grader's side: send a cell, collect what comes back, end it in time.

What comes back is kept as bytes. They are read in a child with limits: see
`pipeline.read_outcomes`.
"""

import contextlib
import math
import socket
import time
from dataclasses import dataclass, field

from course_grading.kernels import groups, servers, shares
from course_grading.kernels.inside import frames

FRAME_LIMIT = 6_000_000  # bytes of one message of a kernel
STEP_LIMIT = 64_000_000  # bytes of all messages about one cell
MOST_MESSAGES = 500_000  # about one cell
KEPT_LIMIT = 16_000_000  # bytes of what one cell shows, each message with `HELD`
HELD = 64  # bytes that a message takes in memory beside its body
REST = 0.2  # seconds of quiet after an interrupt that has stopped a cell
UNDER_WAY = 5.0  # the same where it may not have come yet; less as soon as it comes
GRACE = 2.0  # seconds that an interrupted cell has to stop
LOOK = 1.0  # seconds between two looks at what a slow cell uses
TOO_MUCH = "needed more memory than a submission may have"


@dataclass
class Outcome:
    """What came of one cell.

    ``status`` is "ok", "error", "timeout", "died" (the kernel with it) or "not run". ``shown`` are
    messages on what the cell shows, ``emitted`` the one on what a probe emitted, both as they came;
    ``claimed`` is whether the kernel says that this is an answer, and not nothing.
    ``outputs``, ``answer`` (still encoded and never trusted) and ``error`` (what stopped the probe)
    are what `pipeline.read_outcomes` finds in them, ``unread`` is why it could not.
    ``seconds`` are those from the request to its end, ``pace`` what loops took at that time (see
    `runner`), where a request is timed. ``lost`` are the seconds in which a slow cell waited while
    the machine worked for others.
    """

    status: str
    shown: list = field(default_factory=list)
    emitted: bytes | None = None
    claimed: bool = False
    reason: str = ""
    lost: float = 0.0
    seconds: float = 0.0
    pace: float = 0.0
    outputs: list = field(default_factory=list)
    answer: dict | None = None
    error: dict | None = None
    unread: str = ""


class Kernel:
    """A running kernel of the server that listens at ``path``."""

    def __init__(self, path, submission, limits, env):
        self._path, self._count, self._pid = path, 0, None
        self._told_of_memory = False
        self._most_cpu = limits.get("cell_cpu", math.inf)
        self._reader = frames.Reader(FRAME_LIMIT)
        self._group, self._kills, self._keeper = None, 0, None
        try:
            self._socket = servers.connect(path)
        except OSError as error:
            raise servers.KernelFailed(f"the kernel server was not reached: {error}") from error
        try:
            self._group = groups.new(limits)
            servers.ask_for_senders(self._socket, True)
            frames.send(self._socket, {"kernel": True})  # what follows is for the kernel alone
            frames.send(self._socket, {**submission, "limits": limits, "env": env})
            self._await_ready(time.monotonic() + limits["start"])
        except (OSError, frames.BadFrame) as error:
            self.close()
            raise servers.KernelFailed(f"the kernel did not start: {error}") from error
        except BaseException:
            self.close()
            raise

    def _await_ready(self, deadline):
        ready = False
        while not (ready and self._pid):
            received = self._receive(deadline)
            if received is None:
                raise servers.KernelFailed("the kernel ended before it was ready")
            for kind, body in received:
                if kind == frames.FAILED:
                    raise servers.KernelFailed(body[:500].decode("utf-8", "replace"))
                if kind == frames.PID and len(body) == frames.PID_BODY.size:
                    (self._pid,) = frames.PID_BODY.unpack(body)
                if kind == frames.HERE and self._keeper is None:
                    self._place()
                ready = ready or kind == frames.READY

    def _place(self):
        """Put the keeper, which waits for that, into the group; no student's code runs yet."""
        self._keeper = self._sender
        servers.ask_for_senders(self._socket, False)
        groups.put(self._group, self._keeper)
        frames.send(self._socket, {"go": True})

    def _receive(self, deadline):
        """[(kind, body)] that have come, None at the end of the stream. Raises TimeoutError."""
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("no answer in time")
        self._socket.settimeout(left)
        try:
            if self._keeper is None:
                data, self._sender = servers.receive_with_sender(self._socket)
            else:  # from here on a student's code may send
                data = servers.receive(self._socket)
        except ConnectionError:
            return None
        return self._reader.feed(data) if data else None

    def run(self, request, timeout):
        """`Outcome` of a request: see `inside.kernel`. What a hidden question prints is not kept.

        After ``timeout`` seconds, or when it has used the processor time of a cell, it is
        interrupted; if it does not stop, the kernel is ended.
        """
        self._count += 1
        self._kills = self._group.kills() if self._group else 0
        watch = _Watch(lambda: servers.usage(self._path, self._pid), timeout, self._most_cpu)
        kept = _Kept(request)
        try:
            outcome = self._run(request, watch, kept)
        except frames.BadFrame:
            outcome = self._ended(kept, "sent what the grader cannot read")
        except OSError:
            outcome = self._ended(kept)
        outcome.lost = watch.lost
        return outcome

    def _run(self, request, watch, kept):
        before, count = self._reader.received, 0
        self._socket.settimeout(max(watch.left(), 1.0))
        frames.send(self._socket, request)
        while True:
            try:
                received = self._receive(watch.until())
            except TimeoutError:
                if self._is_out_of_memory():
                    return self._ended(kept)
                if watch.is_over():
                    return self._ended(kept, f"did not stop after {watch.told}")
                if watch.look():
                    servers.interrupt(self._path, self._pid)
                continue
            if received is None:
                return self._ended(kept)
            count += len(received)
            if self._reader.received - before > STEP_LIMIT or count > MOST_MESSAGES:
                return self._ended(kept, "flooded the grader")
            for kind, body in received:
                if done := self._done(kind, body):
                    _, succeeded, interrupted = done
                    status, reason = "ok" if succeeded else "error", ""
                    if watch.told:
                        status, reason = "timeout", f"was stopped after {watch.told}"
                        self._let_interrupts_pass(interrupted)
                    told = (kept.shown, kept.emitted, kept.claimed)
                    return Outcome(status, *told, reason, unread=kept.unread())
                self._told_of_memory |= kind == frames.MEMORY
                kept.take(kind, body)

    def _is_out_of_memory(self):
        """Whether its group had no memory left in this step, or its keeper has found so."""
        return self._told_of_memory or bool(self._group and self._group.kills() > self._kills)

    def _done(self, kind, body):
        """(number, succeeded, interrupted) where a message says that this request is done."""
        if kind != frames.DONE or len(body) != frames.DONE_BODY.size:
            return None
        done = frames.DONE_BODY.unpack(body)
        return done if done[0] == self._count else None

    def _let_interrupts_pass(self, has_come):
        """A cell may end by itself just when it is interrupted: the next one must not be hit."""
        self._count += 1
        rest = REST if has_come else UNDER_WAY
        frames.send(self._socket, {"rest": rest})
        deadline = time.monotonic() + rest + GRACE
        while True:
            received = self._receive(deadline)
            if received is None:
                raise ConnectionError("the kernel ended")
            if any(self._done(*message) for message in received):
                return

    def _ended(self, kept, reason="ended the kernel"):
        if self._is_out_of_memory():
            reason = TOO_MUCH
        self.close()
        return Outcome("died", kept.shown, reason=reason)

    def close(self):
        """Hang up: the keeper then ends the kernel and all it has started."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        if self._group:
            self._group.leave()
            self._group = None


def size(bodies):
    """Bytes that messages take in the grader's memory."""
    return sum(len(body) + HELD for body in bodies)


class _Kept:
    """What a cell shows and what a probe emitted, as it came, within `KEPT_LIMIT`."""

    def __init__(self, request):
        self.shown, self.emitted, self.claimed = [], None, False
        self._is_asked = "probe" in request or "ask" in request
        self._left = KEPT_LIMIT
        self._is_silent = "ask" in request

    def take(self, kind, body):
        """Keep a message: of what is shown as much as has room, of answers asked for the last."""
        if kind in (frames.ANSWER, frames.EMPTY) and self._is_asked:
            self.emitted, self.claimed = body, kind == frames.ANSWER
        elif kind == frames.SHOWN and not self._is_silent and self._left >= 0:
            self._left -= size([body])
            if self._left >= 0:
                self.shown.append(body)

    def unread(self):
        """Why what the cell told is not all there, where it is not an answer that counts."""
        if self._left >= 0 or self.emitted is not None:
            return ""
        return "is left out: this cell showed too much"


class _Watch:
    """The time of one cell: when to look at it, when to interrupt it, when to give it up."""

    def __init__(self, usage, timeout, most_cpu):
        self._usage, self._timeout, self._most_cpu = usage, timeout, most_cpu
        self._begin = time.monotonic()
        self._deadline = self._begin + timeout
        self._next = self._begin + min(LOOK, timeout / 4)
        self._load = None
        self.told = ""  # after what it was interrupted
        self.lost = 0.0

    def left(self):
        return self._deadline - time.monotonic()

    def until(self):
        """The next moment at which something is to be done."""
        return self._deadline if self.told else min(self._deadline, self._next)

    def is_over(self):
        return self.told and self.left() <= 0

    def look(self):
        """Look at what the cell uses; whether it is to be interrupted now."""
        now = time.monotonic()
        self._next = now + LOOK
        if self._load is None:
            self._load = shares.Load(self._usage, now)
        if now >= self._deadline:
            self.told = f"{self._timeout:g} seconds"
        elif self._load.used() > self._most_cpu:
            self.told = f"{self._most_cpu:g} seconds of processor time"
        if self.told:
            self.lost = self._load.lost(now)
            self._deadline = now + GRACE
        return bool(self.told)
