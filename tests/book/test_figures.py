"""The interactive figures in the built book: driven there, and no heavier than promised."""

import gzip
import re

import pytest

from course_lib import figures
from tests.book.test_browser import ROOT, _settled, browser, opened  # noqa: F401 (a fixture)
from tests.course_lib.figures.drivers import drive

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

LIMIT = 600_000  # bytes of a page with figures, all it loads included, as a server compresses it
COMPRESSED_ALREADY = (".woff2", ".png", ".jpg", ".gif", ".gz", ".zip")


def page_with(name, book):
    """The first chapter that shows the figure, as a built page."""
    for chapter in sorted((ROOT / "chapters").glob("[0-9]*.md")):
        if re.search(rf"^{name}\(", chapter.read_text("utf-8"), re.MULTILINE):
            return (book / "chapters" / chapter.name).with_suffix(".html")
    pytest.fail(f"no chapter shows the figure {name}")


@pytest.mark.parametrize("name", figures.INTERACTIVE)
def test_each_figure_is_driven_in_the_book(browser, book, name):  # noqa: F811
    stem = figures.INTERACTIVE[name]
    with opened(browser) as (tab, wrong):
        _settled(tab, page_with(name, book).as_uri())
        drive(stem, tab, tab.locator(f".cbh-{stem.replace('_', '-')}").first)
        assert not wrong, wrong


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
