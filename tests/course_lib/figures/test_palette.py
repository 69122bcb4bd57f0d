"""One palette for drawings and interactive figures, and text that can be read on all of it."""

import re

import numpy as np
import pytest

from course_lib.figures.interactive import photograph_network
from course_lib.figures.static import canvas, grids
from course_lib.figures.static.canvas import DARK, LIGHT, Drawing
from tests.course_lib.figures.javascript import FIGURES

PAGES = {"light": (LIGHT, "#ffffff"), "dark": (DARK, "#14181e")}


def _luminance(colour):
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    """WCAG's contrast ratio of two colours, from 1 to 21."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_computed_as_wcag_does():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("look", PAGES)
def test_text_of_a_drawing_can_be_read_on_every_ground(look):
    palette, page = PAGES[look]
    for fill in canvas.FILLS:
        ink = "on" if fill in canvas.MARKED else "ink"
        assert contrast(palette[ink], palette[fill]) >= 4.5, fill
    for ink in ("ink", "muted", "accent", "warn"):
        assert contrast(palette[ink], page) >= 4.5, ink
    assert contrast(palette["muted"], palette["cell"]) >= 4.5


@pytest.mark.parametrize("look", PAGES)
def test_what_is_marked_stands_out_from_the_cells_around_it(look):
    palette, page = PAGES[look]
    assert contrast(palette["ink"], page) >= 7
    if look == "dark":
        for fill in canvas.MARKED:
            assert contrast(palette[fill], palette["cell"]) >= 3, fill


def test_the_interactive_figures_have_the_same_yellow_and_blue():
    style = (FIGURES / "kit.css").read_text("utf-8")
    for name, key in (("window", "window"), ("result", "result"), ("on-mark", "on")):
        assert re.findall(rf"--cbh-{name}: (#\w+);", style) == [LIGHT[key]] == [DARK[key]]


def test_text_on_a_window_or_a_result_is_dark_and_elsewhere_is_not():
    drawing = Drawing(100, 50)
    drawing.rect(0, 0, 20, 20, "window")
    drawing.rect(20, 0, 20, 20, "cell")
    for x, dark in ((10, True), (30, False), (80, False)):
        drawing.text(x, 10, "1")
        assert (' on"' in drawing.parts[-1] or 'class="on"' in drawing.parts[-1]) is dark, x
    drawing.rect(0, 0, 20, 20, "cell")
    drawing.text(10, 10, "1")
    assert "on" not in drawing.parts[-1].split('class="')[1].split('"')[0]


def test_signs_are_blue_and_orange():
    drawn = grids.equation(grids.Grid([[2, -2, 0]], signed=True)).svg()
    kinds = re.findall(r'<rect class="(\w+)', drawn)
    assert kinds == ["positive", "negative", "cell"]
    for palette in (LIGHT, DARK):
        red, _, blue = (int(palette["positive"][at : at + 2], 16) for at in (1, 3, 5))
        assert blue > red
        red, _, blue = (int(palette["negative"][at : at + 2], 16) for at in (1, 3, 5))
        assert red > blue


def test_maps_on_black_have_the_bright_signs_of_dark_pages():
    style = (FIGURES / "kit.css").read_text("utf-8")
    script = (FIGURES / "photograph_network.js").read_text("utf-8")
    dark = style[style.index('html[data-theme="dark"] .cbh-figure') :]
    for sign, name in (("BLUE", "pos"), ("ORANGE", "neg")):
        colour = re.search(rf"--cbh-{name}: #(\w+);", dark)[1]
        painted = re.search(rf"{sign} = \[([\d, ]+)\]", script)[1]
        assert [int(part) for part in painted.split(",")] == [*bytes.fromhex(colour)]
    one = photograph_network.tinted(np.array([[20, -20, 0]]))[0]
    assert [bytes(pixel).hex() for pixel in one] == ["63a9ee", "f0954f", "000000"]
