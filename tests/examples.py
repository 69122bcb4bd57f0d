"""Models and data that several files of tests use, and how they look for an error's text."""

import re

import numpy as np
import pytest

from course_lib import Input, Sequential, layers, utils

RNG = np.random.default_rng(3)


def says(text, kind=ValueError):
    return pytest.raises(kind, match=re.escape(text))


def images(*shape):
    return RNG.normal(size=shape).astype(np.float32)


def small_model(**names):
    return Sequential(
        [
            Input(shape=(6, 6, 1)),
            layers.Conv2D(2, 3, activation="relu", name=names.get("conv")),
            layers.BatchNormalization(),
            layers.Flatten(),
            layers.Dense(3, name=names.get("head")),
        ]
    )


def blobs(count=120, classes=3):
    """Points around one centre per class: easy to learn."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, classes, count)
    centres = 3 * np.eye(classes, 5)
    points = centres[labels] + rng.normal(size=(count, 5)) * 0.5
    return points.astype(np.float32), labels


def classifier(dropout=0.0, loss="sparse_categorical_crossentropy", optimizer="adam", seed=1):
    utils.set_random_seed(seed)
    model = Sequential(
        [
            Input(shape=(5,)),
            layers.Dense(16, activation="relu"),
            layers.Dropout(dropout),
            layers.Dense(3, activation="softmax"),
        ]
    )
    model.compile(optimizer=optimizer, loss=loss, metrics=["accuracy"])
    return model
