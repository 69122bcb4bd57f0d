"""Where lines break: shapes and short code stay whole, long messages wrap.

A shape such as 28 × 28 × 1 is not torn apart at the end of a line. No line begins with the full
stop behind a formula, or with the mark of a fact. An output with a long line of words, such as the
message of an error, is wrapped; tables and arrays keep their columns.
"""

import re

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

from .formulas import set_formula

SPACE = "\N{NO-BREAK SPACE}"
SHAPE = re.compile(r"(?<=[\w)′]) × (?=[\w(])")
SETTING = re.compile(r"(?<=\b\w) = (?=\w)")
COLUMNS = re.compile(r"^ *\[(?!')|\S {3,}\S|[│┃]", re.MULTILINE)
OPENS, CLOSES = re.compile(r"[(\[‘“]+$"), re.compile(r"^[.,;:!?)\]’”]+")
LONG, SHORT = 60, 22  # characters: a line that wraps on a phone, code that fits one anywhere
VERBATIM = (nodes.literal, nodes.literal_block, nodes.math, nodes.math_block, nodes.raw)


def whole(text):
    """``text`` with shapes and settings that do not break."""
    return SETTING.sub(f"{SPACE}={SPACE}", SHAPE.sub(f"{SPACE}×{SPACE}", text))


def wraps(text):
    """Has this output long lines, and no columns that wrapping would tear?"""
    return max(map(len, text.splitlines()), default=0) > LONG and not COLUMNS.search(text)


def _inside(node, kinds):
    while node is not None and not isinstance(node, kinds):
        node = node.parent
    return node is not None


def _beside(node, step):
    """The place before (step -1) or behind (+1) a node, and the text that stands there, if any."""
    place = node.parent.index(node) + step
    siblings = node.parent.children
    found = siblings[place] if 0 <= place < len(siblings) else None
    return place, found if isinstance(found, nodes.Text) else ""


def _stays(mark):
    """Keep the mark of a fact on the line of the word before it."""
    place, before = _beside(mark, -1)
    if before.endswith((" ", "\n")):
        mark.parent[place] = nodes.Text(before.rstrip() + SPACE)


def _may_break(latex):
    try:
        return len(latex) > SHORT and set_formula(latex).count('class="base"') > 1
    except ValueError:
        return False  # told when it is set


def _joins(formula):
    """Keep a formula on one line with its punctuation; a long one may break."""
    (first, before), (last, after) = _beside(formula, -1), _beside(formula, +1)
    opens, closes = OPENS.search(before), CLOSES.search(after)
    if not (opens or closes) or _may_break(formula.astext()):
        return
    joined = nodes.inline(classes=["together"])
    if opens:
        formula.parent[first] = nodes.Text(before[: opens.start()])
        joined += nodes.Text(opens[0])
    if closes:
        formula.parent[last] = nodes.Text(after[closes.end() :])
    formula.replace_self(joined)
    joined += formula
    if closes:
        joined += nodes.Text(closes[0])


class Lines(SphinxPostTransform):
    default_priority = 900
    formats = ("html",)

    def run(self, **kwargs):
        for text in list(self.document.findall(nodes.Text)):
            if not _inside(text, VERBATIM) and whole(text) != text:
                text.parent.replace(text, nodes.Text(whole(text)))
        for mark in list(self.document.findall(nodes.inline)):
            if "fact-link" in mark["classes"]:
                _stays(mark)
        for formula in list(self.document.findall(nodes.math)):
            _joins(formula)
        for code in self.document.findall(nodes.literal):
            if len(code.astext()) <= SHORT and not _inside(code, nodes.entry):
                code["classes"].append("short")
        for cell in self.document.findall(nodes.container):
            if "cell_output" not in cell["classes"]:
                continue
            for block in cell.findall(nodes.literal_block):
                if wraps(block.astext()):
                    block["classes"].append("wraps")


def setup(app):
    app.add_post_transform(Lines)
