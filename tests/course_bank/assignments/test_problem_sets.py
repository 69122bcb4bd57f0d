"""The assignments that the course lists."""

import pytest

from course_bank import bank, problem_sets
from course_bank.assignments.assignment import Step
from course_bank.assignments.judgements import Judgement


def test_the_assignments_are_the_courses():
    assert list(problem_sets) == [
        "ps1-pixels-and-convolution",
        "ps2-output-shapes",
        "ps3-parameter-counts",
        "ps4-model-summaries",
        "ps5-one-two-three-dimensions",
        "ps6-receptive-field",
        "ps7-convolution-from-scratch",
        "ps8-mnist-in-keras",
        "ps9-design-under-constraints",
        "ps10-training-clinic",
        "ps11-modern-networks",
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


def test_the_first_seven_need_numpy_alone():
    needs = {name: listed.needs for name, listed in problem_sets.items()}
    assert [name for name, wanted in needs.items() if wanted != ("numpy",)][:1] == [
        "ps8-mnist-in-keras"
    ]
