"""Starting kernels in bubblewrap, warm where that is possible.

A `KernelServer` is one process in one sandbox that forks kernels (`inside.forkserver`). A warm one
serves the whole class and separates each fork from the others; where Linux does not allow that, a
cold one is started for each submission. `sandbox` says what either can see.
"""

import json
import os
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading

from course_grading.kernels import groups, sandbox
from course_grading.kernels.inside import frames

_NOTHING = {"cpu": 0.0, "wait": 0.0}
_READ = 1 << 16  # bytes
_SENDER = struct.Struct("iII")  # process id, user, group


class KernelFailed(RuntimeError):
    """A kernel could not be started; its cause is what went wrong between here and the server."""


class KernelServer:
    """A process that forks kernels, in a sandbox of its own.

    Args:
        preload: modules imported before the first fork, and "module:function", called then.
        isolated: inside bubblewrap; otherwise with the rights of the grader.
        warm: serves many kernels, separated from one another; else serves one.
        hidden: folders that must not be seen even where a shown folder contains them.
        wait: until it can serve; else it imports while this process goes on, see `await_ready`.
    """

    def __init__(self, preload=("numpy",), isolated=True, warm=True, hidden=(), wait=True):
        listener, self._place, name = _listener()
        self.path = f"/proc/{os.getpid()}/fd/{self._place}"
        reader, self._lifeline = os.pipe()
        options = {
            "listen": listener.fileno(),
            "lifeline": reader,
            "preload": list(preload),
            "separate": isolated and warm,
            "isolated": isolated,
            "name": name,  # only to be found again among processes
        }
        module = "inside.forkserver" if isolated else f"{__package__}.inside.forkserver"
        command = [sys.executable, "-P", "-u", "-m", module, json.dumps(options)]
        if isolated:
            view = [*sandbox.namespace_arguments(), *sandbox.shown_arguments(hidden)]
            command = [shutil.which("bwrap"), *view, *command]
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=(listener.fileno(), reader),
            env=sandbox.environment(isolated),
            cwd="/",
            start_new_session=True,
        )
        listener.close()
        os.close(reader)
        self._errors, self._drain, self._is_ready = bytearray(), None, False
        if wait:
            self.await_ready()

    def await_ready(self):
        """Return when it can serve; raises `KernelFailed` where it cannot, and ends it.

        Before that this process may fork: no thread of the server's runs here.
        """
        if self._is_ready:
            return
        self._drain = threading.Thread(target=self._keep_errors, daemon=True)
        self._drain.start()
        answer = self.process.stdout.readline().decode(errors="replace").strip()
        if answer != "ready":
            self.process.wait(5) if not answer else None
            self.close()
            self._drain.join(5)
            raise KernelFailed(_sentence(answer or bytes(self._errors).decode(errors="replace")))
        self._is_ready = True

    def _keep_errors(self):
        for line in self.process.stderr:
            self._errors += line
            del self._errors[:-4000]

    def close(self):
        """End the server and every kernel it has forked."""
        self._let_go()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        if self._drain is None:  # which reads to the end
            self.process.stderr.close()
        groups.tidy()

    def forget(self):
        """For a fork of its owner: it is the owner's alone to end, and ends with the owner."""
        self._let_go()

    def _let_go(self):
        for descriptor in (self._lifeline, self._place):
            if descriptor is not None:
                os.close(descriptor)
        self._lifeline = self._place = None

    def connect(self):
        """A new connection to the server at this socket path."""
        return connect(self.path)


def _sentence(text):
    """The last line of what a server said before it ended: of a traceback the error."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return f"the kernel server did not start: {lines[-1][:300] if lines else 'it said nothing'}"


def _listener():
    """(listening socket, descriptor of its place, its name): a socket that lies in no folder.

    Who may open the grader's files in /proc reaches it through the descriptor, nobody else; a
    grader that is killed leaves nothing behind.
    """
    folder = tempfile.mkdtemp(prefix="course-kernels-")
    name = os.path.join(folder, "socket")
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        listener.bind(name)
        listener.listen(64)
        return listener, os.open(name, os.O_PATH), name
    except BaseException:
        listener.close()
        raise
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def connect(path):
    """Connect to the kernel server that listens at ``path``."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(30)
    connection.connect(path)
    return connection


def ask_for_senders(connection, wanted):
    """Whether Linux says which process has sent what comes: see `receive_with_sender`."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, wanted)


def receive_with_sender(connection):
    """(bytes, id of the process that has sent them, 0 where it is not to be seen from here).

    Only while senders are asked for: the room beside the bytes is theirs alone then. Else Linux
    would open the files here that a sender passes on. `receive` has no such room.
    """
    data, about, _, _ = connection.recvmsg(_READ, socket.CMSG_SPACE(_SENDER.size))
    for level, kind, told in about:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_CREDENTIALS):
            return data, _SENDER.unpack(told)[0]
    return data, 0


def receive(connection):
    """Bytes; files that were passed on with them are closed by Linux."""
    return connection.recv(_READ)


def interrupt(path, pid):
    """Ask the server at ``path`` to interrupt the cell of the kernel that ``pid`` keeps."""
    try:
        with connect(path) as connection:
            frames.send(connection, {"interrupt": pid})
    except OSError:
        pass  # the server has ended, and its kernels with it


def usage(path, pid):
    """{"cpu": seconds, "wait": seconds} of the kernel that ``pid`` keeps; zeros if it is lost."""
    try:
        with connect(path) as connection:
            frames.send(connection, {"usage": pid})
            return frames.receive(connection, 1000) or _NOTHING
    except (OSError, frames.BadFrame):
        return _NOTHING
