"""fit, evaluate and predict on what hands out batches: generators, sequences, iterables."""

import numpy as np
import pytest

from course_lib import Input, Model, Sequential, callbacks, layers, utils
from course_lib.training import shared_work, workers
from tests.examples import blobs, classifier, says

X, Y = blobs(50)
CUTS = [slice(i, i + 16) for i in range(0, 50, 16)]  # 16, 16, 16, 2


def batches(*arrays, forever=False):
    while True:
        for cut in CUTS:
            yield tuple(array[cut] for array in arrays) if len(arrays) > 1 else arrays[0][cut]
        if not forever:
            return


class Sequence:
    """As keras.utils.PyDataset: batches by number."""

    rounds = 0

    def __len__(self):
        return len(CUTS)

    def __getitem__(self, number):
        return X[CUTS[number]], Y[CUTS[number]]

    def on_epoch_end(self):
        self.rounds += 1


class Loader:
    """As torch.utils.data.DataLoader: an iterable with a length, of things that are no arrays."""

    def __len__(self):
        return len(CUTS)

    def __iter__(self):
        return ([Tensor(X[cut]), Tensor(Y[cut])] for cut in CUTS)


class Tensor:
    def __init__(self, array):
        self.array = array

    def __array__(self, dtype=None, copy=None):
        return np.array(self.array, dtype)


def fitted(*data, epochs=3, **options):
    model = classifier()
    history = model.fit(*data, epochs=epochs, verbose=0, shuffle=False, **options)
    return history.history, model.get_weights()


def alike(found, wanted):
    assert found[0] == wanted[0]
    for one, two in zip(found[1], wanted[1], strict=True):
        np.testing.assert_array_equal(one, two)


STREAMS = {
    "generator": lambda: ((batches(X, Y, forever=True),), {"steps_per_epoch": 4}),
    "sequence": lambda: ((Sequence(),), {}),
    "loader": lambda: ((Loader(),), {}),
    "weights": lambda: ((batches(X, Y, np.ones(50), forever=True),), {"steps_per_epoch": 4}),
}


@pytest.mark.parametrize("case", STREAMS)
def test_streams_train_as_the_arrays_do(case):
    data, options = STREAMS[case]()
    alike(fitted(*data, **options), fitted(X, Y, batch_size=16))


@pytest.mark.parametrize("count", [1, 2])
def test_batches_of_changing_size_train_alike_whoever_works(monkeypatch, count):
    """Larger than the first, smaller, with other numbers of parts: the team must see the same."""
    monkeypatch.setattr(shared_work, "WORTH", 0)
    monkeypatch.setattr(workers, "THREADED", ())
    cuts = [slice(0, 5), slice(5, 10), slice(10, 14), slice(14, 30), slice(30, 33), slice(33, 38)]

    def run(workers):
        monkeypatch.setitem(utils._settings, "workers", workers)
        stream = [(X[cut], Y[cut]) for cut in cuts] * 2
        return fitted(iter(stream), epochs=1)

    alike(run(count), run(1))
    monkeypatch.setitem(utils._settings, "workers", count)
    alone = classifier()
    for cut in cuts:
        alone.train_on_batch(X[cut], Y[cut])
    model = classifier()
    model.fit(((X[cut], Y[cut]) for cut in cuts), verbose=0)
    for one, two in zip(model.get_weights(), alone.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)


def test_arrays_whose_last_batch_has_more_parts_than_the_others(monkeypatch):
    monkeypatch.setattr(shared_work, "WORTH", 0)
    monkeypatch.setattr(workers, "THREADED", ())
    found = []
    for count in (1, 2):
        monkeypatch.setitem(utils._settings, "workers", count)
        found.append(fitted(X[:29], Y[:29], batch_size=5))
    alike(*found)


def test_a_sequence_is_shuffled_by_batches_and_told_of_the_end_of_a_round():
    order, sequence = [], Sequence()
    sequence.__class__ = type("Spy", (Sequence,), {
        "__getitem__": lambda self, n: order.append(n) or Sequence.__getitem__(self, n)
    })  # fmt: skip
    utils.set_random_seed(3)
    classifier().fit(sequence, epochs=3, verbose=0)
    rounds = [order[i : i + 4] for i in (0, 4, 8)]
    assert all(sorted(one) == [0, 1, 2, 3] for one in rounds) and len(set(map(tuple, rounds))) > 1
    assert sequence.rounds == 3


def test_evaluate_and_predict_take_batches():
    model = classifier()
    for stream in (batches(X, Y), Sequence(), Loader()):
        np.testing.assert_allclose(
            model.evaluate(stream, verbose=0), model.evaluate(X, Y, verbose=0), rtol=1e-6
        )
    for stream in (batches(X), batches(X, Y), Sequence()):
        np.testing.assert_allclose(
            model.predict(stream, verbose=0), model.predict(X, verbose=0), rtol=1e-5
        )
    assert model.evaluate(Sequence(), steps=2, verbose=0) == pytest.approx(
        model.evaluate(X[:32], Y[:32], verbose=0), rel=1e-6
    )
    assert len(model.predict(X, batch_size=16, steps=2, verbose=0)) == 32


def test_validation_by_batches():
    wanted = fitted(X, Y, batch_size=16, validation_data=(X[:32], Y[:32]))[0]
    for stream in (batches(X, Y, forever=True), Sequence()):
        history = fitted(X, Y, batch_size=16, validation_data=stream, validation_steps=2, epochs=1)
        assert history[0]["val_loss"] == pytest.approx(wanted["val_loss"][:1], rel=1e-6)
    steps = fitted(X, Y, batch_size=16, validation_data=(X, Y), validation_steps=2)[0]
    assert steps == wanted


def test_epochs_of_given_length_go_on_through_the_round():
    """As in Keras: 4 batches, 3 an epoch, so epochs of 3, 1, 3."""
    counts = []
    spy = callbacks.LambdaCallback(
        on_epoch_begin=lambda epoch, logs: counts.append(0),
        on_train_batch_end=lambda batch, logs: counts.append(counts.pop() + 1),
    )
    for data in ((X, Y), (Sequence(),)):
        counts.clear()
        options = {"batch_size": 16} if len(data) == 2 else {}
        classifier().fit(*data, epochs=3, steps_per_epoch=3, verbose=0, callbacks=[spy], **options)
        assert counts == [3, 1, 3]


def test_a_generator_that_ends_ends_training_with_a_warning():
    text = "fit: x has no batches left after 1 epochs, so training ends."
    with pytest.warns(UserWarning, match=text):
        history, _ = fitted(batches(X, Y), epochs=3)
    assert len(history["loss"]) == 1


def test_a_model_that_is_not_built_is_built_by_the_first_batch_which_is_not_lost():
    model = Sequential([layers.Dense(3, activation="softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy")
    seen = []
    spy = callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: seen.append(batch))
    model.fit(batches(X, Y), verbose=0, callbacks=[spy])
    assert seen == [0, 1, 2, 3]


def test_dictionaries_and_lists_of_inputs_by_batches():
    one, two = Input((5,), name="one"), Input((5,), name="two")
    joined = layers.Concatenate()([one, two])
    model = Model([one, two], layers.Dense(3, activation="softmax")(joined))
    model.compile("sgd", "sparse_categorical_crossentropy")
    start = model.get_weights()
    found = []
    for data in (
        ({"one": X, "two": -X}, Y),
        ([X, -X], Y),
        ((({"two": -X[cut], "one": X[cut]}, Y[cut]) for cut in CUTS),),
        (((Tensor(X[cut]), -X[cut]), Y[cut]) for cut in CUTS),
    ):
        model.set_weights(start)
        data = data if isinstance(data, tuple) else (data,)
        options = {"batch_size": 16} if len(data) == 2 else {}
        model.fit(*data, shuffle=False, verbose=0, **options)
        found.append(model.get_weights()[0])
    for other in found[1:]:
        np.testing.assert_array_equal(found[0], other)


def test_class_weights_count_in_batches_too():
    weights = {0: 2.0, 1: 0.0, 2: 1.0}
    alike(
        fitted(Sequence(), class_weight=weights), fitted(X, Y, batch_size=16, class_weight=weights)
    )


@pytest.mark.parametrize(
    "data, options, text, kind",
    [
        ((batches(X, Y), Y), {}, "fit: y must not be given with x as generator: it hands out (x, y)"
         " or (x, y, sample_weight).", ValueError),
        ((Sequence(),), {"batch_size": 8}, "fit: batch_size must not be given with x as Sequence: "
         "its batches have their own size.", ValueError),
        ((Sequence(),), {"validation_split": 0.2}, "validation_split needs arrays", ValueError),
        ((batches(X),), {}, "x (generator) must hand out batches (x, y) or (x, y, sample_weight), "
         "got 1 things in batch 0.", ValueError),
        ((iter([]),), {}, "fit: x has no batches.", ValueError),
        ((iter([(X[:, :4], Y)]),), {}, "must have shape (batch, 5), got (50, 4).", ValueError),
        ((iter([(X, Y[1:])]),), {}, "a batch's x and a batch's y must hold the same number of "
         "examples, got 50 in a batch's x and 49", ValueError),
        ((X, Y), {"steps_per_epoch": 0}, "fit: steps_per_epoch must be a positive integer, got 0.",
         ValueError),
        ((X, Y), {"validation_data": batches(X, Y), "epochs": 2}, "validation x has no batches left"
         ". A generator can be gone through once", ValueError),
    ],
)  # fmt: skip
def test_refuses(data, options, text, kind):
    model = classifier()
    with says(text, kind):
        model.fit(*data, verbose=0, **options)
