"""How prompts show pictures and text: tables for grids of numbers, HTML for the book."""

import html
import re

_SIGN = re.compile(r"(`[^`]*`)|(?<![\w.)\]}-])-(?=[\w.(])|(?<= )-(?= )")


def table(rows, corner=""):
    """A markdown table of a matrix, with the row and column numbers at its edges."""
    width = len(rows[0])
    lines = [
        f"| {corner} | " + " | ".join(f"*{j}*" for j in range(width)) + " |",
        "|" + "---|" * (width + 1),
    ]
    for i, row in enumerate(rows):
        lines.append(f"| *{i}* | " + " | ".join(map(_cell, row)) + " |")
    return "\n\n" + "\n".join(lines) + "\n\n"


def _cell(value):
    return f"{value:g}" if isinstance(value, float) else str(value)


def columns(headings, rows):
    """A markdown table with a heading over each column."""
    lines = ["| " + " | ".join(headings) + " |", "|" + "---|" * len(headings)]
    lines += ["| " + " | ".join(map(_cell, row)) + " |" for row in rows]
    return "\n\n" + "\n".join(lines) + "\n\n"


def code(text):
    """A block of Python in markdown."""
    return f"\n\n```python\n{text.strip()}\n```\n\n"


def minus(text):
    """``text`` with the minus sign of print: −3 and a − b, but x-axis, 1-3 and `code` as is."""
    return _SIGN.sub(lambda found: found[1] or "−", text)


def marked(text):
    """A sentence as safe HTML; what stands between backticks is code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text))


def to_html(markdown, inline=False):
    """``markdown`` as HTML that is safe to put in a page: HTML in it is shown, not obeyed.

    Numbers outside code get the sign of `minus`.
    """
    try:
        from markdown_it import MarkdownIt
    except ImportError:  # the book's group brings it; without it the text itself is shown
        return html.escape(markdown)
    renderer = MarkdownIt("commonmark", {"html": False}).enable("table")
    renderer.core.ruler.push("minus", _print_signs)
    render = renderer.renderInline if inline else renderer.render
    return render(markdown).strip()


def _print_signs(state):
    for block in state.tokens:
        for token in block.children or ():
            if token.type == "text":
                token.content = minus(token.content)
