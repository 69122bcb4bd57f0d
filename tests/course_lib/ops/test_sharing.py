"""Parts of an operation by threads: in order, by more than one, and none left afterwards."""

import threading

import numpy as np
import pytest

from course_lib import ops
from course_lib.ops import sharing


def test_threads_work_at_the_same_time_and_results_keep_their_order():
    both = threading.Barrier(2, timeout=10)  # passed only by two at a time

    workers = set()  # only these: threads of other tests come and go meanwhile

    def work(part):
        both.wait()
        workers.add(threading.current_thread())
        return part

    with sharing.threads(2):
        assert list(sharing.each(work, range(6))) == list(range(6))
    assert len(workers) == 2
    workers.remove(threading.current_thread())  # who calls takes parts too
    assert not any(worker.is_alive() for worker in workers)


def test_a_part_that_shares_out_in_turn_does_so_alone():
    both = threading.Barrier(2, timeout=10)

    def work(part):
        both.wait()
        return threading.get_ident(), set(sharing.each(lambda _: threading.get_ident(), [1, 2]))

    with sharing.threads(2):
        found = list(sharing.each(work, range(4)))
    assert len({worker for worker, _ in found}) == 2
    assert all(inner == {worker} for worker, inner in found)


@pytest.mark.parametrize("count", [1, 2])
def test_an_error_in_a_part_comes_through_and_ends_the_sharing(count):
    with pytest.raises(ZeroDivisionError), sharing.threads(count):
        sharing.do_each(lambda part: 1 / part, [1, 0, 1])
    main = threading.get_ident()
    assert set(sharing.each(lambda part: threading.get_ident(), [1, 2])) == {main}


@pytest.mark.parametrize("caller_fails", [False, True])
def test_after_an_error_of_either_thread_no_further_part_begins(monkeypatch, caller_fails):
    both, ended, begun = threading.Barrier(2, timeout=10), threading.Event(), []
    caller, end = threading.current_thread(), sharing._end

    def told(numbers):
        end(numbers)
        ended.set()

    def work(part):
        begun.append(part)
        both.wait()
        if (threading.current_thread() is caller) == caller_fails:
            raise ZeroDivisionError
        ended.wait(10)

    monkeypatch.setattr(sharing, "_end", told)
    with pytest.raises(ZeroDivisionError), sharing.threads(2):
        sharing.do_each(work, range(50))
    assert sorted(begun) == [0, 1]


def test_results_are_handed_on_while_parts_are_done():
    both, begun = threading.Barrier(2, timeout=10), []

    def work(part):
        begun.append(part)
        both.wait()
        return part

    with sharing.threads(2):
        results = sharing.each(work, range(20))
        assert next(results) == 0
        assert len(begun) <= 5  # two rounds of two, and the helper has begun the third
        assert list(results) == list(range(1, 20))


def test_numbers_that_overflow_are_told_in_every_thread():
    both, caller = threading.Barrier(2, timeout=10), threading.current_thread()

    def work(part):
        both.wait()
        return np.float32([3e38]) * (1 if threading.current_thread() is caller else 10)

    with pytest.raises(FloatingPointError), np.errstate(over="raise"), sharing.threads(2):
        sharing.do_each(work, range(2))


@pytest.mark.parametrize("strides", [1, 2])
@pytest.mark.parametrize(
    "kind, filters, with_bias",
    [("conv", 32, False), ("depthwise_conv", 1, False), ("depthwise_conv", 1, True)],
)
def test_a_convolution_and_its_gradients_are_the_same_to_the_last_bit(
    kind, filters, with_bias, strides
):
    rng = np.random.default_rng(0)
    inputs = rng.normal(size=(40, 28, 28, 16)).astype("float32")
    kernel = rng.normal(size=(3, 3, 16, filters)).astype("float32")
    forward, backward = getattr(ops, f"{kind}_forward"), getattr(ops, f"{kind}_backward")
    given = {"bias": rng.normal(size=16).astype("float32")} if with_bias else {}
    found = []
    for count in (1, 3):
        with sharing.threads(count):
            outputs, cache = forward(inputs, kernel, strides, "same", **given)
            found.append([outputs, *backward(outputs, cache)])
    assert len(found[0]) == 3 + with_bias
    for alone, shared in zip(*found, strict=True):
        np.testing.assert_array_equal(alone, shared)
