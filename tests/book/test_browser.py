"""Every page in a real browser with the network cut off: loaded, in light, dark and on a phone."""

import functools
import http.server
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.requirements import chromium

pytestmark = [pytest.mark.browser, pytest.mark.timeout(540)]

ROOT = Path(__file__).parents[2]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE localhost , EXCLUDE 127.0.0.1",
]
WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
AXE = """async (tags) => (await axe.run(document,
    {preload: false, resultTypes: ["violations"], runOnly: {type: "tag", values: tags}}))
    .violations.flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.target} ${n.html.slice(0, 99)}`))"""
SHIFTS = """window.shift = 0; new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value;
    }).observe({type: "layout-shift", buffered: true});"""
READY = """() => [...document.querySelectorAll(".cbh-host")]
    .every((host) => host.querySelector("[data-widget-ready]"))"""


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    program = chromium()
    with sync_playwright() as play:
        running = play.chromium.launch(executable_path=program, args=FLAGS)
        yield running
        running.close()


@contextmanager
def opened(browser, viewport=WIDE):
    """A tab, and the list of everything that went wrong in it."""
    context = browser.new_context(viewport=viewport, color_scheme="light")
    tab, wrong = context.new_page(), []
    tab.add_init_script(SHIFTS)
    local = ("file:", "data:", "blob:", "http://127.0.0.1")
    tab.on(
        "request",
        lambda r: None if r.url.startswith(local) else wrong.append(f"remote request: {r.url}"),
    )
    tab.on("requestfailed", lambda r: wrong.append(f"failed: {r.url}"))
    tab.on("pageerror", lambda e: wrong.append(f"script error: {e}"))
    tab.on(
        "console",
        lambda m: wrong.append(f"{m.type}: {m.text}") if m.type in ("error", "warning") else None,
    )
    try:
        yield tab, wrong
    finally:
        context.close()


def _settled(tab, address):
    tab.goto(address, wait_until="load")
    tab.wait_for_function(READY)
    tab.wait_for_timeout(150)


def test_every_page_loads_clean_and_is_accessible(browser, pages):
    """From file://: no error, no request, no jump; axe in light, in dark and at phone width."""
    axe = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")
    problems = []
    with opened(browser) as (tab, wrong):
        for page in pages:
            wrong.clear()
            tab.set_viewport_size(WIDE)
            tab.emulate_media(color_scheme="light")
            _settled(tab, page.as_uri())
            problems += [f"{page.name}: {line}" for line in wrong]
            shift = tab.evaluate("window.shift")
            if shift >= 0.01:
                problems.append(f"{page.name}: layout shift {shift:.3f}")
            broken = "[...document.images].filter((i) => !i.naturalWidth).map((i) => i.src)"
            problems += [f"{page.name}: picture {src}" for src in tab.evaluate(broken)]
            tab.evaluate(axe)
            for kind, size, scheme in (
                ("light", WIDE, "light"),
                ("dark", WIDE, "dark"),
                ("phone", PHONE, "light"),
            ):
                tab.set_viewport_size(size)
                tab.emulate_media(color_scheme=scheme)
                # Colours fade, and the theme looks at widths late: on a busy machine, later.
                for wait in (450, 1500, 5000):
                    tab.wait_for_timeout(wait)
                    found = tab.evaluate(AXE, RULES)
                    if not found:
                        break
                problems += [f"{page.name} ({kind}): {line}" for line in found]
            width = tab.evaluate("document.documentElement.scrollWidth")
            if width > PHONE["width"]:
                problems.append(f"{page.name}: {width} pixels wide on a phone")
    assert not problems, "\n".join(problems)


def test_dark_follows_the_system(browser, pages):
    """What the accessibility run relies on: the theme changes with the system's setting."""
    with opened(browser) as (tab, _):
        _settled(tab, pages[0].as_uri())
        assert tab.evaluate("document.documentElement.dataset.theme") == "light"
        tab.emulate_media(color_scheme="dark")
        tab.wait_for_function("document.documentElement.dataset.theme === 'dark'")


def test_on_paper_nothing_is_folded_or_dark(browser, book):
    """Printing opens the outputs and lights the page; afterwards it is as it was."""
    state = """() => [document.documentElement.dataset.theme,
        document.querySelectorAll("details.hide:not([open])").length]"""
    with opened(browser) as (tab, _):
        tab.emulate_media(color_scheme="dark")
        _settled(tab, (book / "chapters" / "06-pooling.html").as_uri())
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
        threading.Thread(target=running.serve_forever, daemon=True).start()
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
        _settled(tab, f"{server}/chapters/02-convolution.html")
        figure = tab.locator(".cbh-host").first
        before = figure.inner_text()
        figure.get_by_role("button", name="Next", exact=True).click()
        tab.wait_for_timeout(100)
        assert figure.inner_text() != before
        assert figure.locator(".cbh-fallback").is_hidden()
        assert not wrong


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
