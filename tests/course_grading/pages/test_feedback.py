"""Feedback pages of a graded class."""

from datetime import UTC, datetime, timedelta

import pytest
from bs4 import BeautifulSoup
from nbgrader.converters import NbGraderException
from sqlalchemy.exc import OperationalError
from traitlets.config import Config

from course_bank import bank, problem_sets
from course_bank.assignments.judgements import Judgement
from course_grading.commands import demo, sample_class
from course_grading.pipeline.read_grades import ReadGrades
from tests.course_grading.graded_class import (
    AUTOMATIC,
    HANDED_IN,
    MANUAL,
    POINTS,
    PS2,
    asked,
    hand_in,
    nbgrader,
    page_of,
)

JUDGED = [task for task in problem_sets[PS2].tasks if isinstance(task, Judgement)]


def test_feedback_tells_what_was_misunderstood_and_no_answer(course):
    nbgrader("generate_feedback", PS2, "--force")
    page = page_of(course, "wrong")
    for name in POINTS:
        variant = asked(course, name, "wrong")
        assert name in page
        assert f"{POINTS[name]:g}" in page
    assert "hidden_check" not in page
    assert "HIDDEN TESTS" not in page
    assert "Worked solution" not in page
    assert "known mistake: " in page
    assert "partly right" not in page
    assert "solved" not in page_of(course, "empty")
    unread = page_of(course, "unread")
    reading = sum(sizes.points for sizes in JUDGED)
    assert f"<b>{AUTOMATIC:g}</b> of {AUTOMATIC + reading:g} points so far" in unread
    assert f"{reading} points of the {AUTOMATIC + reading:g} are for those" in unread
    assert "so far" not in page_of(course, "empty")
    assert told(unread, MANUAL)[1:] == ["not read yet", "– of 2 points"]
    assert told(page_of(course, "empty"), MANUAL)[1:] == ["no answer", "0 of 2 points"]
    unreadable = page_of(course, "letter")
    assert told(unreadable, MANUAL)[1:] == ["could not be read", "0 of 2 points"]
    assert "read by a person" not in unreadable and "A person" not in unreadable
    assert "<h1>Output shapes</h1>" in page
    assert "Feedback for wrong" in page
    assert variant.misconceptions[0].message[:20] in page


def told(page, name):
    """Name, state and points of a task, as its card says."""
    card = BeautifulSoup(page, "html.parser").select_one(f"#q-{name} > summary")
    return [part.get_text() for part in card.find_all(recursive=False)]


def test_expected_answers_only_when_the_instructor_says_so(course):
    from nbgrader.apps.generatefeedbackapp import GenerateFeedbackApp
    from nbgrader.converters import GenerateFeedback

    from course_grading.pages.feedback import FeedbackExporter

    app = GenerateFeedbackApp(config=Config({"FeedbackExporter": {"show_expected": True}}))
    app.initialize([f"--assignment={PS2}", "--student=wrong"])

    def page():
        made = GenerateFeedback(coursedir=app.coursedir, parent=app)
        made.force = True
        made.start()
        assert made.exporter.__class__ is FeedbackExporter
        return page_of(course, "wrong")

    def due(days):
        with course.gradebook() as gradebook:
            now = datetime.now(UTC).replace(tzinfo=None)
            gradebook.find_assignment(PS2).duedate = now + timedelta(days) if days else None
            gradebook.db.commit()

    due(1)
    assert "Worked solution" not in page()
    due(-1)
    after = page()
    due(None)
    variant = asked(course, "sizes-valid", "wrong")
    for shown in (after, page()):
        assert f"Expected: <code>{variant.answer!r}</code>" in shown
        card = BeautifulSoup(shown, "html.parser").select_one("#q-sizes-valid .code")
        assert card.get_text().strip() == f"sizes_valid = {bank['sizes-valid'].solution}"
        assert JUDGED[0].key[:60] in BeautifulSoup(shown, "html.parser").get_text()
    demo.feedback(course, PS2)


def test_a_page_is_made_anew_after_every_change_and_only_then(new_course):
    """nbgrader's own command would skip a page once it is there."""
    course = new_course()
    hand_in(course, {name: HANDED_IN[name] for name in ("solved", "unread", "wrong")})
    nbgrader("autograde", PS2)

    def changed():
        before = {path: path.read_bytes() for path in course.root.glob("feedback/*/*/*.html")}
        stamps = {path: path.stat().st_mtime_ns for path in before}
        nbgrader("generate_feedback", PS2)
        written = {p.parts[-3] for p, stamp in stamps.items() if p.stat().st_mtime_ns != stamp}
        assert written == {p.parts[-3] for p, page in before.items() if p.read_bytes() != page}
        return written

    demo.feedback(course, PS2)
    assert changed() == set()
    with course.gradebook() as gradebook:  # what formgrader does
        grade = gradebook.find_grade(MANUAL, PS2, PS2, "unread")
        grade.manual_score, grade.needs_manual_grade = 1.0, False
        gradebook.find_comment(MANUAL, PS2, PS2, "unread").manual_comment = "A good reason."
        gradebook.find_grade("sizes-stride", PS2, PS2, "unread").manual_score = 0.5
        gradebook.find_submission_notebook(PS2, PS2, "solved").late_submission_penalty = 2.0
        gradebook.db.commit()
    assert changed() == {"unread", "solved"}
    assert "A good reason." in page_of(course, "unread")
    by_person = "A person read your work and set these points."
    assert page_of(course, "unread").count(by_person) == 1
    assert told(page_of(course, "unread"), "sizes-stride")[2] == (
        f"0.5 of {POINTS['sizes-stride']:g} points"
    )
    assert by_person not in page_of(course, "solved")
    assert "2 points taken off for lateness" in page_of(course, "solved")
    hand_in(course, {"wrong": sample_class.half_right})
    assert changed() == set()
    nbgrader("autograde", PS2)
    assert changed() == {"wrong"}
    with course.gradebook() as gradebook:
        gradebook.find_submission_notebook(PS2, PS2, "solved").late_submission_penalty = None
        gradebook.db.commit()
    assert changed() == {"solved"}


def test_a_gradebook_that_is_locked_is_told_in_a_sentence(course, monkeypatch):
    """Pages are made in a child; what concerns all of them stops the command."""

    def locked(step, nb, resources):
        raise OperationalError("select", {}, Exception("database is locked"))

    monkeypatch.setattr(ReadGrades, "preprocess", locked)
    with pytest.raises(NbGraderException, match="Another program holds it: close what has it"):
        demo.feedback(course, PS2, ["wrong"])
