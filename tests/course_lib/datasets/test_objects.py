"""Photographs of things as a frozen network describes them."""

import numpy as np

from course_lib.datasets import objects


def test_features_and_pictures_come_in_one_order():
    features, labels = objects.load_features()
    assert features.shape == (25, 1280) and features.dtype == np.float32
    assert np.isfinite(features).all() and (features >= 0).all(), "behind a ReLU and a mean"
    assert labels.tolist() == sorted(list(range(len(objects.CLASSES))) * objects.EACH)
    pictures = objects.load_pictures()
    assert pictures.shape == (25, 48, 48, 3) and pictures.dtype == np.uint8
    assert (pictures[:, 0, 0] > 240).all(), "the corners are white"


def test_things_of_a_class_are_described_more_alike():
    features, labels = objects.load_features()
    unit = features / np.linalg.norm(features, axis=1, keepdims=True)
    alike, same = unit @ unit.T, labels[:, None] == labels
    np.fill_diagonal(same, False)
    others = labels[:, None] != labels
    for label in range(len(objects.CLASSES)):
        own = labels == label
        assert alike[own][same[own]].mean() > alike[own][others[own]].mean()
