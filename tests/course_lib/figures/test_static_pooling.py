"""The pictures of chapter 6 show what the engine computes."""

import xml.etree.ElementTree as ET

import numpy as np
import pytest

from course_lib import ops
from course_lib.figures.static import pooling
from course_lib.lectures import examples

SVG = "{http://www.w3.org/2000/svg}"


def rects(drawing, kind):
    found = ET.fromstring(drawing.svg()).iter(SVG + "rect")
    return [r for r in found if kind in r.get("class", "").split()]


def texts(drawing):
    return [e.text for e in ET.fromstring(drawing.svg()).iter(SVG + "text")]


def pooled(values, padding="valid"):
    return ops.max_pool(examples.batch(values), 2, padding=padding)[0, :, :, 0]


@pytest.mark.parametrize(("padding", "unread"), [("valid", 9), ("same", 0)])
def test_cells_that_no_window_reads_are_hatched(padding, unread):
    values = np.random.default_rng(3).permutation(25).reshape(5, 5)
    outputs = pooled(values, padding)
    drawing = pooling.pooled_windows(values, outputs, padding=padding)
    assert len(rects(drawing, "dropped")) == unread
    assert len(rects(drawing, "frame")) == outputs.size


def test_the_frames_stand_on_the_winners():
    values = np.random.default_rng(4).permutation(16).reshape(4, 4)
    drawing = pooling.pooled_windows(values, pooled(values), cell=40)
    places = {
        (round((float(r.get("y")) - 38) / 40), round((float(r.get("x")) - 10) / 40))
        for r in rects(drawing, "frame")
    }
    assert sorted(values[place] for place in places) == sorted(pooled(values).ravel())


def test_a_tie_frames_the_first_winner_only():
    drawing = pooling.pooled_windows(np.ones((2, 2)), np.ones((1, 1)))
    assert len(rects(drawing, "frame")) == 1


def test_poolings_compared_holds_both():
    values = np.arange(25).reshape(5, 5)
    drawing = pooling.poolings_compared(
        values, (pooled(values), "valid"), (pooled(values, "same"), "same"), "first", "second"
    )
    assert [t for t in texts(drawing) if t in ("first", "second")] == ["first", "second"]
    assert len(rects(drawing, "frame")) == 4 + 9


def test_shifts_name_and_frame_the_windows():
    row = np.zeros((1, 8))
    row[0, 2] = 1
    rows = [np.roll(row, shift, axis=1) for shift in range(3)]
    outputs = [ops.max_pool(examples.batch(r), (1, 2))[0, :, :, 0] for r in rows]
    drawing = pooling.pooling_shifts(rows, outputs, pool_size=(1, 2))
    assert [t for t in texts(drawing) if not t.isdigit()] == [
        "row", "pooled", "as it was", "moved by 1", "moved by 2",
    ]  # fmt: skip
    assert len(rects(drawing, "frame")) == 3 * 4
    assert len(rects(drawing, "window")) == 3 * 2
