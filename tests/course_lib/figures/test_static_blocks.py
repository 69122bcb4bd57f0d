"""Blocks of layers: a box for each layer, a way around where there is a sum; who reads whom."""

from xml.etree import ElementTree

import pytest

from course_lib.figures.static import blocks


def _nodes(drawing, tag, kind):
    tree = ElementTree.fromstring(drawing.svg())
    return [n for n in tree.iter() if n.tag.endswith("}" + tag) and n.get("class") == kind]


def test_a_sum_has_a_way_around_and_a_box_has_none():
    drawing = blocks.blocks({"plain": ["conv", "conv"], "residual": ["conv", "conv", "+", "relu"]})
    assert len(_nodes(drawing, "rect", "result")) == 2 + 3
    assert len(_nodes(drawing, "circle", "window")) == len(_nodes(drawing, "path", "guide")) == 1


def test_notes_stand_on_the_arrows():
    drawing = blocks.blocks({"a": ["conv"]}, {"a": ["in", "out"]})
    assert "in" in drawing.svg() and "out" in drawing.svg()
    with pytest.raises(ValueError, match=r"notes of 'a' must be 2 texts.*got 1"):
        blocks.blocks({"a": ["conv"]}, {"a": ["in"]})
    with pytest.raises(ValueError, match="at least one column"):
        blocks.blocks({})


def test_readers_mark_what_a_filter_reads():
    marked = len(_nodes(blocks.readers({"grouped": 2}, channels=8), "rect", "result"))
    assert marked == 2 * 4 * 4
    with pytest.raises(ValueError, match="groups must divide the 8 channels, got 3"):
        blocks.readers({"x": 3})
