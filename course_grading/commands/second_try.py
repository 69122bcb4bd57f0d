"""`course second-try`: allows one hand-in more after feedback."""

from course_grading.commands.options import open_course
from course_grading.gradebook import second_try
from course_grading.text import say


def command(options):
    """Remember until when, and which try counts."""
    course = open_course(options)
    made = second_try.allow(course.root, options.assignment, options.until, options.counts)
    say(
        f"{options.assignment}: a second try until {made.until:%Y-%m-%d %H:%M} UTC for those who "
        f"have feedback; the {made.counts} counts."
    )
