"""Which files of the built book are its pages."""

from pathlib import Path

from course_book.moved import MOVED

HTML = Path(__file__).resolve().parents[2] / "_build" / "html"
NOT_PAGES = {"_static", "reports"}


def of_the_book(book):
    """The pages of the built ``book``, without those that only lead on to another."""
    moved = {book / f"{old}.html" for old in MOVED}
    found = (path for path in sorted(book.rglob("*.html")) if path not in moved)
    return [path for path in found if not NOT_PAGES & {*path.relative_to(book).parts}]
