"""Kernel calls that no notebook needs, refused for the rest of a process' life.

A filter (seccomp) answers them with "not permitted", also for root and for children. They are of
three kinds: memory that no limit counts (memfd, System V), places that outlive a submission or are
shared with others (keyrings, queues), and large parts of Linux that a notebook has no use for and
that attacks begin with (io_uring, bpf, userfaultfd, mounts, tracing).
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
}
_MACHINES = {"x86_64": (_X86_64, 0xC000003E), "aarch64": (_AARCH64, 0xC00000B7)}
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06  # instructions of the filter
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050001  # the second with errno 1, "not permitted"
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
    steps = _steps(sorted(numbers[column] for numbers in _NUMBERS.values()), architecture)
    program = _Program(len(steps), b"".join(struct.pack("HBBI", *step) for step in steps))
    return _libc.prctl(_SET_FILTER, _MODE_FILTER, ctypes.byref(program), 0, 0) == 0


def _steps(numbers, architecture):
    """The filter as (instruction, steps to skip if true, if false, operand)."""
    return [
        (_LOAD, 0, 0, 4),  # the architecture of the call; 32-bit calls have other numbers
        (_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _REFUSE),
        (_LOAD, 0, 0, 0),  # the number of the call
        (_AT_LEAST, len(numbers) + 1, 0, _OTHER_CALLS),
        *[(_EQUAL, len(numbers) - place, 0, number) for place, number in enumerate(numbers)],
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _REFUSE),
    ]
