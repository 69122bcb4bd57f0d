"""The `course` command: what an instructor does with a class beyond nbgrader's own commands.

    course grade ps2-output-shapes --workers 4
    course report ps2-output-shapes

Run it in the folder with nbgrader_config.py, or in the one above.
"""

import argparse
import contextlib
import inspect
import os
import sys
import time

LONGEST = 86_400  # seconds for one cell
MOST_WORKERS = 256
WIDEST = 300  # characters of a line of the grade table


def main(arguments=None):
    """Run one command; returns the exit status."""
    options, start = _parser().parse_args(arguments), os.getcwd()
    # jsonschema, which nbgrader imports, would build a grammar of web addresses: over a second
    sys.modules.setdefault("rfc3987_syntax", None)
    try:
        return options.run(options) or 0
    except KeyboardInterrupt:
        print("\nInterrupted. The same command goes on from here.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        return 1
    except Exception as error:
        if options.debug:
            raise
        print(f"course: {_told(error, start)}", file=sys.stderr)
        return 1


def _told(error, start):
    from course_grading import complaints

    text = complaints.with_folder(complaints.sentence(error), start)
    if complaints.is_foreseen(error):
        return text
    return f"{text}\nThe same with --debug after the word course shows where it happened."


def _seconds(text):
    """A limit of time, as an option of the command."""
    with contextlib.suppress(ValueError):
        if 1 <= float(text) <= LONGEST:
            return float(text)
    raise argparse.ArgumentTypeError(f"expected seconds from 1 to {LONGEST}, got {text!r}")


def _count(text):
    """A number of processes."""
    with contextlib.suppress(ValueError):
        if 1 <= int(text) <= MOST_WORKERS:
            return int(text)
    raise argparse.ArgumentTypeError(
        f"expected a whole number from 1 to {MOST_WORKERS}, got {text!r}"
    )


def _id(text):
    """The id of a student."""
    if text.strip():
        return text.strip()
    raise argparse.ArgumentTypeError(f"expected the id of a student, got {text!r}")


def _parser():
    parser = argparse.ArgumentParser(prog="course", description=__doc__.split("\n")[0])
    parser.add_argument("--debug", action="store_true", help="show the traceback of an error")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(function, *options, assignment=True):
        name = function.__name__.strip("_").replace("_", "-")
        sub = commands.add_parser(
            name,
            help=function.__doc__.split("\n")[0],
            description=inspect.cleandoc(function.__doc__),
        )
        if assignment:
            sub.add_argument("assignment", help="such as ps2-output-shapes")
        for flags, settings in options:
            sub.add_argument(*flags, **settings)
        sub.set_defaults(run=function)

    student = (
        ("--student",),
        {"action": "append", "type": _id, "help": "only this student (repeatable)"},
    )
    force = (("--force",), {"action": "store_true", "help": "grade again what is graded already"})
    workers = (("--workers",), {"type": _count, "help": "processes (default: one per core)"})
    timeout = (
        ("--timeout",),
        {"type": _seconds, "help": "seconds for one cell (default: 30; with Keras 300)"},
    )
    scheduler = (("--scheduler",), {"help": "address of a Dask scheduler that runs notebooks"})
    command(_grade, student, force, workers, timeout, scheduler)
    command(_grades)
    command(_demo, workers, timeout)
    command(_report)
    command(_export, (("--format",), {"choices": ("canvas", "moodle"), "required": True}))
    who = (("who",), {"metavar": "STUDENT", "help": "whose submission"})
    shown = (
        ("--shown-id",),
        {"required": True, "type": _id, "help": "the id whose numbers were shown"},
    )
    command(_regrade_as, who, shown)
    command(_bundle, assignment=False)
    return parser


def _course(options):
    """The course, with the command's options in place of the configuration's."""
    from course_grading.course import Course

    course = Course(os.getcwd(), _config(options))
    course.source(options.assignment)  # raises where there is no such assignment
    return course


def _config(options):
    from traitlets.config import Config

    config = Config()
    if getattr(options, "timeout", None):
        config.Execute.timeout = int(options.timeout)
        config.IsolatedKernel.keras_timeout = float(options.timeout)
        config.IsolatedKernel.timeouts = {}  # of single assignments: the command's is meant
    if getattr(options, "scheduler", None):
        config.IsolatedKernel.scheduler = options.scheduler
    return config


def _grade(options):
    """Grade a class in parallel; a second run goes on with what is new."""
    from course_bank.core.wording import counted
    from course_grading import notices
    from course_grading.class_run import grade_class

    course, assignment = _course(options), options.assignment
    mend = f"(nbgrader generate_assignment {assignment} --force; then grade again)"
    changed = notices.outdated(course, assignment)
    _warn(f"Graded as it was generated; source has changed since {mend}:", changed)
    begin = time.monotonic()
    try:
        lines = grade_class(course, assignment, options.workers, options.force, options.student)
    finally:
        _warn("Not graded, as it is in the wrong place:", notices.misplaced(course, assignment))
    failed = [line.student for line in lines if line.failed]
    spent = time.monotonic() - begin
    if lines:
        rate = spent / len(lines)
        count = counted(len(lines), "submission")
        print(f"{count} in {spent:.1f} s ({rate:.2f} s each)")
    else:
        print("Every submission is graded already (--force grades them again).")
    if failed:
        print(f"Not graded: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def _warn(heading, sentences):
    if sentences:
        print("\n  ".join([heading, *sentences]), file=sys.stderr)


def _grades(options):
    """Print the grade table."""
    course = _course(options)
    table = course.grades(options.assignment)
    width = max((len(grade.student) for grade in table), default=7)
    print(f"{'student':<{width}} {'points':>12}  remark")
    for grade in table:
        score = "–" if grade.score is None else f"{grade.score:g} of {grade.most:g}"
        notes = [f"{grade.to_read} to read" if grade.to_read else "", "late" if grade.late else ""]
        remark = "; ".join(filter(None, [*notes, grade.remark]))
        line = f"{grade.student:<{width}} {score:>12}  {remark}"
        print(line if len(line) <= WIDEST else f"{line[: WIDEST - 1]}…")


def _report(options):
    """Write a page on the class: distribution, questions, misconceptions, whom to look at."""
    from course_grading import report

    print(report.write(_course(options), options.assignment))


def _export(options):
    """Write the grades as CSV for Canvas or Moodle."""
    from course_grading import export

    print(export.write(_course(options), options.assignment, options.format))


def _bundle(options):
    """Write students.zip: the released notebooks with the engine, without grading and keys."""
    from course_grading import bundle
    from course_grading.course import Course

    print(bundle.write(Course(os.getcwd())))


def _regrade_as(options):
    """Grade a submission under the numbers of another id, which the student had mistyped.

    The record and the reports say so from then on. The student's own id undoes it.
    """
    from course_grading import store
    from course_grading.class_run import grade_class

    course = _course(options)
    course.require_submissions(options.assignment, [options.who])
    store.record_shown_id(course.root, options.assignment, options.who, options.shown_id)
    lines = grade_class(course, options.assignment, 1, True, [options.who], say=print)
    return 1 if any(line.failed for line in lines) else 0


def _demo(options):
    """Generate, hand in a sample class, grade it, give feedback, and print the grades.

    All of it lies in the folder sample/, with a gradebook of its own. To remove it: rm -r sample
    """
    from course_grading import demo

    course = demo.sample_course(_course(options), options.assignment, _config(options))
    if not options.timeout:  # the class has an endless loop in it
        course.app.config.Execute.timeout = 4
    demo.run(course, options.assignment, options.workers)
    return _grades(options)


if __name__ == "__main__":
    sys.exit(main())
