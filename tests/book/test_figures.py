"""The interactive figures in the built book, driven there.

Each of them is also driven in a page of its own, in every run of the tests. In the book it is
driven again when its page has changed, what the pages load, or how it is driven.
"""

import re
from pathlib import Path

import pytest
from measure import visits
from measure.visits import opened, settled
from measure.windows import PHONE, TALLEST

from course_lib import figures
from tests import requirements
from tests.book import conftest, test_browser
from tests.book.conftest import ROOT
from tests.book.test_browser import browser  # noqa: F401
from tests.course_lib.figures import drivers
from tests.course_lib.figures.drivers import drive
from tests.kept import digest, drawing, surroundings, while_right

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


def page_with(name, book):
    """The first page that shows the figure, as it is built."""
    for source in (ROOT / "index.md", *sorted((ROOT / "chapters").glob("[0-9]*.md"))):
        call = "quiz" if name == "Quiz" else name  # the bank's quiz makes the figure
        if re.search(rf"^{call}\(", source.read_text("utf-8"), re.MULTILINE):
            return (book / source.relative_to(ROOT)).with_suffix(".html")
    pytest.fail(f"no page shows the figure {name}")


def driven(browser, page, stem):  # noqa: F811
    """What went wrong in ``page`` while its figure ``stem`` was driven, and how high it got."""
    with opened(browser, PHONE) as (tab, wrong):
        settled(tab, page.as_uri())
        tallest = drive(stem, tab, tab.locator(f".cbh-{stem.replace('_', '-')}").first)
        return {"wrong": [*wrong], "tallest": tallest}


@pytest.fixture(scope="module")
def under(book):
    """Digest of what all pages load, and of what drives their figures (the quiz asks the bank)."""
    loaded = [book / "_static", book / "_images"]
    folders = [Path(module.__file__).parent for module in (drivers, visits)]
    browsers = [Path(module.__file__) for module in (conftest, test_browser, requirements)]
    places = [*loaded, *folders, *browsers, ROOT / "course_bank"]
    return digest(*places, also=[surroundings(), drawing()])


@pytest.mark.parametrize("name", figures.INTERACTIVE)
def test_each_figure_is_driven_in_the_book_on_a_phone(request, under, book, name):
    stem, page = figures.INTERACTIVE[name], page_with(name, book)

    def find():
        return driven(request.getfixturevalue("browser"), page, stem)

    now = digest(page, Path(__file__), also=under)
    with while_right(request.session, f"driven {stem}", now, find) as found:
        assert not found["wrong"], found["wrong"]
        assert found["tallest"] <= TALLEST[PHONE["width"]]


def test_figures_of_chapters_are_numbered(browser, book):  # noqa: F811
    with opened(browser) as (tab, _):
        settled(tab, (book / "chapters" / "04-channels-and-filters.html").as_uri())
        titles = tab.locator(".cbh-figure .cbh-title").all_inner_texts()
    assert titles[0].startswith("Try it 4.1 "), titles
    assert not any(title.startswith("Try it") for title in titles[-1:]), "the quiz has no number"
