"""What would fail for every submission stops grading with a sentence, and grading goes on later."""

import errno
import multiprocessing
import shutil
import sqlite3
from types import SimpleNamespace

import pytest

from course_grading.commands import cli, sample_class
from course_grading.gradebook import failures
from course_grading.pipeline import converter
from tests.course_grading.commands import own_process
from tests.course_grading.commands.own_process import told_by
from tests.course_grading.graded_class import AUTOMATIC, PS2, hand_in, scores

STUDENTS = ("ada", "bo", "chi")
READ_ONLY = "sqlite:///file:gradebook.db?mode=ro&uri=true"
IMPATIENT = "sqlite:///gradebook.db?timeout=0.1"


def grade(capsys):
    """(exit status, the error stream)."""
    status = cli.main(["grade", PS2, "--workers", "1"])
    out, err = capsys.readouterr()
    print(out)
    assert "Traceback" not in err
    return status, err


def test_a_gradebook_that_cannot_be_written_stops_the_class_once(new_course, capsys):
    course = new_course()
    hand_in(course, dict.fromkeys(STUDENTS, sample_class.right))
    options = course.root / "nbgrader_config.py"
    usual = options.read_text()

    options.write_text(f"{usual}\nc.CourseDirectory.db_url = {READ_ONLY!r}\n")
    status, told = grade(capsys)
    assert status == 1
    assert told.count("It is read-only") == told.count("goes on from here") == 1
    assert "0 of 3 submissions were graded before." in told
    assert not course.records(PS2)

    options.write_text(f"{usual}\nc.CourseDirectory.db_url = {IMPATIENT!r}\n")
    with sqlite3.connect(course.root / "gradebook.db") as other:
        other.execute("begin immediate")
        status, told = grade(capsys)
    assert status == 1
    assert told.count("Another program holds it") == 1

    assert grade(capsys)[0] == 0
    assert scores(course) == dict.fromkeys(STUDENTS, AUTOMATIC)


def test_a_full_disk_stops_the_class_once_and_nothing_is_half(new_course, capsys, monkeypatch):
    course, full = new_course(), []
    hand_in(course, dict.fromkeys(STUDENTS, sample_class.right))
    write = converter.write_atomically

    def until_full(path, text):
        full.append(path)
        if len(full) > 1:
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        write(path, text)

    monkeypatch.setattr(converter, "write_atomically", until_full)
    status, told = grade(capsys)
    assert status == 1
    assert told.count("course: The disk is full (") == 1
    assert "1 of 3 submissions were graded before." in told
    assert list(course.records(PS2)) == ["ada"]
    assert not course.folder("autograded", PS2, "bo").exists()
    monkeypatch.setattr(converter, "write_atomically", write)
    assert grade(capsys)[0] == 0
    assert scores(course) == dict.fromkeys(STUDENTS, AUTOMATIC)


FULL = """
from sqlalchemy import event
from sqlalchemy.engine import Engine

@event.listens_for(Engine, "connect")
def no_room_for_one_page_more(connection, record):
    (pages,) = connection.execute("pragma page_count").fetchone()
    connection.execute(f"pragma max_page_count={pages}")
"""


def test_a_gradebook_without_room_is_told_without_a_traceback(new_course):
    """nbgrader's gradebook prints a hundred lines, from a worker too."""
    course = new_course()
    hand_in(course, dict.fromkeys(STUDENTS, sample_class.right))
    with sqlite3.connect(course.root / "gradebook.db") as gradebook:
        gradebook.execute("vacuum")
    with open(course.root / "nbgrader_config.py", "a") as options:
        options.write(FULL)
    told = told_by(course, "course_grading.commands.cli", "grade", PS2, "--workers", "1")
    assert told.count("The disk is full: free some space.") == 1
    assert " of 3 submissions were graded before." in told


def test_generating_stops_with_a_sentence_and_leaves_no_half_release(new_course):
    course = new_course()
    with open(course.root / "nbgrader_config.py", "a") as options:
        options.write(f"\nc.CourseDirectory.db_url = {READ_ONLY!r}\n")
    told = told_by(course, "nbgrader", "generate_assignment", PS2, "--force")
    assert told.count("It is read-only: allow yourself to write it") == 1
    assert not course.folder("release", PS2).exists()


def test_a_notebook_that_cannot_be_generated_leaves_the_others_and_their_sheets(new_course):
    course = new_course()
    released, source = course.folder("release", PS2), course.folder("source", PS2)
    shutil.copy(source / f"{PS2}.ipynb", source / "more.ipynb")
    shutil.copy(released / f"{PS2}.ipynb", released / "more.ipynb")
    before = {path.name: path.read_bytes() for path in released.iterdir()}
    with open(course.root / "nbgrader_config.py", "a") as options:
        options.write(f"\nc.CourseDirectory.db_url = {READ_ONLY!r}\n")
    command = ("nbgrader", "generate_assignment", PS2, "--notebook", "more", "--force")
    told = told_by(course, *command)
    assert "It is read-only: allow yourself to write it" in told, told
    left = {path.name: path.read_bytes() for path in released.iterdir()}
    assert before.pop("more.ipynb") and left == before


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (OSError(errno.EDQUOT, "x"), "The disk quota is used up. Free some space."),
        (OSError(errno.EROFS, "x", "a/b"), "The disk is read-only (a/b)."),
        (OSError(errno.EACCES, "x", "a/b"), None),
        (ValueError("database is locked"), None),
    ],
)
def test_which_failures_concern_all(error, told):
    assert failures.of_all(error) == told


def test_a_command_that_hangs_is_ended_before_its_test_fails(tmp_path, monkeypatch):
    (tmp_path / "hanging.py").write_text("import signal\nwhile True: signal.pause()\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(own_process, "LONGEST", 0)
    before = multiprocessing.active_children()
    with pytest.raises(AssertionError, match="did not end in 0 seconds"):
        told_by(SimpleNamespace(root=tmp_path), "hanging")
    assert multiprocessing.active_children() == before
