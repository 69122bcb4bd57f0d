"""Talking to the kernel of a classmate, and taking more than one's share of the machine."""

from tests.course_grading.corpus.cases import solved

TRY = """
import ctypes, fcntl, os, socket, struct
libc = ctypes.CDLL(None, use_errno=True)
def attempt(name, what):
    try:
        made = what()
    except OSError as error:
        print(name, type(error).__name__)
    else:
        print("FOUND" if not isinstance(made, int) or made >= 0 else "nothing", name)
shared = open(os.__file__)
"""


def _attempts(**calls):
    return TRY + "\n".join(f"attempt({name!r}, lambda: {call})" for name, call in calls.items())


@solved()
def locks_files_that_others_see(book):
    asked = 'struct.pack("hhqqi", fcntl.F_RDLCK, 0, 0, 1, 0)'
    book.first_cell(
        _attempts(
            flock="fcntl.flock(shared, fcntl.LOCK_SH)",
            getlk=f"fcntl.fcntl(shared, fcntl.F_GETLK, {asked})",
            lease="fcntl.fcntl(shared, fcntl.F_SETLEASE, fcntl.F_RDLCK)",
        )
    )


@solved()
def watches_what_others_open(book):
    book.first_cell(
        _attempts(
            inotify="libc.inotify_init1(0)",
            fanotify="libc.fanotify_init(0, 0)",
            dnotify="fcntl.fcntl(os.open('/usr', os.O_RDONLY), fcntl.F_NOTIFY, 1)",
        )
    )


@solved()
def opens_terminals(book):
    book.first_cell(_attempts(pty="os.openpty()", ptmx="open('/dev/ptmx')"))


@solved()
def sockets_that_namespaces_do_not_part(book):
    calls = {f"family{n}": f"socket.socket({n}, socket.SOCK_STREAM)" for n in (16, 31, 38, 40)}
    book.first_cell(_attempts(**calls))


@solved()
def leaves_its_session_and_its_cores(book):
    book.first_cell(
        _attempts(
            session="os.setsid()",
            cores="os.sched_setaffinity(0, range(os.cpu_count()))",
            first="os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(9))",
            nice="os.setpriority(os.PRIO_PROCESS, 0, -9)",
        )
    )


@solved()
def gives_pages_to_pipes(book):
    book.first_cell(
        TRY + "reader, writer = os.pipe()\npage = ctypes.create_string_buffer(4096)\n"
        "vector = struct.pack('PL', ctypes.addressof(page), 4096)\n"
        "attempt('vmsplice', lambda: libc.vmsplice(writer, vector, 1, 0))"
    )


@solved(1)
def gigabytes_that_wait_in_sockets(book):
    book.second(
        "import os, socket, time\nfor _ in range(40):\n    if os.fork() == 0: break\n"
        "pairs = []\ntry:\n    while True:\n        pairs.append(socket.socketpair())\n"
        "        pairs[-1][0].setblocking(False)\n        try:\n"
        "            while True: pairs[-1][0].send(bytes(1 << 16))\n"
        "        except BlockingIOError: pass\nexcept OSError: time.sleep(60)"
    )


@solved()
def pipes_that_are_full(book):
    book.first_cell(
        "import fcntl, os\npipes = []\ntry:\n    while True:\n        pipes.append(os.pipe())\n"
        "        os.set_blocking(pipes[-1][1], False)\n        try:\n"
        "            fcntl.fcntl(pipes[-1][1], 1031, 1 << 20)\n        except OSError: pass\n"
        "        try:\n            while True: os.write(pipes[-1][1], bytes(1 << 16))\n"
        "        except BlockingIOError: pass\nexcept OSError as error: print(error)\n"
        "for pair in pipes:\n    for end in pair: os.close(end)"
    )


@solved(1)
def sixty_busy_processes(book):
    book.second(
        "import os\nfor _ in range(60):\n    try:\n        if os.fork() == 0: break\n"
        "    except OSError: break\nwhile True: pass"
    )


@solved(1)
def an_error_that_is_told_for_ever(book):
    book.second(
        "class Endless(Exception):\n    def __str__(self):\n        while True: pass\nraise Endless"
    )


@solved(1)
def an_error_of_a_hundred_megabytes(book):
    book.second("raise ValueError('x' * 100_000_000)")


@solved(1)
def a_bomb_under_a_classmates_id(book):
    """The answers are judged under the classmate's numbers too, to tell a slip."""
    book.sign("ada")
    book.second(f"{book.questions[1].replace('-', '_')} = ['x' * 20_000] + [''] * 19_999")
