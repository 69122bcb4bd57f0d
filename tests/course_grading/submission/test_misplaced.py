"""What `course grade` says beside the grades: work in the wrong place, a source not generated."""

import json
import os
import shutil

import pytest

from course_grading.commands import cli, demo, sample_class
from course_grading.gradebook.grades import grade_table
from course_grading.submission import misplaced
from tests.course_grading.graded_class import PS2, hand_in

SCRIPT = "<script>alert(1)</script>.ipynb"


@pytest.fixture
def course(new_course):
    made = new_course()
    hand_in(made, {"ada": sample_class.right})
    return made


def notebook(course):
    return course.folder("submitted", PS2, "ada") / f"{PS2}.ipynb"


def put(course, *where):
    """A copy of the notebook below ``submitted``."""
    path = (course.root / "submitted").joinpath(*where)
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(notebook(course), path)
    return path


# ------------------------------------------------------------------ work in the wrong place


def test_work_in_the_wrong_place_is_listed_after_grading(course, capsys):
    assert misplaced.misplaced(course, PS2) == []
    put(course, "kim", "ps2-output-shape", f"{PS2}.ipynb")
    put(course, "mia", f"{PS2}.ipynb")
    put(course, "ben_ps2.ipynb")
    put(course, "ada", "notes.txt")
    assert cli.main(["grade", PS2, "--workers", "1"]) == 0
    assert capsys.readouterr().err.splitlines()[-4:] == [
        "Not graded, as it is in the wrong place:",
        f"  submitted/ben_ps2.ipynb: expected submitted/<id>/{PS2}/{PS2}.ipynb",
        f"  submitted/kim/ps2-output-shape/: no assignment has this name; the nearest is {PS2}",
        f"  submitted/mia/{PS2}.ipynb: expected submitted/mia/{PS2}/{PS2}.ipynb",
    ]


def test_it_is_listed_where_nothing_else_was_handed_in(course, capsys):
    put(course, "mia", f"{PS2}.ipynb")
    shutil.rmtree(course.root / "submitted" / "ada")
    assert cli.main(["grade", PS2]) == 1
    message = capsys.readouterr().err
    assert f"submitted/mia/{PS2}.ipynb: expected" in message
    assert "No submissions in" in message


def test_the_list_is_short_and_follows_no_link(course):
    outside = course.root / "outside"
    put(course, "..", "outside", "private.ipynb")
    os.symlink(outside, course.root / "submitted" / "eve")
    assert misplaced.misplaced(course, PS2) == []
    for number in range(misplaced.MOST_LISTED + 3):
        put(course, f"s{number:02}", "a\x1b[31m.ipynb")
    listed = misplaced.misplaced(course, PS2)
    assert len(listed) == misplaced.MOST_LISTED + 1
    assert listed[-1] == "and 3 more"
    assert listed[0].startswith("submitted/s00/a?[31m.ipynb: ")


@pytest.mark.parametrize(
    ("name", "told"),
    [
        (f"{PS2} (1).ipynb", f"; it holds '{PS2} (1).ipynb'."),
        (f"deeper/{PS2}.ipynb", f"; it holds 'deeper/{PS2}.ipynb'."),
        (SCRIPT, "submission."),
        ("answers.txt", "submission."),
    ],
)
def test_the_file_that_was_found_beside_the_missing_one(course, name, told):
    (course.root / "elsewhere").mkdir()
    (course.root / "elsewhere" / "private.ipynb").touch()
    os.symlink(course.root / "elsewhere", notebook(course).parent / "link")
    put(course, "ada", PS2, name)
    notebook(course).unlink()
    assert cli.main(["grade", PS2, "--workers", "1"]) == 0
    problem = course.record(PS2, "ada")["problem"]
    assert problem.startswith(f"There is no file {PS2}.ipynb in the submission")
    assert problem.endswith(told)
    graded = course.folder("autograded", PS2, "ada") / f"{PS2}.ipynb"
    assert "<script" not in graded.read_text("utf-8")


# ------------------------------------------------------------------ a source that is not generated


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
    assert line == "  sizes-stride: 5 points in source, 2 in the gradebook"
    demo.generate(course, PS2)
    assert misplaced.outdated(course, PS2) == []
    before = grade_table(course, PS2)[0]
    assert cli.main(["grade", PS2, "--workers", "1"]) == 0
    assert grade_table(course, PS2)[0].score == before.score + 3


def test_other_changes_of_source(course):
    def edit(cell, marks):
        if marks.get("grade_id") == "sizes-valid":
            cell["source"] = "another check"
        elif marks.get("grade_id") == "sizes-design":
            marks["grade_id"] = "sizes-new"
        elif marks.get("grade_id") == "sizes-valid-answer":
            cell["source"] = "another solution"  # which no grade depends on

    change(course, edit)
    assert misplaced.outdated(course, PS2) == [
        "sizes-valid: another text in source than in the gradebook",
        "sizes-new: not in the gradebook yet",
        "sizes-design: not in source any more",
    ]
