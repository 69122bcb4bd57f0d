"""A child that takes too long or too much is ended, and says so."""

import gc
import os
import resource
import signal
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


def burn(seconds):
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


def turns(*works):
    """A generator that does one of the works in each turn, and yields what it returns."""
    for work in works:
        yield work()


def in_turns(*works, **bounds):
    """What each of the works returns, done by one child in as many turns."""
    with bounded_child.Child(turns, *works, most_seconds=30) as child:
        return [child.turn(**bounds) for _ in works]


def test_a_child_holds_what_it_has_made_and_is_told_more():
    def work():
        held = ["a"]
        held.append((yield held))
        yield held

    with bounded_child.Child(work) as child:
        assert child.turn() == ["a"]
        assert child.turn({"told": b"bytes"}["told"].decode()) == ["a", "bytes"]


def test_a_turn_takes_neither_time_nor_memory_from_the_next(monkeypatch):
    """Who makes reading long and large still has the room of judging, and no more than that."""
    monkeypatch.setattr(bounded_child, "PATIENCE", 1000)
    kept = []

    def work():
        kept.append(bytearray(150 << 20))
        burn(0.9)

    assert in_turns(work, work, work, seconds=1, memory=200 << 20) == [None] * 3
    with pytest.raises(bounded_child.Ended, match="took more than 1 seconds"):
        in_turns(lambda: None, lambda: burn(3), seconds=1)
    with pytest.raises(bounded_child.Ended, match="needed more memory"):
        in_turns(lambda: None, lambda: len(bytearray(300 << 20)), memory=200 << 20)


@pytest.mark.parametrize("told", [b"", bytes(8 << 20)])
def test_a_child_that_is_lost_or_stops_between_two_turns_is_ended(told):
    for number, said in ((signal.SIGKILL, "needed more memory"), (signal.SIGSTOP, "took more")):
        with bounded_child.Child(turns, os.getpid, os.getpid) as child:
            pid = child.turn()
            os.kill(pid, number)
            with pytest.raises(bounded_child.Ended, match=said):
                child.turn(told, seconds=0.1 if number == signal.SIGSTOP else 30)
        with pytest.raises(ChildProcessError):  # it is not left
            os.waitpid(pid, os.WNOHANG)


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
