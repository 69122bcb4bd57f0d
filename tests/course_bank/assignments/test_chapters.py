"""Every chapter of the book that can be practised is reached by a graded task."""

from course_bank import bank, problem_sets
from course_bank.core import where_to_read


def test_each_chapter_is_reached_by_a_graded_task():
    topics = where_to_read.TOPICS
    reached = set()
    for listed in problem_sets.values():
        for name in listed.questions:
            number = topics[bank[name].topic][0]
            reached |= {number, where_to_read.place(name, number)[0]}
    assert not set(where_to_read.CHAPTERS) - reached
