"""One command at a time holds the course, and what hinders it is a sentence."""

import errno
import fcntl
import os

import pytest

from course_grading.gradebook.files import Unusable, alone


def held(root):
    with alone(root, "grading"):
        return True


def raising(code):
    def refused(*arguments, **options):
        raise OSError(code, os.strerror(code))

    return refused


def test_a_second_command_is_refused_until_the_first_has_ended(tmp_path):
    with alone(tmp_path, "grading"), pytest.raises(Unusable, match="Another grading runs"):
        held(tmp_path)
    assert held(tmp_path)


@pytest.mark.parametrize(
    ("code", "told"),
    [
        (errno.EBADF, "Bad file descriptor. Allow yourself to write this file"),  # NFS's
        (errno.ENOSPC, "The disk is full. Free some space."),
    ],
)
def test_a_lock_that_cannot_be_had_is_told(tmp_path, monkeypatch, code, told):
    monkeypatch.setattr(fcntl, "flock", raising(code))
    with pytest.raises(Unusable, match=told):
        held(tmp_path)


def test_another_instructors_lock_is_read_and_a_missing_one_told(tmp_path, monkeypatch):
    usual = os.open

    def not_mine(path, flags, *mode):
        if flags & os.O_RDWR:
            raise PermissionError(errno.EACCES, "Permission denied")
        return usual(path, flags, *mode)

    with monkeypatch.context() as patched:
        patched.setattr(os, "open", not_mine)
        with pytest.raises(Unusable, match="Permission denied"):
            held(tmp_path)
    assert held(tmp_path)
    monkeypatch.setattr(os, "open", not_mine)
    assert held(tmp_path)


def test_a_course_that_is_gone_is_told(tmp_path):
    with pytest.raises(Unusable, match="No such file"):
        held(tmp_path / "gone")


def test_what_fails_in_the_command_is_its_own(tmp_path):
    with pytest.raises(FileNotFoundError), alone(tmp_path, "grading"):
        raise FileNotFoundError("a notebook")
