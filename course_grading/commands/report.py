"""`course report`: writes the page on a class; prints its path."""

from course_grading.commands.options import open_course
from course_grading.pages import report
from course_grading.text import say


def command(options):
    """Write the page."""
    say(report.write(open_course(options), options.assignment))
