"""`course export`: writes the grades as CSV; prints the file's path."""

from course_grading.commands.options import open_course
from course_grading.pages import export


def command(options):
    """Write the file."""
    print(export.write(open_course(options), options.assignment, options.format))
