"""Outputs that a kernel claims, made small and harmless before they are stored or shown."""

import base64
import binascii

from course_grading.pages.html_cleaning import clean_html, disarm
from course_grading.text import printable, shorten

CELL_LIMIT = 300_000  # characters of all text outputs of a cell
IMAGE_LIMIT = 1_500_000  # characters of base64
MOST_OUTPUTS = 100

_PICTURES = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}
_MARKUP = ("text/markdown", "text/latex")


class Outputs:
    """The outputs of one cell, in notebook format."""

    def __init__(self):
        self.items = []
        self._left = CELL_LIMIT
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
        size = _text_size(output)
        if len(self.items) >= MOST_OUTPUTS or size > self._left:
            return
        self._left -= size
        last = self.items[-1] if self.items else None
        both_printed = last and output["output_type"] == "stream" == last["output_type"]
        if both_printed and last["name"] == output["name"]:
            last["text"] = shorten(last["text"] + output["text"])
            return
        if name and output["output_type"] == "display_data":
            self._displays[name] = output
        self.items.append(output)

    def _clear(self):
        self.items.clear()
        self._displays.clear()
        self._clear_next = False


def _text_size(output):
    data = output.get("data", {})
    return (
        len(output.get("text", ""))
        + sum(len(text) for mime, text in data.items() if mime not in _PICTURES)
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
        if mime in _PICTURES and _is_picture(mime, value):
            kept[mime] = value
        elif mime == "text/html":
            kept[mime] = clean_html(shorten(printable(value)))
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


def _is_picture(mime, text):
    if len(text) > IMAGE_LIMIT:
        return False
    try:
        return base64.b64decode(text.strip(), validate=True).startswith(_PICTURES[mime])
    except (binascii.Error, ValueError):
        return False


def _short(value, limit):
    return printable(value)[:limit] if isinstance(value, str) else ""
