"""What students run works from Python 3.10 on, on every system."""

import ast
from pathlib import Path

import pytest

import course_lib

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
