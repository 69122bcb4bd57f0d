"""The tests of what model answers claim: which judgement each belongs to, and what they share."""

import numpy as np

import course_lib as keras
from course_bank.assignments.judgements import judgements
from course_lib import ops

CLAIMED = set()


def claimed_by(name):
    """Marks the test of a judgement's claims."""
    CLAIMED.add(name)
    return lambda test: test


def says(name, *texts):
    """Whether the model answer holds all these texts."""
    return all(text in judgements[name].solution for text in texts)


def convolved(image, kernel, padding="valid"):
    """The engine's convolution of one matrix with one kernel."""
    image, kernel = np.asarray(image, float), np.asarray(kernel, float)
    return ops.conv(image[None, :, :, None], kernel[:, :, None, None], 1, padding)[0, :, :, 0]


def chain(shape, *layers):
    """A model that reads ``shape``."""
    return keras.Sequential([keras.Input(shape=shape), *layers])
