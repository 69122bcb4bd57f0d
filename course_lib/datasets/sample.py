"""How the bundled sample was drawn from MNIST: ``python -m course_lib.datasets.sample``."""

from pathlib import Path

import numpy as np

from course_lib.datasets import mnist

FILE = Path(__file__).with_name("mnist_sample.npz")


def draw(full, train_each=200, test_each=100):
    """The first digits of each class, in MNIST's order, by the names of ``mnist.npz``.

    Args:
        full: what ``mnist.load_data()`` returns.
        train_each, test_each: digits of each class.
    """
    sample = {}
    for part, each, (images, labels) in zip(
        ("train", "test"), (train_each, test_each), full, strict=True
    ):
        chosen = np.sort(np.concatenate([np.flatnonzero(labels == d)[:each] for d in range(10)]))
        sample[f"x_{part}"] = images[chosen]
        sample[f"y_{part}"] = labels[chosen]
    return sample


if __name__ == "__main__":
    np.savez_compressed(FILE, **draw(mnist.load_data()))
    print(f"{FILE.name}: {FILE.stat().st_size:,} bytes")
