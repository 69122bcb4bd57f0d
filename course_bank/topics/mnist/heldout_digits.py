"""Held-out digits: images for which predictions are graded.

300 digits of MNIST's test part, 30 of each, that are not in the sample students train with. The
file lies in this package, which does not exist where submissions run; of the images a student's
model is shown, the labels never enter its kernel, and which images they are, moved by how much and
how bright, follows from the course's secret. So neither a table of known images nor an accuracy
that a notebook claims earns anything.

MNIST: copyright Yann LeCun and Corinna Cortes, Creative Commons Attribution-Share Alike 3.0.

    python -m course_bank.topics.mnist.heldout_digits     # draws the file from the full MNIST again
"""

from functools import cache, lru_cache
from pathlib import Path

import numpy as np

from course_bank.core.rng import Rng

_FILE = Path(__file__).with_name("heldout_digits.npz")
COUNT = 200  # images shown to one model, as many of each digit
_KEPT = 8  # drawings of the last seeds: grading one submission asks for the same ones many times


@cache
def _digits():
    with np.load(_FILE, allow_pickle=False) as file:
        return file["images"], file["labels"]


@lru_cache(_KEPT)
def draw(seed):
    """``(images, labels)`` of a seed: (COUNT, 28, 28) uint8 in random order, (COUNT,) ints.

    Each image is moved by up to one pixel along one axis and made up to 10 % darker. The arrays
    are kept, and cannot be written to.
    """
    rng = Rng(f"held-out digits/{seed}")
    images, labels = _digits()
    chosen = []
    for digit in range(10):
        chosen += rng.sample(np.flatnonzero(labels == digit).tolist(), COUNT // 10)
    chosen = rng.shuffled(chosen)
    shown = [_changed(images[i], rng) for i in chosen]
    drawn = np.stack(shown), labels[chosen].astype(int)
    for array in drawn:
        array.flags.writeable = False
    return drawn


def _changed(image, rng):
    moved = np.roll(image, rng.integer(-1, 1), axis=rng.integer(0, 1))
    return (moved * rng.uniform(0.9, 1.0)).astype(np.uint8)


def _write():
    from course_lib.datasets import mnist

    _, (images, labels) = mnist.load_data()
    _, (sample, _) = mnist.load_sample()
    known = {image.tobytes() for image in sample}
    chosen = []
    for digit in range(10):
        places = [i for i in np.flatnonzero(labels == digit) if images[i].tobytes() not in known]
        chosen += places[:: len(places) // 30][:30]  # from the whole test part
    np.savez_compressed(_FILE, images=images[chosen], labels=labels[chosen])
    print(f"{_FILE.name}: {_FILE.stat().st_size:,} bytes")


if __name__ == "__main__":
    _write()
