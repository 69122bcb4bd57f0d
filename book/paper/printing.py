"""Chromium makes a PDF of a document: pages, outline and links from its headings and anchors."""

import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from urllib.parse import unquote

from pypdf import PdfReader, PdfWriter

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless",
    "--no-sandbox",  # the document is ours, and a container has no user namespaces
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--allow-file-access-from-files",
    "--no-pdf-header-footer",
    "--generate-pdf-document-outline",
)
LONGEST = 600  # seconds
ASKED = re.compile(r"\[\[page of ([^\]]+)\]\]")


def chromium():
    """Path of the browser. Raises FileNotFoundError, with the way to get it."""
    for program in PROGRAMS:
        if found := shutil.which(program):
            return found
    raise FileNotFoundError(
        "make pdf: no Chromium found, which typesets the PDF; install it: "
        "sudo apt-get install chromium"
    )


def write_pdf(text, target, author=""):
    """Write the document ``text`` (HTML) as the PDF file ``target``.

    Where the document asks for the number of a page (``pages.page_of``), it is set twice: first to
    learn the numbers.

    Raises:
        RuntimeError: Chromium wrote none; with the last that it said.
    """
    target = Path(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder) / "draft.pdf"
        _print(ASKED.sub("000", text), draft)
        if ASKED.search(text):
            known = page_numbers(PdfReader(draft))
            _print(ASKED.sub(lambda asked: known[asked[1]], text), draft)
        written = PdfWriter(clone_from=draft)
        written.add_metadata({"/Author": author} if author else {})
        written.write(target)
    return target


def page_numbers(reader):
    """The number of the page on which each anchor stands, as text, by its id."""
    places = reader.named_destinations.items()
    return {
        unquote(name.removeprefix("/")): str(reader.get_destination_page_number(place) + 1)
        for name, place in places
    }


def _print(text, target):
    source = target.with_suffix(".html")
    source.write_text(text, "utf-8")
    profile = f"--user-data-dir={target.parent}/profile"
    command = [chromium(), *FLAGS, profile, f"--print-to-pdf={target}", source.as_uri()]
    target.unlink(missing_ok=True)
    done = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST)
    if done.returncode or not target.exists():
        raise RuntimeError(f"make pdf: Chromium wrote no PDF: {done.stderr[-800:]}")
