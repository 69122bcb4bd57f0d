"""One course, graded as an instructor would: by nbgrader's own commands."""

import stat

import nbformat
from nbgrader.apps import api as nbgrader_api
from nbgrader.apps import autogradeapp

from course_grading.commands import demo, sample_class
from course_grading.commands.class_run import grade_class
from course_grading.gradebook import secret
from course_grading.gradebook.grades import grade_table
from course_grading.pipeline import converter
from tests.course_grading.graded_class import (
    AUTOMATIC,
    HANDED_IN,
    MANUAL,
    POINTS,
    PS2,
    asked,
    gradebook_rows,
    hand_in,
    nbgrader,
    notebook_of,
    page_of,
    scores,
)


def test_solution_release_and_no_notebook(course):
    found = scores(course)
    assert found["solved"] == AUTOMATIC
    assert found["empty"] == 0
    assert found["letter"] == 0
    rows = gradebook_rows(course)
    assert rows["solved", MANUAL] == (None, None, True)
    assert rows["empty", MANUAL] == (0, None, False)
    assert rows["empty", MANUAL, "comment"] == "No response."
    assert "is not a notebook" in str(
        [value for key, value in rows.items() if key[0] == "letter" and len(key) == 3]
    )


def test_partial_credit_and_the_misconception_by_name(course):
    record = course.record(PS2, "wrong")
    for entry in record["questions"]:
        variant = asked(course, entry["id"], "wrong")
        expected = variant.misconceptions[0]
        assert entry["misconception"] == expected.name
        assert entry["message"] == expected.message
        exact = expected.credit * POINTS[entry["id"]]  # a score is rounded down to hundredths
        assert exact - 0.01 < entry["score"] <= exact + 1e-6


def test_autograded_notebooks_are_valid_and_hold_no_answers(course):
    for student in HANDED_IN:
        nb = notebook_of(course, student)
        nbformat.validate(nb)
        assert [c.metadata.nbgrader.grade_id for c in nb.cells if "nbgrader" in c.metadata] == [
            c.metadata.nbgrader.grade_id
            for c in nbformat.read(course.source(PS2), 4).cells
            if "nbgrader" in c.metadata and (student != "letter" or not is_answer(c))
        ]


def is_answer(cell):
    marks = cell.metadata.nbgrader
    return marks.solution and not marks.grade


def test_a_mistyped_id_is_told_to_the_instructor_only(course):
    (flag,) = course.record(PS2, "mistyped")["flags"]
    assert "STUDENT_ID = 'mistypedx'" in flag
    assert f"earn {AUTOMATIC:g} of {AUTOMATIC:g}" in flag
    demo.feedback(course, PS2, ["mistyped"])
    page = page_of(course, "mistyped")
    assert "mistypedx" not in questions_part(page)
    assert "For the instructor" not in page
    assert "those numbers" not in page


def test_answers_for_anothers_numbers_are_flagged_to_the_instructor_only(course):
    (flag,) = course.record(PS2, "copier")["flags"]
    assert "fit the numbers of solved: sizes-valid" in flag
    note = notebook_of(course, "copier").cells[0]  # formgrader shows it above the answers
    assert flag in note.source
    assert note.source.startswith("**For the instructor only**")
    demo.feedback(course, PS2, ["copier"])
    page = page_of(course, "copier")
    assert "For the instructor" not in page
    assert "solved" not in page.replace("STUDENT_ID", "")
    for student in ("solved", "wrong", "unread", "empty"):
        assert course.record(PS2, student)["flags"] == []
        assert "instructor only" not in nbformat.writes(notebook_of(course, student))


def questions_part(page):
    return page.split("Your notebook, as it ran")[0]


def test_regrading_changes_nothing_and_keeps_what_a_person_did(course):
    with course.gradebook() as gradebook:
        grade = gradebook.find_grade(MANUAL, PS2, PS2, "solved")
        grade.manual_score, grade.extra_credit = 1.5, 0.5
        changed = gradebook.find_grade("sizes-stride", PS2, PS2, "wrong")
        changed.manual_score = 2.0
        grade.needs_manual_grade = changed.needs_manual_grade = False  # as formgrader does
        gradebook.find_comment(MANUAL, PS2, PS2, "solved").manual_comment = "Well put."
        gradebook.db.commit()
    total = scores(course)
    before = gradebook_rows(course)
    nbgrader("autograde", PS2, "--force")
    after = gradebook_rows(course)
    assert total["solved"] == AUTOMATIC + 2.0
    assert scores(course) == total
    assert after["solved", MANUAL, "comment"] == "Well put."
    assert after == before
    assert after["solved", MANUAL][2] is after["wrong", "sizes-stride"][2] is False


def test_graded_submissions_are_skipped_until_they_change(course):
    path = course.folder("autograded", PS2, "solved") / f"{PS2}.ipynb"
    before = path.stat().st_mtime_ns
    nbgrader("autograde", PS2)
    assert path.stat().st_mtime_ns == before
    submitted = course.folder("submitted", PS2, "solved") / f"{PS2}.ipynb"
    submitted.write_text(submitted.read_text("utf-8").replace("STUDENT_ID", "STUDENT_ID "), "utf-8")
    nbgrader("autograde", PS2)
    assert path.stat().st_mtime_ns > before


def test_no_execute_leaves_the_grades_alone(course):
    before = scores(course)
    nbgrader("autograde", PS2, "--no-execute", "--force", "--student=solved")
    assert scores(course) == before
    nbgrader("autograde", PS2, "--force", "--student=solved")


def test_workers_leave_what_nbgrader_leaves(course):
    nbgrader("autograde", PS2, "--force")
    rows, texts = gradebook_rows(course), contents(course)
    lines = grade_class(course, PS2, workers=2, force=True, say=lambda line: None)
    assert sorted(line.student for line in lines) == sorted(HANDED_IN)
    assert gradebook_rows(course) == rows
    assert contents(course) == texts


def contents(course):
    """The autograded notebooks without the seconds they took."""
    found = {}
    for student in HANDED_IN:
        nb = notebook_of(course, student)
        nb.metadata["grading"].pop("seconds")
        found[student] = nbformat.writes(nb)
    return found


# ------------------------------------------------------------------ the course folder


def test_the_secret_is_private_and_stays(course):
    path = course.root / secret.NAME
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(secret.read_or_make(course.root)) == 64
    assert secret.read_or_make(course.root) == path.read_text().strip()
    for log in course.root.rglob("*"):
        if log.is_file() and log != path and log.suffix in (".ipynb", ".html", ".db", ".log"):
            assert secret.read_or_make(course.root).encode() not in log.read_bytes(), log


def test_nbgraders_command_and_formgrader_use_this_pipeline(course):
    assert autogradeapp.Autograde is converter.TrustedAutograde
    assert nbgrader_api.Autograde is converter.TrustedAutograde


def test_formgraders_own_call_grades(course):
    api = nbgrader_api.NbGraderAPI(course.directory, parent=course.app)
    result = api.autograde(PS2, "wrong", force=True)
    assert result["success"], result
    assert api.get_submission(PS2, "wrong")["autograded"]


# ------------------------------------------------------------------ late submissions


def test_late_penalties(new_course):
    course = new_course(
        AssignLatePenalties_plugin_class="nbgrader.plugins.LateSubmissionPlugin",
        LateSubmissionPlugin_penalty_method="zero",
    )
    hand_in(course, {"late": sample_class.right, "punctual": sample_class.right})
    for student, moment in (("late", "2026-03-02 12:00:00"), ("punctual", "2026-03-01 10:00:00")):
        folder = course.folder("submitted", PS2, student)
        (folder / "timestamp.txt").write_text(f"{moment} UTC")
    with course.gradebook() as gradebook:
        gradebook.update_or_create_assignment(PS2, duedate="2026-03-01 12:00:00 UTC")
    grade_class(course, PS2, workers=1, say=lambda line: None)
    grades = {grade.student: grade for grade in grade_table(course, PS2)}
    assert grades["late"].late and not grades["punctual"].late
    assert grades["late"].score == 0
    assert grades["punctual"].score == AUTOMATIC
    demo.feedback(course, PS2)
    assert "taken off for lateness" in page_of(course, "late")
