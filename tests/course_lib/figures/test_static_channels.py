"""The pictures of chapter 4 show what the engine computes."""

import xml.etree.ElementTree as ET

import numpy as np

from course_lib import ops
from course_lib.figures.static import channels
from course_lib.figures.static.canvas import Drawing
from course_lib.lectures import examples

SVG = "{http://www.w3.org/2000/svg}"


def elements(drawing, tag, kind=None):
    """Elements of the drawing's SVG with that tag and, where given, that class among theirs."""
    found = ET.fromstring(drawing.svg()).iter(SVG + tag)
    return [e for e in found if kind is None or kind in e.get("class", "").split()]


def texts(drawing):
    return [element.text for element in elements(drawing, "text")]


def test_volumes_count_sheets_and_name_shapes():
    drawing = channels.layer_volumes(7, 9, channels=3, kernel_size=3, filters=5)
    # input sheets, window and frame; sheets of the filters; maps, the coloured map and a frame
    assert len(elements(drawing, "rect")) == (3 + 2) + 5 * 3 + (5 + 2)
    assert "5 × 7 × 5" in texts(drawing)
    assert "3 × 3 × 3 each" in texts(drawing)


def test_volumes_follow_their_arguments():
    shown = texts(channels.layer_volumes(12, 10, channels=2, kernel_size=5, filters=4))
    assert "8 × 6 × 4" in shown
    assert "5 × 5 × 2 each" in shown


def test_channel_sums_add_up_to_the_convolution():
    result = ops.conv(examples.batch(examples.rgb_7x9), examples.single(examples.rgb_filter))
    shown = texts(channels.channel_sums(examples.rgb_7x9, examples.rgb_filter, row=2, column=3))
    bold = [int(text) for text in shown if text.isdigit() and len(text) == 4]
    assert len(bold) == 4
    assert sum(bold[:3]) == bold[3] == result[0, 2, 3, 0]


def test_filter_maps_show_every_number():
    maps = np.arange(32).reshape(2, 4, 4) + 100
    drawing = channels.filter_maps(
        examples.binary_6x6, [examples.filter_1, examples.filter_2], list(maps)
    )
    assert {str(n) for n in maps.ravel()} <= set(texts(drawing))
    assert len(elements(drawing, "rect")) == 36 + 2 * 9 + 2 * 16


def test_column_keeps_every_part_and_adds_heights():
    first, second = Drawing(50, 20), Drawing(80, 30)
    first.text(1, 1, "one")
    second.text(1, 1, "two")
    whole = channels.column(first, second, gap=10)
    assert (whole.width, whole.height) == (80, 60)
    assert texts(whole) == ["one", "two"]
    offsets = [g.get("transform") for g in elements(whole, "g")]
    assert offsets == ["translate(15 0)", "translate(0 30)"]


def test_drawings_are_the_same_each_time():
    assert channels.layer_volumes().svg() == channels.layer_volumes().svg()
