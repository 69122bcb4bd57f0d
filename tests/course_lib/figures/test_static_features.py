"""The pictures of chapter 21 show what the network computes."""

import base64
import re
import xml.etree.ElementTree as ET
import zlib

import numpy as np
import pytest

from course_lib import ops
from course_lib.figures.static import features
from course_lib.figures.static.pixels import picture_address, png

SVG = "{http://www.w3.org/2000/svg}"
RNG = np.random.default_rng(8)
LAYERS = [(3, 1), (2, 2), (3, 1)]
KERNELS = RNG.normal(size=(3, 3, 1, 4)), RNG.normal(size=(3, 3, 4, 5))


def maps_of(images):
    """Convolution, relu, pooling, convolution, relu of images (n, rows, columns)."""
    inner = ops.max_pool(ops.relu(ops.conv(images[..., None], KERNELS[0])), 2)
    return ops.relu(ops.conv(inner, KERNELS[1]))


def addresses(drawing):
    return [e.get("href") for e in ET.fromstring(drawing.svg()).iter(SVG + "image")]


def grey(address):
    """The pixels of a picture that `picture_address` has written."""
    png = base64.b64decode(address.split(",")[1])
    columns, rows = (int.from_bytes(png[at : at + 4], "big") for at in (16, 20))
    data = re.search(rb"IDAT(.*).{4}\0\0\0\0IEND", png, re.DOTALL)[1]
    lines = np.frombuffer(zlib.decompress(data), np.uint8).reshape(rows, columns + 1)
    return lines[:, 1:]


@pytest.mark.parametrize("which", [0, 3])
def test_a_patch_alone_gives_the_value_it_is_shown_for(which):
    images = RNG.random((6, 13, 15))
    maps = maps_of(images)
    found = features.strongest_patches(images, maps, LAYERS, which, count=4)
    largest = np.sort(maps[..., which].max(axis=(1, 2)))[::-1][:4]
    assert np.array_equal([patch.value for patch in found], largest)
    for patch in found:
        alone = maps_of(patch.pixels[np.newaxis])
        assert alone.shape[1:3] == (1, 1)
        assert alone[0, 0, 0, which] == pytest.approx(patch.value)


def test_filters_are_grey_where_they_are_zero():
    kernel = np.zeros((3, 3, 1, 2))
    kernel[0, 2, 0, 1], kernel[2, 0, 0, 1] = 2, -2
    plain, corner = map(grey, addresses(features.filters(kernel)))
    assert (plain == 128).all()
    assert (corner[0, 2], corner[2, 0], corner[1, 1]) == (255, 0, 128)


def test_filters_of_a_later_layer_are_refused():
    with pytest.raises(ValueError, match=r"must have the shape \(height, width, 1, filters\)"):
        features.filters(KERNELS[1])


def test_feature_maps_share_one_scale():
    maps = np.zeros((2, 2, 2))
    maps[..., 0], maps[..., 1] = 1, 4
    weak, strong = map(grey, addresses(features.feature_maps(maps)))
    assert weak.max() == 64 and strong.max() == 255


def test_patch_rows_hold_the_patches_in_order():
    images = RNG.random((3, 13, 15))
    rows = {
        f"filter {which}": features.strongest_patches(images, maps_of(images), LAYERS, which, 2)
        for which in (1, 2)
    }
    shown = addresses(features.patch_rows(rows))
    assert shown == [picture_address(p.pixels) for found in rows.values() for p in found]


def test_through_network_shows_the_strongest_maps_and_the_answer():
    maps = np.zeros((4, 4, 9))
    maps += np.array([3, 1, 8, 2, 9, 4, 5, 0, 7])
    probabilities = np.eye(10)[3]
    drawing = features.through_network(np.ones((28, 28)), {"first": maps}, probabilities, shown=4)
    _, *shown = addresses(drawing)
    assert [grey(a)[0, 0] for a in shown] == [round(255 * m / 9) for m in (8, 9, 5, 7)]
    rects = ET.fromstring(drawing.svg()).iter(SVG + "rect")
    assert [float(r.get("width")) for r in rects if r.get("class") == "result"] == [100]


def test_the_poster_shows_the_digit_and_the_answer_in_the_size_that_previews_want():
    digit = np.eye(28)
    layers = (RNG.random((26, 26, 8)), RNG.random((11, 11, 9)))
    data = features.poster(digit, layers, np.eye(10)[3])
    compressed = data[data.index(b"IDAT") + 4 : data.index(b"IEND") - 8]
    lines = np.frombuffer(zlib.decompress(compressed), np.uint8).reshape(630, 1 + 3 * 1200)
    pixels = lines[:, 1:].reshape(630, 1200, 3)
    np.testing.assert_array_equal(pixels[147 : 147 + 336 : 12, 40 : 40 + 336 : 12, 0], 255 * digit)
    bars = pixels[110::43, 1100][:10]
    assert [bar.tolist() == [0x8C, 0xC8, 0xF5] for bar in bars] == [n == 3 for n in range(10)]


def test_a_png_refuses_other_shapes():
    with pytest.raises(ValueError, match=r"\(rows, columns, 3\), got \(2, 2, 4\)"):
        png(np.zeros((2, 2, 4)))
