"""Each figure that nobody has touched: it moves nothing, keeps its room, and can be read."""

from contextlib import ExitStack
from functools import cache
from types import SimpleNamespace

import pytest
from measure.windows import PHONE, TALLEST, WIDE

from tests.course_lib.figures.harness import NAMES, figure, open_page, page_html, ready

pytestmark = pytest.mark.browser
MOVED = """new Promise((done) => { let sum = 0;
  new PerformanceObserver((list) => { for (const e of list.getEntries()) sum += e.value; })
    .observe({ type: "layout-shift", buffered: true });
  setTimeout(() => done(sum), 400); })"""
SMALLEST = """(root) => { const found = [];
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement, box = element.getBoundingClientRect();
    const style = getComputedStyle(element);
    const seen = node.data.trim() && box.width > 1 && style.visibility !== "hidden";
    if (!seen) continue;
    const svg = element.ownerSVGElement;
    const scale = svg ? svg.getBoundingClientRect().width / svg.viewBox.baseVal.width : 1;
    found.push([parseFloat(style.fontSize) * (scale || 1), node.data.trim().slice(0, 30)]);
  }
  return found.sort((a, b) => a[0] - b[0])[0]; }"""
SIZE = "e => [e.offsetWidth, e.offsetHeight]"


@pytest.fixture(scope="module")
def at_rest(chrome, pages):
    """What is measured of a figure that nobody has touched, by the window's width: once each."""

    @cache
    def measured(name):
        with ExitStack() as both:  # what moves is waited for in both windows at once
            tabs = {
                width: both.enter_context(open_page(chrome, pages(name), width=width))
                for width in (WIDE["width"], PHONE["width"])
            }
            roots = {width: ready(tab, name) for width, tab in tabs.items()}
            for tab in tabs.values():
                tab.evaluate(f"() => {{ window.moved = {MOVED}; }}")
            return {width: _measured(tab, roots[width]) for width, tab in tabs.items()}

    return measured


def _measured(tab, root):
    return SimpleNamespace(
        moved=tab.evaluate("window.moved"),
        reserved=tab.locator("[data-figure]").evaluate(
            "e => parseFloat(getComputedStyle(e).minHeight)"
        ),
        height=root.evaluate("e => e.getBoundingClientRect().height"),
        smallest=root.evaluate(SMALLEST),
        size=root.evaluate(SIZE),
    )


@pytest.mark.parametrize("name", NAMES)
def test_nothing_moves_and_the_reserved_room_suffices(name, at_rest):
    for width, found in at_rest(name).items():
        assert found.moved < 0.01
        assert found.height <= found.reserved <= found.height + 120, (width, found)
        assert found.height <= TALLEST[width]


@pytest.mark.parametrize("name", NAMES)
def test_no_text_is_smaller_than_nine_pixels_on_a_phone(name, at_rest):
    size, text = at_rest(name)[PHONE["width"]].smallest
    assert size >= 9, text


def test_a_figure_looks_the_same_alone_and_among_others(chrome, at_rest, tmp_path):
    """Every figure brings the shared style; its copy must not undo what an earlier figure set."""
    path = tmp_path / "all.html"
    path.write_text(page_html({name: figure(name) for name in NAMES}), "utf-8")
    with open_page(chrome, path) as page:
        among = {name: ready(page, name).evaluate(SIZE) for name in NAMES}
    assert among == {name: at_rest(name)[WIDE["width"]].size for name in NAMES}
