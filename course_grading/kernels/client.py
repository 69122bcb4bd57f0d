"""One kernel, from the grader's side: send a cell, collect what comes back, end it in time."""

import contextlib
import socket
import time
from dataclasses import dataclass, field

from course_grading.kernels import servers
from course_grading.kernels.inside import frames
from course_grading.kernels.inside.answers import is_bounded
from course_grading.submission.outputs import Outputs

FRAME_LIMIT = 6_000_000  # bytes of one message of a kernel
STEP_LIMIT = 64_000_000  # bytes of all messages about one cell
REST = 0.2  # seconds of quiet after an interrupt that has stopped a cell
UNDER_WAY = 5.0  # the same where it may not have come yet; less as soon as it comes
GRACE = 2.0  # seconds that an interrupted cell has to stop


@dataclass
class Outcome:
    """What came of one cell.

    ``status`` is "ok", "error", "timeout", "died" (the kernel with it) or "not run". ``answer`` is
    what a probe emitted, still encoded and never trusted; ``error`` what stopped the probe.
    """

    status: str
    outputs: list = field(default_factory=list)
    answer: dict | None = None
    error: dict | None = None
    reason: str = ""


class Kernel:
    """A running kernel of the server that listens at ``path``."""

    def __init__(self, path, submission, limits, env):
        self._path, self._count, self._pid = path, 0, None
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

        After ``timeout`` seconds the cell is interrupted; if it does not stop, the kernel is ended.
        """
        self._count += 1
        outcome, outputs = Outcome("died"), Outputs()
        is_silent = "ask" in request
        before = self._reader.received
        deadline, late = time.monotonic() + timeout, False
        try:
            self._socket.settimeout(max(timeout, 1.0))
            frames.send(self._socket, request)
            while True:
                try:
                    received = self._receive(deadline)
                except TimeoutError:
                    if late:
                        return self._ended(outputs, f"did not stop after {timeout:g} seconds")
                    late, deadline = True, time.monotonic() + GRACE
                    servers.interrupt(self._path, self._pid)
                    continue
                if received is None:
                    return self._ended(outputs, "ended the kernel")
                if self._reader.received - before > STEP_LIMIT:
                    return self._ended(outputs, "flooded the grader")
                for frame in received:
                    if frame.get("done") == self._count:
                        outcome.status = "ok" if frame.get("succeeded") is True else "error"
                        if late:
                            outcome.status = "timeout"
                            outcome.reason = f"was stopped after {timeout:g} seconds"
                            self._let_interrupts_pass(_was_interrupted(outcome, outputs))
                        outcome.outputs = outputs.items
                        return outcome
                    self._take(frame, outcome, outputs if not is_silent else Outputs())
        except frames.BadFrame:
            return self._ended(outputs, "sent what the grader cannot read")
        except OSError:
            return self._ended(outputs, "ended the kernel")

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


def _was_interrupted(outcome, outputs):
    """Whether the interrupt itself ended the cell, or the probe."""
    errors = [*outputs.errors, (outcome.error or {}).get("ename")]
    return "KeyboardInterrupt" in errors
