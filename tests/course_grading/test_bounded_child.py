"""A child that takes too long or too much is ended, and says so."""

import gc
import mmap
import os
import resource
import signal
import time
from types import SimpleNamespace

import pytest

from course_grading import bounded_child
from tests.course_grading.kernel_runs import wait_until


def memory(size):
    """So many bytes from the system: what other tests have left free in the heap gives none."""
    try:
        return mmap.mmap(-1, size)
    except OSError:
        raise MemoryError from None


def test_a_result_is_plain_data():
    assert bounded_child.call(lambda a: {"twice": [a, a]}, "x") == {"twice": ["x", "x"]}


@pytest.mark.parametrize(
    ("function", "seconds", "told"),
    [
        (lambda: time.sleep(60), 0.2, "took more than 0.2 seconds"),
        (lambda: [None for _ in iter(int, 1)], 1, "took more than 1 seconds"),
        (lambda: len(memory(2 << 30)), 60, "needed more memory"),
        (lambda: "x" * (70 << 20), 60, "made more than 64 MB"),
        (lambda: os.kill(os.getpid(), 9), 60, "needed more memory"),
        (lambda: 1 / 0, 60, "failed (ZeroDivisionError)"),
        (lambda: {"no", "JSON"}, 60, "failed (TypeError)"),
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


def test_a_turn_takes_no_time_from_the_next(monkeypatch):
    """Who makes reading long still has the whole time of judging, and no more than that."""
    monkeypatch.setattr(bounded_child, "PATIENCE", 1000)

    def limit():
        return resource.getrlimit(resource.RLIMIT_CPU)[0]

    def work():
        begun = limit()
        burn(1.2)
        used = time.process_time()
        yield [begun, used]
        yield limit()

    with bounded_child.Child(work, most_seconds=60) as child:
        begun, used = child.turn(seconds=5)
        assert 5 <= begun < used + 5
        assert used + 5 <= child.turn(seconds=5) < used + 5 + 2
    with pytest.raises(bounded_child.Ended, match="took more than 1 seconds"):
        in_turns(lambda: None, lambda: burn(60), seconds=1)


def test_all_turns_have_the_memory_that_one_may_have():
    kept = []

    def work():
        kept.append(memory(40 << 20))

    def many():
        kept.append(memory(180 << 20))

    assert in_turns(work, lambda: None, memory=200 << 20) == [None, None]
    assert in_turns(lambda: None, many, memory=200 << 20) == [None, None]
    with pytest.raises(bounded_child.Ended, match="needed more memory"):
        in_turns(work, many, memory=200 << 20)


def test_a_child_that_holds_much_ends_when_its_turn_is_done():
    def keeps(size):
        def work():
            held = memory(size)
            yield len(held)

        return work

    for size, waits in ((bounded_child.WAITING // 2, True), (2 * bounded_child.WAITING, False)):
        with bounded_child.Child(keeps(size)) as child:
            pid = child.pid
            assert child.turn() == size
            assert child.waits is waits
            assert os.path.exists(f"/proc/{pid}") is waits


def test_it_ends_even_where_nobody_has_asked_for_what_it_made():
    def large():
        held = memory(2 * bounded_child.WAITING)
        yield len(held)

    with bounded_child.Child(large) as child:
        child.begin()
        ended = os.WEXITED | os.WNOWAIT | os.WNOHANG
        wait_until(lambda: os.waitid(os.P_PID, child.pid, ended))
        assert child.result() == 2 * bounded_child.WAITING


def test_a_child_of_a_child_has_no_more_than_its_parent():

    def outer():
        try:
            return bounded_child.call(lambda: len(memory(600 << 20)))
        except bounded_child.Ended as end:
            return str(end)

    def times(seconds):
        def limit():
            return resource.getrlimit(resource.RLIMIT_CPU)[0]

        return lambda: [limit(), bounded_child.call(limit, seconds=seconds)]

    assert bounded_child.call(outer) == 600 << 20
    assert "needed more memory" in bounded_child.call(outer, memory=200 << 20)
    for mine, childs in in_turns(times(30), times(30), seconds=5):
        assert mine == childs
    mine, childs = bounded_child.call(times(2), seconds=20)
    assert childs < mine


def test_what_the_parent_does_meanwhile_takes_no_time_from_the_child(monkeypatch):
    """A kernel server that is started anew takes the grader a minute."""
    now = [0.0]
    monkeypatch.setattr(bounded_child, "time", SimpleNamespace(monotonic=lambda: now[0]))

    def work():
        burn(0.1)
        return "x" * (8 << 20)

    with bounded_child.Child(turns, work) as child:
        child.begin(seconds=30)
        now[0] += 1000
        assert len(child.result()) == 8 << 20


def test_a_refused_fork_leaves_nothing_open(monkeypatch):
    def refuses():
        raise BlockingIOError

    monkeypatch.setattr(os, "fork", refuses)
    before = os.listdir("/proc/self/fd")
    with pytest.raises(BlockingIOError) as refused:  # which holds all that was being made
        bounded_child.Child(turns)
    assert refused
    assert os.listdir("/proc/self/fd") == before


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


def test_a_child_that_was_ended_has_no_further_turn():
    with bounded_child.Child(turns, os.getpid) as child:
        child.end()
        for asked in (child.begin, child.result, child.turn):
            with pytest.raises(bounded_child.Ended, match="has ended before"):
                asked()


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
