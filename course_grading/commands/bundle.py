"""`course bundle`: writes what students receive; prints the archive's path."""

from course_grading.commands.options import open_course
from course_grading.pages import bundle
from course_grading.text import say


def command(options):
    """Write the archive."""
    say(bundle.write(open_course(options)))
