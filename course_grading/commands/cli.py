"""The `course` command: what an instructor does with a class beyond nbgrader's own commands.

    course grade ps2-output-shapes --workers 4
    course report ps2-output-shapes

Run it in the folder with nbgrader_config.py, or in the one above. `options` lists the commands; the
module of a command is named like it.
"""

import argparse
import atexit
import gc
import importlib
import os
import sys

from course_grading.commands.options import COMMANDS
from course_grading.text import say

# jsonschema, which nbgrader imports, goes on without these: a grammar of web addresses, which takes
# over a second to build, a pattern of them, names of hosts and of colours, and durations, with all
# of `arrow`; no notebook's format has any of them
_FORMATS = ("rfc3987_syntax", "rfc3986_validator", "fqdn", "webcolors", "isoduration")
# objects made between two collections of garbage: what imports make stays, and looking through it
# again and again, and at the end once more, would be a quarter of a short command
_COLLECTED_AFTER = 100_000


def main(arguments=None):
    """Run one command; returns the exit status."""
    gc.set_threshold(_COLLECTED_AFTER)
    atexit.register(gc.freeze)
    options, start = _parser().parse_args(arguments), os.getcwd()
    for name in _FORMATS:
        sys.modules.setdefault(name, None)
    try:
        module = options.command.replace("-", "_")
        return importlib.import_module(f"course_grading.commands.{module}").command(options) or 0
    except KeyboardInterrupt:
        say("\nInterrupted. The same command goes on from here.", error=True)
        return 130
    except BrokenPipeError:
        return 1
    except Exception as error:
        if options.debug:
            raise
        say(f"course: {_told(error, start)}", error=True)
        return 1


def _told(error, start):
    from course_grading.commands import error_text

    text = error_text.with_folder(error_text.sentence(error), start)
    if error_text.is_foreseen(error):
        return text
    return f"{text}\nThe same with --debug after the word course shows where it happened."


def _parser():
    parser = argparse.ArgumentParser(prog="course", description=__doc__.split("\n")[0])
    parser.add_argument("--debug", action="store_true", help="show the traceback of an error")
    commands = parser.add_subparsers(required=True, metavar="COMMAND", dest="command")
    for name, (text, settings) in COMMANDS.items():
        sub = commands.add_parser(name, help=text.split(". ")[0], description=text)
        for argument, options in settings.items():
            sub.add_argument(argument, **options)
    return parser


if __name__ == "__main__":
    sys.exit(main())
