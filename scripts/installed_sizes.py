"""What each set of groups weighs once installed here: megabytes and files, as a table.

`make lock` writes it to installed_sizes.tsv, from which `make` tells what it is about to install.
"""

import re
import sys
from importlib import metadata
from importlib.util import cache_from_source
from pathlib import Path

from packaging.requirements import Requirement

PROJECT = "convolution-by-hand"
ALWAYS = ["hatchling", "editables"]  # what installs the project itself


def closure(groups):
    """Names of the distributions that the project with these groups installs."""
    found = set()
    waiting = [(PROJECT, frozenset(groups)), *((name, frozenset()) for name in ALWAYS)]
    while waiting:
        name, extras = waiting.pop()
        if (name, extras) in found:
            continue
        try:
            required = metadata.requires(name) or []
        except metadata.PackageNotFoundError:
            continue  # overridden in pyproject.toml: never installed
        found.add((name, extras))
        for line in required:
            wanted = Requirement(line)
            if wanted.marker is None or any(
                wanted.marker.evaluate({"extra": extra}) for extra in extras or {""}
            ):
                waiting.append((_plain(wanted.name), frozenset(wanted.extras)))
    return {name for name, _ in found} - {PROJECT}


def weight(names):
    """(megabytes, files) of installed distributions, with the bytecode that is compiled of them.

    Raises FileNotFoundError where there is none of that: `make` installs it too.
    """
    files = [f.locate() for name in names for f in metadata.files(name) or [] if f.suffix != ".pyc"]
    compiled = [Path(cache_from_source(f)) for f in files if f.suffix == ".py"]
    if compiled and not any(f.is_file() for f in compiled):
        raise FileNotFoundError(
            f"{compiled[0]}, and no other bytecode: weigh what was installed with "
            "--compile-bytecode, and unset PYTHONPYCACHEPREFIX"
        )
    there = [f for f in (*files, *compiled) if f.is_file()]
    return sum(f.stat().st_size for f in there) / 1e6, len(there)


def _plain(name):
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    for line in sys.stdin:
        groups = line.split()
        size, count = weight(closure(groups))
        print(f"{' '.join(groups)}\t{size:.0f}\t{count}")
