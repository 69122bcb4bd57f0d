"""When a submission was handed in: ``timestamp.txt``, however it was written.

nbgrader's exchange writes "2024-05-01 12:00:00 UTC"; instructors write the file by scripts, by
PowerShell (UTF-16 with a mark), by hand. What cannot be told for certain is named, never guessed.
"""

import codecs
import os
import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from course_grading.submission import files

NAME = "timestamp.txt"
LARGEST = 1000  # bytes of it

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_ISO = re.compile(
    r"(?P<day>\d{4}-\d{2}-\d{2})[ T](?P<time>\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?)\s*"
    r"(?P<zone>Z|[+-]\d{2}:?(\d{2})?|[A-Za-z_]+(/[A-Za-z_]+)*)?"
)
_SECONDS = re.compile(r"\d{9,10}(\.\d+)?")


def decoded(data):
    """The text of a file by its byte order mark, UTF-8 without one; ValueError where it is none."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding)
    return data.decode("utf-8")


def moment(data):
    """The time in UTC, without a zone, as nbgrader keeps it; ValueError with a sentence.

    A time without a zone is in UTC, as nbgrader's own is. Seconds since 1970 are taken too. Dates
    such as 01.05.2024 and zones such as PST are not: they mean different times to different people.
    """
    try:
        text = decoded(data).strip()
    except ValueError:
        raise ValueError("it is no text in UTF-8 or UTF-16") from None
    if not text:
        raise ValueError("it is empty")
    if _SECONDS.fullmatch(text):
        return datetime.fromtimestamp(float(text), UTC).replace(tzinfo=None)
    found = _ISO.fullmatch(text)
    if found is None:
        shown = " ".join(text.split())[:60]
        raise ValueError(f'expected a time such as "2024-05-01 12:00:00 UTC", got {shown!r}')
    zone = found["zone"] or "Z"
    if zone[0] in "+-" or zone == "Z":
        made = datetime.fromisoformat(f"{found['day']}T{found['time']}{_offset(zone)}")
    else:
        made = datetime.fromisoformat(f"{found['day']}T{found['time']}").replace(
            tzinfo=_named(zone)
        )
    return made.astimezone(UTC).replace(tzinfo=None)


def of_folder(folder, below):
    """`moment` of a submission's folder, None where nothing tells it."""
    path = os.path.join(folder, NAME)
    if not os.path.lexists(path):
        return None
    try:
        return moment(files.read_bytes(path, LARGEST, below))
    except (files.Unreadable, ValueError, OverflowError, OSError):
        return None


def _offset(zone):
    return "+00:00" if zone == "Z" else f"{zone}:00" if len(zone) == 3 else zone


def _named(zone):
    """A zone of the time zone database, such as Europe/Berlin; PST is none."""
    try:
        return ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # "Europe" is a folder
        raise ValueError(f"{zone!r} is no time zone that is known everywhere") from None
