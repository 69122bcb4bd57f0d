"""Whether an SVG is one of the course's own drawings, `course_lib.figures.static.canvas`.

Only such a one is kept of what a kernel claims: the frame and the style are the canvas', word for
word, and in it stand lines, boxes, curves and text, without an address or anything that acts.
"""

import re

from course_lib.figures.static import canvas

MIME = "image/svg+xml"
LIMIT = 200_000  # characters
LARGEST = 1200  # pixels along a side

_ATTRIBUTES = r"""(?: [a-z][a-z0-9-]*="[\w .,%+-]*")*"""
_WORDS = r"(?:[^<>&]|&(?:lt|gt|amp|quot|#x27|#8203);)*"
_SHAPE = rf"<(?:rect|line|path|circle){_ATTRIBUTES}/>"
_TEXT = rf"<text{_ATTRIBUTES}>{_WORDS}(?:<tspan{_ATTRIBUTES}>{_WORDS}</tspan>{_WORDS})*</text>"
_BEGIN = re.compile(
    r'<svg xmlns="http://www\.w3\.org/2000/svg" width="(\d{1,4})(?:\.\d+)?" '
    r'height="(\d{1,4})(?:\.\d+)?" viewBox="0 0 [\d. ]+">'
)
_PART = re.compile(f"{_SHAPE}|{_TEXT}")
_HEAD = f"<style>{canvas.STYLE}</style>{canvas.HATCH}"


def is_drawing(text):
    """Whether ``text`` is an SVG as the canvas writes it, of a size that a page can show."""
    begin = _BEGIN.match(text) if len(text) <= LIMIT else None
    if not begin or not text.startswith(_HEAD, begin.end()) or not text.endswith("</svg>"):
        return False
    if max(map(int, begin.groups())) > LARGEST:
        return False
    at, end = begin.end() + len(_HEAD), len(text) - len("</svg>")
    while at < end:
        part = _PART.match(text, at, end)
        if part is None or re.search(r' (?:on\w+|href|style|src)="', part[0]):
            return False
        at = part.end()
    return True
