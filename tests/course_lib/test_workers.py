"""Work shared by processes: the same results, nothing left behind."""

import importlib
import os
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from course_lib import Input, Sequential, layers, optimizers, utils
from course_lib.callbacks import Callback
from course_lib.ops import sharing
from course_lib.training import fusion, shared_work, steps, workers

dense = importlib.import_module("course_lib.ops.dense")  # ops.dense is the function
RNG = np.random.default_rng(4)
linux = pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux only")


@pytest.fixture(autouse=True)
def settings(monkeypatch):
    """A team forms at once, also in a test run that has loaded TensorFlow before."""
    monkeypatch.setattr(shared_work, "WORTH", 0)
    monkeypatch.setattr(workers, "THREADED", ())
    yield
    utils.set_workers(None)
    utils.set_fusion(True)


def children():
    path = f"/proc/{os.getpid()}/task/{os.getpid()}/children"
    with open(path) as file:
        return set(file.read().split())


def network(seed=3):
    utils.set_random_seed(seed)
    model = Sequential(
        [
            Input(shape=(10, 10, 1)),
            layers.Conv2D(4, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dropout(0.3),
            layers.Dense(3, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def images(count=70):
    return RNG.normal(size=(count, 10, 10, 1)).astype(np.float32), RNG.integers(0, 3, count)


class Count(Callback):
    """Notes how many helpers there were after every batch."""

    def __init__(self):
        self.before, self.seen = children(), []

    def on_train_batch_end(self, batch, logs=None):
        self.seen.append(len(children() - self.before))


def run(count, data, fork=True):
    utils.set_workers(count)
    model, counter = network(), Count()
    history = model.fit(*data, batch_size=16, epochs=3, verbose=0, callbacks=[counter]).history
    scores = model.evaluate(*data, verbose=0)
    return history, scores, model.predict(data[0], verbose=0), model.get_weights(), counter.seen


@linux
@pytest.mark.parametrize("many_weights", [fusion.MANY_WEIGHTS, 100])
def test_results_are_the_same_to_the_last_bit_however_many_work(monkeypatch, many_weights):
    monkeypatch.setattr(fusion, "MANY_WEIGHTS", many_weights)
    monkeypatch.setattr(dense, "ROWS_AT_ONCE", 30)
    data = images()
    alone, *others = [run(count, data) for count in (1, 2, 3)]
    assert set(alone[-1]) == {0}
    for number, other in enumerate(others, start=1):
        assert max(other[-1]) == number, "no helpers were at work"
        assert other[0] == alone[0] and other[1] == alone[1]
        np.testing.assert_array_equal(other[2], alone[2])
        for ours, theirs in zip(alone[3], other[3], strict=True):
            np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize(
    ("seconds", "left", "alone"),
    [
        ([1.0], 9, 1),  # however slow the first is, 9 more are worth a team
        ([0.2, 0.1], 3, 2),
        ([0.2, 0.05, 1.0], 3, None),
        ([0.01, 0.01, 0.01], 10, None),
        ([0.01, 0.03], 10, 2),
    ],
)
def test_a_team_forms_after_one_batch_or_two_if_what_is_left_is_worth_it(
    monkeypatch, seconds, left, alone
):
    clock = iter(np.cumsum([0, *seconds]))
    monkeypatch.setattr(shared_work, "WORTH", 0.2)
    monkeypatch.setattr(shared_work, "time", SimpleNamespace(perf_counter=lambda: next(clock)))
    utils.set_workers(2)
    work, formed = shared_work.SharedWork(network()), []
    monkeypatch.setattr(work, "_form", lambda workers, parts: formed.append(work._done))
    for _ in [0, *seconds]:
        if not formed:
            work._team_for(2, left)
    assert formed == ([] if alone is None else [alone])


@linux
def test_there_is_no_team_yet_for_a_batch_that_is_larger_than_all_before(monkeypatch):
    """It has the room that the largest batch took."""
    x, y = images(70)
    batches = [(x[:6], y[:6]), *[(x[6:], y[6:])] * 4]
    utils.set_workers(2)
    counter, by_team = Count(), []
    real = shared_work.BatchSteps.step
    monkeypatch.setattr(
        shared_work.BatchSteps, "step", lambda s, p: by_team.append(s._by_team) or real(s, p)
    )
    network().fit(iter(batches), steps_per_epoch=5, verbose=0, callbacks=[counter])
    assert counter.seen == [0, 0, 1, 1, 1] and by_team == [False, False, True, True, True]


@linux
@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("full", [1, 2])
def test_a_short_last_batch_does_not_say_how_many_work_on_the_full_ones(monkeypatch, stream, full):
    monkeypatch.setattr(steps, "SMALL_MAP", 0)
    shared_out, share_out = [], workers.Team.map
    monkeypatch.setattr(
        workers.Team,
        "map",
        lambda self, tasks, meet: shared_out.append(len(tasks)) or share_out(self, tasks, meet),
    )
    count = 256 * full + 3  # 8 parts a batch, then 3
    x, y = images(count)

    class Batches:
        def __len__(self):
            return full + 1

        def __getitem__(self, number):
            cut = slice(256 * number, 256 * (number + 1))
            return x[cut], y[cut]

    found = []
    for number in (1, 4):
        utils.set_workers(number)
        utils.set_random_seed(1)
        model, counter = network(), Count()
        model.compile("adam", "sparse_categorical_crossentropy")
        data = (Batches(),) if stream else (x, y)
        size = {} if stream else {"batch_size": 256}
        model.fit(*data, **size, epochs=3, shuffle=False, verbose=0, callbacks=[counter])
        found.append(model.get_weights())
        assert max(counter.seen) == number - 1
    assert set(shared_out) == {3, 8}
    for alone, together in zip(*found, strict=True):
        np.testing.assert_array_equal(alone, together)


@linux
def test_threads_where_processes_cannot_be_forked(monkeypatch):
    data = images()
    alone = run(1, data)
    monkeypatch.setattr(workers, "can_fork", lambda: False)
    made = []
    pool = workers.ThreadPoolExecutor
    monkeypatch.setattr(workers, "ThreadPoolExecutor", lambda n: made.append(n) or pool(n))
    threads = run(2, data)
    assert made and set(threads[-1]) == {0}
    assert threads[0] == alone[0] and threads[1] == alone[1]
    for ours, theirs in zip(alone[3], threads[3], strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_no_fork_with_the_threads_of_other_libraries(monkeypatch):
    assert workers.can_fork() is (sys.platform == "linux")
    monkeypatch.setattr(workers, "THREADED", ("numpy",))
    assert not workers.can_fork()


@linux
def test_weights_are_the_same_arrays_after_training():
    utils.set_workers(2)
    model = network()
    arrays = model.weights
    before = model.get_weights()
    counter = Count()
    model.fit(*images(), batch_size=16, verbose=0, callbacks=[counter])
    assert max(counter.seen) == 1
    assert all(a is b for a, b in zip(arrays, model.weights, strict=True))
    assert not np.array_equal(before[0], model.get_weights()[0])


@linux
@pytest.mark.parametrize("fork", [True, False])
def test_workers_step_large_kernels_and_leave_the_averages_behind(monkeypatch, fork):
    monkeypatch.setattr(fusion, "MANY_WEIGHTS", 100)
    monkeypatch.setattr(dense, "ROWS_AT_ONCE", 30)
    if not fork:
        monkeypatch.setattr(workers, "can_fork", lambda: False)
    taken = []
    apply = optimizers.Adam.apply
    monkeypatch.setattr(
        optimizers.Adam, "apply", lambda self, g, w: (taken.append(set(g)), apply(self, g, w))[1]
    )

    class Slower(Callback):
        def on_epoch_begin(self, epoch, logs=None):
            model.optimizer.learning_rate = 0.01 / (1 + epoch)

    data, found = images(), []
    for count in (1, 2):
        utils.set_workers(count)
        model = network()
        averages = None
        for _ in range(2):  # the second fit goes on with the averages of the first
            model.fit(*data, batch_size=16, epochs=2, verbose=0, callbacks=[Slower()])
            assert averages in (None, {n: id(a) for n, a in model.optimizer.averages.items()})
            averages = {n: id(a) for n, a in model.optimizer.averages.items()}
        found.append([*model.get_weights(), *model.optimizer.averages.values()])
        assert model.optimizer.iterations == 4 * 5
    for alone, together in zip(*found, strict=True):
        np.testing.assert_array_equal(alone, together)
    assert {len(names) for names in taken} == {4, 3}  # with workers, all but the large kernel


@linux
def test_averages_that_an_optimizer_begins_on_the_way(monkeypatch):
    monkeypatch.setattr(fusion, "MANY_WEIGHTS", 100)
    monkeypatch.setattr(dense, "ROWS_AT_ONCE", 30)

    class Momentum(Callback):
        def on_epoch_begin(self, epoch, logs=None):
            self.model.optimizer.momentum = 0.5 * epoch

    found, data = [], images()
    for count in (1, 2):
        utils.set_workers(count)
        model = network()
        model.compile(optimizers.SGD(0.1), "sparse_categorical_crossentropy")
        model.fit(*data, batch_size=16, epochs=2, verbose=0, callbacks=[Momentum()])
        averages = model.optimizer.averages
        found.append([*model.get_weights(), *(averages[key] for key in sorted(averages))])
    for alone, together in zip(*found, strict=True):
        np.testing.assert_array_equal(alone, together)


@linux
def test_weights_set_by_a_callback_reach_the_helpers():
    class Zero(Callback):
        def on_train_batch_end(self, batch, logs=None):
            self.model.set_weights([0 * w for w in self.model.get_weights()])

    losses = []
    for count in (1, 3):
        utils.set_workers(count)
        model = network()
        history = model.fit(*DATA, batch_size=16, epochs=2, verbose=0, callbacks=[Zero()]).history
        losses.append(history["loss"])
    assert losses[0] == losses[1]
    assert losses[0][1] == pytest.approx(np.log(3), rel=1e-5)


DATA = images()


class Apart(layers.Layer):
    """Takes from each example the mean of the batch, and so needs the whole."""

    treats_examples_alone = False

    def forward(self, inputs, training=False, rng=None):
        return inputs - inputs.mean(0), None

    def backward(self, grad_outputs, cache, need_input_gradient=True):
        return grad_outputs - grad_outputs.mean(0), {}


def test_a_model_that_needs_the_whole_batch_shares_out_each_operation(monkeypatch):
    shared_out = []

    class Pool(sharing.ThreadPoolExecutor):
        def submit(self, *given):
            shared_out.append(given)
            return super().submit(*given)

    monkeypatch.setattr(sharing, "ThreadPoolExecutor", Pool)
    x, y = RNG.normal(size=(48, 28, 28, 16)).astype(np.float32), RNG.integers(0, 3, 48)
    found = []
    for count in (1, 3):
        utils.set_workers(count)
        utils.set_random_seed(3)
        model = Sequential(
            [
                Input(shape=(28, 28, 16)),
                layers.Conv2D(16, 3, use_bias=False),
                Apart(),
                layers.GlobalAveragePooling2D(),
                layers.Dense(3, activation="softmax"),
            ]
        )
        model.compile("adam", "sparse_categorical_crossentropy")
        model.fit(x, y, batch_size=24, epochs=2, verbose=0)
        found.append(model.get_weights())
        assert bool(shared_out) == (count > 1)
    for alone, shared in zip(*found, strict=True):
        np.testing.assert_array_equal(alone, shared)


@linux
def test_an_error_ends_the_helpers():
    class Stop(Callback):
        def on_train_batch_end(self, batch, logs=None):
            if batch == 3:
                self.helpers = children()
                raise KeyboardInterrupt

    utils.set_workers(3)
    before, stop, model = children(), Stop(), network()
    with pytest.raises(KeyboardInterrupt):
        model.fit(*DATA, batch_size=16, verbose=0, callbacks=[stop])
    assert len(stop.helpers - before) == 2
    assert children() == before
    model.fit(*DATA, batch_size=16, verbose=0)
    assert children() == before


def test_workers_are_as_many_as_said_or_one_per_processor():
    utils.set_workers(3)
    assert utils.workers() == 3
    utils.set_workers(None)
    assert 1 <= utils.workers() <= os.cpu_count()
    for wrong, kind in ((0, ValueError), (1.5, TypeError)):
        with pytest.raises(kind, match="set_workers: count must be a positive integer"):
            utils.set_workers(wrong)
    with pytest.raises(TypeError, match="set_fusion: enabled must be True or False, got 1"):
        utils.set_fusion(1)


@linux
def test_a_team_works_where_memory_without_a_file_may_not_be_shared(monkeypatch):
    real = workers.mmap.mmap

    def refused(file, size):
        if file == -1:
            raise PermissionError("Operation not permitted")
        return real(file, size)

    x, y = images()
    utils.set_workers(2)
    common = network().fit(x, y, batch_size=64, epochs=2, verbose=0).history["loss"]
    monkeypatch.setattr(workers.mmap, "mmap", refused)
    assert network().fit(x, y, batch_size=64, epochs=2, verbose=0).history["loss"] == common

    numbers = workers.shared((3,), "float32")
    helper = os.fork()
    if not helper:
        numbers[:] = 5
        os._exit(0)
    os.waitpid(helper, 0)
    assert list(numbers) == [5, 5, 5]
