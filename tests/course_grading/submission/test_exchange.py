"""What students can leave in the exchange, collected by nbgrader's own command."""

import os
import pwd

import pytest
from nbgrader.apps.collectapp import CollectApp

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

    def collect(fill):
        fill(inbound)
        app = CollectApp()
        app.initialize([PS2, f"--Exchange.root={root}"])
        app.log.addHandler(caplog.handler)
        app.start()
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


def test_only_a_students_own_plain_files_are_taken(collected):
    course = os.getcwd()

    def fill(inbound):
        made = folder(inbound, me(), files=(WORK, "data/a.csv", ".ipynb_checkpoints/b.ipynb"))
        os.symlink(os.path.join(course, ".secret"), made / "notes.txt")
        os.symlink(os.path.join(course, "source"), made / "more")
        os.mkfifo(made / "pipe.txt")

    placed, log = collected(fill)
    assert placed == {f"{me()}/{PS2}/{name}": f"{name} of day 1" for name in (WORK, "data/a.csv")}
    assert "notes.txt: it is a link" in log and "pipe.txt: it is no file" in log


def test_what_cannot_be_a_students_stops_nobody(collected):
    """The newest folder in a classmate's name is not the classmate's."""
    course, others = os.getcwd(), []

    def fill(inbound):
        folder(inbound, me())
        others.append(folder(inbound, "classmate", day=2))
        others.append(folder(inbound, "x\ny"))
        for name in (f"eve+{PS2}+no time+x", f"eve+{PS2}+"):
            (inbound / name).mkdir()
            others.append(inbound / name)
        link = inbound / f"{me()}+{PS2}+2024-05-03 12:00:00 UTC+x"
        os.symlink(os.path.join(course, "source", PS2), link)
        others.append(link)

    placed, log = collected(fill)
    assert placed == {f"{me()}/{PS2}/{WORK}": f"{WORK} of day 1"}
    assert log.count("Left out: ") == len(others)
    assert f"it belongs to {me()}" in log and "it is no folder" in log
