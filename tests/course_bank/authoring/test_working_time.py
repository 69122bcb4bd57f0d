"""The minutes of an assignment are what a count of its notebook gives."""

from dataclasses import replace

import pytest

from course_bank import bank, problem_sets
from course_bank.authoring import working_time
from course_bank.authoring.working_time import RATES, Count, counted, lines, minutes, words
from course_bank.topics.training_clinic import programs


@pytest.mark.parametrize("name", problem_sets)
def test_the_minutes_are_those_of_the_count(name):
    """After a change: python -m course_bank.authoring.working_time says what they are now."""
    assert problem_sets[name].minutes == minutes(problem_sets[name])


def test_each_rate_has_a_source_or_is_said_to_be_assumed():
    assert {name.replace(" ", "_") for name in RATES} == set(vars(Count()))
    for rate in RATES.values():
        assert rate.source.startswith("assumed: ") or rate.source.rstrip()[-4:].isdigit()
    assert RATES["words read"].seconds == pytest.approx(2 * 60 / 238)
    assert RATES["words written"].seconds == pytest.approx(60 / 19)


def test_what_is_in_the_notebook_is_counted():
    listed = problem_sets["ps2-output-shapes"]
    before = counted(listed)
    longer = replace(listed, intro=f"{listed.intro} Three words more.")
    assert counted(longer) == before + Count(words_read=3)
    written = next(task for task in listed.tasks if task.id == "sizes-why-floor")
    rest = replace(listed, tasks=tuple(task for task in listed.tasks if task is not written))
    assert (before.words_written - counted(rest).words_written) == words(written.solution)
    assert before.ideas - counted(rest).ideas == written.points
    assert before.checks == 2 + len(listed.questions)


def test_a_function_is_right_property_by_property():
    listed = problem_sets["ps7-convolution-from-scratch"]
    with_it, cases = (
        counted(listed),
        len(bank["max-pool2d"].drawn_cases(bank["max-pool2d"].variant(1))),
    )
    rest = replace(listed, tasks=tuple(task for task in listed.tasks if task.id != "max-pool2d"))
    assert with_it.ideas - counted(rest).ideas == cases == 5
    assert with_it.lines - counted(rest).lines == lines(bank["max-pool2d"].solution) == 2


def test_of_a_program_to_mend_the_changed_lines_are_written():
    question = bank["clinic-mend-model"]
    variant = question.variant(working_time.DRAWING)
    changed = working_time._lines_of(question, variant)
    (fault,) = programs.faults(question.id, variant.n)
    assert 1 <= changed <= 2 < lines(question.solution), fault
    assert working_time._tried(question, variant) == 4


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("How many pixels high is the output?", 7),
        ("| 1 | 2 |\n|---|---|\n| 30 | -4 |", 4),
        ("`Conv2D(8, 3)` reads 1,024 values", 6),
        ("", 0),
    ],
)
def test_words(text, count):
    assert words(text) == count


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ("n.size // 4", 1),
        ("(\n    n.size\n    // 4\n)", 1),
        ("a = 1\nreturn a", 2),
        ("for i in x:\n    if i:\n        y += i", 3),
        ("next(i for i in x if i)", 2),
    ],
)
def test_lines_do_not_depend_on_how_code_is_broken(source, count):
    assert lines(source) == count
