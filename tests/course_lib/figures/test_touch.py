"""Figures under a finger: what is drawn stays drawn, and the page stays where it is."""

from itertools import pairwise

import pytest
from measure.windows import PHONE

from tests.course_lib.figures.drivers import says
from tests.course_lib.figures.harness import open_page

pytestmark = pytest.mark.browser
FINGER = {**PHONE, "has_touch": True, "is_mobile": True}


def stroke(page, points):
    """A finger that goes down at the first point, along the others, and up."""
    session = page.context.new_cdp_session(page)

    def touch(kind, *at):
        marks = [{"x": x, "y": y, "radiusX": 8, "radiusY": 8, "force": 0.5} for x, y in at]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": marks})

    touch("touchStart", points[0])
    for (a, b), (x, y) in pairwise(points):
        for step in range(1, 9):
            touch("touchMove", (a + (x - a) * step / 8, b + (y - b) * step / 8))
    touch("touchEnd")


def within(locator, *shares):
    """Points of the page at these shares of an element's width and height."""
    box = locator.bounding_box()
    return [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in shares]


# how much of the playground's drawing is inked
INK = "window.figures.DigitPlayground.model.get('drawing').flat().reduce((a, v) => a + v, 0)"


def test_a_digit_is_drawn_with_a_finger(chrome, pages):
    with open_page(chrome, pages("DigitPlayground"), **FINGER) as page:
        root = page.locator(".cbh-digit-playground")
        root.get_by_role("button", name="Clear").tap()
        says(root, r"Draw a digit")
        pad = root.locator(".cbh-pad")
        pad.scroll_into_view_if_needed()
        before = page.evaluate("scrollY")
        assert page.evaluate("document.documentElement.scrollHeight - innerHeight - scrollY") > 300
        stroke(page, within(pad, (0.5, 0.9), (0.5, 0.1)))  # upwards, as one scrolls a page
        says(root, r"^The network reads \d \(")
        assert page.evaluate("scrollY") == before
        page.wait_for_function(
            "window.figures.DigitPlayground.model.get('drawing').flat().some(v => v > 0)"
        )
        first = page.evaluate(INK)
        assert first > 15  # the whole stroke, not its beginning
        stroke(page, within(pad, (0.25, 0.5), (0.75, 0.5)))
        page.wait_for_function(f"{INK} > {first}")  # a second stroke is added to the first
        assert page.errors == []


def test_beside_the_pad_a_finger_scrolls(chrome, pages):
    with open_page(chrome, pages("DigitPlayground"), **FINGER) as page:
        page.locator(".cbh-digit-playground").wait_for()
        before = page.evaluate("scrollY")
        stroke(page, [(200, 700), (200, 200)])
        page.wait_for_function(f"scrollY > {before} + 100")


def test_a_unit_is_chosen_with_a_finger(chrome, pages):
    with open_page(chrome, pages("DigitPlayground"), **FINGER) as page:
        root = page.locator(".cbh-digit-playground")
        mosaic = root.locator(".cbh-mosaic").first
        mosaic.scroll_into_view_if_needed()
        mosaic.tap(position={"x": 20, "y": 20})
        says(root, r"^Unit row \d+, column \d+ of map 1 in conv2d: ")
        assert page.errors == []


def test_a_cell_is_chosen_with_a_finger(chrome, pages):
    with open_page(chrome, pages("ConvolutionStepper"), **FINGER) as page:
        root = page.locator(".cbh-convolution-stepper")
        outputs = root.locator('[role=grid][aria-label^="Output"] [role=gridcell]')
        outputs.nth(4).tap()
        says(root, r"^Step 5 of 9: output row 2, column 2 is 4")
        assert page.errors == []
