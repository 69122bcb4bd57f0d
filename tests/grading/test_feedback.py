"""Feedback pages of a graded class."""

from traitlets.config import Config

from course_lib import questions
from course_lib.grading import demo
from tests.grading.graded_class import MANUAL, POINTS, PS2, nbgrader, page_of


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
