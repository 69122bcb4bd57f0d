"""What every question of the bank declares, and what is refused as a declaration."""

import collections
import re

import pytest

from course_bank import bank, problem_sets, slip
from course_bank.catalogue import collect
from course_bank.core.question import CLOSE, FAR, TOPICS, Question, ranges

READS_NOTHING = {"ones everywhere"}  # no mistake but a guess: it earns nothing


def test_the_bank_is_large_and_covers_every_topic():
    assert len(bank) >= 80
    assert {question.topic for question in bank.values()} == set(TOPICS)


@pytest.mark.parametrize("name", bank)
def test_the_declaration_is_complete(name):
    question = bank[name]
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name)
    assert question.variable.isidentifier()
    assert question.teaches.endswith(".")
    assert question.where.startswith("Chapter ")
    names = [wrong.name for wrong in question.misconceptions]
    assert len(set(names)) == len(names)
    for wrong in question.misconceptions:
        assert 0 <= wrong.credit < 1
        assert wrong.message.endswith("."), wrong.message


@pytest.mark.parametrize("name", [n for listed in problem_sets.values() for n in listed.questions])
def test_a_named_mistake_earns_a_third_or_a_sixth(name):
    """The rule that the notebooks and the student's guide state: so mistakes alone never pass."""
    allowed = {CLOSE, FAR} if bank[name].in_quiz else {0}  # of a diagnosis nothing is partly right
    earned = {w.name: w.credit for w in bank[name].misconceptions}
    assert {earned.pop(guess) for guess in READS_NOTHING & earned.keys()} <= {0}
    assert {*earned.values()} <= allowed
    assert FAR < CLOSE <= 1 / 3


def test_the_same_mistake_earns_the_same_everywhere():
    listed = {name for assignment in problem_sets.values() for name in assignment.questions}
    credits = collections.defaultdict(dict)
    for name in sorted(listed):
        for wrong in bank[name].misconceptions:
            credits[wrong.name][name] = wrong.credit
    differing = {m: found for m, found in credits.items() if len(set(found.values())) > 1}
    assert not differing


@pytest.mark.parametrize("name", bank)
def test_every_misconception_has_a_sentence_of_its_own(name):
    messages = [wrong.message for wrong in bank[name].misconceptions]
    assert len(set(messages)) == len(messages)
    if not bank[name].hidden:
        assert len(messages) >= 2


def test_drawing_avoids_collisions():
    """Two wrong ideas that may give one number are drawn apart."""
    question = Question(
        id="colliding",
        topic="pooling",
        teaches="Nothing.",
        draw=ranges(a=(1, 3), b=(1, 3)),
        prompt="{a} {b}",
        answer=lambda n: n.a,
        misconceptions=(slip("b", lambda n: n.b, "No."), slip("c", lambda n: 2, "No.")),
    )
    drawn = {(v.numbers["a"], v.numbers["b"]) for v in map(question.variant, range(50))}
    assert drawn == {(1, 3), (3, 1)}


def test_a_question_that_always_collides_is_refused():
    question = Question(
        id="hopeless",
        topic="pooling",
        teaches="Nothing.",
        draw=ranges(a=(1, 9)),
        prompt="{a}",
        answer=lambda n: n.a,
        misconceptions=(slip("same", lambda n: n.a, "No."),),
    )
    with pytest.raises(RuntimeError, match="hopeless: no drawing keeps"):
        question.variant(1)


def test_declarations_are_checked():
    common = {"teaches": ".", "draw": None, "prompt": "", "answer": None}
    with pytest.raises(ValueError, match="topic must be one of"):
        Question(id="x", topic="cooking", **common)
    with pytest.raises(ValueError, match="form must be one of"):
        Question(id="x", topic="pooling", form="essay", **common)


def test_an_id_is_given_once():
    class Module:
        QUESTIONS = (bank["sizes-valid"],)

    with pytest.raises(ValueError, match="two questions have the id 'sizes-valid'"):
        collect([Module, Module])
