"""The whole way of an assignment on a sample class: `course demo`, and `make`.

The class has a course of its own in the folder ``sample``, so that the real gradebook, its exports
and its folders never hold a sample student; removing it is removing that folder. Each step is
skipped when what it would make is there and newer than what it is made from.
"""

import logging
import os
import shutil

from course_bank.catalogue import OWN_FILE
from course_grading.commands import sample_class
from course_grading.commands.class_run import grade_class
from course_grading.commands.grades import show
from course_grading.commands.options import as_config, open_course
from course_grading.course import enter
from course_grading.gradebook.files import write_atomically
from course_grading.kernels import sandbox
from course_grading.pages.feedback_files import CurrentFeedback
from course_grading.pipeline.generate import ReleaseAssignment
from course_grading.root import CONFIG
from course_grading.text import say
from course_lib.exercise.sheets import file_name
from course_lib.exercise.wording import counted

FOLDER = "sample"
_CONFIG = '''"""The sample class' course: the real one's options, a gradebook of its own."""

import os

here = os.path.dirname(os.path.abspath(__file__))
load_subconfig("nbgrader_config.py", path=os.path.dirname(here))  # noqa: F821 (traitlets' own)
c = get_config()  # noqa: F821
c.CourseDirectory.root = here
c.CourseDirectory.db_url = "sqlite:///" + os.path.join(here, "gradebook.db")
# What the sample class hands in is the project's own code; a real class is never graded so.
c.IsolatedKernel.accept_unisolated = True
'''


def sample_course(course, assignment, options=None):
    """The sample class' own course below ``course``, with the assignment's source copied."""
    if course.root.name == FOLDER and (course.root.parent / CONFIG).is_file():
        return course  # called from inside it
    source, root = course.source(assignment).parent, course.root / FOLDER
    shutil.copytree(source, root / "source" / assignment, dirs_exist_ok=True)
    if (own := course.root / OWN_FILE).is_file():
        shutil.copy(own, root)
    write_atomically(root / CONFIG, _CONFIG)
    return enter(root, options)


def command(options):
    """Run the sample class and print its grades."""
    course = sample_course(open_course(options), options.assignment, as_config(options))
    if not options.timeout:  # the class has an endless loop in it
        course.app.config.Execute.timeout = 4
    run(course, options.assignment, options.workers)
    show(course, options.assignment)


def run(course, assignment, workers=None, say=say):
    """Generate the assignment, write and grade a sample class, and give it feedback.

    ``course`` is the class' own: see `sample_course`.
    """
    if generate(course, assignment):
        say(f"Generated {assignment}: {course.folder('release', assignment)}")
    changed = sample_class.write(course, assignment)
    say(
        f"Sample class: {len(changed)} submissions in {course.folder('submitted', assignment, '*')}"
    )
    if reason := sandbox.why_not_isolated():
        say(
            f"{reason}. The sample class is the project's own code and is graded without "
            "isolation; a real class is not."
        )
    lines = grade_class(course, assignment, workers, say=say)
    say(
        f"Graded {counted(len(lines), 'submission')}."
        if lines
        else "Every submission is graded already."
    )
    pages = feedback(course, assignment)
    say(f"Feedback: {len(pages)} new pages in {course.folder('feedback', assignment, '*')}")
    say(f"The sample class has its own gradebook there. To remove it all: rm -r {course.root}")


def generate(course, assignment):
    """Generate the assignment unless the release is newer than the source; whether it did."""
    from nbgrader.apps.generateassignmentapp import GenerateAssignmentApp

    source = course.source(assignment)
    released = course.folder("release", assignment) / source.name
    sheets = released.with_name(file_name(assignment))
    made = released.is_file() and sheets.is_file() and _newer(released, source)
    if made and _is_known(course, assignment):
        return False
    app = GenerateAssignmentApp(log_level=logging.ERROR)
    app.initialize([], root=str(course.root))
    app.coursedir.assignment_id = assignment
    app.coursedir.student_id = "."
    converter = ReleaseAssignment(coursedir=app.coursedir, parent=app)
    converter.force = True
    converter.start()
    return True


def _is_known(course, assignment):
    from nbgrader.api import MissingEntry

    with course.gradebook() as gradebook:
        try:
            return bool(gradebook.find_assignment(assignment).notebooks)
        except MissingEntry:
            return False


def feedback(course, assignment, students=None):
    """Make the feedback pages; the paths of those that were new or came out otherwise."""
    from nbgrader.apps.generatefeedbackapp import GenerateFeedbackApp

    app, written = GenerateFeedbackApp(log_level=logging.ERROR), []
    app.initialize([], root=str(course.root))
    app.coursedir.assignment_id = assignment
    for student in students or course.records(assignment):
        app.coursedir.student_id = student
        converter = CurrentFeedback(coursedir=app.coursedir, parent=app)
        converter.start()
        written += converter.written
    return written


def _newer(made, origin):
    return os.stat(made).st_mtime_ns >= os.stat(origin).st_mtime_ns
