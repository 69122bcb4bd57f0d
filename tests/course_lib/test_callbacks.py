"""Callbacks: when they are called, what they see, and what each of the ready ones does."""

import csv

import numpy as np
import pytest

from course_lib import callbacks, models, optimizers
from course_lib.callbacks.base import MOMENTS
from tests.examples import blobs, classifier, says

X, Y = blobs(40)


class Feed(callbacks.Callback):
    """Puts numbers of its own into the logs, for others to watch."""

    def __init__(self, *values, name="val_loss"):
        self.values, self.name = values, name

    def on_epoch_end(self, epoch, logs=None):
        logs[self.name] = self.values[epoch]


def run(*calls, epochs=6, optimizer="sgd", **options):
    model = classifier(optimizer=optimizer)
    return model, model.fit(X, Y, epochs=epochs, verbose=0, callbacks=list(calls), **options)


def recorder():
    """A callback that writes down every moment, and the list it writes to."""
    calls = []

    def note(moment):
        return lambda *place: calls.append((moment, *place[:-1]))

    return callbacks.LambdaCallback(**{moment: note(moment) for moment in MOMENTS}), calls


def test_every_moment_comes_in_its_order():
    spy, calls = recorder()
    run(spy, epochs=1, batch_size=20, validation_data=(X, Y), validation_batch_size=25)
    train = [(f"on_train_batch_{edge}", n) for n in (0, 1) for edge in ("begin", "end")]
    test = [(f"on_test_batch_{edge}", n) for n in (0, 1) for edge in ("begin", "end")]
    assert calls == [
        ("on_train_begin",), ("on_epoch_begin", 0), *train, ("on_test_begin",), *test,
        ("on_test_end",), ("on_epoch_end", 0), ("on_train_end",),
    ]  # fmt: skip


def test_evaluate_and_predict_call_theirs_and_batch_size_changes_no_number():
    model = classifier()
    wanted = model.evaluate(X, Y, verbose=0), model.predict(X, verbose=0)
    for size in (7, 16, 100):
        spy, calls = recorder()
        outputs = []
        grab = callbacks.LambdaCallback(
            on_predict_batch_end=lambda batch, logs, o=outputs: o.append(logs["outputs"])
        )
        assert model.evaluate(X, Y, size, verbose=0, callbacks=[spy]) == wanted[0]
        found = model.predict(X, size, verbose=0, callbacks=[spy, grab])
        np.testing.assert_array_equal(found, wanted[1])
        np.testing.assert_array_equal(np.concatenate(outputs), wanted[1])
        assert {len(part) for part in outputs[:-1]} <= {size}
        batches = -(-40 // size)
        for kind in ("test", "predict"):
            assert sum(call[0] == f"on_{kind}_batch_end" for call in calls) == batches
            assert (f"on_{kind}_begin",) in calls and (f"on_{kind}_end",) in calls


def test_what_a_callback_adds_reaches_later_callbacks_and_the_history():
    seen = []
    later = callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append(logs["mine"]))
    _, history = run(Feed(5, 6, name="mine"), later, epochs=2)
    assert history.history["mine"] == seen == [5, 6]


def test_params_and_the_batch_hooks_of_keras_2():
    class Old(callbacks.Callback):
        batches = 0

        def on_batch_end(self, batch, logs=None):
            self.batches += "loss" in logs

    old = Old()
    run(old, epochs=2, batch_size=16)
    assert old.batches == 6 and old.params == {"epochs": 2, "steps": 3, "verbose": 0}


def test_early_stopping_waits_and_restores_the_best_weights():
    stop = callbacks.EarlyStopping(patience=2, restore_best_weights=True)
    weights = []
    keep = callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: weights.append(stop.model.get_weights())
    )
    model, history = run(Feed(3, 2, 1, 1, 4, 0), stop, keep)
    assert history.epoch == [0, 1, 2, 3, 4]
    assert stop.stopped_epoch == 4 and stop.best_epoch == 2 and stop.best == 1
    for mine, best, last in zip(model.get_weights(), weights[2], weights[4], strict=True):
        np.testing.assert_array_equal(mine, best)
        assert not np.array_equal(best, last)


@pytest.mark.parametrize(
    "arguments, values, epochs",
    [
        ({}, [3, 2, 2, 1], 3),
        ({"min_delta": 0.5}, [3, 2.6, 1, 1], 2),
        ({"mode": "max"}, [1, 2, 1, 9], 3),
        ({"baseline": 0.5, "patience": 3}, [4, 3, 2, 1, 0], 6),
        ({"baseline": 0.5, "patience": 1}, [4, 3, 3, 1, 0], 3),
        ({"start_from_epoch": 3}, [1, 2, 3, 4, 5, 6], 5),
        ({"monitor": "val_accuracy"}, [0.5, 0.6, 0.6, 1], 3),
    ],
)
def test_when_early_stopping_stops(arguments, values, epochs):
    feed = Feed(*values, *[0] * 6, name=arguments.get("monitor", "val_loss"))
    _, history = run(feed, callbacks.EarlyStopping(**arguments))
    assert len(history.epoch) == epochs


def test_a_monitor_that_is_not_there_is_a_warning_with_the_mend():
    text = "EarlyStopping watches 'val_loss', which is not among the numbers of this epoch: loss, a"
    with pytest.warns(UserWarning, match=text):
        run(callbacks.EarlyStopping(), epochs=1)


def test_a_monitor_whose_direction_is_not_known_is_an_error():
    with says('should rise or fall. Pass mode="max" or mode="min".'):
        run(Feed(1, 2, name="mine"), callbacks.EarlyStopping(monitor="mine"), epochs=2)


def test_plateau_reduces_the_rate_and_writes_it_down():
    plateau = callbacks.ReduceLROnPlateau(factor=0.5, patience=2, cooldown=1, min_lr=0.02)
    _, history = run(Feed(3, 3, 3, 3, 3, 3, 3, 3), plateau, epochs=8, optimizer=optimizers.SGD(0.1))
    rates = [0.1, 0.1, 0.1, 0.05, 0.05, 0.025, 0.025, 0.02]
    assert history.history["learning_rate"] == pytest.approx(rates)


def test_scheduler_sets_the_rate_of_each_epoch():
    for schedule in (lambda epoch, rate: 0.1 / (epoch + 1), lambda epoch: 0.1 / (epoch + 1)):
        _, history = run(callbacks.LearningRateScheduler(schedule), epochs=3)
        assert history.history["learning_rate"] == pytest.approx([0.1, 0.05, 0.1 / 3])


def test_terminate_on_nan_stops_within_the_epoch(capsys):
    model = classifier(optimizer=optimizers.SGD(1e30))
    with np.errstate(all="ignore"):
        history = model.fit(X, Y, 8, epochs=3, verbose=0, callbacks=[callbacks.TerminateOnNaN()])
    assert len(history.epoch) == 1 and "the loss is nan, training ends." in capsys.readouterr().out
    with np.errstate(all="ignore"), says("The loss is nan after batch 0.", RuntimeError):
        model.fit(X, Y, verbose=0, callbacks=[callbacks.TerminateOnNaN(raise_error=True)])


def test_checkpoint_keeps_the_best(tmp_path):
    best = callbacks.ModelCheckpoint(
        tmp_path / "runs" / "best.npz", save_best_only=True, save_weights_only=True
    )
    every = callbacks.ModelCheckpoint(
        tmp_path / "{epoch:02d}-{val_loss:.1f}.npz", save_weights_only=True
    )
    run(Feed(3, 1, 2), best, every, epochs=3)
    assert sorted(p.name for p in tmp_path.glob("*.npz")) == ["01-3.0.npz", "02-1.0.npz",
                                                              "03-2.0.npz"]  # fmt: skip
    kept, second = (dict(np.load(tmp_path / name)) for name in ("runs/best.npz", "02-1.0.npz"))
    for name, array in kept.items():
        np.testing.assert_array_equal(array, second[name])


def test_checkpoint_of_the_whole_model_comes_back(tmp_path):
    path = tmp_path / "model.npz"
    model, _ = run(callbacks.ModelCheckpoint(path), epochs=1)
    again = models.load_model(path)
    np.testing.assert_array_equal(again.predict(X, verbose=0), model.predict(X, verbose=0))


def test_checkpoint_every_so_many_batches(tmp_path):
    path = tmp_path / "{epoch}-{batch}.npz"
    saver = callbacks.ModelCheckpoint(path, save_weights_only=True, save_freq=3)
    run(saver, epochs=2, batch_size=10)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["1-3.npz", "2-2.npz"]


def test_csv_logger_writes_a_line_per_epoch_and_goes_on(tmp_path):
    path = tmp_path / "log.csv"
    _, history = run(callbacks.CSVLogger(path), epochs=2, validation_data=(X, Y), validation_freq=2)
    run(callbacks.CSVLogger(path, append=True), epochs=1)
    with open(path, newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["epoch"] for row in rows] == ["0", "1", "0"]
    assert [float(row["loss"]) for row in rows[:2]] == history.history["loss"]
    assert [row["val_loss"] == "NA" for row in rows[:2]] == [True, False]


def test_validation_every_second_round():
    for often in (2, [2, 4]):
        _, history = run(epochs=5, validation_data=(X, Y), validation_freq=often)
        assert len(history.history["val_loss"]) == 2 and len(history.history["loss"]) == 5


@pytest.mark.parametrize(
    "make, text, kind",
    [
        (lambda: run(callbacks.EarlyStopping), "got the class EarlyStopping. Write EarlyStopping("
         "...), with brackets.", TypeError),
        (lambda: callbacks.EarlyStopping(mode="up"), 'mode must be "auto", "min" or "max"',
         ValueError),
        (lambda: callbacks.EarlyStopping(monitor=3), 'monitor must be a name such as "val_loss"',
         TypeError),
        (lambda: callbacks.EarlyStopping(patience=-1), "patience must be an integer, 0 or more",
         ValueError),
        (lambda: callbacks.ReduceLROnPlateau(factor=2), "factor must be less than 1, got 2",
         ValueError),
        (lambda: callbacks.ModelCheckpoint("a.keras"), "filepath must end in .npz, got 'a.keras'",
         ValueError),
        (lambda: run(callbacks.ModelCheckpoint("{lss}.npz", save_weights_only=True)),
         "has 'lss', which is not among the numbers known then: epoch, loss, accuracy", KeyError),
        (lambda: callbacks.LearningRateScheduler(0.1), "schedule must be a function of", TypeError),
        (lambda: run(callbacks.LearningRateScheduler(lambda epoch: None)),
         "schedule must return a float, got None for epoch 0.", ValueError),
        (lambda: callbacks.LambdaCallback(on_epoch=print), "LambdaCallback: unknown argument "
         "'on_epoch'. Do you mean on_epoch_end?", TypeError),
        (lambda: callbacks.LambdaCallback(on_epoch_end=3), "on_epoch_end must be a function, got 3",
         TypeError),
    ],
)  # fmt: skip
def test_refuses(make, text, kind):
    with says(text, kind):
        make()
