"""Where lines break: shapes and short code stay whole, long messages wrap.

A shape such as 28 × 28 × 1 is not torn apart at the end of a line. An output with a long line of
words, such as the message of an error, is wrapped; tables and arrays keep their columns.
"""

import re

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

SPACE = "\N{NO-BREAK SPACE}"
SHAPE = re.compile(r"(?<=[\w)′]) × (?=[\w(])")
SETTING = re.compile(r"(?<=\b\w) = (?=\w)")
COLUMNS = re.compile(r"^ *\[(?!')|\S {3,}\S|[│┃]", re.MULTILINE)
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


class Lines(SphinxPostTransform):
    default_priority = 900
    formats = ("html",)

    def run(self, **kwargs):
        for text in list(self.document.findall(nodes.Text)):
            if not _inside(text, VERBATIM) and whole(text) != text:
                text.parent.replace(text, nodes.Text(whole(text)))
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
