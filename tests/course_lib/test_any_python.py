"""What students run works from Python 3.10 on, on every system."""

import ast
import subprocess
from pathlib import Path

import pytest

import course_lib
from course_bank.authoring.library import library_zip
from tests.course_lib.figures import javascript
from tests.released import key_of, put_sheets

PS2 = "ps2-output-shapes"
ROOT = Path(course_lib.__file__).parent
# names that the standard library has on no system or since Python 3.11 alone
LATER = {
    "tomllib",
    "datetime.UTC",
    "contextlib.chdir",
    "enum.StrEnum",
    "typing.Self",
    "typing.assert_never",
    "asyncio.TaskGroup",
    "hashlib.file_digest",
}
POSIX = {"fcntl", "grp", "posix", "pwd", "pty", "resource", "termios"}


def imported(tree):
    """Dotted names that are imported, or read off an imported module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield f"{node.value.id}.{node.attr}"


@pytest.mark.parametrize("path", sorted(ROOT.rglob("*.py")), ids=lambda p: str(p.relative_to(ROOT)))
def test_a_module_is_read_by_python_3_10_and_needs_no_unix(path):
    tree = ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 10))
    named = set(imported(tree))
    assert not named & (LATER | POSIX)


# What a student's notebook does until NumPy is needed, with course_lib as it is handed out.
PROGRAM = """
import sys, zipfile

print(*sys.version_info[:2], sep=".")
with zipfile.ZipFile("course_lib.zip") as library:
    for name in library.namelist():
        if name.endswith(".py"):
            compile(library.read(name).decode(), name, "exec")

sys.path.append("course_lib.zip")
from course_lib.exercise import Exercise, FormError, MissingError

sheet = Exercise("ps2-output-shapes", student="ada", needs=())
print(dict(sheet.numbers("sizes-valid")))
sheet.show("sizes-valid")
sheet.check_form("sizes-valid", 26)
for task in ("sheet.check_form('sizes-valid', (1, 2))", "Exercise('ps2-output-shapes')"):
    try:
        eval(task)
    except (FormError, MissingError) as told:
        print(told)
"""


@pytest.mark.slow
@pytest.mark.parametrize("version", ["3.10", "3.14"])
def test_the_lowest_and_the_highest_python_read_a_sheet(version, tmp_path):
    """Real ones, compiled for node; NumPy is not among what they have."""
    library_zip(tmp_path / "course_lib.zip")
    put_sheets(tmp_path, PS2)
    home = ROOT.parent / "node_modules" / f"python-{version}"
    script = ROOT.parent / "tests/course_lib/js/other_python.mjs"
    command = [javascript.node(), script, home, tmp_path, PROGRAM]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    numbers = key_of(PS2).variant("sizes-valid", "ada").numbers
    told = [version, str(numbers), "this can be graded", "One number is expected", "needs NumPy"]
    places = [done.stdout.find(text) for text in told]
    assert -1 not in places and places == sorted(places), done.stdout
