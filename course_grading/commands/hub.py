"""`course hub`: writes the configuration of a JupyterHub for the class; prints how to start it."""

from pathlib import Path

from course_grading.commands.options import open_course
from course_grading.hub import configuration
from course_grading.text import say


def command(options):
    """Write the files."""
    folder = Path(options.folder).resolve()  # before the course is entered
    exchange = options.exchange and Path(options.exchange).resolve()
    course = open_course(options)
    students = options.student or _listed(course)
    path = configuration.write(course, folder, options.instructor or [], students, exchange)
    if course.root.stat().st_mode & 0o007:
        say(f"Anybody may read {course.root}. Close it: chmod o-rwx {course.root}")
    say(f"jupyterhub -f {path}")


def _listed(course):
    """Ids of the gradebook's students."""
    with course.gradebook() as gradebook:
        return [student.id for student in gradebook.students]
