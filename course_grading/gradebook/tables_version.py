"""The version of nbgrader's tables, with which a new gradebook is marked.

nbgrader starts the program `alembic heads` to find it, which takes seconds for every gradebook
that is made. Here the same list of versions is read in this process.
"""

from functools import cache
from pathlib import Path

import nbgrader
import nbgrader.api


@cache
def newest():
    """The name of the last of nbgrader's migrations."""
    from alembic.script import ScriptDirectory  # only a new gradebook takes its import

    return ScriptDirectory(str(Path(nbgrader.__file__).parent / "alembic")).get_current_head()


def install():
    """Let nbgrader look it up here."""
    nbgrader.api.get_alembic_version = newest
