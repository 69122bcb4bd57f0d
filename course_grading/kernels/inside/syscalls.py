"""Kernel calls that no notebook needs, refused for the rest of a process' life.

A filter (seccomp) answers them with "not permitted", also for root and for children. They are of
four kinds: memory that no limit counts (memfd, System V, pages given to pipes, large buffers of
sockets), what two kernels could talk by (keyrings, queues, locks and watches on files that both
see, vsock), ways out of one's share of the machine, and large parts of Linux that a notebook has
no use for and that attacks begin with (io_uring, bpf, userfaultfd, mounts, tracing).

Locks that SQLite and others ask for are answered with "done" and not taken: another kernel would
see one that is taken on a device. So a submission's own processes do not keep each other out.
"""

import ctypes
import os
import struct

_X86_64, _AARCH64 = 0, 1  # columns of the table
_NUMBERS = {
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "msgget": (68, 186),
    "semget": (64, 190),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "pidfd_getfd": (438, 438),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "mount_setattr": (442, 442),
    "vmsplice": (278, 75),
    "flock": (73, 32),
    "inotify_init": (253, None),
    "inotify_init1": (294, 26),
    "inotify_add_watch": (254, 27),
    "fanotify_init": (300, 262),
    "mincore": (27, 232),
    "cachestat": (451, 451),
    "setsid": (112, 157),  # a session is a scheduler's group: each has an equal share
    "sched_setaffinity": (203, 122),
    "sched_setscheduler": (144, 119),
    "sched_setattr": (314, 274),
}
# {call: (numbers, place of the argument, bits that may not stand in it together)}: memory that is
# shared and in no file stays when the process that filled it has ended, and then nobody's limit
# counts it
_REFUSED_BITS = {"mmap": ((9, 222), 3, 0x1 | 0x20)}
_UNIX, _INET, _INET6 = 1, 2, 10
_MACHINES = {"x86_64": (_X86_64, 0xC000003E), "aarch64": (_AARCH64, 0xC00000B7)}
# instructions of the filter
_LOAD, _EQUAL, _AT_LEAST, _RETURN, _AND = 0x20, 0x15, 0x35, 0x06, 0x54
# the second with errno 1, "not permitted"; the third with none: "done", and nothing is done
_ALLOW, _REFUSE, _PRETEND = 0x7FFF0000, 0x00050001, 0x00050000
_GET_LOCK, _SET_LOCK = (5, 36), (6, 7, 37, 38)  # the later ones are of open files
_LEASE_AND_WATCH = (1024, 1026)
# {call: (numbers, place of the argument, {its values: answer}, answer to all others)}: of fcntl's
# requests those of locks, leases and watches tell who else has a file open; buffers of sockets stay
# at their default
_BY_ARGUMENT = {
    "fcntl": (
        (72, 25),
        1,
        {(*_GET_LOCK, *_LEASE_AND_WATCH): _REFUSE, _SET_LOCK: _PRETEND},
        _ALLOW,
    ),
    "setsockopt": ((54, 208), 2, {(7, 8, 32, 33): _REFUSE}, _ALLOW),
    "socket": ((41, 198), 0, {(_UNIX, _INET, _INET6): _ALLOW}, _REFUSE),
    "socketpair": ((53, 199), 0, {(_UNIX,): _ALLOW}, _REFUSE),
}
_OTHER_CALLS = 0x40000000  # x86_64: the same calls under other numbers
_SET_FILTER, _MODE_FILTER = 22, 2

_libc = ctypes.CDLL(None, use_errno=True)


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("steps", ctypes.c_char_p)]


def refuse():
    """Refuse the calls from now on; whether this machine's Linux takes the filter.

    The process must have given up gaining rights before (`namespaces.settle` does).
    """
    if os.uname().machine not in _MACHINES:
        return False
    column, architecture = _MACHINES[os.uname().machine]
    steps = _steps(column, architecture)
    program = _Program(len(steps), b"".join(struct.pack("HBBI", *step) for step in steps))
    return _libc.prctl(_SET_FILTER, _MODE_FILTER, ctypes.byref(program), 0, 0) == 0


def _steps(column, architecture):
    """The filter as (instruction, steps to skip if true, if false, operand)."""
    steps = [
        (_LOAD, 0, 0, 4),  # the architecture of the call; 32-bit calls have other numbers
        (_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _REFUSE),
        (_LOAD, 0, 0, 0),  # the number of the call
        (_AT_LEAST, 0, 1, _OTHER_CALLS),
        (_RETURN, 0, 0, _REFUSE),
    ]
    for numbers in _NUMBERS.values():
        if numbers[column] is not None:
            steps += [(_EQUAL, 0, 1, numbers[column]), (_RETURN, 0, 0, _REFUSE)]
    for numbers, place, answers, otherwise in _BY_ARGUMENT.values():
        steps += _by_argument(numbers[column], place, answers, otherwise)
    for numbers, place, bits in _REFUSED_BITS.values():
        steps += _by_argument(numbers[column], place, {(bits,): _REFUSE}, _ALLOW, bits)
    return [*steps, (_RETURN, 0, 0, _ALLOW)]


def _by_argument(number, place, answers, otherwise, mask=0xFFFFFFFF):
    """Answer one call by an argument of 32 bits, or by its bits in ``mask``."""
    told = [(_LOAD, 0, 0, 16 + 8 * place), (_AND, 0, 0, mask)]
    for values, answer in answers.items():
        for value in values:
            told += [(_EQUAL, 0, 1, value), (_RETURN, 0, 0, answer)]
    told.append((_RETURN, 0, 0, otherwise))
    return [(_EQUAL, 0, len(told), number), *told]
