"""`course mend`: takes a mended question of the bank into what was released, numbers kept."""

from course_grading.commands.options import open_course
from course_grading.gradebook import keys
from course_grading.text import say


def command(options):
    """Write the key and the sheets anew; says what comes next."""
    course, name = open_course(options), options.assignment
    content = keys.mended(course.root, name, options.question)
    keys.keep(course.root, content, course.folder("release", name))
    say(f"Mended: {', '.join(options.question or [e['id'] for e in content['questions']])}")
    say(f"Numbers are as they were. Next: course grade {name}")
