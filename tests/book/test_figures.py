"""The interactive figures in the built book: driven there, and no heavier than promised."""

import gzip
import re

import pytest

from course_lib import figures
from tests.book.test_browser import PHONE, ROOT, WIDE, _settled, browser, opened  # noqa: F401
from tests.course_lib.figures.drivers import drive

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

LIMIT = 600_000  # bytes of a page with figures, all it loads included, as a server compresses it
COMPRESSED_ALREADY = (".woff2", ".png", ".jpg", ".gif", ".gz", ".zip")


def page_with(name, book):
    """The first page that shows the figure, as it is built."""
    for source in (ROOT / "index.md", *sorted((ROOT / "chapters").glob("[0-9]*.md"))):
        call = "quiz" if name == "Quiz" else name  # the bank's quiz makes the figure
        if re.search(rf"^{call}\(", source.read_text("utf-8"), re.MULTILINE):
            return (book / source.relative_to(ROOT)).with_suffix(".html")
    pytest.fail(f"no page shows the figure {name}")


@pytest.mark.parametrize("name", figures.INTERACTIVE)
def test_each_figure_is_driven_in_the_book(browser, book, name):  # noqa: F811
    stem = figures.INTERACTIVE[name]
    with opened(browser) as (tab, wrong):
        _settled(tab, page_with(name, book).as_uri())
        drive(stem, tab, tab.locator(f".cbh-{stem.replace('_', '-')}").first)
        assert not wrong, wrong


# of a figure, so that its controls and its answer are in view
TALLEST = ((WIDE, 720), (PHONE, 1100))
MEASURE = """() => [...document.querySelectorAll(".cbh-figure")].map((figure) => {
    const box = figure.getBoundingClientRect(), host = figure.closest(".cbh-host");
    return {
        name: figure.getAttribute("aria-label"), height: box.height, right: box.right,
        kept: host.getBoundingClientRect().height,
        title: figure.querySelector(".cbh-title").innerText,
        hint: figure.querySelector(".cbh-hint").innerText, text: host.parentElement.offsetWidth,
        width: box.width, quiz: figure.classList.contains("cbh-quiz"),
    };
})"""


def test_height_and_width_of_every_figure(browser, pages):  # noqa: F811
    """Each fits the window it is used in, and uses the empty margin where there is one."""
    problems = []
    for page in (page for page in pages if "cbh-fallback" in page.read_text("utf-8")):
        with opened(browser) as (tab, _):
            for window, limit in TALLEST:
                tab.set_viewport_size(window)
                _settled(tab, page.as_uri())
                for number, figure in enumerate(tab.evaluate(MEASURE), 1):
                    name = f"{page.name}, figure {number}, {figure['name']}, {window['width']}"
                    if figure["height"] > limit:
                        problems.append(f"{name}: {figure['height']:.0f} high")
                    if figure["kept"] > figure["height"] + 160:
                        problems.append(f"{name}: {figure['kept']:.0f} kept for it")
                    if figure["right"] > window["width"]:
                        problems.append(f"{name}: ends at {figure['right']:.0f}")
                    if window is WIDE and figure["width"] < figure["text"] + 200:
                        problems.append(f"{name}: {figure['width']:.0f} wide, as the text")
                    if not figure["hint"]:
                        problems.append(f"{name}: no hint")
    assert not problems, "\n".join(problems)


def test_figures_of_chapters_are_numbered(browser, book):  # noqa: F811
    with opened(browser) as (tab, _):
        _settled(tab, (book / "chapters" / "04-channels-and-filters.html").as_uri())
        titles = [figure["title"] for figure in tab.evaluate(MEASURE)]
    assert titles[0].startswith("Try it 4.1 "), titles
    assert not any(title.startswith("Try it") for title in titles[-1:]), "the quiz has no number"


def test_pages_with_figures_weigh_under_600_kilobytes(browser, pages, book):  # noqa: F811
    heavy = {}
    for page in pages:
        if "cbh-fallback" not in page.read_text("utf-8"):
            continue
        loaded = set()
        with opened(browser) as (tab, _):
            tab.on("request", lambda r, urls=loaded: urls.add(re.sub(r"[?#].*", "", r.url)))
            _settled(tab, page.as_uri())
        files = [book / url.partition("/_build/html/")[2] for url in loaded if "file:" in url]
        weight = sum(on_the_wire(file) for file in files)
        if weight > LIMIT:
            heavy[page.name] = weight
    assert not heavy


def on_the_wire(file):
    """Bytes of a file as a web server sends it."""
    data = file.read_bytes()
    return len(data) if file.suffix in COMPRESSED_ALREADY else len(gzip.compress(data, 6))
