"""A source that has changed since it was generated is told beside the grades."""

import json

import pytest

from course_bank import problem_sets
from course_grading.commands import cli, demo, sample_class
from course_grading.gradebook import changed_source
from course_grading.gradebook.grades import grade_table
from tests.course_grading.graded_class import PS2, hand_in


@pytest.fixture
def course(new_course):
    made = new_course()
    hand_in(made, {"ada": sample_class.right})
    return made


def change(course, function):
    path = course.source(PS2)
    content = json.loads(path.read_text("utf-8"))
    for cell in content["cells"]:
        function(cell, cell["metadata"].get("nbgrader", {}))
    path.write_text(json.dumps(content), "utf-8")


def more_points(cell, marks):
    if marks.get("grade_id") == "sizes-stride":
        marks["points"] = 5


def test_points_changed_in_source_are_told_until_they_are_generated(course, capsys):
    assert cli.main(["grade", PS2, "--workers", "1"]) == 0
    assert "source" not in capsys.readouterr().err
    change(course, more_points)
    assert cli.main(["grade", PS2, "--force", "--workers", "1"]) == 0
    heading, line = capsys.readouterr().err.splitlines()[:2]
    assert f"nbgrader generate_assignment {PS2} --force; then grade again" in heading
    points = problem_sets[PS2].questions["sizes-stride"]
    assert line == f"  sizes-stride: 5 points in source, {points} in the gradebook"
    demo.generate(course, PS2)
    assert changed_source.outdated(course, PS2) == []
    before = grade_table(course, PS2)[0]
    assert cli.main(["grade", PS2, "--workers", "1"]) == 0
    assert grade_table(course, PS2)[0].score == before.score + 5 - points


def test_other_changes_of_source(course):
    def edit(cell, marks):
        if marks.get("grade_id") == "sizes-valid":
            cell["source"] = "another check"
        elif marks.get("grade_id") == "sizes-design":
            marks["grade_id"] = "sizes-new"
        elif marks.get("grade_id") == "sizes-valid-answer":
            cell["source"] = "another solution"  # which no grade depends on

    change(course, edit)
    assert changed_source.outdated(course, PS2) == [
        "sizes-valid: another text in source than in the gradebook",
        "sizes-new: not in the gradebook yet",
        "sizes-design: not in source any more",
    ]
