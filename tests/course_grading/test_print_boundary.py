"""What students chose, names and texts, reaches a terminal by one way, which obeys nothing."""

import re
from pathlib import Path

from nbgrader.apps.autogradeapp import AutogradeApp

import course_grading
from course_grading.commands import cli, sample_class
from course_grading.text import printable_lines, quoted
from tests.course_grading.graded_class import PS2, hand_in

ESCAPE = "\x1b[31m\x1b]0;mine\x07"


def test_only_one_function_prints():
    root = Path(course_grading.__file__).parent
    printing = {
        str(path.relative_to(root))
        for path in root.rglob("*.py")
        if re.search(r"^\s*print\(", path.read_text("utf-8"), re.MULTILINE)
    }
    # the fork server speaks to the grader, from inside the sandbox
    assert printing == {"text.py", "kernels/inside/forkserver.py"}


def test_lines_stay_and_what_a_terminal_obeys_goes():
    assert printable_lines(f"a{ESCAPE}\nb\u202ec") == "a?[31m?]0;mine?\nb?c"
    assert quoted("he said\n“no”") == "“he said 'no'”"


def test_commands_print_no_escape_sequence(new_course, capfd):
    """Of their own, and of nbgrader's: what a student calls a folder stands in its log."""
    course = new_course()
    hand_in(course, {"ada": sample_class.right})
    assert cli.main(["grade", PS2, "--student", f"x{ESCAPE}"]) == 1
    assert cli.main(["grade", f"ps{ESCAPE}"]) == 1
    app = AutogradeApp()
    app.initialize([PS2])
    app.log.warning("Converting %s", ESCAPE)
    out, err = capfd.readouterr()
    assert "\x1b" not in out + err
    assert err.count("?[31m") == 2
