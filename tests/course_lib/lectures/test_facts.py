"""Every fact of the lectures is computed again, and has the verdict that it always had."""

import pytest

from course_lib.lectures.facts import FACTS
from course_lib.lectures.facts.fact import plain, show
from course_lib.lectures.sources import SOURCES


def _ids(**numbers):
    """pix=[1, 2] is pix-01, pix-02."""
    return [f"{topic}-{number:02d}" for topic, ones in numbers.items() for number in ones]


# The ids that links and anchors rely on, with the verdict of each.
AGREES = _ids(
    pix=[1, 2, 3],
    conv=[1, 2, 3, 4, 5, 6, 7, 8, 10, 11],
    size=[1, 2, 3, 4, 6, 8, 10, 11],
    act=[1, 2, 3, 4],
    pool=[2, 4, 5, 6],
    par=[1, 2, 3, 4, 6, 7, 9, 10, 11, 12, 13, 14, 15, 16],
    rf=[1, 2],
    shr=[1, 2],
    dim=[1, 2, 3, 4, 5, 6],
    mod=[4, 5, 7, 8, 11, 12, 14, 15],
    vis=[1, 2, 3],
)
ERRATA = _ids(conv=[9], size=[5, 7, 9], pool=[1, 3, 7], par=[5, 8], rf=[3], dim=[7], mod=[2, 6, 9])
OPEN = _ids(mod=[1, 3, 10, 13])


def test_every_fact_is_kept():
    assert sorted(FACTS) == sorted([*AGREES, *ERRATA, *OPEN])


@pytest.mark.parametrize("fact_id", AGREES)
def test_the_lecture_agrees_with_the_engine(fact_id):
    fact = FACTS[fact_id]
    assert fact.value == plain(fact.printed), fact.claim
    assert fact.verdict == "agrees"


@pytest.mark.parametrize("fact_id", ERRATA)
def test_an_erratum_differs_and_is_explained(fact_id):
    fact = FACTS[fact_id]
    assert fact.value != plain(fact.printed), fact.claim
    assert fact.verdict == "erratum"
    assert fact.truth and fact.reason


@pytest.mark.parametrize("fact_id", OPEN)
def test_an_open_question_is_answered(fact_id):
    fact = FACTS[fact_id]
    assert fact.verdict == "open"
    assert show(fact.value) in fact.statement


@pytest.mark.parametrize("fact_id", FACTS)
def test_a_fact_is_complete(fact_id):
    fact = FACTS[fact_id]
    assert fact.source in SOURCES
    assert fact.claim.rstrip().endswith((".", "?", ":", ")")), fact.claim
    assert fact.topic
    if isinstance(fact.value, bool):  # the page shows what was asked
        assert fact.question.endswith("?") and "\n" not in fact.question
    if fact.reserved:  # agrees, but
        assert fact.verdict == "agrees" and fact.truth


def test_named_numbers_and_matrices_are_shown_for_readers():
    assert show({"weights": 614_656, "bias": False}) == "weights: 614,656; bias: no"
    assert show([[1, -2], [3, 0.5]]) == "[1 −2; 3 0.5]"
    assert show((26, 26, 8)) == "26 × 26 × 8"
