"""What a reader does with a page, in a real browser with the network cut off."""

import functools
import http.server
import io
import threading

import pytest
from measure.chromium import browser as without_network
from measure.visits import opened, settled
from measure.windows import PHONE, WIDE
from PIL import Image

from tests.requirements import chromium

pytestmark = [pytest.mark.browser, pytest.mark.timeout(540)]


@pytest.fixture(scope="module")
def browser():
    with without_network(chromium()) as running:
        yield running


def test_dark_follows_the_system(browser, pages):
    """What the accessibility run relies on: the theme changes with the system's setting."""
    with opened(browser) as (tab, _):
        settled(tab, pages[0].as_uri())
        assert tab.evaluate("document.documentElement.dataset.theme") == "light"
        tab.emulate_media(color_scheme="dark")
        tab.wait_for_function("document.documentElement.dataset.theme === 'dark'")


@pytest.mark.parametrize("system", ["light", "dark"])
def test_drawings_can_be_read_where_the_system_gives_the_colours(browser, book, system):
    """Also where the reader has chosen the other theme for the page: ink and ground stay a pair."""
    for theme, bright in (("light", True), ("dark", False)):
        context = browser.new_context(viewport=WIDE, forced_colors="active", color_scheme=system)
        tab = context.new_page()
        tab.goto((book / "chapters" / "02-convolution.html").as_uri())
        tab.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
        drawing = tab.locator(".drawing-frame > img").nth(1)
        shown = Image.open(io.BytesIO(drawing.screenshot())).convert("L")
        assert (shown.getpixel((2, shown.height - 3)) > 200) is bright, (theme, "the ground")
        ink = min(shown.get_flattened_data()) if bright else max(shown.get_flattened_data())
        assert abs(ink - shown.getpixel((2, shown.height - 3))) > 150, theme
        context.close()


def test_on_paper_nothing_is_folded_or_dark(browser, book):
    """Printing opens the outputs and lights the page; afterwards it is as it was."""
    state = """() => [document.documentElement.dataset.theme,
        document.querySelectorAll("details.hide:not([open])").length]"""
    with opened(browser) as (tab, _):
        tab.emulate_media(color_scheme="dark")
        settled(tab, (book / "chapters" / "06-pooling.html").as_uri())
        before = tab.evaluate(state)
        assert before[0] == "dark" and before[1] > 0
        tab.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert tab.evaluate(state) == ["light", 0]
        tab.evaluate("dispatchEvent(new Event('afterprint'))")
        assert tab.evaluate(state) == before


@pytest.fixture(scope="module")
def server(book):
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=book)
    handler.log_message = lambda *_: None
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{running.server_address[1]}"
        running.shutdown()


def test_search_finds_a_chapter(browser, server):
    with opened(browser) as (tab, wrong):
        tab.goto(f"{server}/search.html?q=stride", wait_until="load")
        tab.wait_for_selector(".search-results li a")
        titles = tab.locator(".search-results li a").all_inner_texts()
        assert any("Stride" in title for title in titles)
        assert tab.locator("input[type=search]:visible").count() <= 1
        assert not wrong


def test_a_figure_answers_over_http_too(browser, server):
    with opened(browser, PHONE) as (tab, wrong):
        settled(tab, f"{server}/chapters/02-convolution.html")
        figure = tab.locator(".cbh-host").first
        before = figure.inner_text()
        figure.get_by_role("button", name="Next", exact=True).click()
        tab.wait_for_timeout(100)
        assert figure.inner_text() != before
        assert figure.locator(".cbh-fallback").is_hidden()
        assert not wrong


def test_the_first_paint_has_its_colours_and_borders(browser, book):
    """Before the theme's own script has come, which a slow line brings late."""
    with opened(browser) as (tab, _):
        tab.route("**/pydata-sphinx-theme.js*", lambda route: route.abort())
        for scheme in ("dark", "light"):
            tab.emulate_media(color_scheme=scheme)
            tab.goto((book / "chapters" / "api" / "models.html").as_uri())
            assert tab.evaluate("document.documentElement.dataset.theme") == scheme
            code = tab.locator(".bd-content code").first
            assert code.evaluate("e => getComputedStyle(e).borderTopWidth") == "1px"


def test_without_scripts_the_text_version_stands(browser, book):
    """Its tables keep their colours, and no room is kept for what will not come."""
    context = browser.new_context(viewport=WIDE, java_script_enabled=False)
    tab = context.new_page()
    tab.goto((book / "chapters" / "02-convolution.html").as_uri())
    version = tab.locator(".cbh-fallback").first
    assert version.is_visible()
    host = tab.locator(".cbh-host").first.bounding_box()
    assert host["height"] <= version.bounding_box()["height"] + 40
    coloured = version.locator("td[data-sign=pos]").first
    plain = "rgba(0, 0, 0, 0)"
    assert coloured.evaluate("e => getComputedStyle(e).backgroundColor") != plain
    context.close()


def test_a_figure_that_cannot_start_shows_its_text_version(browser, book):
    with opened(browser) as (tab, _):
        tab.route("**/_static/figures/*.js", lambda route: route.abort())
        tab.goto((book / "chapters" / "02-convolution.html").as_uri())
        tab.wait_for_selector(".cbh-failed")
        assert tab.locator(".cbh-failed .cbh-fallback").first.is_visible()
        assert tab.locator(".cbh-failed [role=alert]").first.is_visible()
