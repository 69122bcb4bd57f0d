"""The interactive figures in the built book, driven there."""

import re

import pytest
from measure.visits import opened, settled
from measure.windows import PHONE, TALLEST

from course_lib import figures
from tests.book.conftest import ROOT
from tests.book.test_browser import browser  # noqa: F401
from tests.course_lib.figures.drivers import drive

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


def page_with(name, book):
    """The first page that shows the figure, as it is built."""
    for source in (ROOT / "index.md", *sorted((ROOT / "chapters").glob("[0-9]*.md"))):
        call = "quiz" if name == "Quiz" else name  # the bank's quiz makes the figure
        if re.search(rf"^{call}\(", source.read_text("utf-8"), re.MULTILINE):
            return (book / source.relative_to(ROOT)).with_suffix(".html")
    pytest.fail(f"no page shows the figure {name}")


@pytest.mark.parametrize("name", figures.INTERACTIVE)
def test_each_figure_is_driven_in_the_book_on_a_phone(browser, book, name):  # noqa: F811
    stem = figures.INTERACTIVE[name]
    with opened(browser, PHONE) as (tab, wrong):
        settled(tab, page_with(name, book).as_uri())
        tallest = drive(stem, tab, tab.locator(f".cbh-{stem.replace('_', '-')}").first)
        assert not wrong, wrong
        assert tallest <= TALLEST[PHONE["width"]]


def test_figures_of_chapters_are_numbered(browser, book):  # noqa: F811
    with opened(browser) as (tab, _):
        settled(tab, (book / "chapters" / "04-channels-and-filters.html").as_uri())
        titles = tab.locator(".cbh-figure .cbh-title").all_inner_texts()
    assert titles[0].startswith("Try it 4.1 "), titles
    assert not any(title.startswith("Try it") for title in titles[-1:]), "the quiz has no number"
