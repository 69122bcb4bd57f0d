"""The fork server: a process that has imported what notebooks import, and waits.

Each connection to its socket asks for a kernel. The server forks; the child separates itself
(`namespaces`), reads the submission, takes its limits, writes the files into an empty home and
becomes the kernel of that connection. The server itself reads no submission: whatever it had read
would lie in the memory of every kernel after it.

Importing NumPy or TensorFlow is thus paid once for a class. TensorFlow is only imported before a
fork, never used: its threads would not survive one.

    python -m inside.forkserver '{"listen": 3, "lifeline": 4, "preload": ["numpy"], ...}'

``listen`` is the descriptor of a listening socket, ``lifeline`` of a pipe that closes when the
grader ends. One line, "ready" or what went wrong, goes to standard output.

    server -> keeper -> process 1 of the sandbox -> kernel

The keeper watches the connection and the memory, and kills the whole tree when the grader hangs
up; process 1 reaps orphans.
"""

import base64
import contextlib
import fcntl
import gc
import importlib
import json
import os
import resource
import select
import shutil
import signal
import socket
import sys

from . import frames, namespaces, processes, syscalls

_FIRST_USER = 61000  # user ids of kernels when the server runs as root
_USERS = 3000
_LONGEST_CALL = 100  # bytes of what the server reads itself
_LARGEST_SUBMISSION = 400_000_000  # bytes, files included
_MOST_SOCKETS = 300  # of a submission; what waits in one is up to 200 kB that no process owns
_PAGE = resource.getpagesize()


def main(options):
    """Serve until the lifeline closes."""
    lifeline = options["lifeline"]
    _end_with(lifeline, True)
    gc.disable()  # what imports make stays: collecting it again and again takes long
    shell = _warm(options["preload"])
    gc.freeze()  # collected pages would be copied in every child
    gc.enable()
    _end_with(lifeline, False)
    listener = socket.socket(fileno=options["listen"])
    if options["separate"]:
        problem = _try_separation()
        if problem:
            print(problem, flush=True)
            return
    print("ready", flush=True)
    count = 0
    while True:
        readable, _, _ = select.select([listener, lifeline], [], [], 1.0)
        _reap()
        if lifeline in readable:
            return
        if listener in readable:
            connection, _ = listener.accept()
            count += 1
            _answer(connection, listener, lifeline, shell, options, count)
            connection.close()


def _end_with(lifeline, wanted):
    """Whether this process ends at once when the lifeline closes: while it imports, it looks not.

    Linux then sends SIGIO, which ends a process that does not handle it, but not where it has
    closed before.
    """
    with contextlib.suppress(OSError):  # without the signal it ends when it has imported
        fcntl.fcntl(lifeline, fcntl.F_SETOWN, os.getpid())
        others = fcntl.fcntl(lifeline, fcntl.F_GETFL) & ~os.O_ASYNC
        fcntl.fcntl(lifeline, fcntl.F_SETFL, others | (os.O_ASYNC if wanted else 0))
    if wanted and lifeline in select.select([lifeline], [], [], 0)[0]:
        sys.exit()


def _warm(preload):
    """Import everything a kernel needs, and make its shell; "module:function" is called as well."""
    from .kernel import make_shell

    for name in preload:
        module, _, function = name.partition(":")
        try:
            imported = importlib.import_module(module)
            if function:
                getattr(imported, function)()
        except Exception as error:  # a kernel will meet the same error, in its own cell
            print(f"{name} was not imported: {error}", file=sys.stderr)
    return make_shell()


def _reap():
    reaped = True
    while reaped:
        try:
            reaped = os.waitpid(-1, os.WNOHANG)[0] != 0
        except ChildProcessError:
            return


def _answer(connection, listener, lifeline, shell, options, count):
    """Serve one connection: a signal for a running kernel, or a new kernel."""
    connection.settimeout(30)
    try:
        call = frames.receive(connection, _LONGEST_CALL)
        if call is None:
            return
        if "interrupt" in call:
            os.kill(int(call["interrupt"]), signal.SIGUSR1)
            return
        if "usage" in call:
            frames.send(connection, processes.usage(int(call["usage"])))
            return
    except (OSError, ValueError):
        return
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            listener.close()
            os.close(lifeline)
            request = frames.receive(connection, _LARGEST_SUBMISSION)
            frames.tell(connection, frames.HERE)
            # until then the grader may put this process into a group
            if request and frames.receive(connection, _LONGEST_CALL):
                connection.settimeout(None)
                uid = _FIRST_USER + count % _USERS
                _keep(connection, shell, request, options, uid)
            status = 0
        except BaseException as error:
            _report(connection, error)
        finally:
            os._exit(status)
    with contextlib.suppress(OSError):
        frames.tell(connection, frames.PID, frames.PID_BODY.pack(pid))


def _report(connection, error):
    with contextlib.suppress(OSError):
        why = f"{type(error).__name__}: {error}"[:500]
        frames.tell(connection, frames.FAILED, why.encode("utf-8", "replace"))


# ---------------------------------------------------------------------------- the keeper


def _keep(connection, shell, request, options, uid):
    """Fork the kernel's tree, forward interrupts to it, end it when the grader hangs up."""
    told = None
    os.setsid()  # a session is a scheduler's group, where no other groups are set up
    with contextlib.suppress(OSError):
        os.sched_setaffinity(0, request["limits"].get("cores") or os.sched_getaffinity(0))
    separate = options["separate"]
    namespaces.adopt_orphans()
    keeper = os.getpid()
    proc = os.open("/proc", os.O_RDONLY)  # before the sandbox mounts its own over it
    uid = uid if namespaces.can_become(uid) else os.getuid()
    if separate:
        namespaces.enter(uid)
    namespaces.die_with_parent()  # after entering, which would clear it
    child = os.fork()
    if child == 0:
        try:
            _first_process(connection, shell, request, separate, uid)
        except BaseException as error:
            _report(connection, error)
        finally:
            os._exit(1)
    signal.signal(signal.SIGUSR1, lambda *_: processes.send(child, signal.SIGUSR1))
    poll = select.poll()
    poll.register(connection, select.POLLRDHUP | select.POLLHUP | select.POLLERR)
    try:
        while os.waitpid(child, os.WNOHANG)[0] == 0:
            if poll.poll(250):
                break
            if processes.memory(proc, keeper) > request["limits"]["memory_all"]:
                told = frames.MEMORY
                break
            if options["isolated"] and processes.sockets(proc) > _MOST_SOCKETS:
                break
            processes.calm(proc, keeper)
    except ChildProcessError:
        pass
    processes.kill_tree(proc, keeper, child)
    if told:
        with contextlib.suppress(OSError):
            frames.tell(connection, told)
    if home := request.get("home"):  # without isolation it is a folder of the machine
        shutil.rmtree(home, ignore_errors=True)


# ---------------------------------------------------------------------------- inside


def _first_process(connection, shell, request, separate, uid):
    """Process 1: sets the sandbox up, then waits for all that runs in it."""
    namespaces.die_with_parent()
    processes.be_ended_first()
    if separate:
        room = sum(len(text) * 3 // 4 + _PAGE for text in request["files"].values())
        namespaces.private_folders(uid, request["limits"]["disk"], room)
    kernel = os.fork()
    if kernel == 0:
        try:
            _become_kernel(connection, shell, request, uid)
        except BaseException as error:
            _report(connection, error)
        finally:
            os._exit(1)
    connection.close()
    signal.signal(signal.SIGUSR1, lambda *_: processes.send(kernel, signal.SIGINT))
    while True:
        try:
            pid, status = os.wait()
        except ChildProcessError:
            os._exit(0)
        if pid == kernel:
            os._exit(os.waitstatus_to_exitcode(status) & 0xFF)


def _become_kernel(connection, shell, request, uid):
    os.setsid()
    for number in (signal.SIGUSR1, signal.SIGTERM, signal.SIGCHLD, signal.SIGPIPE):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    _settle_in(request, uid)
    _limit(request["limits"])
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    os.closerange(3, connection.fileno())
    os.closerange(connection.fileno() + 1, 256)
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()
    from .kernel import serve

    serve(connection, shell)
    os._exit(0)


def _settle_in(request, uid):
    """An empty home with the submission's files, and an environment of its own.

    Without isolation the kernel of a root user still may not be root, whom Linux spares the limit
    of processes. Its Python may lie in root's home: it keeps the right to read, and no other.
    """
    import tempfile

    home, kept = request.get("home"), 0
    if home is None:
        home = namespaces.HOME
    elif uid != os.getuid():
        kept = namespaces.READ_EVERY_FILE
        os.chown(home, uid, uid)
    os.environ.clear()
    os.environ.update(request["env"])
    os.environ.update(HOME=home, TMPDIR=request.get("tmp", "/tmp"), USER="student")
    tempfile.tempdir = None
    namespaces.settle(uid, kept)
    syscalls.refuse()
    work = os.path.join(home, "work")
    os.makedirs(work, exist_ok=True)
    os.chdir(work)
    for name, text in request["files"].items():
        path = os.path.normpath(os.path.join(work, name))
        if not path.startswith(work + os.sep):
            continue
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(base64.b64decode(text))
    sheet = os.path.join(home, "sheet.json")
    with open(sheet, "w") as file:
        json.dump(request["sheet"], file)
    os.environ["COURSE_SHEET"] = sheet
    sys.path[:] = ["", *(p for p in sys.path if p not in ("", "/opt/kernel"))]
    sys.argv = ["notebook"]


def _limit(limits):
    """Limits of one process. Memory counts from what the warm process holds already."""
    with open("/proc/self/statm") as file:
        pages = [int(field) for field in file.read().split()]
    held, data = pages[0] * _PAGE, pages[5] * _PAGE
    for kind, value in (
        (resource.RLIMIT_DATA, data + limits["memory"]),
        (resource.RLIMIT_AS, held + 3 * limits["memory"]),
        (resource.RLIMIT_FSIZE, limits["file"]),
        (resource.RLIMIT_NPROC, limits["processes"]),
        (resource.RLIMIT_NOFILE, limits["open_files"]),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_CPU, limits["cpu"]),
    ):
        hard = resource.getrlimit(kind)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (value, value))


# ---------------------------------------------------------------------------- at the start


def _try_separation():
    """None if a fork can separate itself here, else why not."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            uid = _FIRST_USER if namespaces.can_become(_FIRST_USER) else os.getuid()
            namespaces.enter(uid)
            first = os.fork()
            if first == 0:
                try:
                    namespaces.private_folders(uid, 1_000_000)
                    namespaces.settle(uid)
                    os.listdir("/proc/self")
                    os._exit(0)
                except BaseException as error:
                    os.write(writer, str(error).encode()[:500])
                    os._exit(1)
            os.waitpid(first, 0)
        except BaseException as error:
            os.write(writer, str(error).encode()[:500])
        finally:
            os._exit(0)
    os.close(writer)
    os.waitpid(pid, 0)
    with os.fdopen(reader) as pipe:
        return pipe.read() or None


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
