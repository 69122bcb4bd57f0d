"""Cut-outs: the background is white that hangs together with the border, and can be replaced."""

import numpy as np
import pytest

from course_lib.datasets import photographs
from course_lib.datasets.cutouts import compose, subject


def _ring():
    """A dark ring on white, with white inside, a bay open to the right, and a grey speck."""
    image = np.full((1, 9, 9, 3), 255, np.uint8)
    image[0, 2:7, 2:7] = 40
    image[0, 3:6, 3:5] = 250
    image[0, 4, 6] = 255
    image[0, 0, 0] = 200
    return image


def test_white_inside_the_subject_is_subject():
    found = subject(_ring())[0]
    assert found[3:6, 3:5].all(), "closed white"
    assert not found[4, 6] and found[0, 0] and found.sum() == 25 - 1 + 1


def test_a_winding_way_is_followed():
    image = np.full((1, 12, 12, 3), 255, np.uint8)
    for place in range(1, 11, 2):
        image[0, 1:-1, place] = 0
        image[0, -2 if place % 4 == 1 else 1, place] = 255
    image[0, 0] = image[0, -1] = 0
    image[0, 0, 0] = 255
    image[0, :, -1] = 0
    assert (subject(image)[0] == (image[0, ..., 0] == 0)).all()


def test_compose_keeps_the_subject_and_mirrors_the_ground():
    ground = np.arange(4 * 5 * 3, dtype=np.uint8).reshape(4, 5, 3)
    made = compose(_ring(), ground)[0]
    whole = np.pad(ground, ((0, 5), (0, 4), (0, 0)), mode="symmetric")
    kept = subject(_ring())[0]
    np.testing.assert_array_equal(made[kept], _ring()[0][kept])
    np.testing.assert_array_equal(made[~kept], whole[~kept])


def test_the_bundled_photographs_fill_a_part_of_their_frame():
    pytest.importorskip("PIL")
    images, _, _ = photographs.load_data()
    share = subject(images[::8]).mean(axis=(1, 2))
    assert ((share > 0.05) & (share < 0.95)).all()


def test_other_arrays_are_refused():
    with pytest.raises(ValueError, match=r"subject: images must be uint8.*float64 of shape"):
        subject(np.zeros((1, 4, 4, 3)))
    with pytest.raises(ValueError, match=r"background must have shape \(rows, columns, 3\)"):
        compose(_ring(), np.zeros((4, 4), np.uint8))
