"""A sandbox within the sandbox, so that two forked kernels cannot see each other.

bubblewrap has already taken away the network, the course folder and everything but the programs.
A kernel forked from the warm process also gets its own process tree, network (none), message
queues, /proc, /tmp and home, and loses every capability. The constants are those of Linux'
sched.h, mount.h, prctl.h and capability.h.
"""

import ctypes
import os
import stat
import struct

HOME = "/home/student"

_NEW_MOUNTS, _NEW_UTS, _NEW_IPC, _NEW_GROUPS = 0x20000, 0x4000000, 0x8000000, 0x2000000
_NEW_USER, _NEW_PROCESSES, _NEW_NETWORK = 0x10000000, 0x20000000, 0x40000000
_EVERY_KIND = _NEW_MOUNTS | _NEW_UTS | _NEW_IPC | _NEW_PROCESSES | _NEW_NETWORK
_READ_ONLY, _NOSUID, _NODEV, _NOEXEC, _REMOUNT = 1, 2, 4, 8, 32
_BIND, _RECURSIVE, _PRIVATE = 4096, 16384, 1 << 18
_PARENT_DEATH_SIGNAL, _DUMPABLE, _DROP_BOUND, _NO_NEW_PRIVILEGES, _SUBREAPER = 1, 4, 24, 38, 36
_KEEP_CAPABILITIES = 8
_CAPSET = {"x86_64": 126, "aarch64": 91}
_CHANGE_USER = 1 << 0 | 1 << 6 | 1 << 7  # CAP_CHOWN, CAP_SETGID, CAP_SETUID
READ_EVERY_FILE = 1 << 2  # CAP_DAC_READ_SEARCH

_libc = ctypes.CDLL(None, use_errno=True)


def _call(what, result):
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def _mount(kind, target, options=b"", flags=_NOSUID | _NODEV):
    _call(f"mount {target}", _libc.mount(kind, target.encode(), kind, flags, options or None))


def enter(uid):
    """Leave the namespaces of the fork server. Fork afterwards: the child sees its own tree.

    A server that runs as root keeps its rights until `settle`; any other makes a user namespace.
    """
    if os.getuid() == 0:
        _call("unshare", _libc.unshare(_EVERY_KIND))
    else:
        own_user, own_group = os.getuid(), os.getgid()
        _call("unshare", _libc.unshare(_EVERY_KIND | _NEW_USER))
        _map_user(own_user, own_group)
    _libc.unshare(_NEW_GROUPS)  # /proc then says nothing of the control group; not every Linux can
    _call("mount", _libc.mount(b"none", b"/", None, _RECURSIVE | _PRIVATE, None))


def _map_user(uid, gid):
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{uid} {uid} 1"),
        ("gid_map", f"{gid} {gid} 1"),
    ):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)


def private_folders(uid, disk_bytes, file_bytes=0):
    """Own /proc, /tmp, /dev/shm and home, in memory and bounded. Called as process 1.

    Home has room for the files of the submission beside what it may write. What is mounted below
    one of them stays in sight.
    """
    _mount(b"proc", "/proc", flags=_NOSUID | _NODEV | _NOEXEC)
    options = "nr_inodes=20000,mode=700"
    if os.getuid() == 0:
        options += f",uid={uid},gid={uid}"
    for folder in ("/tmp", "/dev/shm", HOME):
        held = {place: os.open(place, os.O_PATH) for place in _mounts_below(folder)}
        size = disk_bytes + (file_bytes if folder == HOME else 0)
        _mount(b"tmpfs", folder, f"size={size},{options}".encode())
        for place, descriptor in held.items():  # Python itself, where the project lies in /tmp
            _make_room(place, descriptor)
            origin = f"/proc/self/fd/{descriptor}".encode()
            bound = _libc.mount(origin, place.encode(), None, _BIND | _RECURSIVE, None)
            _call(f"bind {place}", bound)
            os.close(descriptor)

    for device in _mounts_below("/dev"):
        if stat.S_ISCHR(os.stat(device).st_mode):  # who may write to one may set its time
            flags = _REMOUNT | _BIND | _READ_ONLY | _NOSUID | _NOEXEC
            _call(f"remount {device}", _libc.mount(None, device.encode(), None, flags, None))


def _make_room(place, descriptor):
    """A folder or an empty file at ``place``, as what is to be mounted there."""
    if stat.S_ISDIR(os.fstat(descriptor).st_mode):
        os.makedirs(place, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(place), exist_ok=True)
        open(place, "a").close()


def _mounts_below(folder):
    """The outermost places below ``folder`` where something is mounted."""
    with open("/proc/self/mountinfo") as file:
        places = [line.split()[4].encode().decode("unicode_escape") for line in file]
    found = []
    for place in sorted(p for p in places if p.startswith(folder + "/")):
        if not any(place.startswith(outer + "/") for outer in found):
            found.append(place)
    return found


def can_become(uid):
    """Whether this process may run kernels as another user: root, but not of every container."""
    if os.getuid() != 0:
        return False
    with open("/proc/self/status") as file:
        rights = next(int(line.split()[1], 16) for line in file if line.startswith("CapEff:"))
    with open("/proc/self/uid_map") as file:
        known = any(int(a) <= uid < int(a) + int(n) for a, _, n in map(str.split, file))
    return known and rights & _CHANGE_USER == _CHANGE_USER


def settle(uid, kept=0):
    """Give up every right: another user id, no capabilities but ``kept``, no way to gain any."""
    if uid != os.getuid():
        _libc.prctl(_KEEP_CAPABILITIES, 1 if kept else 0, 0, 0, 0)
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
        _libc.prctl(_DUMPABLE, 1, 0, 0, 0)  # else /proc/self would belong to root
    if not kept:  # a new user namespace would give them up
        _forbid_user_namespaces()
    drop_capabilities(kept)


def _forbid_user_namespaces():
    """A kernel that can make no user namespace cannot reach most of Linux' privileged calls."""
    try:
        uid, gid = os.getuid(), os.getgid()
        if _libc.unshare(_NEW_USER) == 0:
            _map_user(uid, gid)
        with open("/proc/sys/user/max_user_namespaces", "w") as file:
            file.write("0")
    except OSError:
        pass  # an extra lock; the capabilities go in any case


def drop_capabilities(kept=0):
    """No capabilities but ``kept`` now, none after exec."""
    for capability in range(41):
        _libc.prctl(_DROP_BOUND, capability, 0, 0, 0)
    _libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    number = _CAPSET.get(os.uname().machine)
    if number is not None:
        header = struct.pack("Ii", 0x20080522, 0)  # version 3, this process
        _libc.syscall(number, header, struct.pack("6I", kept, kept, 0, 0, 0, 0))


def die_with_parent():
    """SIGKILL this process when its parent ends."""
    _libc.prctl(_PARENT_DEATH_SIGNAL, 9, 0, 0, 0)


def adopt_orphans():
    """Processes whose parents end become children of this one, so that none outlives it."""
    _libc.prctl(_SUBREAPER, 1, 0, 0, 0)
