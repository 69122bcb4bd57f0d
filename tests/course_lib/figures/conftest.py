"""A browser, and a page of each figure as the harness writes it."""

from functools import cache

import pytest

from tests.course_lib.figures.harness import browser, figure, page_html


@pytest.fixture(scope="module")
def chrome():
    with browser() as started:
        yield started


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """Path of the page of one figure, written when it is first asked for."""
    folder = tmp_path_factory.mktemp("pages")

    @cache
    def path(name):
        target = folder / f"{name}.html"
        target.write_text(page_html({name: figure(name)}), "utf-8")
        return target

    return path
