"""`course export`: writes the grades as CSV; prints the file's path."""

from course_grading.commands.options import open_course
from course_grading.pages import export
from course_grading.text import say


def command(options):
    """Write the file."""
    say(export.write(open_course(options), options.assignment, options.format))
