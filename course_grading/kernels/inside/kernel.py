"""The kernel: an IPython shell that runs one cell at a time and reports its outputs.

It speaks over one socket instead of Jupyter's five. The grader sends ``{"run": source}`` for a cell
and ``{"probe": source}`` for the question after it; the kernel tells (`frames`) what is shown, of a
probe what it emitted, and that it is done.
A question with hidden inputs is only marked at its place, ``{"hold": id}``, and asked when no cell
is left to run, ``{"ask": source, "held": id, "copy": true}``: a forked copy of the kernel, with the
names as they were at that place, is shown the inputs, answers and ends.
Student code shares this process and may forge any of these: the grader treats them as claims.
"""

import builtins
import contextlib
import io
import os
import signal
import subprocess
import sys
import threading
import time
from base64 import b64encode

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell

from . import answers, frames

TEXT_PER_CELL = 200_000  # characters of printed text sent for one cell
PICTURE = 1_500_000  # characters of one in base64
PICTURES_PER_CELL = 6_000_000  # characters of all that one cell shows
FRAME_LIMIT = 64_000_000


class Channel:
    """The socket to the grader. Only the kernel's own process writes to it."""

    def __init__(self, sock):
        self.sock, self._owner, self._lock = sock, os.getpid(), threading.Lock()
        self.begin()

    def begin(self):
        """A new request: its room, and that no interrupt has hit it."""
        self.text_left, self.pictures_left = TEXT_PER_CELL, PICTURES_PER_CELL
        self.interrupted = False

    def tell(self, kind, body=b""):
        if os.getpid() == self._owner:
            with self._lock:
                frames.tell(self.sock, kind, body)

    def show(self, **message):
        """An output, or a wish to clear them."""
        self.tell(frames.SHOWN, frames.encode(message))

    def take_over(self):
        """Let this process, a copy of the owner, write."""
        self._owner, self._lock = os.getpid(), threading.Lock()

    def is_owner(self):
        return os.getpid() == self._owner


class Printed(io.TextIOBase):
    """Standard output or error as ``stream`` outputs, cut off beyond `TEXT_PER_CELL`."""

    encoding = "utf-8"
    errors = "replace"

    def __init__(self, channel, name):
        self._channel, self.name = channel, name
        self._waiting, self._length = [], 0

    def writable(self):
        return True

    def write(self, text):
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        room = max(self._channel.text_left, 0)
        self._channel.text_left -= len(text)
        if room:
            self._waiting.append(text[:room] + ("" if len(text) <= room else "\n[cut off]\n"))
            self._length += len(text)
            if self._length > 8192:
                self.flush()
        return len(text)

    def flush(self):
        if self._waiting:
            text, self._waiting, self._length = "".join(self._waiting), [], 0
            output = {"output_type": "stream", "name": self.name, "text": text}
            self._channel.show(output=output)


class Publisher(DisplayPublisher):
    """``display(...)`` as an output."""

    channel = None

    def publish(self, data, metadata=None, *, transient=None, update=False, **ignored):
        _flush()
        self.channel.show(
            output={"output_type": "display_data", "data": _text_only(data, self.channel)},
            display_id=(transient or {}).get("display_id"),
            update=bool(update),
        )

    def clear_output(self, wait=False):
        _flush()
        self.channel.show(clear=bool(wait))


class Results(DisplayHook):
    """The value of a cell's last line as an output."""

    channel = None

    def write_output_prompt(self):
        pass

    def write_format_data(self, format_dict, md_dict=None):
        self._data = _text_only(format_dict, self.channel)

    def finish_displayhook(self):
        _flush()
        data, self._data = getattr(self, "_data", None), None
        if data:
            output = {
                "output_type": "execute_result",
                "data": data,
                "execution_count": self.prompt_count,
            }
            self.channel.show(output=output)


def _text_only(data, channel):
    """A bundle with bytes (PNG images) in base64; no more of each than the grader would keep."""
    kept = {}
    for mime, value in data.items():
        if isinstance(value, bytes):
            value = b64encode(value).decode("ascii")
        if not isinstance(value, str) or (len(value) > PICTURE and str(mime).startswith("image/")):
            continue
        if str(mime).startswith("image/"):
            channel.pictures_left -= len(value)
            if channel.pictures_left < 0:
                continue
        kept[str(mime)] = value if len(value) <= PICTURE else value[:TEXT_PER_CELL]
    return kept


def _flush():
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):
            stream.flush()


class Shell(InteractiveShell):
    """IPython without a terminal: errors become outputs, input() is refused."""

    channel = None

    def _showtraceback(self, etype, evalue, stb):
        _flush()
        self.channel.interrupted |= issubclass(etype, KeyboardInterrupt)
        self.channel.show(output=error_output(etype, evalue, stb))

    def enable_gui(self, gui=None):
        pass

    def system(self, command):
        """A line that begins with "!"; IPython's own asks for a terminal and a session."""
        process = subprocess.Popen(
            self.var_expand(command, depth=1),
            shell=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        for line in process.stdout:
            sys.stdout.write(line)
        self.user_ns["_exit_code"] = process.wait()

    def raw_input(self, prompt=""):
        raise RuntimeError("input() cannot be used while the notebook is graded.")


def error_output(etype, evalue, lines):
    """An error as it stands in a notebook file."""
    try:
        text = str(evalue)
    except Exception:
        text = ""
    return {
        "output_type": "error",
        "ename": str(getattr(etype, "__name__", etype))[:200],
        "evalue": text[:2000],
        "traceback": [str(line)[:20_000] for line in lines][-60:],
    }


def make_shell():
    """The shell of this process. The fork server makes it once, before any fork."""
    from traitlets.config import Config

    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    config.InteractiveShell.display_pub_class = Publisher
    config.InteractiveShell.displayhook_class = Results
    return Shell.instance(config=config, display_pub_class=Publisher, displayhook_class=Results)


def serve(sock, shell):
    """Run what the grader asks for until it hangs up."""
    channel = Channel(sock)
    shell.channel = channel
    shell.display_pub.channel = channel
    shell.displayhook.channel = channel
    builtins.input = shell.raw_input
    channel.tell(frames.READY)
    number, held = 0, {}
    while True:
        try:
            request = frames.receive(sock, FRAME_LIMIT)
        except KeyboardInterrupt:  # meant for a cell that has just ended
            continue
        if request is None:
            return
        number += 1
        channel.begin()
        sys.stdout, sys.stderr = Printed(channel, "stdout"), Printed(channel, "stderr")
        try:
            succeeded = _do(shell, channel, request, held, number)
        except BaseException as error:  # KeyboardInterrupt, SystemExit, anything patched in
            succeeded = False
            channel.interrupted |= isinstance(error, KeyboardInterrupt)
            with contextlib.suppress(Exception):
                channel.show(output=error_output(type(error), error, [type(error).__name__]))
        if not channel.is_owner():
            os._exit(0)  # a fork of the student's came back here
        _flush()
        done = frames.DONE_BODY.pack(number, bool(succeeded), bool(channel.interrupted))
        channel.tell(frames.DONE, done)


def _do(shell, channel, request, held, number):
    """What a request asks for; whether it went well. ``held``: names that are kept for later."""
    if "run" in request:
        return shell.run_cell(request["run"], store_history=True).success
    if "probe" in request:
        return _probe(shell, channel, request["probe"], number)
    if "ask" in request:
        return _ask(shell, channel, request, held, number)
    if "hold" in request:
        held[request["hold"]] = dict(shell.user_ns)
    elif "rest" in request:
        with contextlib.suppress(KeyboardInterrupt):
            time.sleep(request["rest"])  # less where the interrupt comes
    return True


def _ask(shell, channel, request, held, number):
    """Answer a question with hidden inputs, in a copy of this process where one can be made."""
    if not request["copy"]:
        return _answer_held(shell, channel, request, held, number)
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            channel.take_over()
            status = 0 if _answer_held(shell, channel, request, held, number) else 1
        finally:
            os._exit(status)
    try:
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    except BaseException:  # the time is up
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        raise


def _answer_held(shell, channel, request, held, number):
    """The probe among the names of its place; functions find their helpers of that time."""
    shell.user_ns.clear()
    shell.user_ns.update(held.get(request["held"], {}))
    sys.stdout = sys.stderr = io.StringIO()
    return _probe(shell, channel, request["ask"], number)


def _probe(shell, channel, source, number):
    """Run a probe beside the student's names; what it emits is the answer."""
    emitted = {}

    def emit(**values):
        emitted.update({name: answers.write(value) for name, value in values.items()})

    names = {**shell.user_ns, "emit": emit}
    error = None
    try:
        exec(compile(source, f"<probe {number}>", "exec"), names)
    except BaseException as problem:
        channel.interrupted |= isinstance(problem, KeyboardInterrupt)
        error = {"ename": type(problem).__name__[:200], "evalue": _short(problem)}
    _flush()
    has_found = any(value is not None for value in emitted.values())
    body = frames.encode({"answer": emitted, "error": error})
    channel.tell(frames.ANSWER if has_found else frames.EMPTY, body)
    return error is None


def _short(problem):
    try:
        return str(problem)[:500]
    except Exception:
        return ""
