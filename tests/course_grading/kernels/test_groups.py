"""Control groups: what only they bound, where they can be had, and what is left of them."""

import contextlib
import os
import subprocess
from functools import cache
from pathlib import Path

import psutil
import pytest

from course_grading.kernels import client, group_trees, groups, sandbox
from course_grading.kernels.client import Kernel
from tests.course_grading.kernel_runs import (
    LIMITS,
    PROBE_X,
    job,
    printed,
    ran,
    run,
    tree,
    wait_until,
)

NO_GROUPS = "control groups can only be had by root, or in a delegated part of their tree"
# what a fork shares counts for each process where its keeper counts
SMALL = {**LIMITS, "memory_group": 160_000_000, "memory_all": 4_000_000_000}
NOBODYS = """
import os, time
held = []
for folder in ("/tmp", "/dev/shm", "/home/student/work"):
    with open(folder + "/big", "wb") as file:
        for _ in range(60):
            file.write(bytes(1_000_000))
for _ in range(5):
    if os.fork() == 0:
        pipes = [os.pipe() for _ in range(50)]
        for _, writer in pipes:
            os.set_blocking(writer, False)
            os.write(writer, bytes(65536))
        time.sleep(60)
print(sum(os.path.getsize(folder + "/big") for folder in ("/tmp", "/dev/shm", ".")))
"""


@pytest.fixture
def here():
    """The groups of this machine."""
    found = groups.available()
    if found is None:
        pytest.skip(NO_GROUPS)
    if not is_held(found):
        pytest.skip("control groups cannot be made here, or take a limit and do not hold to it")
    return found


@cache
def is_held(found):
    """Whether a process that takes more than its group may have is ended."""
    group = found.new({**LIMITS, "memory_group": 32 << 20})
    if group is None:
        return False
    pid = os.fork()
    if pid == 0:
        try:
            group.take_in(os.getpid())
            bytes(128 << 20).replace(b"\0", b"1")
        finally:
            os._exit(0)
    status = os.waitpid(pid, 0)[1]
    group.leave()
    return os.WIFSIGNALED(status)


@pytest.fixture
def start(kernel_server):
    """A function that starts a kernel with limits."""
    with contextlib.ExitStack() as stack:

        def started(limits=LIMITS):
            given = {"files": {}, "sheet": {}}
            kernel = Kernel(kernel_server.path, given, limits, sandbox.environment())
            stack.callback(kernel.close)
            return kernel

        yield started


def folders(kernel):
    return list(kernel._group._each())


def ids(folder):
    return {int(pid) for pid in (folder / "cgroup.procs").read_text().split()}


def test_all_that_a_kernel_starts_is_in_its_group(here, start):
    kernel = start()
    assert run(kernel, "import os, time\nif os.fork() == 0:\n    time.sleep(60)").status == "ok"
    for folder in folders(kernel):
        seen = ids(folder)
        assert len(seen) == 4  # keeper, process 1, kernel, child
        assert os.getpid() not in seen
    left = folders(kernel)
    kernel.close()
    wait_until(lambda: groups.tidy() or not any(folder.exists() for folder in left))


def test_the_keeper_is_known_by_the_number_that_it_has_out_here(start, kernel_server):
    kernel = start()
    sender = psutil.Process(kernel._keeper)
    assert kernel._keeper in tree(kernel_server)
    assert len(sender.children(recursive=True)) == 2  # process 1 and the kernel


def test_two_kernels_have_groups_of_their_own_with_their_limits(here, start):
    first, second = start(), start(SMALL)
    assert not set(folders(first)) & set(folders(second))
    for kernel, limits in ((first, LIMITS), (second, SMALL)):
        assert all(kernel._group.bounds(pid, limits) for pid in ids(folders(kernel)[0]))


def test_memory_of_no_process_is_bounded_by_the_group_alone(here, start, monkeypatch):
    kernel = start(SMALL)
    outcome = run(kernel, NOBODYS)
    assert (outcome.status, outcome.reason) == ("died", client.TOO_MUCH)
    monkeypatch.setattr(groups, "_tried", [None])
    outcome = run(start(SMALL), NOBODYS)
    assert (outcome.status, printed(outcome)) == ("ok", "180000000\n")


def test_what_the_group_ends_costs_that_cell(here, kernel_server):
    steps = ["x = 1", NOBODYS, "x += 1", PROBE_X]
    result = ran(job(*steps, limits=SMALL), kernel_server.path)
    assert [o.status for o in result.outcomes] == ["ok", "died", "ok", "ok"]
    assert result.outcomes[3].answer == {"value": {"int": "2"}}


def test_a_child_that_the_group_ends_does_not_leave_its_cell_waiting(here, start):
    source = (
        "import os, time\nif os.fork() == 0:\n    x = bytearray(200_000_000)\n"
        "    x[::4096] = b'1' * len(x[::4096])\nos.wait()\ntime.sleep(60)"
    )
    kernel = start(SMALL)
    outcome = run(kernel, source, timeout=30)
    assert (outcome.status, outcome.reason) == ("died", client.TOO_MUCH)


def test_linux_ends_a_kernel_before_the_grader(kernel):
    source = "print(open('/proc/self/oom_score_adj').read().strip())"
    assert printed(run(kernel, source)) == "1000\n"


LOOK = """
import ctypes, os
for path, names, files in os.walk("/"):
    names[:] = [name for name in names if name not in ("proc", "usr", "site-packages")]
    if "cgroup.procs" in files: print(path)
print([line for line in open("/proc/self/mountinfo") if " cgroup" in line])
print([line for line in open("/proc/self/cgroup") if "course-" in line])
os.makedirs("groups")
for kind in (b"cgroup", b"cgroup2"):
    print(ctypes.CDLL(None).mount(b"none", b"groups", kind, 0, None))
"""


def test_a_kernel_cannot_reach_its_group(kernel):
    assert printed(run(kernel, LOOK)) == "[]\n[]\n-1\n-1\n"


# ------------------------------------------------------------------ what is left


def test_groups_of_a_killed_grader_are_removed_by_the_next_one(here):
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            folder = next(iter(groups.new(LIMITS)._each()))
            os.write(writer, str(folder).encode() if folder.is_dir() else b"?")
            os.kill(os.getpid(), 9)
        finally:
            os._exit(1)
    os.close(writer)
    os.waitpid(pid, 0)
    folder = Path(os.read(reader, 1000).decode())
    os.close(reader)
    assert folder.is_absolute()
    groups.tidy()
    assert not folder.exists()


def test_only_groups_of_ended_graders_are_removed(tmp_path):
    ended = subprocess.Popen(["true"])
    ended.wait()
    left = [group_trees.name_of_ours(1), "course-notes", "other", f"course-{os.getpid()}-x-1"]
    for name in [*left, f"course-{ended.pid}-1-0", f"course-{os.getpid()}-1-0"]:
        (tmp_path / name).mkdir()
    groups.Groups(1, {"memory": tmp_path}).remove_orphaned()
    assert sorted(os.listdir(tmp_path)) == sorted(left)


# ------------------------------------------------------------------ where they can be had


FILES = {
    "memory": ("memory.max", "memory.swap.max", "memory.oom.group", "memory.events"),
    "pids": ("pids.max",),
    "cpu": ("cpu.weight",),
}


class Played:
    """A tree of version 2, with plain files that behave as Linux' do."""

    def __init__(self, root, monkeypatch, controllers=("memory", "pids", "cpu"), others=()):
        self.root, self.proc = root / "tree", root / "proc"
        self._mkdir, self._rmdir, self._write = os.mkdir, os.rmdir, group_trees.write
        self.refused, self.deaf, self.unlimited = "", "", "max"
        self.proc.mkdir()
        self.root.mkdir()
        self.plant(self.root, controllers)
        (self.root / "cgroup.subtree_control").write_text(" ".join(controllers))
        monkeypatch.setattr(os, "mkdir", self.mkdir)
        monkeypatch.setattr(os, "rmdir", self.rmdir)
        monkeypatch.setattr(group_trees, "write", self.write)
        self.own = self.root / "course.scope"
        os.mkdir(self.own)
        (self.own / "cgroup.procs").write_text(" ".join(map(str, [os.getpid(), *others])))
        self.be_in("course.scope")

    def be_in(self, path):
        (self.proc / "cgroup").write_text(f"1:name=systemd:/x\n0::/{path}\n")
        line = f"30 23 0:28 / {self.root} rw,nosuid shared:9 - cgroup2 cgroup2 rw\n"
        (self.proc / "mountinfo").write_text(f"22 1 8:1 / / rw - ext4 /dev/sda rw\n{line}")

    def plant(self, folder, controllers):
        for name in ("cgroup.procs", "cgroup.subtree_control"):
            (folder / name).touch()
        (folder / "cgroup.controllers").write_text(" ".join(controllers))
        for controller in controllers:
            for name in FILES[controller]:
                (folder / name).write_text(self.unlimited)

    def mkdir(self, path, mode=0o777, **more):
        self._mkdir(path, mode, **more)
        if self.root in Path(path).parents:
            controllers = (Path(path).parent / "cgroup.subtree_control").read_text().split()
            self.plant(Path(path), controllers)

    def rmdir(self, path, **more):
        if self.root in Path(path).parents:
            if any(map(psutil.pid_exists, ids(Path(path)))):
                raise OSError(16, "busy")
            for file in Path(path).iterdir():
                file.unlink()
        self._rmdir(path, **more)

    def write(self, path, text):
        busy = path.name == "cgroup.subtree_control" and ids(path.parent)
        if path.name == self.refused and not busy:
            raise PermissionError(13, "refused")
        if path.name == self.deaf:
            return
        if path.name == "cgroup.procs":
            for file in self.root.rglob("cgroup.procs"):
                file.write_text(" ".join(str(pid) for pid in ids(file.parent) - {int(text)}))
            text = f"{path.read_text()} {text}"
        if path.name == "cgroup.subtree_control":
            if busy:
                raise OSError(16, "busy")
            if text[1:] not in (path.parent / "cgroup.controllers").read_text().split():
                raise OSError(22, "no such controller")
            text = f"{path.read_text()} {text[1:]}"
        self._write(path, text)


def test_version_2_where_the_grader_is_alone_in_its_group(tmp_path, monkeypatch):
    tree = Played(tmp_path, monkeypatch)
    found = groups._first_that_holds(tree.proc)
    assert (found.version, found.parents) == (2, dict.fromkeys(FILES, tree.own))
    assert not ids(tree.own)
    (aside,) = [path for path in tree.own.iterdir() if path.is_dir()]  # the trial left nothing
    assert ids(aside) == {os.getpid()}
    group = found.new({**LIMITS, "cores": [0, 1]})
    (folder,) = group._each()
    assert {name: (folder / name).read_text() for name in ("memory.swap.max", "cpu.weight")} == {
        "memory.swap.max": "0",
        "cpu.weight": "200",
    }
    assert (folder / "memory.max").read_text() == str(LIMITS["memory_group"])
    assert (folder / "memory.oom.group").read_text() == "1"
    assert (folder / "pids.max").read_text() == str(LIMITS["processes"] + groups.KEEPERS)
    for cores, weight in ((100, "10000"), (300, "10000")):  # the most that Linux takes
        (of_many,) = found.new({**LIMITS, "cores": range(cores)})._each()
        assert (of_many / "cpu.weight").read_text() == weight
    (folder / "memory.events").write_text("low 0\noom 4\noom_kill 3\noom_group_kill 1\n")
    assert group.kills() == 3
    tree.be_in(f"course.scope/{aside.name}")  # as a process that this one starts
    assert groups._first_that_holds(tree.proc).parents == found.parents
    group.leave()
    assert not folder.exists()


def test_version_2_leaves_others_where_they_are(tmp_path, monkeypatch):
    tree = Played(tmp_path, monkeypatch, others=[os.getppid()])
    assert groups._first_that_holds(tree.proc) is None
    assert ids(tree.own) == {os.getpid(), os.getppid()}
    assert not [path for path in tree.own.iterdir() if path.is_dir()]


def test_version_2_with_a_part_of_its_controllers(tmp_path, monkeypatch):
    tree = Played(tmp_path, monkeypatch, controllers=("memory", "pids"))
    assert list(groups._first_that_holds(tree.proc).parents) == ["memory", "pids"]


@pytest.mark.parametrize("refused", ["memory.max", "cgroup.procs", "cgroup.subtree_control"])
def test_version_2_that_refuses_something_is_none(tmp_path, monkeypatch, refused):
    tree = Played(tmp_path, monkeypatch)
    tree.refused = refused
    assert groups._first_that_holds(tree.proc) is None
    aside = [path for path in tree.own.glob("course-*")]
    if refused == "memory.max":  # found out when the grader has stepped aside, which harms nobody
        assert [ids(path) for path in aside] == [{os.getpid()}]
    else:
        assert (aside, ids(tree.own)) == ([], {os.getpid()})


@pytest.mark.parametrize("unlimited", ["max", "9223372036854771712"])
def test_a_tree_that_does_not_keep_a_limit_is_none(tmp_path, monkeypatch, unlimited):
    tree = Played(tmp_path, monkeypatch)
    tree.deaf, tree.unlimited = "memory.max", unlimited
    assert groups._first_that_holds(tree.proc) is None


FIRST = "31 23 0:32 / {root} rw - cgroup cgroup rw,memory\n"


@pytest.mark.parametrize(
    ("cgroup", "mountinfo"),
    [
        ("", ""),
        ("4:memory:/\n", FIRST),  # a folder that is no tree of groups
        ("4:memory:/gone\n", FIRST),
        ("4:memory:/../other\n", FIRST),
        ("4:memory\nx", FIRST),
        ("4:memory:/\n", "31 -\n"),
        ("0::/\n", "30 23 0:28 / {root} ro - cgroup2 cgroup2 ro\n"),
        (None, None),
    ],
)
def test_where_they_cannot_be_had_nothing_fails_and_nothing_is_left(tmp_path, cgroup, mountinfo):
    root, proc = tmp_path / "tree", tmp_path / "proc"
    root.mkdir()
    if cgroup is not None:
        proc.mkdir()
        (proc / "cgroup").write_text(cgroup)
        (proc / "mountinfo").write_text(mountinfo.format(root=root))
    assert groups._first_that_holds(proc) is None
    assert not os.listdir(root)


def test_the_instructor_is_told(monkeypatch):
    monkeypatch.setattr(groups, "_tried", [None])
    assert groups.told().endswith("no control groups can be had here.")
    monkeypatch.setattr(groups, "_tried", [groups.Groups(2, {"memory": "/x", "cpu": "/x"})])
    assert groups.told().endswith("control groups (version 2: memory, processor).")


def test_the_instructor_is_told_of_each_group_that_linux_refused(tmp_path, monkeypatch):
    tree = Played(tmp_path, monkeypatch)
    monkeypatch.setattr(groups, "_tried", [groups._first_that_holds(tree.proc)])
    assert groups.refusal() == ""
    tree.refused = "memory.max"
    assert groups.new(LIMITS) is None
    why = groups.refusal()
    assert "refused" in why and groups.refusal() == ""
    assert groups.told([]).endswith("processor).")
    assert groups.told([why, why]).endswith(
        f"processor). 2 of them had none and were bounded process by process: {why}."
    )


@pytest.mark.parametrize("sender", [0, -1])
def test_a_keeper_that_is_not_seen_moves_no_process(tmp_path, monkeypatch, sender):
    tree = Played(tmp_path, monkeypatch)
    group = groups._first_that_holds(tree.proc).new(LIMITS)
    written = []
    monkeypatch.setattr(group_trees, "write", lambda path, text: written.append(text))
    groups.put(group, sender)
    assert not written
    assert "not to be seen from here" in groups.refusal()
    groups.put(group, os.getpid())
    groups.put(None, sender)
    assert (written, groups.refusal()) == ([str(os.getpid())], "")
