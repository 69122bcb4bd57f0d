"""`course regrade-as`: grades a submission under the numbers of an id that was mistyped."""

from course_grading.commands.class_run import grade_class
from course_grading.commands.options import open_course
from course_grading.gradebook import mistyped_ids
from course_grading.text import say


def command(options):
    """Remember the id and grade anew."""
    course = open_course(options)
    course.require_submissions(options.assignment, [options.who])
    mistyped_ids.record_shown_id(course.root, options.assignment, options.who, options.shown_id)
    lines = grade_class(course, options.assignment, 1, True, [options.who], say=say)
    return 1 if any(line.failed for line in lines) else 0
