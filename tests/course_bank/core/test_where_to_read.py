"""The sections that notebooks and feedback name are in the book."""

import re
from pathlib import Path

import pytest

from course_bank import bank, problem_sets
from course_bank.core.question import TOPICS
from course_bank.core.where_to_read import CHAPTERS, ELSEWHERE, SECTIONS, place

BOOK = Path(__file__).parents[3] / "chapters"
GRADED = [name for listed in problem_sets.values() for name in listed.questions]


def headings(chapter):
    text = (BOOK / f"{CHAPTERS[chapter]}.md").read_text(encoding="utf-8")
    return re.findall(r"(?m)^##+ (.+)$", text)


def test_every_topic_has_its_chapter():
    assert {number for number, _ in TOPICS.values()} == set(CHAPTERS)


@pytest.mark.parametrize("name", GRADED)
def test_each_question_of_an_assignment_names_a_section(name):
    chapter, heading = place(name, TOPICS[bank[name].topic][0])
    assert heading in headings(chapter)
    assert bank[name].where == f"Chapter {chapter}, {heading}"


def test_no_section_is_named_for_nothing():
    assert set(SECTIONS) | set(ELSEWHERE) <= set(bank)


def test_the_address_of_a_section_is_the_one_that_sphinx_makes():
    from docutils.nodes import make_id

    for name in GRADED:
        chapter, heading = place(name, TOPICS[bank[name].topic][0])
        assert bank[name].page == f"chapters/{CHAPTERS[chapter]}.html#{make_id(heading)}"
