"""Text that is shown: short enough, and with characters that a page or a terminal can hold."""

import sys

LIMIT = 100_000  # characters of one output
MOST_LISTED = 20  # sentences of a list
CUT = "\n[cut off: too long]"


def shorten(text, limit=LIMIT):
    """The beginning of a text, marked where it is cut."""
    return text if len(text) <= limit else text[:limit] + CUT


def printable(text):
    """Without the characters that no notebook or page can hold (lone surrogates, NUL)."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\x00", "\ufffd")


def listed(found):
    """The first of the sentences, without what a terminal would obey or could not print."""
    more = len(found) - MOST_LISTED
    found = found[:MOST_LISTED] + ([f"and {more} more"] if more > 0 else [])
    return [printable_line(text) for text in found]


def printable_line(text):
    """Text as one line that a terminal shows and does not obey."""
    return "".join(c if c.isprintable() else "?" for c in str(text))


def say(text="", error=False):
    """Print lines; the only way to the terminal, so that no name or text is obeyed there."""
    print(printable_lines(text), file=sys.stderr if error else sys.stdout, flush=True)


def printable_lines(text):
    """Text whose lines a terminal shows and does not obey."""
    return "\n".join(map(printable_line, str(text).split("\n")))


def quoted(text):
    """Words of a student's, marked as such: “...”."""
    return f"“{' '.join(str(text).split()).translate(_QUOTES)}”"


_QUOTES = str.maketrans("“”", "''")
