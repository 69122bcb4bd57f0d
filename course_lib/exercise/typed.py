"""Numbers and arrays as people type them: "1 024", "3/4", "[[4 8]\\n [8 4]]", "4 8; 8 4"."""

import ast
import re

THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}([,'’]\d{3})+(\.\d+)?")
SPACED = re.compile(r"[+-]?[1-9]\d{0,2}([ \u00a0\u2009\u202f]\d{3})+(\.\d+)?")
COMMA = re.compile(r"[+-]?\d*,\d+")


def number(text):
    """The number a string writes: "26", "1,024", "1 024", "-0.5", "3/4"; None if it writes none."""
    text = re.sub(r"[.;]$", "", text.strip().replace("−", "-").replace("_", ""))
    if SPACED.fullmatch(text):
        text = re.sub(r"\s", "", text)
    if THOUSANDS.fullmatch(text):
        text = re.sub(r"[,'’]", "", text)
    top, slash, bottom = text.partition("/")
    try:
        value = float(top)
        if slash:
            value /= float(bottom)
    except (ValueError, ZeroDivisionError, OverflowError):
        return None
    whole = not slash and re.fullmatch(r"[+-]?\d+", text)
    return int(text) if whole else value


_PRINTED = re.compile(r"(?:np\.|numpy\.)?array\((.*?)(?:,\s*dtype=[\w.]+)?\s*\)", re.DOTALL)
_BLANKS = re.compile(r"(?<=[\d.\])])\s+(?=[-.\d\[(])")  # what NumPy prints between numbers


def array(text):
    """The lists that a text writes: Python's, NumPy's print of them, or plain rows.

    Raises ValueError or SyntaxError where it writes none.
    """
    text = text.strip().replace("−", "-")
    if printed := _PRINTED.fullmatch(text):
        text = printed[1]
    if "[" not in text and "(" not in text:
        return _rows(text)
    return ast.literal_eval(_BLANKS.sub(", ", text))


def _rows(text):
    """Rows on lines or after ";", numbers after commas or blanks; one number as it is."""
    rows = [re.sub(r"^[\s,]+|[\s,]+$", "", row) for row in re.split(r"[;\n]+", text)]
    rows = [re.split(r"\s*,\s*|\s+", row) for row in rows]
    rows = [[number(part) for part in row] for row in rows if any(row)]
    if not rows or any(None in row for row in rows):
        raise ValueError
    if len(rows) > 1:
        return rows
    return rows[0] if len(rows[0]) > 1 else rows[0][0]
