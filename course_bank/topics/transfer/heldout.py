"""Photographs whose labels stay here: what a frozen network says of them, and who they are.

Tux Paint's stamps, as in `course_lib.datasets.objects`, but none of those: these never leave the
bank. Which of them a student's function is asked about, in which order, and whether as they are,
mirrored or closer, follows from the course's secret.
"""

import json
from functools import cache
from pathlib import Path

import numpy as np

from course_bank.core.rng import Rng

FILE = Path(__file__).with_name("heldout.npz")
RECORD = Path(__file__).with_name("reference.json")


@cache
def _kept():
    with np.load(FILE, allow_pickle=False) as file:
        return file["features"], file["labels"].astype(int)


def draw(seed):
    """``(features, labels)`` of a seed: float16 (n, 1280) in random order, ints (n,)."""
    rng = Rng(f"held-out photographs/{seed}")
    features, labels = _kept()
    order = rng.shuffled(range(len(labels)))
    views = [rng.integer(0, len(features) - 1) for _ in order]
    return features[views, order], labels[order]


@cache
def reference():
    """Accuracies of heads that were trained on few, over resamplings."""
    return json.loads(RECORD.read_text(encoding="utf-8"))["reference"]


def least():
    """The accuracy that is asked: four standard deviations below the mean of the reference."""
    return float(np.floor(100 * (np.mean(reference()) - 4 * np.std(reference()))) / 100)
