"""System parts that some tests need. A missing part skips on a user's machine and fails in CI."""

import glob
import os
import shutil

import pytest

_PACKAGES = {
    # the first draws the same pages in two thirds of the time
    "chromium": ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"),
    "bubblewrap": ("bwrap",),
    "poppler-utils": ("pdftoppm",),
    "postgresql": ("postgres", *sorted(glob.glob("/usr/lib/postgresql/*/bin/postgres"))[-1:]),
}


def _need(package):
    for name in _PACKAGES[package]:
        path = shutil.which(name)
        if path:
            return path
    reason = f"{package} is missing; install it: sudo apt-get install {package}"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def chromium():
    """Path of the system's Chromium."""
    return _need("chromium")


def bubblewrap():
    """Path of bubblewrap's ``bwrap``."""
    return _need("bubblewrap")


def postgresql():
    """Path of the PostgreSQL server program."""
    return _need("postgresql")


def pdftoppm():
    """Path of poppler's ``pdftoppm``, which draws the pages of a PDF."""
    return _need("poppler-utils")
