"""Feedback pages of a graded class."""

from traitlets.config import Config

from course_bank import problem_sets
from course_bank.assignments.judgements import Judgement
from course_grading.commands import demo, sample_class
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
    assert "Expected:" not in page
    assert "solved" not in page_of(course, "empty")
    unread = page_of(course, "unread")
    reading = sum(sizes.points for sizes in JUDGED)
    assert f"{AUTOMATIC:g} of {AUTOMATIC + reading:g} points so far; {reading} are not" in unread
    assert "so far" not in page_of(course, "empty")
    assert f"<td>{MANUAL}</td><td>not read yet</td><td>– of " in unread
    assert f"<td>{MANUAL}</td><td>no answer</td><td>0 of " in page_of(course, "empty")
    assert variant.misconceptions[0].message[:20] in page


def test_expected_answers_only_when_the_instructor_says_so(course):
    from nbgrader.apps.generatefeedbackapp import GenerateFeedbackApp
    from nbgrader.converters import GenerateFeedback

    from course_grading.pages.feedback import FeedbackExporter

    app = GenerateFeedbackApp(config=Config({"FeedbackExporter": {"show_expected": True}}))
    app.initialize([f"--assignment={PS2}", "--student=wrong"])
    made = GenerateFeedback(coursedir=app.coursedir, parent=app)
    made.force = True
    made.start()
    assert made.exporter.__class__ is FeedbackExporter
    page = page_of(course, "wrong")
    variant = asked(course, "sizes-valid", "wrong")
    assert f"Expected: <code>{variant.answer!r}</code>" in page
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
    by_person = "points. A person read your work and set these points."
    assert page_of(course, "unread").count(by_person) == 1
    assert f"<p>0.5 of {POINTS['sizes-stride']} {by_person}" in page_of(course, "unread")
    assert by_person not in page_of(course, "solved")
    assert "2 points were taken off for lateness" in page_of(course, "solved")
    hand_in(course, {"wrong": sample_class.half_right})
    assert changed() == set()
    nbgrader("autograde", PS2)
    assert changed() == {"wrong"}
    with course.gradebook() as gradebook:
        gradebook.find_submission_notebook(PS2, PS2, "solved").late_submission_penalty = None
        gradebook.db.commit()
    assert changed() == {"solved"}
