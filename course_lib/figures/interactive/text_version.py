"""The text version of a figure: HTML for readers without JavaScript.

Numbers stand in tables whose cells have the colours of the figure: blue above zero and orange
below, or grey where the numbers are an image.
"""

import base64
import html
import re


def text(value, digits=2):
    """A number as the figures print it."""
    number = round(float(value), digits)
    return f"{0.0 + number:g}".replace("-", "\u2212")


def table(rows, caption, digits=2):
    """A grid of numbers as an HTML table with a caption, each cell tinted by its value."""
    numbers = [value for row in rows for value in row if not isinstance(value, str)]
    limit = max(map(abs, numbers), default=0)
    body = "".join(
        "<tr>" + "".join(_cell(value, digits, limit) for value in row) + "</tr>" for row in rows
    )
    return f"<table><caption>{html.escape(caption)}</caption><tbody>{body}</tbody></table>"


def _cell(value, digits, limit):
    if isinstance(value, str):
        return f"<td>{html.escape(value)}</td>"
    if not value:
        return f"<td>{text(value, digits)}</td>"
    sign, strength = "pos" if value > 0 else "neg", abs(value) / limit
    return f'<td data-sign="{sign}" style="--s:{strength:.2f}">{text(value, digits)}</td>'


def text_table(header, rows, caption):
    """Rows of text under a header row; the first cell of each row names it."""

    def line(cells, tag, first):
        cells = [html.escape(str(cell)) for cell in cells]
        rest = "".join(f"<{tag}>{cell}</{tag}>" for cell in cells[1:])
        return f"<tr>{first}{cells[0]}</th>{rest}</tr>"

    head = line(header, "th", "<th>")
    body = "".join(line(row, "td", '<th scope="row">') for row in rows)
    caption = f"<caption>{html.escape(caption)}</caption>"
    return f"<table>{caption}<thead>{head}</thead><tbody>{body}</tbody></table>"


def picture(svg, description):
    """A drawing inside the page; ``description`` says what it shows."""
    size = re.search(r'width="([\d.]+)" height="([\d.]+)"', svg)
    data = base64.b64encode(svg.encode()).decode("ascii")
    return (
        f'<img src="data:image/svg+xml;base64,{data}" width="{round(float(size[1]))}" '
        f'height="{round(float(size[2]))}" alt="{html.escape(description)}">'
    )


def paragraph(sentence):
    """A paragraph of plain text."""
    return f"<p>{html.escape(sentence)}</p>"
