"""A student's notebook as it ran, for the end of the feedback page: own cells and their outputs.

What stands above on the page already, tasks, checks and written answers, is not shown again.
"""

import base64
import html

import mistune
from nbgrader import utils
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from course_grading.gradebook.record import INSTRUCTOR, RECORD
from course_grading.pages import terminal
from course_grading.pages.html_cleaning import clean_html
from course_grading.submission import drawings
from course_grading.text import shorten

UNCHANGED = "No response."  # nbgrader's comment on a cell that is as it was handed out

markdown = mistune.create_markdown(escape=True, plugins=["table"])
# of what a student writes: 3*4*5 keeps its stars, my_long_name its lines
written = mistune.create_markdown(escape=True, plugins=["table"])
written.inline.rules.remove("emphasis")


def comment(marks):
    """The comment on a cell, automatic or a person's, as HTML."""
    told = marks.get("comment")
    if not told or told == UNCHANGED:
        return ""
    return f"<div class='comment'><b>Comment:</b> {markdown(told)}</div>"


def code(source):
    """Python as HTML with its words marked."""
    return highlight(shorten(source), PythonLexer(), HtmlFormatter(cssclass="code"))


def drawing(svg, alt):
    """A drawing of the course as a picture in the page, in which nothing of an SVG can act."""
    data = base64.b64encode(svg.encode()).decode()
    alt = html.escape(alt, quote=True)
    return f'<img class="drawing" alt="{alt}" src="data:{drawings.MIME};base64,{data}">'


def cells(nb, shown_above, commented=()):
    """The HTML of each cell.

    ``shown_above`` are the grade ids that have a place of their own, ``commented`` those of cells
    whose comment has one.
    """
    for cell in nb.cells:
        marks = cell.metadata.get("nbgrader", {})
        name = marks.get("grade_id", "")
        is_told = name in shown_above or name.removesuffix("-prompt") in shown_above
        is_check = utils.is_grade(cell) and not utils.is_solution(cell)
        if is_told or is_check or cell.metadata.get(RECORD, {}).get("for") == INSTRUCTOR:
            continue
        note = "" if name in commented else comment(marks)
        if cell.cell_type == "code":
            outputs = "".join(map(_output, cell.get("outputs", [])))
            yield f"<div class='cell'>{code(cell.source)}{outputs}{note}</div>"
        else:
            render = markdown if marks.get("locked") else written
            text = clean_html(render(shorten(cell.source)))
            yield f"<div class='text'>{text}{note}</div>"


def _output(output):
    if output.output_type == "stream":
        return f"<pre class='{html.escape(output.name)}'>{terminal.to_html(output.text)}</pre>"
    if output.output_type == "error":
        text = "\n".join(output.traceback) or f"{output.ename}: {output.evalue}"
        return f"<pre class='stderr'>{terminal.to_html(shorten(text, 20_000))}</pre>"
    data = output.get("data", {})
    for mime in ("image/png", "image/jpeg"):
        if mime in data:
            picture = html.escape("".join(data[mime].split()), quote=True)
            alt = html.escape(shorten(data.get("text/plain", "picture"), 200), quote=True)
            return f'<img alt="{alt}" src="data:{mime};base64,{picture}">'
    if drawings.is_drawing(svg := "".join(data.get(drawings.MIME, ""))):
        return drawing(svg, shorten(data.get("text/plain", "drawing"), 200))
    if "text/html" in data:
        return f"<div class='html'>{clean_html(data['text/html'])}</div>"
    if "text/markdown" in data:
        return f"<div class='html'>{clean_html(markdown(data['text/markdown']))}</div>"
    return f"<pre>{terminal.to_html(data.get('text/plain', ''))}</pre>"
