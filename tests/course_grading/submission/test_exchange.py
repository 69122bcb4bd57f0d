"""What students can leave in the exchange, collected by nbgrader's own command."""

import errno
import os
import pwd
from pathlib import Path
from unittest import mock

import pytest
from nbgrader.apps.collectapp import CollectApp

from course_grading.submission import files, own_files
from tests.course_grading.graded_class import PS2

WORK = f"{PS2}.ipynb"


def me():
    """The name of the user who runs the tests; in some containers there is none."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        pytest.skip("the user who runs the tests has no name")


@pytest.fixture
def collected(new_course, tmp_path_factory, caplog):
    """A function that fills the exchange and collects: {place in submitted: text}, and the log."""
    course = new_course()
    (course.root / ".secret").write_text("secret")
    root = tmp_path_factory.mktemp("exchange")
    os.chmod(root, 0o777)
    inbound = root / course.directory.course_id / "inbound"
    inbound.mkdir(parents=True)

    def collect(fill, *options):
        fill(inbound)
        app = CollectApp()
        app.initialize([PS2, f"--Exchange.root={root}", *options])
        app.log.addHandler(caplog.handler)
        try:
            app.start()
        finally:
            app.log.removeHandler(caplog.handler)
        submitted = course.root / "submitted"
        found = [p for p in submitted.rglob("*") if not p.is_dir() or p.is_symlink()]
        assert not [p for p in found if p.is_symlink() or not p.is_file()]
        return {str(p.relative_to(submitted)): p.read_text() for p in found}, caplog.text

    return collect


def folder(inbound, student, day=1, files=(WORK,)):
    """A hand-in of that name, whoever makes it."""
    made = inbound / f"{student}+{PS2}+2024-05-0{day} 12:00:00 UTC+x"
    for name in files:
        (made / name).parent.mkdir(parents=True, exist_ok=True)
        (made / name).write_text(f"{name} of day {day}")
    return made


def taken(day, *names):
    """What is collected of `folder`."""
    texts = {f"{me()}/{PS2}/{name}": f"{name} of day {day}" for name in names}
    return {**texts, f"{me()}/{PS2}/timestamp.txt": f"2024-05-0{day} 12:00:00 UTC\n"}


def test_only_a_students_own_plain_files_are_taken(collected):
    course = os.getcwd()

    def fill(inbound):
        made = folder(inbound, me(), files=(WORK, "data/a.csv", ".ipynb_checkpoints/b.ipynb"))
        os.symlink(os.path.join(course, ".secret"), made / "notes.txt")
        os.symlink(os.path.join(course, "source"), made / "more")
        os.mkfifo(made / "pipe.txt")

    placed, log = collected(fill)
    assert placed == taken(1, WORK, "data/a.csv")
    assert "notes.txt: it is a link" in log and "more: it is a link" in log
    assert "pipe.txt: it is no file" in log


NO_TIMES = (
    "no time",
    "",
    "9" * 30,
    "0001-01-01 00:00:00 0500",
    "9999-12-31 23:59:59 -0500",
)


def test_what_cannot_be_a_students_stops_nobody(collected):
    """The newest folder in a classmate's name is not the classmate's."""
    course, others = os.getcwd(), []

    def fill(inbound):
        folder(inbound, me())
        others.append(folder(inbound, "classmate", day=2))
        others.append(folder(inbound, "x\ny"))
        others.append(folder(inbound, ""))
        for student in ("eve", me()):
            for time in NO_TIMES:
                others.append(inbound / f"{student}+{PS2}+{time}+x")
        others.append(inbound / f"eve+{PS2}+")
        for path in others[3:]:
            path.mkdir()
        link = inbound / f"{me()}+{PS2}+2024-05-03 12:00:00 UTC+x"
        os.symlink(os.path.join(course, "source", PS2), link)
        others.append(link)

    placed, log = collected(fill)
    assert placed == taken(1, WORK)
    assert log.count("Left out: ") == len(others)
    assert f"it belongs to {me()}" in log and "it is no folder" in log


def test_each_tree_of_folders_and_files_is_bounded(collected, monkeypatch):
    """More folders below each other than are followed, more files and bytes than have room."""
    monkeypatch.setattr(files, "MOST_FILES", 40)
    pictures = [f"a/{i:02}.png" for i in range(60)]

    def fill(inbound):
        here = folder(inbound, me(), files=(*pictures, f"z/{WORK}", "b.csv"))
        with open(here / "large.bin", "wb") as file:
            file.truncate(200_000_000)
        handle = os.open(here, os.O_RDONLY)
        for _ in range(60):
            os.mkdir("d", dir_fd=handle)
            inner = os.open("d", os.O_RDONLY, dir_fd=handle)
            os.close(handle)
            handle = inner
        os.close(handle)

    placed, log = collected(fill)
    assert placed == taken(1, f"z/{WORK}", "b.csv", *pictures[:37])
    assert "only 40 of its 63 files are taken" in log
    assert "it lies too deep" in log and "large.bin: 200,000,000 bytes have no room" in log


def test_folders_are_counted(collected, monkeypatch):
    monkeypatch.setattr(files, "MOST_FILES", 3)
    placed, log = collected(
        lambda inbound: folder(inbound, me(), files=(WORK, "a/a", "b/b", "c/c"))
    )
    assert placed == taken(1, WORK, "a/a", "b/b")
    assert "only 3 of its folders are read" in log


def test_what_changes_while_it_is_read_is_left(collected, monkeypatch):
    """A link, a pipe in a folder's place, another user's file, a file that grows."""
    course = os.getcwd()
    usual, send = own_files._kind, own_files._send

    def seen_before(entry):
        """What stood there under this name when the folder was read."""
        return {"link.txt": "file", "pipe": "folder", "pipe.txt": "file"}.get(
            entry.name, usual(entry)
        )

    def growing(source, copy, size):
        with open(f"/proc/self/fd/{source.fileno()}", "ab") as more:
            more.write(b" and more")
        send(source, copy, size)

    def fill(inbound):
        made = folder(inbound, me())
        os.symlink(os.path.join(course, ".secret"), made / "link.txt")
        os.mkfifo(made / "pipe")
        os.mkfifo(made / "pipe.txt")

    monkeypatch.setattr(own_files, "_kind", seen_before)
    monkeypatch.setattr(own_files, "_send", growing)
    placed, log = collected(fill)
    assert placed == taken(1, WORK)
    for name in ("link.txt", "pipe", "pipe.txt"):
        assert f" {name}: " in log


@pytest.mark.parametrize("name", [WORK, "data"])
def test_what_another_user_owns_is_left(collected, name):
    if os.getuid() != 0:
        pytest.skip("only root can give a file away")

    def fill(inbound):
        made = folder(inbound, me(), files=(WORK, "data/a.csv"))
        os.chown(made / name, 12345, 12345)

    placed, log = collected(fill)
    assert placed == taken(1, *({WORK: ["data/a.csv"], "data": [WORK]}[name]))
    assert "it belongs to somebody else" in log


def test_the_time_is_the_folders_and_a_later_one_replaces(collected):
    """nbgrader ends for all at a text that is no time, and the text is the student's."""

    def first(inbound):
        made = folder(inbound, me(), files=(WORK, "old.csv"))
        (made / "timestamp.txt").write_bytes(b"\xff never")

    def second(inbound):
        made = folder(inbound, me(), day=2)
        (made / "timestamp.txt").mkdir()
        (made / "timestamp.txt" / "a").write_text("x")

    assert collected(first)[0] == taken(1, WORK, "old.csv")
    assert collected(second)[0] == taken(1, WORK, "old.csv")
    assert collected(lambda inbound: None, "--update")[0] == taken(2, WORK)
    there = Path("submitted", me(), PS2)
    (there / WORK).unlink()
    collected(lambda inbound: None, "--update")
    assert not (there / WORK).exists()  # what lies in the exchange is no newer
    (there / "timestamp.txt").write_bytes(b"\xff by hand")
    assert collected(lambda inbound: None, "--update")[0] == taken(2, WORK)


def test_a_copy_that_fails_leaves_what_was_there(collected, monkeypatch):
    collected(lambda inbound: folder(inbound, me()))
    with monkeypatch.context() as patched:
        patched.setattr(own_files, "_kind", failing(errno.EIO))
        placed, log = collected(lambda inbound: folder(inbound, me(), 2), "--update")
        assert placed == taken(1, WORK) and "Left out: " in log
    with monkeypatch.context() as patched, pytest.raises(SystemExit):
        patched.setattr(own_files, "_send", failing(errno.ENOSPC))
        collected(lambda inbound: None, "--update")
    placed, log = collected(lambda inbound: None)
    assert placed == taken(1, WORK)
    assert "The disk is full (x). Free some space." in log and "Traceback" not in log
    assert collected(lambda inbound: None, "--update")[0] == taken(2, WORK)


def failing(code):
    return mock.Mock(side_effect=OSError(code, os.strerror(code), "x"))


@pytest.mark.parametrize("name", ["", ".", "..", "a\nb", "\ud800"])
def test_what_no_id_can_be(name):
    assert not files.is_plain(name)
    assert files.is_plain("a.b+c d")
