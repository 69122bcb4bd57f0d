"""The bundled photographs: what a reader gets, with NumPy alone and with Pillow."""

import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from course_lib.datasets import photographs


@pytest.mark.parametrize(
    ("name", "columns"), [("chelsea", 336), ("coffee", 336), ("strawberry", 224), ("zebra", 224)]
)
def test_a_photograph_is_an_array_in_colour(name, columns, monkeypatch):
    monkeypatch.setitem(sys.modules, "PIL", None)  # NumPy alone
    image = photographs.load(name)
    assert image.shape == (224, columns, 3) and image.dtype == np.uint8
    assert image.std() > 20


def test_channels_stand_in_the_order_red_green_blue():
    strawberry = photographs.load("strawberry")
    middle = strawberry[100:140, 100:140].mean(axis=(0, 1))
    assert middle[0] > 2 * middle[1] and middle[0] > 2 * middle[2]


def test_an_unknown_name_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match=r"one of chelsea, coffee, strawberry, zebra, got 'cat'"):
        photographs.load("cat")


def test_the_cutouts_come_with_classes_and_names():
    images, labels, names = photographs.load_data()
    assert images.shape == (166, 224, 224, 3) and images.dtype == np.uint8
    assert np.bincount(labels).tolist() == [35, 25, 26, 62, 18]
    assert photographs.CLASSES[labels[names.index("ostrich")]] == "birds"
    assert (images[:, 0, 0] > 240).all(), "the corners are white"
    assert np.array_equal(images[names.index("zebra")], photographs.load("zebra"))


def test_without_pillow_the_cutouts_say_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(ImportError, match="pip install pillow"):
        photographs.load_data()


def test_the_archive_carries_its_licence():
    with zipfile.ZipFile(Path(photographs.__file__).with_name("cutouts.zip")) as archive:
        assert "GPL-2" in archive.read("LICENCE.txt").decode()
        assert "GNU GENERAL PUBLIC LICENSE" in archive.read("COPYING").decode()
