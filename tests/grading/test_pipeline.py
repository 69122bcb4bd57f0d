"""One course, graded as an instructor would: by nbgrader's own commands."""

import json
import logging
import os
import shutil
import stat
import subprocess
import sys

import nbformat
import pytest
from nbgrader.apps import api as nbgrader_api
from nbgrader.apps import autogradeapp
from traitlets.config import Config

from course_lib import questions
from course_lib.grading import cli, converter, demo, executor, sample_class, store
from course_lib.grading.class_run import grade_class
from course_lib.grading.course import Course
from tests.grading.conftest import PS2, make_course
from tests.requirements import bubblewrap

POINTS = questions.assignments[PS2].questions
AUTOMATIC = float(sum(POINTS.values()))
MANUAL = "sizes-why-floor"


def copied_from_solved(book):
    """The numbers that another student should have found."""
    for name in book.value_questions():
        book.set_value(name, book.variant(name, "solved").answer)
    return book.text()


HANDED_IN = {
    "solved": sample_class.right,
    "empty": sample_class.empty,
    "wrong": sample_class.misconceptions,
    "mistyped": sample_class.wrong_id,
    "copier": copied_from_solved,
    "letter": sample_class.not_a_notebook,
    "unread": sample_class.right,
}


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    bubblewrap()
    before, root = os.getcwd(), tmp_path_factory.mktemp("course")
    os.chdir(root)
    made = make_course(root)
    hand_in(made, HANDED_IN)
    nbgrader("autograde", PS2)
    yield made
    os.chdir(before)
    executor.close_servers()


def hand_in(course, students):
    source = course.source(PS2)
    solution = json.loads(source.read_text(encoding="utf-8"))
    released = json.loads((course.folder("release", PS2) / source.name).read_text("utf-8"))
    for student, function in students.items():
        folder = course.folder("submitted", PS2, student)
        folder.mkdir(parents=True, exist_ok=True)
        book = sample_class.Notebook(released, solution, PS2, student)
        (folder / source.name).write_text(function(book), encoding="utf-8")


def nbgrader(*arguments):
    """What the command ``nbgrader ...`` runs, in this process."""
    from nbgrader.apps.autogradeapp import AutogradeApp
    from nbgrader.apps.generatefeedbackapp import GenerateFeedbackApp

    command, *rest = arguments
    app = {"autograde": AutogradeApp, "generate_feedback": GenerateFeedbackApp}[command]()
    app.initialize(list(rest))
    app.log.setLevel(logging.CRITICAL)
    app.start()


def scores(course):
    return {grade.student: grade.score for grade in course.grades(PS2)}


def gradebook_rows(course):
    """{(student, cell): (automatic score, manual score, needs manual grading, comment)}."""
    rows = {}
    with course.gradebook() as gradebook:
        for submission in gradebook.assignment_submissions(PS2):
            for notebook in submission.notebooks:
                for grade in notebook.grades:
                    rows[submission.student_id, grade.name] = (
                        grade.auto_score,
                        grade.manual_score,
                        grade.needs_manual_grade,
                    )
                for comment in notebook.comments:
                    rows[submission.student_id, comment.name, "comment"] = comment.comment
    return rows


def notebook_of(course, student):
    path = course.folder("autograded", PS2, student) / f"{PS2}.ipynb"
    return nbformat.read(path, as_version=4)


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
        variant = questions.student_variant(entry["id"], "wrong", PS2)
        expected = variant.misconceptions[0]
        assert entry["misconception"] == expected.name
        assert entry["message"] == expected.message
        assert entry["score"] == pytest.approx(expected.credit * POINTS[entry["id"]])


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


def page_of(course, student):
    return (course.folder("feedback", PS2, student) / f"{PS2}.html").read_text("utf-8")


def test_regrade_as_uses_the_numbers_shown_and_says_so(course, capsys):
    assert cli.main(["regrade-as", PS2, "mistyped", "--shown-id", "mistypedx"]) == 0
    assert scores(course)["mistyped"] == AUTOMATIC
    record = course.record(PS2, "mistyped")
    assert record["shown_id"] == "mistypedx"
    assert "'mistypedx'" in record["flags"][0]
    assert cli.main(["regrade-as", PS2, "mistyped", "--shown-id", "mistyped"]) == 0
    assert scores(course)["mistyped"] < AUTOMATIC
    assert cli.main(["regrade-as", PS2, "nobody", "--shown-id", "x"]) == 1
    assert "nobody has handed in nothing" in capsys.readouterr().err


def test_regrading_changes_nothing_and_keeps_what_a_person_did(course):
    with course.gradebook() as gradebook:
        grade = gradebook.find_grade(MANUAL, PS2, PS2, "solved")
        grade.manual_score, grade.extra_credit = 1.5, 0.5
        changed = gradebook.find_grade("sizes-stride", PS2, PS2, "wrong")
        changed.manual_score = 2.0
        gradebook.find_comment(MANUAL, PS2, PS2, "solved").manual_comment = "Well put."
        gradebook.db.commit()
    total = scores(course)
    before = gradebook_rows(course)
    nbgrader("autograde", PS2, "--force")
    after = gradebook_rows(course)
    assert total["solved"] == AUTOMATIC + 2.0
    assert scores(course) == total
    assert after["solved", MANUAL, "comment"] == "Well put."
    assert after["wrong", "sizes-stride"][:2] == before["wrong", "sizes-stride"][:2]
    assert after["wrong", "sizes-stride"][2] is True  # as in nbgrader: look at it again


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


# ------------------------------------------------------------------ feedback


def test_feedback_tells_what_was_misunderstood_and_no_answer(course):
    nbgrader("generate_feedback", PS2, "--force")
    page = page_of(course, "wrong")
    for name in POINTS:
        variant = questions.student_variant(name, "wrong", PS2)
        assert name in page
        assert f"{POINTS[name]:g}" in page
    assert "hidden_check" not in page
    assert "HIDDEN TESTS" not in page
    assert "Expected:" not in page
    assert "solved" not in page_of(course, "empty")
    unread = page_of(course, "unread")
    assert f"<td>{MANUAL}</td><td>not read yet</td><td>– of " in unread
    assert f"<td>{MANUAL}</td><td>no answer</td><td>0 of " in page_of(course, "empty")
    assert variant.misconceptions[0].message[:20] in page


def test_expected_answers_only_when_the_instructor_says_so(course):
    from nbgrader.apps.generatefeedbackapp import GenerateFeedbackApp
    from nbgrader.converters import GenerateFeedback

    from course_lib.grading.feedback import FeedbackExporter

    app = GenerateFeedbackApp(config=Config({"FeedbackExporter": {"show_expected": True}}))
    app.initialize([f"--assignment={PS2}", "--student=wrong"])
    made = GenerateFeedback(coursedir=app.coursedir, parent=app)
    made.force = True
    made.start()
    assert made.exporter.__class__ is FeedbackExporter
    page = page_of(course, "wrong")
    variant = questions.student_variant("sizes-valid", "wrong", PS2)
    assert f"Expected: <code>{variant.answer!r}</code>" in page
    demo.feedback(course, PS2)


# ------------------------------------------------------------------ the course folder


def test_the_secret_is_private_and_stays(course):
    path = course.root / store.SECRET
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(store.secret(course.root)) == 64
    assert store.secret(course.root) == path.read_text().strip()
    for log in course.root.rglob("*"):
        if log.is_file() and log != path and log.suffix in (".ipynb", ".html", ".db", ".log"):
            assert store.secret(course.root).encode() not in log.read_bytes(), log


def test_nbgraders_command_and_formgrader_use_this_pipeline(course):
    assert autogradeapp.Autograde is converter.TrustedAutograde
    assert nbgrader_api.Autograde is converter.TrustedAutograde


def test_formgraders_own_call_grades(course):
    api = nbgrader_api.NbGraderAPI(course.directory, parent=course.app)
    result = api.autograde(PS2, "wrong", force=True)
    assert result["success"], result
    assert api.get_submission(PS2, "wrong")["autograded"]


def test_a_refusal_is_one_line_and_grades_nothing(course, monkeypatch, capsys):
    before = gradebook_rows(course)
    monkeypatch.setattr(executor, "_refused", {})
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert cli.main(["grade", PS2, "--force"]) == 1
    message = capsys.readouterr().err.strip()
    assert message.count("\n") == 0
    assert "accept_unisolated = True" in message
    assert gradebook_rows(course) == before


def test_nbgraders_command_refuses_in_one_line(course):
    """In a process of its own: a traceback would be printed by nbgrader's main program."""
    before = gradebook_rows(course)
    programs = course.root / "without-bubblewrap"
    programs.mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", "autograde", PS2, "--force"],
        cwd=course.root,
        env={**os.environ, "PATH": str(programs), "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    told = [line for line in done.stderr.splitlines() if "WARNING" not in line]
    assert done.returncode == 1
    assert len(told) == 1 and "apt-get install bubblewrap" in told[0], done.stderr
    assert "accept_unisolated = True" in told[0]
    assert gradebook_rows(course) == before


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
    grades = {grade.student: grade for grade in course.grades(PS2)}
    assert grades["late"].late and not grades["punctual"].late
    assert grades["late"].score == 0
    assert grades["punctual"].score == AUTOMATIC
    demo.feedback(course, PS2)
    assert "taken off for lateness" in page_of(course, "late")


# ------------------------------------------------------------------ the command


def test_demo_is_quick_the_second_time(new_course, capsys):
    course = new_course()
    assert cli.main(["demo", PS2, "--timeout", "2", "--workers", "2"]) == 0
    first = capsys.readouterr().out
    assert "16 submissions" in first
    stamps = {p: p.stat().st_mtime_ns for p in course.root.rglob("*.ipynb")}
    assert cli.main(["demo", PS2, "--timeout", "2"]) == 0
    second = capsys.readouterr().out
    assert "Every submission is graded already." in second
    assert "Feedback: 0 new pages" in second
    assert {p: p.stat().st_mtime_ns for p in course.root.rglob("*.ipynb")} == stamps
    table = dict(line.split()[:2] for line in second.splitlines() if line.startswith("sample-"))
    assert float(table["sample-right"]) == AUTOMATIC
    assert float(table["sample-crash"]) == AUTOMATIC - 2
    assert float(table["sample-endless-loop"]) == AUTOMATIC - 2
    assert float(table["sample-not-a-notebook"]) == 0


def test_messages_for_a_wrong_place_or_name(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["grades", PS2]) == 1
    assert "There is no nbgrader_config.py" in capsys.readouterr().err


def test_an_assignment_that_was_not_generated(course, capsys):
    assert cli.main(["grade", "ps9-nothing"]) == 1
    assert "nbgrader generate_assignment ps9-nothing" in capsys.readouterr().err


def test_options_of_the_command_reach_the_pipeline(course):
    config = Config({"Execute": {"timeout": 7}})
    again = Course(course.root, config)
    assert again.app.config.Execute.timeout == 7
