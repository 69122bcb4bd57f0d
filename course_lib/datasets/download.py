"""Published files, fetched once and believed only when their SHA-256 is the published one.

A file is looked for in ``$COURSE_DATA``, then in the course's cache; else it is downloaded under a
temporary name, checked, and renamed into the cache in one step, so that an interrupted or damaged
download is never found later.
"""

import hashlib
import os
import shutil
import tempfile
import urllib.request
from pathlib import Path
from typing import NamedTuple

from course_lib.datasets.sources import TIMEOUT_SECONDS, DamagedFile, cache_folder


class Published(NamedTuple):
    """A file that somebody published: its name, its SHA-256, where it may be had."""

    name: str
    sha256: str
    addresses: tuple


def fetch(file, folder):
    """The path of the `Published` file, in ``folder`` of the places that may hold it.

    Raises OSError when it is nowhere to be had; the text names each place and its reason.
    """
    reasons = []
    cached = cache_folder() / folder / file.name
    given = os.environ.get("COURSE_DATA")
    for path in [*([Path(given) / folder / file.name] if given else []), cached]:
        if path.exists():
            try:
                return check(path, file)
            except DamagedFile as error:
                reasons.append(str(error))
    cached.parent.mkdir(parents=True, exist_ok=True)
    for address in file.addresses:
        with tempfile.TemporaryDirectory(dir=cached.parent, prefix=".fetch-") as temporary:
            try:
                found = check(_download(address, Path(temporary) / file.name), file)
            except (OSError, DamagedFile) as error:
                reasons.append(f"{address}: {error}")
                continue
            os.replace(found, cached)
            return cached
    raise OSError(
        f"{file.name} could not be fetched. Set COURSE_DATA to a folder in which {folder}/"
        f"{file.name} lies. Tried:\n  " + "\n  ".join(reasons)
    )


def check(path, file):
    """``path``, if what lies there is the published file; else ``DamagedFile``."""
    digest = hashlib.sha256()
    with open(path, "rb") as opened:
        while block := opened.read(1 << 20):
            digest.update(block)
    if digest.hexdigest() != file.sha256:
        raise DamagedFile(f"{path}: not the published file, its SHA-256 is {digest.hexdigest()}.")
    return path


def _download(address, path):
    request = urllib.request.urlopen(address, timeout=TIMEOUT_SECONDS)
    with request as response, path.open("wb") as file:
        shutil.copyfileobj(response, file)
    return path
