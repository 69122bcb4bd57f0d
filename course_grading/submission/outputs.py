"""Outputs that a kernel claims, made small and harmless before they are stored or shown."""

from course_grading import bounded_child
from course_grading.pages.html_cleaning import clean_html, disarm
from course_grading.submission import drawings
from course_grading.submission.pictures import MIMES, is_picture
from course_grading.text import LIMIT, printable, shorten

CELL_LIMIT = 300_000  # characters of all text outputs of a cell
PICTURES_LIMIT = 6_000_000  # characters of all its pictures
NOTEBOOK_LIMIT = 3_000_000  # characters of all outputs of a notebook: as many as a page shows
MOST_OUTPUTS = 100
TOO_MUCH = "[not kept: the outputs of this notebook are too large together]"

_MARKUP = ("text/markdown", "text/latex")
_SMALL = 2000  # characters of HTML that cannot unfold to much, whatever they are
_CLEANING = 5.0  # seconds


class Outputs:
    """The outputs of one cell, in notebook format; ``items`` once they are clean."""

    def __init__(self):
        self._raw = []
        self._left, self._pictures_left = CELL_LIMIT, PICTURES_LIMIT
        self._displays = {}
        self._clear_next = False

    def add(self, frame):
        """Take a frame of the kernel: an output, an update of one, or a request to clear."""
        if "clear" in frame:
            if frame["clear"]:
                self._clear_next = True
            else:
                self._clear()
            return
        output = _checked(frame.get("output"))
        if output is None:
            return
        if self._clear_next:
            self._clear()
        name = frame.get("display_id")
        name = name if isinstance(name, str) else None
        if frame.get("update"):
            if name in self._displays and output["output_type"] == "display_data":
                self._displays[name]["data"] = output["data"]
            return
        size, pictures = _text_size(output), _pictures_size(output)
        full = size > self._left or pictures > self._pictures_left
        if len(self._raw) >= MOST_OUTPUTS or full:
            return
        self._left -= size
        self._pictures_left -= pictures
        last = self._raw[-1] if self._raw else None
        both_printed = last and output["output_type"] == "stream" == last["output_type"]
        if both_printed and last["name"] == output["name"]:
            last["text"] = shorten(last["text"] + output["text"])
            return
        if name and output["output_type"] == "display_data":
            self._displays[name] = output
        self._raw.append(output)

    def _clear(self):
        self._raw.clear()
        self._displays.clear()
        self._clear_next = False

    @property
    def items(self):
        """The outputs with harmless HTML, which is cleaned once, when all has come."""
        pages = [o["data"] for o in self._raw if "text/html" in o.get("data", {})]
        texts = [data["text/html"] for data in pages]
        for data, text in zip(pages, _cleaned(texts), strict=True):
            data["text/html"] = text
        return self._raw


def within(outputs, left):
    """(the outputs that fit into ``left`` characters, what is left then)."""
    kept = []
    for output in outputs:
        size = _text_size(output) + _pictures_size(output)
        if size <= left:
            left -= size
            kept.append(output)
    if len(kept) < len(outputs):
        kept.append({"output_type": "stream", "name": "stderr", "text": TOO_MUCH})
    return kept, left


def _cleaned(texts):
    """The HTML texts of a cell, cleaned; in a child where they could unfold to millions of tags."""
    if sum(map(len, texts)) <= _SMALL:
        return [clean_html(text) for text in texts]
    try:
        made = bounded_child.call(_clean_all, texts, seconds=_CLEANING)
    except bounded_child.Ended as end:
        made = [f"<p>[not shown: cleaning this HTML {end}]</p>" for _ in texts]
    return made


def _clean_all(texts):
    made = map(clean_html, texts)
    return [t if len(t) <= 2 * LIMIT else "<p>[not shown: too long]</p>" for t in made]


def _pictures_size(output):
    return sum(len(text) for mime, text in output.get("data", {}).items() if mime in MIMES)


def _text_size(output):
    data = output.get("data", {})
    return (
        len(output.get("text", ""))
        + sum(len(text) for mime, text in data.items() if mime not in MIMES)
        + sum(len(line) for line in output.get("traceback", ()))
    )


def _checked(output):
    """The output rebuilt from the fields it may have, or None."""
    if not isinstance(output, dict):
        return None
    kind = output.get("output_type")
    if kind == "stream" and isinstance(output.get("text"), str):
        name = "stderr" if output.get("name") == "stderr" else "stdout"
        return {"output_type": "stream", "name": name, "text": shorten(printable(output["text"]))}
    if kind in ("display_data", "execute_result"):
        return _checked_data(kind, output)
    if kind == "error":
        lines = output.get("traceback")
        lines = lines if isinstance(lines, list) else []
        return {
            "output_type": "error",
            "ename": _short(output.get("ename"), 200),
            "evalue": _short(output.get("evalue"), 2000),
            "traceback": [_short(line, 4000) for line in lines[-60:]],
        }
    return None


def _checked_data(kind, output):
    data = output.get("data")
    if not isinstance(data, dict):
        return None
    kept = {}
    for mime, value in list(data.items())[:20]:
        if not isinstance(value, str):
            continue
        if is_picture(mime, value) or (mime == drawings.MIME and drawings.is_drawing(value)):
            kept[mime] = value
        elif mime == "text/html":
            kept[mime] = shorten(printable(value))  # cleaned when all has come
        elif mime == "text/plain":
            kept[mime] = shorten(printable(value))
        elif mime in _MARKUP:
            kept[mime] = disarm(shorten(printable(value)))
    if not kept:
        return None
    checked = {"output_type": kind, "data": kept, "metadata": {}}
    if kind == "execute_result":
        count = output.get("execution_count")
        checked["execution_count"] = count if isinstance(count, int) and 0 < count < 10**6 else None
    return checked


def _short(value, limit):
    return printable(value)[:limit] if isinstance(value, str) else ""
