"""One kernel, from the grader's side: send a cell, collect what comes back, end it in time."""

import contextlib
import math
import socket
import time
from dataclasses import dataclass, field

from course_grading.kernels import servers, shares
from course_grading.kernels.inside import frames
from course_grading.kernels.inside.answers import is_bounded
from course_grading.submission.outputs import Outputs

FRAME_LIMIT = 6_000_000  # bytes of one message of a kernel
STEP_LIMIT = 64_000_000  # bytes of all messages about one cell
REST = 0.2  # seconds of quiet after an interrupt that has stopped a cell
UNDER_WAY = 5.0  # the same where it may not have come yet; less as soon as it comes
GRACE = 2.0  # seconds that an interrupted cell has to stop
LOOK = 1.0  # seconds between two looks at what a slow cell uses


@dataclass
class Outcome:
    """What came of one cell.

    ``status`` is "ok", "error", "timeout", "died" (the kernel with it) or "not run". ``answer`` is
    what a probe emitted, still encoded and never trusted; ``error`` what stopped the probe.
    ``seconds`` are those from the request to its end, ``pace`` what loops took at that time (see
    `runner`), where a request is timed. ``lost`` are the seconds in which a slow cell waited while
    the machine worked for others.
    """

    status: str
    outputs: list = field(default_factory=list)
    answer: dict | None = None
    error: dict | None = None
    reason: str = ""
    lost: float = 0.0
    seconds: float = 0.0
    pace: float = 0.0


class Kernel:
    """A running kernel of the server that listens at ``path``."""

    def __init__(self, path, submission, limits, env):
        self._path, self._count, self._pid = path, 0, None
        self._most_cpu = limits.get("cell_cpu", math.inf)
        self._reader = frames.Reader(FRAME_LIMIT)
        self._socket = servers.connect(path)
        try:
            frames.send(self._socket, {"kernel": True})  # what follows is for the kernel alone
            frames.send(self._socket, {**submission, "limits": limits, "env": env})
            self._await_ready(time.monotonic() + limits["start"])
        except (OSError, frames.BadFrame) as error:
            self.close()
            raise servers.KernelFailed(f"the kernel did not start: {error}") from None
        except BaseException:
            self.close()
            raise

    def _await_ready(self, deadline):
        ready = False
        while not (ready and self._pid):
            frame_list = self._receive(deadline)
            if frame_list is None:
                raise servers.KernelFailed("the kernel ended before it was ready")
            for frame in frame_list:
                if "failed" in frame:
                    raise servers.KernelFailed(str(frame["failed"])[:500])
                self._pid = frame.get("pid", self._pid)
                ready = ready or "ready" in frame

    def _receive(self, deadline):
        """Frames that have come, None at the end of the stream. Raises TimeoutError."""
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("no answer in time")
        self._socket.settimeout(left)
        try:
            data = self._socket.recv(1 << 18)
        except ConnectionError:
            return None
        return self._reader.feed(data) if data else None

    def run(self, request, timeout):
        """`Outcome` of a request: see `inside.kernel`. What a hidden question prints is not kept.

        After ``timeout`` seconds, or when it has used the processor time of a cell, it is
        interrupted; if it does not stop, the kernel is ended.
        """
        self._count += 1
        watch = _Watch(lambda: servers.usage(self._path, self._pid), timeout, self._most_cpu)
        outputs = Outputs()
        try:
            outcome = self._run(request, watch, outputs)
        except frames.BadFrame:
            outcome = self._ended(outputs, "sent what the grader cannot read")
        except OSError:
            outcome = self._ended(outputs, "ended the kernel")
        outcome.lost = watch.lost
        return outcome

    def _run(self, request, watch, outputs):
        outcome, ignored = Outcome("died"), Outputs()
        before = self._reader.received
        self._socket.settimeout(max(watch.left(), 1.0))
        frames.send(self._socket, request)
        while True:
            try:
                received = self._receive(watch.until())
            except TimeoutError:
                if watch.is_over():
                    return self._ended(outputs, f"did not stop after {watch.told}")
                if watch.look():
                    servers.interrupt(self._path, self._pid)
                continue
            if received is None:
                return self._ended(outputs, "ended the kernel")
            if self._reader.received - before > STEP_LIMIT:
                return self._ended(outputs, "flooded the grader")
            for frame in received:
                if frame.get("done") == self._count:
                    outcome.status = "ok" if frame.get("succeeded") is True else "error"
                    if watch.told:
                        outcome.status = "timeout"
                        outcome.reason = f"was stopped after {watch.told}"
                        self._let_interrupts_pass(_was_interrupted(outcome, outputs))
                    outcome.outputs = outputs.items
                    return outcome
                self._take(frame, outcome, ignored if "ask" in request else outputs)

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
            if any(frame.get("done") == self._count for frame in received):
                return

    def _take(self, frame, outcome, outputs):
        if "answer" in frame:
            answer, error = frame["answer"], frame.get("error")
            outcome.answer = answer if isinstance(answer, dict) and is_bounded(answer) else None
            outcome.error = error if isinstance(error, dict) and is_bounded(error) else None
        elif "output" in frame or "clear" in frame:
            outputs.add(frame)

    def _ended(self, outputs, reason):
        self.close()
        return Outcome("died", outputs.items, reason=reason)

    def close(self):
        """Hang up: the keeper then ends the kernel and all it has started."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


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


def _was_interrupted(outcome, outputs):
    """Whether the interrupt itself ended the cell, or the probe."""
    errors = [*outputs.errors, (outcome.error or {}).get("ename")]
    return "KeyboardInterrupt" in errors
