"""The page of graded exercises: a table that the bank computes, and nothing that solves a task."""

import pytest
from bs4 import BeautifulSoup

from course_bank import bank, problem_sets
from course_bank.core.where_to_read import CHAPTERS


@pytest.fixture(scope="module")
def page(book):
    text = (book / "chapters" / "exercises.html").read_text("utf-8")
    return BeautifulSoup(text, "html.parser").select_one("article")


def test_every_assignment_is_a_row(page):
    heads = [cell.get_text() for cell in page.select("table th")]
    assert heads == ["Assignment", "What it trains", "Minutes", "Points", "Needs", "Read first"]
    rows = page.select("table tbody tr")
    assert len(rows) == len(problem_sets)
    for row, listed in zip(rows, problem_sets.values(), strict=True):
        cells = [cell.get_text() for cell in row.select("td")]
        assert cells[0] == f"{listed.id.partition('-')[0]} {listed.title}"
        assert len(cells[1]) > 20
        assert cells[2:5] == [str(listed.minutes), str(listed.points), listed.needed]


def test_the_chapters_to_read_are_links(page, book):
    for row in page.select("table tbody tr"):
        links = row.select("td:last-child a")
        assert links
        for link in links:
            assert link["href"].removesuffix(".html") == CHAPTERS[int(link.get_text())]
            assert (book / "chapters" / link["href"]).is_file()


def test_its_labels_lead_to_its_rows(page, pages):
    rows = {f"exercise-{name.partition('-')[0]}" for name in problem_sets}
    old = {"pixels-and-convolution", "output-shapes", "mnist-in-keras"}  # headings of before
    assert rows | old <= {tag["id"] for tag in page.select("table [id]")}
    led = [path for path in pages if "exercises.html#exercise-ps" in path.read_text("utf-8")]
    assert len(led) > 10


def test_no_task_is_solved_on_it(page):
    text = " ".join(page.get_text(" ").split())
    assert not page.select(".katex, .math")
    for listed in problem_sets.values():
        for name in listed.questions:
            assert bank[name].teaches not in text
    assert not set("=·⌊²") & set(text)


def test_it_says_how_the_minutes_come_about(page):
    text = " ".join(page.get_text(" ").split())
    assert "estimated" not in text
    for word in ("Minutes are counted", "238 words a minute", "assumed", "timed"):
        assert word in text
