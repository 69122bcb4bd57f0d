"""Static drawings: well-formed, the same every time, and faithful to their numbers."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest

from course_lib.datasets import photographs
from course_lib.figures.static import grids, photos, pictures, pixels, plots, windows
from course_lib.figures.static.canvas import Drawing, text_width
from course_lib.lectures import examples
from course_lib.lectures.facts.convolution import convolved

MAP = convolved(examples.binary_5x5, examples.cross_kernel)
DRAWINGS = {
    "step": lambda: grids.convolution_step(
        examples.binary_5x5, examples.cross_kernel, MAP, 1, 2, until=True
    ),
    "differences": lambda: pictures.pixel_differences(
        examples.x_image, {"shifted": examples.shifted_x()}
    ),
    "axis": lambda: windows.along_axis(6, 3, strides=2),
    "digits": lambda: pixels.mosaic(np.eye(4)[None].repeat(3, 0), notes=["a", "b", "c"]),
    "photographs": lambda: photos.gallery([photographs.load("chelsea")], ["a cat"]),
    "curves": lambda: plots.lines({"a": [1.0, 0.5, 0.25], "b": [1, 2, 1]}, "epoch", "loss"),
}


def _texts(drawing):
    tree = ElementTree.fromstring(drawing.svg())
    return [node.text for node in tree.iter() if node.tag.endswith("}text")]


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_drawing_is_the_same_every_time_and_asks_for_nothing(name):
    first, second = DRAWINGS[name]().svg(), DRAWINGS[name]().svg()
    assert first == second
    ElementTree.fromstring(first)
    assert not re.search(r"href=\"(?!data:)", first)
    assert "prefers-color-scheme: dark" in first


def test_a_step_shows_what_is_computed_so_far():
    texts = _texts(DRAWINGS["step"]())
    numbers = [text for text in texts if text.lstrip("−").isdigit()]
    shown = examples.binary_5x5.size + examples.cross_kernel.size + 6
    assert len(numbers) == shown, "six of nine outputs at row 1, column 2"
    assert numbers[-1] == f"{MAP[1, 2]:.0f}"


def test_a_step_refuses_a_map_of_another_size():
    with pytest.raises(ValueError, match=r"outputs must have shape \(3, 3\), got \(2, 2\)"):
        grids.convolution_step(examples.binary_5x5, examples.cross_kernel, MAP[:2, :2], 0, 0)


def test_the_axis_names_what_the_floor_drops():
    assert "hatched: read by no window (1 of 6)" in _texts(windows.along_axis(6, 3, 2))
    assert not [t for t in _texts(windows.along_axis(6, 3, 1)) if t.startswith("hatched")]


def test_the_axis_has_a_row_for_every_output():
    for padding, outputs in (("valid", 2), ("same", 3), (1, 3)):
        texts = _texts(windows.along_axis(6, 3, 2, padding))
        assert sum(text.startswith("output") for text in texts) == outputs


def test_differing_pixels_are_counted():
    differ = (examples.x_image != examples.shifted_x()).sum()
    assert f"{differ} differ" in _texts(DRAWINGS["differences"]())


def test_pixels_survive_the_way_into_the_picture():
    import base64
    import zlib

    image = np.arange(6).reshape(2, 3) / 5
    png = base64.b64decode(pixels.picture_address(image).split(",")[1])
    data = zlib.decompress(png[png.index(b"IDAT") + 4 : png.index(b"IEND") - 8])
    rows = np.frombuffer(data, np.uint8).reshape(2, 4)
    assert (rows[:, 0] == 0).all()
    np.testing.assert_array_equal(rows[:, 1:], np.round(image * 255))


def test_curves_need_values_for_every_place():
    with pytest.raises(ValueError, match="'b' must have 2 values, got 3"):
        plots.lines({"a": [1, 2], "b": [1, 2, 3]}, "x", "y")


def test_curves_differ_in_more_than_colour_and_mark_their_values():
    marked = plots.lines({name: [1, 2, 4] for name in "abc"}, "x", "y", marks=True).svg()
    curves = re.findall(r'<path class="([^"]+)"', marked)
    assert [curve.partition(" ")[2] for curve in curves] == ["", "dashed", "dotted"]
    assert all(f".{dashes}{{stroke-dasharray" in marked for dashes in ("dashed", "dotted"))
    path = re.search(r'<path class="curve" d="M([^"]+)"', marked)[1].split(" L")
    dots = re.findall(r'<circle class="curve" cx="(\S+)" cy="(\S+)"', marked)
    assert [" ".join(dot) for dot in dots[:3]] == path
    assert "<circle" not in plots.lines({"a": [1, 2]}, "x", "y").svg()


def test_several_runs_are_faint_and_their_mean_is_strong():
    drawing = plots.lines({"a": [[0, 4], [2, 0]], "b": [1, 1]}, "x", "y", limits=(0, 4)).svg()
    paths = re.findall(r'<path class="([^"]+)" d="M([^"]+)"', drawing)
    faint = [path for kind, path in paths if kind == "curve faint"]
    (strong,) = [path for kind, path in paths if kind == "curve"]
    heights = [[float(point.split()[1]) for point in path.split(" L")] for path in (*faint, strong)]
    np.testing.assert_allclose(np.mean(heights[:2], axis=0), heights[2], atol=0.01)
    assert [kind for kind, _ in paths if kind.startswith("other")] == ["other dashed"]


def test_a_long_key_takes_another_line_and_leaves_the_axis_its_name():
    names = ["kernels of 3", "convolution and pooling in turn", "dilated by 1, 2, 4, 8"]
    short = plots.lines({"a": [1, 2], "b": [2, 3]}, "layers", "cells seen")
    long = plots.lines({name: [1, 2] for name in names}, "layers", "cells seen")
    assert long.height == short.height + plots.LINE
    room = long.width - plots.RIGHT - text_width("cells seen")
    for line in plots._key_lines(names, room):
        assert sum(text_width(name) + plots.SAMPLE for name in line) <= room
    assert [name for line in plots._key_lines(names, room) for name in line] == names


def test_a_number_that_fills_its_cell_makes_all_cells_larger():
    image, scores = grids.Grid([[1, 0]], cell=20), grids.Grid([[-0.11, 0.5]], cell=20)
    assert image.cell == 20 < text_width("−0.11") < scores.cell
    drawn = grids.equation(image, "→", scores).svg()
    sides = re.findall(r'<rect class="cell" [^>]*width="(\d+)" height="(\d+)"', drawn)
    assert sides == 4 * [(str(scores.cell),) * 2]


def test_a_gallery_keeps_the_shape_and_the_colour_of_its_pictures():
    import base64
    import io

    from PIL import Image

    coffee, grey = photographs.load("coffee"), np.eye(8)
    drawing = photos.gallery([coffee, grey], ["cup", "eye"], frames=[[(0, 12, 16, 24)], []]).svg()
    shown = re.findall(
        r'<image [^>]*width="(\d+)" height="(\d+)"[^>]*rendering:(\w+)" href="[^,]*,([^"]+)"',
        drawing,
    )
    assert [size[:3] for size in shown] == [("216", "144", "auto"), ("216", "216", "pixelated")]
    seen = np.asarray(Image.open(io.BytesIO(base64.b64decode(shown[0][3]))), float)
    assert seen.shape == coffee.shape and np.abs(seen - coffee).mean() < 5
    frame = re.search(r'class="mark" x="([^"]+)" y="([^"]+)" width="([^"]+)"', drawing).groups()
    scale = 216 / 336
    expected = [photos.MARGIN + 12 * scale, photos.MARGIN, 24 * scale]
    assert np.allclose([float(value) for value in frame], expected, atol=0.01)


def test_a_gallery_needs_a_note_for_each_picture():
    with pytest.raises(ValueError, match="notes must be 2 texts, got 1"):
        photos.gallery([np.eye(4), np.eye(4)], ["one"])


def test_a_variable_is_set_in_italics():
    drawing = Drawing(10, 10)
    drawing.text(0, 0, "size $k$ < $n_out$")
    assert '<tspan class="var">k</tspan> &lt; <tspan class="var">n</tspan>' in drawing.svg()
    assert '<tspan dy="4" font-size="75%">out</tspan>' in drawing.svg()
    ElementTree.fromstring(drawing.svg())
