"""Parts of a batch that meet: each gets the sum over all, in order, and none waits for ever."""

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from course_lib import ops
from course_lib.ops import meeting
from course_lib.ops.meeting import Meeting, PartsApart, over_batch
from course_lib.ops.normalization import batch_normalization_backward, batch_normalization_forward

RNG = np.random.default_rng(2)


def test_a_batch_that_is_not_cut_is_its_own_sum():
    own = np.ones(3)
    assert over_batch(own) is own
    Meeting().run(lambda task: over_batch(own), [0, 1])
    assert over_batch(own) is own


@pytest.mark.parametrize("at_once", [1, 2, 4])
def test_every_part_gets_the_sum_in_the_order_of_the_parts(at_once):
    values = np.float32([1e8, 1, -1e8, 1])  # 1 + 1 in another order

    def part(value):
        return [float(over_batch(step * value)) for step in (1, 2, 3)]

    assert Meeting(at_once).run(part, values) == 4 * [[1.0, 2.0, 3.0]]


def test_as_many_parts_are_at_work_as_said():
    def part(meets_another):
        over_batch(np.ones(1))
        meets_another.wait()

    for at_once, seconds in ((2, 60), (1, 0.2)):
        both = threading.Barrier(2, timeout=seconds)  # passed only by two at a time
        if at_once == 2:
            Meeting(at_once).run(part, [both, both])
        else:
            with pytest.raises(threading.BrokenBarrierError):
                Meeting(at_once).run(part, [both, both])


def test_where_there_is_no_thread_for_a_part_none_waits_for_ever(monkeypatch):
    parts, ended = Meeting(2), []

    class Pool(ThreadPoolExecutor):
        """As where the system starts no second thread."""

        def submit(self, *task):
            if self._threads:
                raise RuntimeError("can't start new thread")
            return super().submit(*task)

        def shutdown(self, *rest, **more):
            super().shutdown(wait=False)
            for thread in self._threads:
                thread.join(5)
                ended.append(not thread.is_alive())
            parts._end()  # of a part that waits on, so that this test ends all the same

    monkeypatch.setattr(meeting, "ThreadPoolExecutor", Pool)
    with pytest.raises(RuntimeError, match="can't start new thread"):
        parts.run(lambda part: over_batch(np.ones(1)), range(2))
    assert ended == [True]


def test_what_the_caller_says_of_dividing_by_0_holds_in_every_part():
    for setting in ("raise", "ignore"):
        with np.errstate(divide=setting):
            found = Meeting(2).run(lambda part: np.geterr()["divide"], range(2))
        assert found == [setting, setting]


@pytest.mark.parametrize("at_once", [1, 3])
@pytest.mark.parametrize("step", [0, 1])
def test_an_error_of_one_part_ends_all(at_once, step):
    before = threading.active_count()

    def part(number):
        for now in range(3):
            if number == 1 and now == step:
                raise ZeroDivisionError
            over_batch(np.ones(1))

    with pytest.raises(ZeroDivisionError):
        Meeting(at_once).run(part, range(3))
    assert threading.active_count() == before


def test_parts_that_do_not_come_to_the_same_sums_are_told_so():
    def part(number):
        for _ in range(number + 1):
            over_batch(np.ones(1))

    with pytest.raises(PartsApart, match="must come to the same sums"):
        Meeting().run(part, range(2))


@pytest.mark.parametrize("mean", [0, 1000])  # far from 0 a second sum is taken from the mean
@pytest.mark.parametrize("axis", [-1, 1])
def test_a_batch_in_parts_is_normalised_as_the_whole(mean, axis):
    x, grad = (RNG.normal(mean, size=(7, 4, 3, 5)) for mean in (mean, 0))
    scale, offset = RNG.normal(size=(2, x.shape[axis]))
    other = RNG.normal(size=x.shape)
    setting = {"axis": axis, "offset": offset, "scale": scale, "relu": True}

    def there_and_back(cut):
        outputs, cache = batch_normalization_forward(x[cut], added=other[cut], **setting)
        return outputs, cache, *batch_normalization_backward(grad[cut], cache)

    outputs, cache, along, of_scale, of_offset, of_other = there_and_back(slice(None))
    cuts = [slice(0, 3), slice(3, 4), slice(4, 7)]
    parts = Meeting().run(there_and_back, cuts)
    close = {"rtol": 1e-9, "atol": 1e-9}
    for place, whole in ((0, outputs), (2, along), (5, of_other)):
        np.testing.assert_allclose(np.concatenate([p[place] for p in parts]), whole, **close)
    for place, whole in ((3, of_scale), (4, of_offset)):
        np.testing.assert_allclose(sum(part[place] for part in parts), whole, **close)
    for part in parts:
        np.testing.assert_allclose(part[1].mean, cache.mean, **close)
        np.testing.assert_allclose(part[1].variance, cache.variance, **close)
        np.testing.assert_array_equal(part[1].count, cache.count)
        np.testing.assert_array_equal(part[1].mean, parts[0][1].mean)


def test_given_statistics_need_no_meeting():
    def part(number):
        if number:
            return None
        x, channels = RNG.normal(size=(4, 3)), np.ones(3)
        outputs, cache = batch_normalization_forward(x, channels, channels)
        batch_normalization_backward(outputs, cache)
        return ops.layer_normalization(x).shape

    assert Meeting().run(part, range(2)) == [(4, 3), None]
