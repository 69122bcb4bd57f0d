"""Kernels that start warm: copies of one process that has imported Keras.

Importing TensorFlow takes longer than most chapters, and each of them would wait for it anew. So
one process imports it, and what any kernel needs, and is forked for each kernel that is started:
a chapter still runs in a process of its own, in which nothing has run before. TensorFlow is only
imported before a fork, never used, for its threads would not survive one.

Nothing needs to know of it. `started` puts a kernel of the usual name before the usual one, whose
program only asks that process for a fork and then waits for the fork's end:

    nbclient, nbval -> this file, as a program -> the process that forks -> the kernel

Elsewhere than on Linux, kernels start cold as ever.
"""

import contextlib
import gc
import importlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

PRELOAD = ("keras", "ipykernel.kernelapp", "matplotlib_inline.backend_inline")
_LARGEST_REQUEST = 1 << 17  # bytes: a folder, arguments, the environment


@contextlib.contextmanager
def started(environment=None, preload=PRELOAD):
    """What to add to the environment of who starts kernels, as long as the context lasts.

    ``environment``: of the process that imports ``preload``, os.environ if not given. What a
    library reads from it when it is imported is the same for all kernels.
    """
    if sys.platform != "linux":
        yield {}
        return
    with tempfile.TemporaryDirectory(prefix="kernels-") as folder:
        path = os.path.join(folder, "socket")
        kernel = Path(folder) / "kernels" / "python3"
        kernel.mkdir(parents=True)
        program = [sys.executable, "-I", "-S", __file__, path, "-f", "{connection_file}"]
        described = {"argv": program, "display_name": "Python 3", "language": "python"}
        text = json.dumps(described | {"interrupt_mode": "message"})
        (kernel / "kernel.json").write_text(text, encoding="utf-8")
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
            listener.bind(path)
            listener.listen(64)  # who asks before all is imported waits
            server = subprocess.Popen(
                [sys.executable, "-P", __file__, str(listener.fileno()), *preload],
                env=environment,
                stdin=subprocess.PIPE,
                pass_fds=[listener.fileno()],
            )
        known = (environment or os.environ).get("JUPYTER_PATH", "")
        try:
            yield {"JUPYTER_PATH": os.pathsep.join(filter(None, [folder, known]))}
        finally:
            server.stdin.close()
            server.wait()


def serve(listener, preload):
    """Fork for everybody who connects, until standard input closes."""
    for name in preload:
        with contextlib.suppress(ImportError):  # then the chapter meets the error, or needs it not
            importlib.import_module(name)
    gc.collect()
    gc.freeze()  # what is collected in a fork would be copied first
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody asks how a kernel ended
    while True:
        ready, _, _ = select.select([listener, sys.stdin], [], [])
        if sys.stdin in ready:
            return
        connection, _ = listener.accept()
        if os.fork() == 0:
            listener.close()
            _become_kernel(connection)
        connection.close()


def _become_kernel(connection):
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    text, descriptors, _, _ = socket.recv_fds(connection, _LARGEST_REQUEST, 3)
    request = json.loads(text)
    for place, descriptor in enumerate(descriptors):
        os.dup2(descriptor, place)
        os.close(descriptor)
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    threading.Thread(target=_end_with, args=(connection,), daemon=True).start()
    from ipykernel.kernelapp import IPKernelApp

    try:
        kernel = IPKernelApp.instance()
        kernel.initialize(request["arguments"])
        kernel.start()
    finally:
        os._exit(0)


def _end_with(connection):
    """End when whoever asked for this kernel has ended."""
    connection.recv(1)
    os._exit(1)


def ask(path, arguments):
    """Ask for a kernel with these ``arguments``; returns when it has ended."""
    environment = dict(os.environ)
    environment.pop("JPY_PARENT_PID", None)  # the fork has another parent, and this connection
    request = {"folder": os.getcwd(), "arguments": arguments, "environment": environment}
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as connection:
        connection.connect(path)
        socket.send_fds(connection, [json.dumps(request).encode()], [0, 1, 2])
        connection.recv(1)


if __name__ == "__main__":
    first, *others = sys.argv[1:]
    if first.isdigit():
        serve(socket.socket(fileno=int(first)), others)
    else:
        ask(first, others)
