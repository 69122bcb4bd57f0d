"""Times of handing in, as people and programs write them."""

import os
from datetime import datetime

import pytest

from course_grading.submission import handed_in_at

NOON = datetime(2024, 5, 1, 12)


@pytest.mark.parametrize(
    "data",
    [
        b"2024-05-01 12:00:00 UTC",
        b"2024-05-01 12:00:00.000000 UTC\n",
        b"2024-05-01T12:00:00Z",
        b"2024-05-01 12:00",
        b"2024-05-01 14:00:00 +0200",
        b"2024-05-01T14:00:00+02:00",
        b"2024-05-01 14:00 +02",
        b"2024-05-01 14:00:00 Europe/Berlin",
        b"1714564800",
        b"\xef\xbb\xbf2024-05-01 12:00:00 UTC\r\n",
        "2024-05-01 12:00:00 UTC\r\n".encode("utf-16"),
        b"\xfe\xff" + "2024-05-01 12:00:00 UTC".encode("utf-16-be"),
    ],
)
def test_understood(data):
    assert handed_in_at.moment(data) == NOON


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"01.05.2024 12:00", "expected a time such as"),
        (b"2024-05-01 12:00:00 PST", "'PST' is no time zone"),
        (b"2024-05-01 12:00:00 Europe", "'Europe' is no time zone"),
        (b"2024-05-01 12:00:00 UTC\n2024-06-01 12:00:00 UTC", "expected a time such as"),
        (b"2024-13-01 12:00:00 UTC", "month must be in 1..12"),
        (b"\xff\xff\xff", "no text in UTF-8 or UTF-16"),
        (b"  ", "it is empty"),
    ],
)
def test_named_where_it_is_not(data, told):
    with pytest.raises(ValueError, match=told):
        handed_in_at.moment(data)


def test_a_folder_without_a_time_is_not_searched(tmp_path, monkeypatch):
    """Formgrader asks for each student's at every list."""
    monkeypatch.setattr(os, "walk", None)
    assert handed_in_at.of_folder(tmp_path, tmp_path.parent) is None
    (tmp_path / handed_in_at.NAME).write_text("2024-05-01 12:00:00 UTC")
    assert handed_in_at.of_folder(tmp_path, tmp_path.parent) == NOON
