"""`course report`: writes the page on a class; prints its path."""

from course_grading.commands.options import open_course
from course_grading.pages import report


def command(options):
    """Write the page."""
    print(report.write(open_course(options), options.assignment))
