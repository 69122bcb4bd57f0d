"""Seeds and sheets: whose numbers are whose, and what a sheet does not tell."""

import json

import pytest

from course_bank import (
    bank,
    graded_variant,
    hidden_seed,
    problem_sets,
    sheet,
    student_seed,
    student_variant,
)
from course_bank.assignments.judgements import Judgement
from course_bank.assignments.problem_sets import Step


def test_seeds_are_pinned():
    """A changed seed would give every student other numbers in the middle of a term."""
    assert student_seed("ada", "ps2-output-shapes", "sizes-valid") == 1880722344035542376
    assert hidden_seed("secret", "ada", "ps7", "conv2d-loops") == 7866525185711264212


def test_every_part_of_a_seed_counts():
    seeds = {
        student_seed(*parts)
        for parts in (("a", "b", "c"), ("b", "a", "c"), ("ab", "", "c"), ("a", "bc", ""))
    }
    assert len(seeds) == 4


def test_hidden_seeds_need_the_secret():
    seeds = {hidden_seed(s, "ada", "ps7", "q") for s in ("one", "two", b"three")}
    assert len(seeds) == 3
    assert hidden_seed("one", "ada", "ps7", "q") == hidden_seed(b"one", "ada", "ps7", "q")
    assert student_seed("ada", "ps7", "q") not in seeds


def test_the_assignments_are_the_courses():
    assert list(problem_sets)[:8] == [
        "ps1-pixels-and-convolution",
        "ps2-output-shapes",
        "ps3-parameter-counts",
        "ps4-model-summaries",
        "ps5-one-two-three-dimensions",
        "ps6-receptive-field",
        "ps7-convolution-from-scratch",
        "ps8-mnist-in-keras",
    ]


@pytest.mark.parametrize("name", problem_sets)
def test_an_assignment_is_complete(name):
    listed = problem_sets[name]
    assert listed.notebook == listed.id == name
    assert 6 <= len(listed.questions) <= 10
    assert all(question in bank for question in listed.questions)
    assert all(points > 0 for points in listed.questions.values())
    assert 10 <= listed.minutes <= 240
    assert listed.where.startswith("Chapter ")
    read = [task for task in listed.tasks if isinstance(task, Judgement)]
    assert 2 <= len(read) <= 4
    assert all(task.id not in bank for task in listed.tasks if isinstance(task, Judgement | Step))
    assert listed.points == sum(listed.questions.values()) + sum(task.points for task in read)


@pytest.mark.parametrize("name", problem_sets)
def test_a_sheet_tells_the_numbers_and_no_answer(name):
    made = sheet(name, "ada")
    assert json.loads(json.dumps(made)) == made
    assert (made["assignment"], made["student"]) == (name, "ada")
    assert [entry["id"] for entry in made["questions"]] == list(problem_sets[name].questions)
    told = {"id", "form", "variable", "points", "expects", "where", "prompt", "numbers", "shown"}
    for entry in made["questions"]:
        assert set(entry) == told
        variant = student_variant(entry["id"], "ada", name)
        assert entry["numbers"] == variant.numbers
        if entry["form"] == "integer" and variant.answer > 99:
            assert str(variant.answer) not in json.dumps(entry)


@pytest.mark.parametrize("name", problem_sets)
def test_students_have_different_numbers(name):
    sheets = {json.dumps(sheet(name, f"s{i}")["questions"]) for i in range(20)}
    assert len(sheets) == 20


def test_graded_and_shown_numbers_are_the_same():
    for assignment, listed in problem_sets.items():
        for question in listed.questions:
            shown = student_variant(question, "ada", assignment)
            graded = graded_variant(question, "ada", assignment, "secret")
            assert shown.numbers == graded.numbers
            assert (graded.hidden is None) == (not bank[question].hidden)


def test_the_secret_is_no_part_of_what_a_variant_shows():
    variant = graded_variant("conv2d-loops", "ada", "ps7-convolution-from-scratch", "secret")
    assert str(variant.hidden) not in repr(variant)


def test_choices_are_listed_in_the_prompt_of_a_sheet(monkeypatch):
    from course_bank.assignments import sheets

    variant = bank["conv-edge-kernel"].variant(1)
    text = sheets._with_choices(variant)
    for letter, option in variant.choices.items():
        assert f"- **{letter}**: {option}" in text
