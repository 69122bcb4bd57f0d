"""A child that takes too long or too much is ended, and says so."""

import gc
import os
import resource
import time

import pytest

from course_grading import bounded_child


def test_a_result_is_plain_data():
    assert bounded_child.call(lambda a: {"twice": [a, a]}, "x") == {"twice": ["x", "x"]}


@pytest.mark.parametrize(
    ("function", "seconds", "told"),
    [
        (lambda: time.sleep(60), 0.2, "took more than 0.2 seconds"),
        (lambda: [None for _ in iter(int, 1)], 1, "took more than 1 seconds"),
        (lambda: len(bytearray(2 << 30)), 60, "needed more memory"),
        (lambda: "x" * (70 << 20), 60, "made more than 64 MB"),
        (lambda: os.kill(os.getpid(), 9), 60, "needed more memory"),
        (lambda: 1 / 0, 60, "failed (ZeroDivisionError)"),
    ],
)
def test_what_takes_too_much_is_ended(function, seconds, told):
    with pytest.raises(bounded_child.Ended) as ended:
        bounded_child.call(function, seconds=seconds, memory=1 << 30)
    assert told in str(ended.value)


def test_the_child_leaves_no_core_file():
    assert bounded_child.call(lambda: resource.getrlimit(resource.RLIMIT_CORE)) == [0, 0]


class Told:
    """Garbage, as libraries leave it: it can only be collected, and then writes down by whom."""

    def __init__(self, path):
        self.itself, self.path = self, path

    def __del__(self):
        self.path.write_text(str(os.getpid()))


def test_the_child_collects_nothing_that_the_parent_has_left(tmp_path):
    path = tmp_path / "collected"
    gc.disable()
    try:
        Told(path)
        bounded_child.call(lambda: gc.collect() and None)
        assert not path.exists()  # while nothing collects here either
    finally:
        gc.enable()
    gc.collect()
    assert path.read_text() == str(os.getpid())
