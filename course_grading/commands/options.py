"""What the commands accept, and the course opened with that in the configuration's place."""

import argparse
import contextlib
import os

LONGEST = 86_400  # seconds for one cell
MOST_WORKERS = 256


def seconds(text):
    """A limit of time."""
    with contextlib.suppress(ValueError):
        if 1 <= float(text) <= LONGEST:
            return float(text)
    raise argparse.ArgumentTypeError(f"expected seconds from 1 to {LONGEST}, got {text!r}")


def count(text):
    """A number of processes."""
    with contextlib.suppress(ValueError):
        if 1 <= int(text) <= MOST_WORKERS:
            return int(text)
    raise argparse.ArgumentTypeError(
        f"expected a whole number from 1 to {MOST_WORKERS}, got {text!r}"
    )


def student_id(text):
    """The id of a student."""
    if text.strip():
        return text.strip()
    raise argparse.ArgumentTypeError(f"expected the id of a student, got {text!r}")


_STUDENT = {"action": "append", "type": student_id, "help": "only this student (repeatable)"}
_FORCE = {"action": "store_true", "help": "grade again what is graded already"}
_WORKERS = {"type": count, "help": "processes (default: one per core)"}
_TIMEOUT = {"type": seconds, "help": "seconds for one cell (default: 30; with Keras 300)"}
_SCHEDULER = {"help": "address of a Dask scheduler that runs notebooks"}
_ASSIGNMENT = {"help": "such as ps2-output-shapes"}
_SHOWN = {"required": True, "type": student_id, "help": "the id whose numbers were shown"}

COMMANDS = {  # name, which is its module's too: (what it does, its arguments)
    "grade": (
        "Grade a class in parallel; a second run goes on with what is new.",
        {
            "assignment": _ASSIGNMENT,
            "--student": _STUDENT,
            "--force": _FORCE,
            "--workers": _WORKERS,
            "--timeout": _TIMEOUT,
            "--scheduler": _SCHEDULER,
        },
    ),
    "grades": ("Print the grade table.", {"assignment": _ASSIGNMENT}),
    "hub": (
        "Write the configuration of a JupyterHub with nbgrader's exchange.",
        {
            "folder": {"help": "where to write it: outside of the course, readable by all users"},
            "--instructor": {
                "action": "append",
                "type": student_id,
                "help": "who teaches (repeatable)",
            },
            "--student": {
                "action": "append",
                "type": student_id,
                "help": "who studies (repeatable; default: the students of the gradebook)",
            },
            "--exchange": {"help": "folder of the exchange (default: exchange in FOLDER)"},
        },
    ),
    "demo": (
        "Generate, hand in a sample class, grade it, give feedback, and print the grades. All of "
        "it lies in the folder sample/, with a gradebook of its own. To remove it: rm -r sample",
        {"assignment": _ASSIGNMENT, "--workers": _WORKERS, "--timeout": _TIMEOUT},
    ),
    "report": (
        "Write a page on the class: distribution, questions, misconceptions, whom to look at.",
        {"assignment": _ASSIGNMENT},
    ),
    "export": (
        "Write the grades as CSV for Canvas or Moodle.",
        {
            "assignment": _ASSIGNMENT,
            "--format": {"choices": ("canvas", "moodle"), "required": True},
        },
    ),
    "regrade-as": (
        "Grade a submission under the numbers of another id, which the student had mistyped. The "
        "record and the reports say so from then on. The student's own id undoes it.",
        {
            "assignment": _ASSIGNMENT,
            "who": {"metavar": "STUDENT", "help": "whose submission"},
            "--shown-id": _SHOWN,
        },
    ),
    "second-try": (
        "Allow one hand-in more after feedback, of which the better or the later one counts.",
        {
            "assignment": _ASSIGNMENT,
            "--until": {
                "required": True,
                "help": 'the last moment, such as "2026-05-20 12:00 UTC"',
            },
            "--counts": {
                "choices": ("better", "later"),
                "default": "better",
                "help": "which of the two (default: better)",
            },
        },
    ),
    "mend": (
        "Take mended wording, answers and wrong ideas of the bank into what was released. The "
        "numbers of the students stay.",
        {
            "assignment": _ASSIGNMENT,
            "--question": {"action": "append", "help": "only this question (repeatable)"},
        },
    ),
    "bundle": (
        "Write students.zip: the released notebooks with the engine, without grading and keys.",
        {},
    ),
}


def as_config(options):
    """nbgrader's configuration that the options ask for."""
    from traitlets.config import Config

    config = Config()
    if getattr(options, "timeout", None):
        config.Execute.timeout = int(options.timeout)
        config.IsolatedKernel.keras_timeout = float(options.timeout)
        config.IsolatedKernel.timeouts = {}  # of single assignments: the command's is meant
    if getattr(options, "scheduler", None):
        config.IsolatedKernel.scheduler = options.scheduler
    return config


def open_course(options):
    """The course here, and this process in its folder; raises where there is no such assignment."""
    from course_grading.course import enter

    course = enter(os.getcwd(), as_config(options))
    if hasattr(options, "assignment"):
        course.source(options.assignment)
    return course
