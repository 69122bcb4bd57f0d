"""What was released is graded the same, whatever the bank has become, and by whichever key."""

from dataclasses import replace
from types import MappingProxyType

import pytest

from course_bank import bank, problem_sets
from course_bank.assignments.key import path_of
from course_bank.catalogue import Catalogue
from course_grading.commands import cli, demo, sample_class
from course_grading.commands.class_run import grade_class
from course_grading.gradebook import keys
from tests.course_grading.graded_class import (
    AUTOMATIC,
    PS2,
    gradebook_rows,
    hand_in,
    scores,
)

CLASS = {
    "solved": sample_class.right,
    "wrong": sample_class.misconceptions,
    "half": sample_class.half_right,
}


@pytest.fixture
def newer_bank(monkeypatch):
    """A function after which every question of ps2 is drawn, answered and worded otherwise."""

    def change():
        questions = dict(bank)
        for name in problem_sets[PS2].questions:
            questions[name] = replace(
                bank[name],
                draw=lambda rng: {"other": rng.integer(1, 10**6)},
                prompt="Another question about {other}.",
                answer=lambda n: [n.other],
                form="shape",
                misconceptions=(),
            )
        newer = Catalogue(MappingProxyType(questions), problem_sets)
        monkeypatch.setattr(keys, "catalogue", lambda root: newer)
        keys._parsed.cache_clear()

    yield change
    keys._parsed.cache_clear()


def grade(course, force=False):
    return grade_class(course, PS2, workers=1, force=force, say=lambda line: None)


@pytest.mark.slow
def test_a_changed_bank_gives_an_old_class_the_same_marks(new_course, newer_bank):
    course = new_course()
    hand_in(course, CLASS)
    grade(course)
    before = gradebook_rows(course)
    assert scores(course)["solved"] == AUTOMATIC > scores(course)["half"] > 0
    newer_bank()
    assert grade(course) == []  # nothing that decides has changed
    assert len(grade(course, force=True)) == len(CLASS)
    assert gradebook_rows(course) == before
    sheets = course.folder("release", PS2) / f"{PS2}.sheets.json"
    shown = sheets.read_text("utf-8")
    (course.folder("release", PS2) / f"{PS2}.ipynb").unlink()
    demo.generate(course, PS2)
    assert sheets.read_text("utf-8") == shown


@pytest.mark.slow
def test_a_mended_question_is_graded_anew_on_the_same_numbers(new_course, monkeypatch, capsys):
    course = new_course()
    hand_in(course, {"solved": sample_class.right})
    grade(course)
    # the mended answer is another one for everybody
    lenient = replace(bank["sizes-valid"], answer=lambda n: n.size + 1000)
    newer = Catalogue(MappingProxyType({**bank, "sizes-valid": lenient}), problem_sets)
    monkeypatch.setattr(keys, "catalogue", lambda root: newer)
    numbers = keys.read(course.root, PS2).variant("sizes-valid", "solved").numbers
    assert cli.main(["mend", PS2, "--question", "sizes-valid"]) == 0
    assert f"course grade {PS2}" in capsys.readouterr().out
    assert keys.read(course.root, PS2).variant("sizes-valid", "solved").numbers == numbers
    assert len(grade(course)) == 1
    assert scores(course)["solved"] == AUTOMATIC - problem_sets[PS2].questions["sizes-valid"]
    assert cli.main(["mend", PS2, "--question", "sizes-vald"]) == 1
    assert "asks no 'sizes-vald'; it asks: sizes-valid" in capsys.readouterr().err


@pytest.mark.slow
def test_an_assignment_from_before_sheets_is_carried_over(new_course, capsys):
    """Its gradebook, its hand-ins, and no key: students hold the numbers of their ids."""
    course = new_course()
    path_of(course.root, PS2).unlink()
    keys.read(course.root, PS2, CLASS)
    hand_in(course, CLASS)
    path_of(course.root, PS2).unlink()
    grade(course)
    assert scores(course)["solved"] == AUTOMATIC
    kept = keys.read(course.root, PS2).variant("sizes-valid", "solved")
    assert (kept.numbers, kept.answer) == numbers_by_id("solved")
    keys.read(course.root, PS2, ["late"])
    hand_in(course, {"late": sample_class.right})
    grade(course)
    assert scores(course)["late"] == AUTOMATIC
    with pytest.raises(Exception, match="handed out before releases had sheets"):
        (course.folder("release", PS2) / f"{PS2}.ipynb").unlink()
        demo.generate(course, PS2)


def numbers_by_id(student):
    from course_bank.assignments.seeds import student_seed

    variant = bank["sizes-valid"].variant(student_seed(student, PS2, "sizes-valid"))
    return variant.numbers, variant.answer
