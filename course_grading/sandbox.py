"""Starting kernels in bubblewrap, warm where that is possible.

A `KernelServer` is one process in one sandbox that forks kernels (`inside.forkserver`). A warm one
serves the whole class and separates each fork from the others; where Linux does not allow that, a
cold one is started for each submission. What the sandbox can see is listed here by name:
everything else, the course folder, the gradebook, other students, homes and sockets, is not there.
"""

import contextlib
import glob
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import course_lib
from course_grading.inside import frames
from course_grading.inside.namespaces import HOME

_PACKAGE = Path(course_lib.__file__).resolve().parent
_INSIDE = Path(__file__).resolve().parent / "inside"
_SEEN_INSIDE = "/opt/kernel"
_HIDDEN = ("course_bank", "course_grading")
_PLAIN_ENV = {
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "HOME": HOME,
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "MPLCONFIGDIR": "/tmp/matplotlib",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_ENABLE_ONEDNN_OPTS": "0",
    "CUDA_VISIBLE_DEVICES": "-1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONHASHSEED": "0",
}


class IsolationUnavailable(RuntimeError):
    """bubblewrap cannot run here; the text says what to do."""


class KernelFailed(RuntimeError):
    """A kernel could not be started."""


def why_not_isolated():
    """None if bubblewrap can make a sandbox here, else one sentence."""
    if not sys.platform.startswith("linux"):
        return "Submissions can only be isolated on Linux"
    program = shutil.which("bwrap")
    if program is None:
        return "bubblewrap is missing (sudo apt-get install bubblewrap)"
    command = [program, *_namespaces(), *_file_system(()), "/usr/bin/true"]
    try:
        done = subprocess.run(command, capture_output=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"bubblewrap cannot run here ({error})"
    if done.returncode:
        reason = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or ["no reason"]
        return f"bubblewrap cannot run here ({reason[0]})"
    return None


def refuse(reason):
    """The error raised instead of running a submission without isolation."""
    return IsolationUnavailable(
        f"{reason}: no submission is run. To accept that students' code runs with your rights, "
        "set c.IsolatedKernel.accept_unisolated = True in nbgrader_config.py."
    )


# ---------------------------------------------------------------------------- the view inside


def _namespaces():
    options = ["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts"]
    if os.getuid() != 0:
        options.append("--unshare-user")
    return [*options, "--unshare-cgroup-try", "--hostname", "course", "--new-session"]


def _system():
    """The read-only parts of the system that Python needs."""
    arguments = ["--ro-bind", "/usr", "/usr"]
    for name in ("/bin", "/sbin", "/lib", "/lib32", "/lib64"):
        if os.path.islink(name):
            arguments += ["--symlink", os.readlink(name).lstrip("/"), name]
        elif os.path.isdir(name):
            arguments += ["--ro-bind", name, name]
    for name in ("ld.so.cache", "ld.so.conf", "ld.so.conf.d", "alternatives", "localtime"):
        arguments += ["--ro-bind-try", f"/etc/{name}", f"/etc/{name}"]
    return [*arguments, "--proc", "/proc", "--dev", "/dev"]


def _python_folders():
    """Folders that hold this Python, its environment and its installed packages."""
    wanted = [sys.prefix, sys.base_prefix, sys.exec_prefix, os.path.realpath(sys.base_prefix)]
    wanted += [p for p in sys.path if os.path.basename(p) in ("site-packages", "dist-packages")]
    link = sys.executable
    while os.path.islink(link):  # each step of .venv/bin/python -> ... -> python3.11
        link = os.path.join(os.path.dirname(link), os.readlink(link))
        wanted.append(os.path.dirname(os.path.dirname(os.path.normpath(link))))
    kept = []
    for folder in sorted({os.path.abspath(p) for p in wanted if os.path.isdir(p)}):
        if folder != "/" and not any(_is_within(folder, other) for other in ["/usr", *kept]):
            kept.append(folder)
    return kept


def _is_within(path, folder):
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def _file_system(hidden, disk=64 << 20):
    """bubblewrap's arguments: the system, Python and course_lib, all read-only."""
    shown = _python_folders()
    arguments = _system()
    if not any(_is_within(str(_PACKAGE), folder) for folder in ["/usr", *shown]):
        shown.append(str(_PACKAGE))
    made = set()
    arguments += _parents(HOME, made)
    for folder in (HOME, "/tmp", "/dev/shm"):  # a warm server's kernels get their own over these
        arguments += ["--size", str(disk), "--perms", "1777", "--tmpfs", folder]
    arguments += ["--remount-ro", "/dev"]  # else kernels of one user could leave notes there
    for folder in shown:  # after /tmp: the project may lie in it
        arguments += _parents(folder, made) + ["--ro-bind", folder, folder]
    for folder in _secret_folders(shown):
        arguments += ["--tmpfs", folder, "--remount-ro", folder]
    for folder in hidden:  # only where something shown contains it
        if any(_is_within(folder, other) for other in ["/usr", *shown]):
            arguments += ["--tmpfs", folder]
    arguments += _parents(f"{_SEEN_INSIDE}/inside", made)
    arguments += ["--ro-bind", str(_INSIDE), f"{_SEEN_INSIDE}/inside"]
    return [*arguments, "--remount-ro", "/"]


def _secret_folders(shown):
    """The bank and the grader, wherever a shown folder contains them."""
    beside = {_PACKAGE.parent, *(Path(path).resolve() for path in sys.path)}
    folders = [str(place / name) for place in sorted(beside) for name in _HIDDEN]
    return [
        folder
        for folder in folders
        if os.path.isdir(folder) and any(_is_within(folder, other) for other in ["/usr", *shown])
    ]


def _parents(folder, made):
    """Make the folders above ``folder`` readable by any user (bubblewrap's own are not)."""
    arguments = []
    for parent in reversed(Path(folder).parents):
        name = str(parent)
        if name not in ("/", "/usr", "/tmp") and name not in made:
            made.add(name)
            arguments += ["--perms", "0755", "--dir", name]
    return arguments


def counted_already(isolated):
    """Threads that Linux counts towards the limit of processes beside the submission's own.

    The limit counts whatever the user runs. Root's kernels have users of their own, and since
    Linux 5.14 a user namespace counts for itself.
    """
    linux = tuple(int(number) for number in re.findall(r"\d+", os.uname().release)[:2])
    if os.getuid() == 0 or (isolated and linux >= (5, 14)):
        return 0
    count = 0
    for path in glob.glob("/proc/[0-9]*"):
        with contextlib.suppress(OSError):
            if os.stat(path).st_uid == os.getuid():
                count += len(os.listdir(f"{path}/task"))
    return count


# ---------------------------------------------------------------------------- servers


class KernelServer:
    """A process that forks kernels, in a sandbox of its own.

    Args:
        preload: modules imported before the first fork.
        isolated: inside bubblewrap; otherwise with the rights of the grader.
        warm: serves many kernels, separated from one another; else serves one.
        hidden: folders that must not be seen even where a shown folder contains them.
    """

    def __init__(self, preload=("numpy",), isolated=True, warm=True, hidden=()):
        self.isolated, self.warm, self.preload = isolated, warm, tuple(preload)
        self.folder = tempfile.mkdtemp(prefix="course-kernels-")
        self.path = os.path.join(self.folder, "socket")
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind(self.path)
        listener.listen(64)
        reader, self._lifeline = os.pipe()
        options = {
            "listen": listener.fileno(),
            "lifeline": reader,
            "preload": list(preload),
            "separate": isolated and warm,
            "folder": self.folder,  # only to be found again among processes
        }
        module = "inside.forkserver" if isolated else f"{__package__}.inside.forkserver"
        command = [sys.executable, "-P", "-u", "-m", module, json.dumps(options)]
        if isolated:
            command = [shutil.which("bwrap"), *_namespaces(), *_file_system(hidden), *command]
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=(listener.fileno(), reader),
            env=environment(isolated),
            cwd="/",
            start_new_session=True,
        )
        listener.close()
        os.close(reader)
        self._errors = bytearray()
        threading.Thread(target=self._drain, daemon=True).start()
        answer = self.process.stdout.readline().decode(errors="replace").strip()
        if answer != "ready":
            self.process.wait(5) if not answer else None
            self.close()
            raise KernelFailed(answer or bytes(self._errors).decode(errors="replace")[-500:])

    def _drain(self):
        for line in self.process.stderr:
            self._errors += line
            del self._errors[:-4000]

    def close(self):
        """End the server and every kernel it has forked."""
        if self._lifeline is not None:
            os.close(self._lifeline)
            self._lifeline = None
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def connect(self):
        """A new connection to the server at this socket path."""
        return connect(self.path)


def connect(path):
    """Connect to the kernel server that listens at ``path``."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(30)
    connection.connect(path)
    return connection


def interrupt(path, pid):
    """Ask the server at ``path`` to interrupt the cell of the kernel that ``pid`` keeps."""
    try:
        with connect(path) as connection:
            frames.send(connection, {"interrupt": pid})
    except OSError:
        pass  # the server has ended, and its kernels with it


def environment(isolated=True):
    """The environment of kernels: nothing of the grader's own."""
    env = dict(_PLAIN_ENV)
    env["PYTHONPATH"] = f"{_SEEN_INSIDE}:{_PACKAGE.parent}" if isolated else str(_PACKAGE.parent)
    env["PATH"] = f"{os.path.dirname(sys.executable)}:{env['PATH']}"
    threads = "1"
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        env[name] = threads
    if not isolated:
        env["HOME"] = tempfile.gettempdir()
        env["MPLCONFIGDIR"] = os.path.join(tempfile.gettempdir(), "matplotlib")
    return env
