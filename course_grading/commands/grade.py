"""`course grade`: the class in worker processes, and what is to be said beside the grades."""

import contextlib
import os
import sys
import time

from course_grading.commands.options import open_course
from course_grading.kernels import early
from course_grading.root import NoCourse, find_root
from course_grading.text import say
from course_lib.exercise.wording import counted


def command(options):
    """Grade what is new or has changed; 1 where something could not be graded."""
    assignment = options.assignment
    # a worker has a core; more threads would only spin on those of others, after each small product
    if "numpy" not in sys.modules:  # which reads this when it is imported
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    if not options.scheduler:
        with contextlib.suppress(NoCourse):  # is told where the course is opened
            early.begin(find_root(), assignment)
    # these import nbgrader
    from course_grading.commands import class_run
    from course_grading.gradebook import changed_source
    from course_grading.submission import misplaced

    course = open_course(options)
    mend = f"(nbgrader generate_assignment {assignment} --force; then grade again)"
    changed = changed_source.outdated(course, assignment)
    _warn(f"Graded as it was generated; source has changed since {mend}:", changed)
    begin = time.monotonic()
    try:
        lines = class_run.grade_class(
            course, assignment, options.workers, options.force, options.student
        )
    finally:
        _warn("Not graded, as it is in the wrong place:", misplaced.misplaced(course, assignment))
    failed = [line.student for line in lines if line.failed]
    spent = time.monotonic() - begin
    if lines:
        rate = spent / len(lines)
        count = counted(len(lines), "submission")
        say(f"{count} in {spent:.1f} s ({rate:.2f} s each)")
    else:
        say("Every submission is graded already (--force grades them again).")
    if failed:
        say(f"Not graded: {', '.join(failed)}", error=True)
    return 1 if failed else 0


def _warn(heading, sentences):
    if sentences:
        say("\n  ".join([heading, *sentences]), error=True)
