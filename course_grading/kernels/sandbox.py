"""What a submission sees: bubblewrap's arguments, and the environment of its processes.

What is shown is listed here by name: the system's programs, Python with its packages, and of this
project ``course_lib`` alone. Everything else is not there: the bank, the grader, the course folder,
the gradebook, other students, homes and sockets.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import course_lib
from course_grading.kernels.inside.namespaces import HOME

_PACKAGE = Path(course_lib.__file__).resolve().parent
_INSIDE = Path(__file__).resolve().parent / "inside"
_SEEN_INSIDE = "/opt/kernel"
_OURS = "course_*"  # packages of this project, of which a submission sees course_lib alone
_PARTS = ("bin", "lib", "lib64", "libexec", "include", "share", "etc", "ssl", "pyvenv.cfg")
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
    "HDF5_USE_FILE_LOCKING": "FALSE",  # `inside.syscalls` refuses locks
}


class IsolationUnavailable(RuntimeError):
    """bubblewrap cannot run here; the text says what to do."""


def why_not_isolated():
    """None if bubblewrap can make a sandbox here, else one sentence."""
    if not sys.platform.startswith("linux"):
        return "Submissions can only be isolated on Linux"
    program = shutil.which("bwrap")
    if program is None:
        return "bubblewrap is missing (sudo apt-get install bubblewrap)"
    command = [program, *namespace_arguments(), *shown_arguments(()), "/usr/bin/true"]
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


def namespace_arguments():
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


def _devices():
    """What is to be changed in bubblewrap's own /dev."""
    # else kernels of one user could leave notes there, and tell each other by terminals
    arguments = ["--size", "4096", "--tmpfs", "/dev/pts", "--remount-ro", "/dev/pts"]
    # mapped and shared it is memory that no process owns; as a device, since a user without rights
    # could not make a read-only one (`namespaces.private_folders`) of what is mounted as none
    arguments += ["--dev-bind", os.devnull, "/dev/zero"]
    return [*arguments, "--remount-ro", "/dev"]


def _python_folders():
    """What holds this Python, its environment and its installed packages.

    Of an environment its own parts alone: beside them may lie a course (`python -m venv .`).
    """
    prefixes = [sys.prefix, sys.base_prefix, sys.exec_prefix, os.path.realpath(sys.base_prefix)]
    link = sys.executable
    while os.path.islink(link):  # each step of .venv/bin/python -> ... -> python3.11
        link = os.path.join(os.path.dirname(link), os.readlink(link))
        prefixes.append(os.path.dirname(os.path.dirname(os.path.normpath(link))))
    wanted = [os.path.join(prefix, part) for prefix in prefixes for part in _PARTS]
    wanted += [p for p in sys.path if os.path.basename(p) in ("site-packages", "dist-packages")]
    kept = []
    for path in sorted({os.path.abspath(p) for p in wanted if os.path.exists(p)}):
        if not any(_is_within(path, other) for other in ["/usr", *kept]):
            kept.append(path)
    return kept


def hidden_parts(root):
    """What is to be hidden of the course in ``root``, wherever it lies: all of it.

    Where Python itself lies in that folder, its entries one by one.
    """
    root = os.path.abspath(root)
    ours = [path for path in ["/usr", *_python_folders()] if _is_within(path, root)]
    if not ours:
        return [root]
    entries = sorted(os.path.join(root, name) for name in os.listdir(root))
    return [p for p in entries if not any(_is_within(path, p) for path in ours)]


def _is_within(path, folder):
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def shown_arguments(hidden, disk=64 << 20):
    """bubblewrap's arguments: the system, Python and course_lib, all read-only."""
    shown = _python_folders()
    arguments = _system()
    if not any(_is_within(str(_PACKAGE), folder) for folder in ["/usr", *shown]):
        shown.append(str(_PACKAGE))
    made = set()
    arguments += _parents(HOME, made)
    for folder in (HOME, "/tmp", "/dev/shm"):  # a warm server's kernels get their own over these
        arguments += ["--size", str(disk), "--perms", "1777", "--tmpfs", folder]
    arguments += _devices()
    for path in shown:  # after /tmp: the project may lie in it
        arguments += _parents(path, made) + _bound(path)
    for folder in _other_packages(shown):
        arguments += ["--tmpfs", folder, "--remount-ro", folder]
    for path in hidden:  # only where something shown contains it
        if os.path.lexists(path) and any(_is_within(path, other) for other in ["/usr", *shown]):
            arguments += ["--tmpfs", path] if os.path.isdir(path) else _emptied(path)
    arguments += _parents(f"{_SEEN_INSIDE}/inside", made)
    arguments += ["--ro-bind", str(_INSIDE), f"{_SEEN_INSIDE}/inside"]
    return [*arguments, "--remount-ro", "/"]


def _bound(path):
    """Show one path, read-only; a link in an environment (lib64) as a link."""
    if os.path.islink(path) and not os.path.isabs(os.readlink(path)):
        return ["--symlink", os.readlink(path), path]
    return ["--ro-bind", path, path]


def _emptied(path):
    return ["--ro-bind", os.devnull, path]


def _other_packages(shown):
    """The project's packages but course_lib, wherever a shown folder has them installed."""
    places = {_PACKAGE.parent, *(Path(path).resolve() for path in sys.path)}
    found = [str(folder) for place in sorted(places) for folder in place.glob(_OURS)]
    return [
        folder
        for folder in found
        if os.path.basename(folder) != _PACKAGE.name
        and os.path.isdir(folder)
        and any(_is_within(folder, other) for other in ["/usr", *shown])
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
