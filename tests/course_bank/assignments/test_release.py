"""What a release hands to students: enough variants, none of the answers, the same next year."""

import copy
import json
import math
from collections import Counter
from dataclasses import replace
from types import MappingProxyType

import pytest

from course_bank import bank, problem_sets
from course_bank.assignments import release
from course_bank.assignments.key import Key
from course_bank.catalogue import COMMON, Catalogue
from course_lib.exercise import sheets
from tests.released import SECRET, content, key_of

PS2, PS7, PS8 = "ps2-output-shapes", "ps7-convolution-from-scratch", "ps8-mnist-in-keras"

# what of a question, and of one of its variants, is in a file of sheets
TOLD = {"id", "form", "variable", "points", "expects", "where", "page", "shown", "prompt"}
TOLD_OF_VARIANT = {"numbers", "prompt", "choices"}

each_assignment = pytest.mark.parametrize("name", problem_sets)


@each_assignment
def test_a_file_of_sheets_tells_what_is_asked_and_no_more(name):
    made = release.sheets(content(name))
    assert set(made) == {"format", "assignment", "title", "release", "any_case", "questions"}
    for entry in made["questions"]:
        assert set(entry) <= TOLD | {"numbers_of", "variants"}
        for variant in entry["variants"]:
            assert set(variant) <= TOLD_OF_VARIANT


@each_assignment
def test_no_number_of_a_sheet_is_the_answer(name):
    """A number that the drawing keeps for itself would give the answer away."""
    for entry in content(name)["questions"]:
        if entry["hidden"]:
            continue
        for number in entry["variants"][0]["numbers"]:
            same = [v["numbers"][number] == v["answer"] for v in entry["variants"]]
            assert not all(same), (entry["id"], number)


def test_a_question_that_draws_its_answer_is_not_released():
    newer = changed(
        "sizes-valid",
        draw=lambda rng: {"size": (n := rng.integer(9, 10**6)), "kernel": 3, "valid": n - 2},
        answer=lambda n: n.valid,
        misconceptions=(),
    )
    with pytest.raises(ValueError, match="sizes-valid: its number 'valid' is the answer, and st"):
        release.draw(PS2, problem_sets[PS2].questions, newer, SECRET)


@each_assignment
def test_the_place_in_the_pool_says_nothing_about_the_answer(name):
    for entry in content(name)["questions"]:
        answers = [v.get("answer") for v in entry["variants"]]
        if entry["hidden"] or len(answers) < 20:
            continue
        if entry["form"] == "choice":
            most = max(Counter(answers).values())
            assert most < 0.7 * len(answers), (entry["id"], Counter(answers))
        keys = [json.dumps(a) if not isinstance(a, int | float) else a for a in answers]
        assert keys != sorted(keys), entry["id"]
        assert keys != sorted(keys, reverse=True), entry["id"]


@each_assignment
def test_two_students_of_a_thousand_hardly_ever_share_a_sheet(name):
    made = content(name)
    assert release.shared_chance(made) < 1e-6
    students = [f"s{i}" for i in range(1000)]
    own = [tuple(key_of(name).place(q, s) for q in key_of(name).questions) for s in students]
    assert len(set(own)) == 1000
    for question, entry in zip(key_of(name).questions, made["questions"], strict=True):
        count = len(entry["variants"])
        taken = Counter(key_of(name).place(question, s) for s in students)
        # every variant is taken about as often as the others: six standard deviations of a count
        expected = 1000 / count
        assert max(taken.values()) < expected + 6 * math.sqrt(expected) + 3


@each_assignment
def test_a_file_of_sheets_is_small(name):
    text = release.as_text(release.sheets(content(name)))
    assert len(text.encode()) < 300_000
    assert json.loads(text) == json.loads(json.dumps(release.sheets(content(name))))


@each_assignment
def test_every_variant_of_the_key_is_graded_by_it(name):
    key = Key(json.loads(release.as_text(content(name))), COMMON)
    for question in key.questions:
        for variant in key.variants(question):
            if key.hidden(question):
                continue
            assert variant.question.grade(variant, {"value": variant.answer}).credit == 1
            for wrong in variant.misconceptions:
                found = variant.question.grade(variant, {"value": wrong.answer})
                assert (found.credit, found.misconception) == (wrong.credit, wrong.name)
                assert found.message == wrong.message
            assert variant.steps


@each_assignment
def test_the_key_tells_what_the_bank_computes(name):
    """A key is the bank at the time of the release, variant by variant."""
    for entry in content(name)["questions"]:
        for kept in entry["variants"][:3]:
            now = bank[entry["id"]].variant(kept["seed"])
            if entry.get("numbers_of") is None:
                assert now.numbers == kept["numbers"]
            if not entry["hidden"] and now.numbers == kept["numbers"]:
                assert json.loads(json.dumps(now.answer)) == kept["answer"]
                assert now.choices == kept.get("choices")


def test_questions_that_share_their_numbers_show_the_same():
    key = key_of(PS8)
    for student in ("ada", "bo", "chloé"):
        first, second = (key.variant(q, student) for q in ("mnist-model", "mnist-count"))
        assert first.numbers == second.numbers


def test_the_same_secret_draws_the_same_and_another_one_others():
    points = problem_sets[PS2].questions
    again = release.draw(PS2, points, COMMON, SECRET)
    assert again == content(PS2)
    other = release.draw(PS2, points, COMMON, "the next term's")
    assert other["release"] != again["release"]
    for old, new in zip(again["questions"], other["questions"], strict=True):
        assert [v["numbers"] for v in old["variants"]] != [v["numbers"] for v in new["variants"]]


def changed(question, **settings):
    """The catalogue with one question declared otherwise."""
    questions = {**bank, question: replace(bank[question], **settings)}
    return Catalogue(MappingProxyType(questions), problem_sets)


def test_ids_that_differ_in_case_alone_are_one_but_for_a_class_of_before():
    key = Key(content(PS2), COMMON)
    assert key.sheet("Ada")["questions"] == key.sheet("ADA")["questions"]
    assert key.are_one("Ada", "ADA") and not key.are_one("ada", "adda")
    before = {name: value for name, value in content(PS2).items() if name != "any_case"}
    again = release.draw(PS2, problem_sets[PS2].questions, COMMON, SECRET, earlier=before)
    old = Key(again, COMMON)
    assert release.sheets(again).keys() == release.sheets(before).keys()
    assert old.sheet("Ada")["questions"] != old.sheet("ADA")["questions"]
    assert not old.are_one("Ada", "ADA")


def test_a_changed_bank_changes_no_released_question():
    newer = changed("sizes-valid", draw=lambda rng: {"size": 9, "kernel": 3}, answer=lambda n: -1)
    points = {**problem_sets[PS2].questions, "sizes-valid": 7}
    again = release.draw(PS2, points, newer, SECRET, earlier=content(PS2))
    expected = copy.deepcopy(content(PS2))
    expected["questions"][0]["points"] = 7
    assert again == expected


def test_a_question_that_is_added_gets_variants_and_the_others_keep_theirs():
    points = {"params-conv": 1, **problem_sets[PS2].questions}
    again = release.draw(PS2, points, COMMON, SECRET, earlier=content(PS2))
    assert again["release"] == content(PS2)["release"]
    assert again["questions"][1:] == content(PS2)["questions"]
    assert again["questions"][0]["id"] == "params-conv"
    assert len(again["questions"][0]["variants"]) > 20


def test_mending_changes_what_is_right_and_no_number():
    newer = changed(
        "sizes-valid", answer=lambda n: n.size + 500, prompt="New words: {size}, {kernel}."
    )
    mended = release.mended(content(PS2), newer, ["sizes-valid"])
    old, new = content(PS2)["questions"][0], mended["questions"][0]
    for before, after in zip(old["variants"], new["variants"], strict=True):
        assert after["numbers"] == before["numbers"]
        assert after["answer"] == after["numbers"]["size"] + 500 != before["answer"]
    assert sheets.sheet_of(release.sheets(mended), "ada")["questions"][0]["prompt"].startswith(
        "New words"
    )
    assert mended["questions"][1:] == content(PS2)["questions"][1:]


def test_mending_refuses_what_the_released_numbers_do_not_have():
    newer = changed("sizes-valid", prompt="{size} {kernel} {padding}")
    with pytest.raises(release.UnfitNumbers, match=r"sizes-valid cannot use .*KeyError"):
        release.mended(content(PS2), newer)
    newer = changed("sizes-valid", answer=bank["sizes-valid"].misconceptions[0].compute)
    with pytest.raises(release.UnfitNumbers, match="a wrong idea would give the right answer"):
        release.mended(content(PS2), newer)


def test_a_short_assignment_gets_as_many_variants_as_it_can():
    made = release.draw("short", {"sizes-valid": 1, "sizes-stride": 1}, COMMON, SECRET)
    counts = [len(entry["variants"]) for entry in made["questions"]]
    assert min(counts) > 200
    assert 1e-6 < release.shared_chance(made) <= 1


def test_an_old_assignment_is_carried_over_with_the_numbers_of_the_ids():
    """Before releases had keys a student's numbers were drawn by a public seed: these here."""
    made = release.carried_over(PS2, COMMON, ["ada", "bo"])
    key = Key(json.loads(release.as_text(made)), COMMON)
    assert key.variant("sizes-valid", "ada").numbers == {"size": 78, "kernel": 7}
    assert key.knows("ada") and not key.knows("cy")
    later = release.carried_over(PS2, COMMON, ["cy"], earlier=made)
    key = Key(later, COMMON)
    assert key.knows("ada") and key.knows("cy")
    assert [e["variants"][:2] for e in later["questions"]] == [
        e["variants"] for e in made["questions"]
    ]
    assert key.sheet("ada")["questions"][0]["numbers"] == {"size": 78, "kernel": 7}
