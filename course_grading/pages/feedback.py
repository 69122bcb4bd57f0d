"""Feedback pages: what was asked, what was answered, what was misunderstood, and the points.

`nbgrader generate_feedback` calls `FeedbackExporter`. A page holds no script, no hidden check and
nothing that is for the instructor alone; expected answers only with
``c.FeedbackExporter.show_expected = True``. What a student wrote is text or cleaned HTML.
"""

import html

import mistune
from nbconvert.exporters import Exporter
from nbgrader import utils
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer
from traitlets import Bool, Integer, Unicode

from course_bank.core.rendering import marked
from course_grading import limited
from course_grading.gradebook import keys
from course_grading.pages.html_cleaning import clean_html
from course_grading.pipeline.record import INSTRUCTOR, RECORD
from course_grading.text import shorten
from course_lib.exercise import SAMPLE_STUDENT

_UNCHANGED = "No response."  # nbgrader's comment on a cell that is as it was handed out
_OTHER_ID = (
    "<code>STUDENT_ID</code> in your notebook {says} your id. The numbers that it showed you are "
    "not yours; graded are your own, so right answers to the others count as wrong. If that was "
    "a slip, tell your instructor."
)
_ID_SAYS = {"": "is blank, not", SAMPLE_STUDENT: f'still says "{SAMPLE_STUDENT}", which is not'}

_markdown = mistune.create_markdown(escape=True, plugins=["table"])


class FeedbackExporter(Exporter):
    """One HTML page from an autograded notebook."""

    file_extension = ".html"
    output_mimetype = "text/html"
    show_expected = Bool(
        False, help="Show the expected answers. Set it after the deadline only."
    ).tag(config=True)
    book = Unicode(
        "", help="Address of the book, to link to the sections: https://example.org/book"
    ).tag(config=True)
    max_bytes = Integer(3_000_000, help="A page is not made longer than this.").tag(config=True)

    def from_notebook_node(self, nb, resources=None, **kwargs):
        nb, resources = super().from_notebook_node(nb, resources, **kwargs)
        run = resources["nbgrader"]
        root = self.parent.coursedir.root if self.parent else "."
        page = Page(nb, run, self.show_expected, self.max_bytes, self.book, root)
        try:
            return limited.call(page.text), resources
        except limited.Ended as end:
            self.log.warning("%s: showing the notebook %s", run["student"], end)
            return page.text(f"Your notebook cannot be shown: that {end}."), resources


class Page:
    """The text of one feedback page."""

    def __init__(self, nb, run, show_expected=False, max_bytes=3_000_000, book="", root="."):
        self.nb, self.run, self.book = nb, run, book.rstrip("/")
        self.record = nb.metadata.get(RECORD, {})
        assignment, shown = (self.record.get(name) for name in ("assignment", "shown_id"))
        self.key = keys.read(root, assignment, [shown]) if assignment else None
        self.show_expected, self.left = show_expected, max_bytes
        self.scores = {
            cell.metadata.nbgrader.grade_id: cell.metadata.nbgrader
            for cell in nb.cells
            if utils.is_grade(cell) or utils.is_task(cell)
        }

    def text(self, instead=None):
        """The page; with ``instead``, a sentence in the place of the notebook."""
        name = html.escape(self.run["notebook"])
        body = [self._heading(name), self._problem(), *map(self._question, self._entries())]
        body.append("<h2>Your notebook, as it ran</h2>")
        if instead:
            body.append(f"<p><em>{html.escape(instead)}</em></p>")
        for cell in [] if instead else self.nb.cells:
            part = self._cell(cell)
            self.left -= len(part.encode())
            if self.left < 0:
                body.append("<p><em>The rest is too long to be shown.</em></p>")
                break
            body.append(part)
        return _PAGE.format(title=name, style=_STYLE, body="\n".join(filter(None, body)))

    def _entries(self):
        return self.record.get("questions", [])

    def _heading(self, name):
        run = self.run
        penalty = float(run.get("late_penalty") or 0)
        late = f"<p>{penalty:g} points were taken off for lateness.</p>" if penalty else ""
        rows = "".join(
            f'<tr><td><a href="#{_id(e)}">{html.escape(e["id"])}</a></td>'
            f"<td>{_state(e)}</td><td>{self._points(e['id'], e)}</td></tr>"
            for e in self._entries()
        )
        rows += "".join(
            f"<tr><td>{html.escape(name)}</td><td>{self._reading(marks)}</td>"
            f"<td>{self._points(name, marks)}</td></tr>"
            for name, marks in self.scores.items()
            if name not in {e["id"] for e in self._entries()}
        )
        unread = sum(m["points"] for m in self.scores.values() if m.get("score") is None)
        so_far = f" so far; {_number(unread)} are not read yet" if unread else ""
        return (
            f"<h1>{name}</h1><p class='total'>{_number(run.get('score'))} of "
            f"{_number(run.get('max_score'))} points{so_far}</p>{late}"
            f"<table><thead><tr><th>question</th><th>result</th><th>points</th></tr></thead>"
            f"<tbody>{rows}</tbody></table>"
        )

    def _points(self, name, entry):
        """Points as the gradebook has them, which a person may have changed."""
        marks = self.scores.get(name, entry)
        return f"{_number(marks.get('score'))} of {_number(marks.get('points'))}"

    def _giver(self, name):
        """Whose points they are, where the gradebook's differ from what the sentence says."""
        by_person = self.scores.get(name, {}).get("by_person")
        return " A person read your work and set these points." if by_person else ""

    def _reading(self, marks):
        if marks.get("score") is None:
            return "not read yet"
        if self.record.get("problem") and not marks.get("by_person"):
            return "could not be read"
        return "no answer" if marks.get("comment") == _UNCHANGED else "read by a person"

    def _problem(self):
        problem = self.record.get("problem")
        if problem:
            return f"<p class='wrong'>{html.escape(problem)}</p>"
        shown = self.record.get("shown_id")
        if shown and shown != self.record.get("student"):
            return f"<p>Graded under the numbers of the id <code>{html.escape(shown)}</code>.</p>"
        typed = self.record.get("typed_id")
        if typed is None or not shown or typed == shown:
            return ""
        return f"<p class='wrong'>{_OTHER_ID.format(says=_ID_SAYS.get(typed, 'is not'))}</p>"

    def _question(self, entry):
        parts = [f'<section id="{_id(entry)}"><h2>{html.escape(entry["id"])}</h2>']
        if entry.get("prompt"):
            parts.append(f"<div class='asked'>{_markdown(entry['prompt'])}</div>")
        if entry.get("choices"):
            options = "".join(
                f"<li><strong>{html.escape(k)}</strong>: {html.escape(str(v))}</li>"
                for k, v in entry["choices"].items()
            )
            parts.append(f"<ul>{options}</ul>")
        answer = html.escape(entry.get("answer") or "")
        folded = self._is_asked(entry) and self.key.hidden(entry["id"])
        if answer and not folded:
            parts.append(f"<p>Your answer: <code>{answer}</code></p>")
        kind = {"right": "right", "partly right": "partly"}.get(_state(entry), "wrong")
        parts.append(f"<p class='{kind}'>{marked(entry['message'])}</p>")
        if answer and folded:
            parts.append(
                "<details><summary>What grading read of your code</summary>"
                f"<code>{answer}</code></details>"
            )
        if self.show_expected:
            parts.append(self._expected(entry))
        points = self._points(entry["id"], entry)
        look = self._where(entry) if kind != "right" else ""
        parts.append(f"<p>{points} points.{self._giver(entry['id'])}{look}</p></section>")
        return "".join(filter(None, parts))

    def _where(self, entry):
        """Where in the book to look, linked where the book's address is known."""
        where = html.escape(entry.get("where") or "")
        if where and self._is_asked(entry) and self.book.startswith(("https://", "http://")):
            page = f"{self.book}/{self.key.page(entry['id'])}"
            where = f'<a href="{html.escape(page)}">{where}</a>'
        return f" In the book: {where}." if where else ""

    def _is_asked(self, entry):
        """Whether it is a question of the key: other checks are the instructor's own."""
        return self.key is not None and entry["id"] in self.key.questions

    def _expected(self, entry):
        if not self._is_asked(entry) or self.key.hidden(entry["id"]):
            return ""
        variant = self.key.variant(entry["id"], self.record.get("shown_id"))
        steps = "".join(f"<li>{html.escape(str(step))}</li>" for step in variant.steps)
        expected = shorten(repr(variant.answer), 2000)
        return (
            f"<p>Expected: <code>{html.escape(expected)}</code></p>"
            f"{f'<ol>{steps}</ol>' if steps else ''}"
        )

    # ------------------------------------------------------------------ the notebook

    def _cell(self, cell):
        marks = cell.metadata.get("nbgrader", {})
        comment = marks.get("comment")
        comment = None if comment == _UNCHANGED else comment
        note = f"<div class='comment'><b>Comment:</b> {_markdown(comment)}</div>" if comment else ""
        if marks.get("grade") and not marks.get("solution"):
            return ""  # a check: what it found stands above
        if cell.metadata.get(RECORD, {}).get("for") == INSTRUCTOR:
            return ""
        if cell.cell_type == "code":
            return f"<div class='cell'>{_code(cell.source)}{_outputs(cell)}{note}</div>"
        points = ""
        if marks.get("grade") or marks.get("task"):
            points = f"<p>{self._points(marks['grade_id'], marks)} points.</p>"
        text = clean_html(_markdown(shorten(cell.source)))
        return f"<div class='text'>{text}{points}{note}</div>"


def _id(entry):
    return "q-" + html.escape(entry["id"], quote=True)


def _state(entry):
    credit = entry["credit"]
    return "right" if credit >= 1 else "partly right" if credit > 0 else "not right"


def _number(value):
    return "–" if value is None else f"{round(float(value), 2):g}"


def _code(source):
    return highlight(shorten(source), PythonLexer(), HtmlFormatter(cssclass="code"))


def _outputs(cell):
    return "".join(_output(output) for output in cell.get("outputs", []))


def _output(output):
    if output.output_type == "stream":
        return f"<pre class='{html.escape(output.name)}'>{html.escape(output.text)}</pre>"
    if output.output_type == "error":
        text = "\n".join(output.traceback) or f"{output.ename}: {output.evalue}"
        return f"<pre class='stderr'>{html.escape(shorten(text, 20_000))}</pre>"
    data = output.get("data", {})
    for mime in ("image/png", "image/jpeg"):
        if mime in data:
            picture = html.escape("".join(data[mime].split()), quote=True)
            alt = html.escape(shorten(data.get("text/plain", "picture"), 200), quote=True)
            return f'<img alt="{alt}" src="data:{mime};base64,{picture}">'
    if "text/html" in data:
        return f"<div class='html'>{clean_html(data['text/html'])}</div>"
    if "text/markdown" in data:
        return f"<div class='html'>{clean_html(_markdown(data['text/markdown']))}</div>"
    return f"<pre>{html.escape(data.get('text/plain', ''))}</pre>"


_STYLE = """
:root { color-scheme: light dark; --ink: #1b1f24; --paper: #fff; --line: #d0d7de; --soft: #f6f8fa;
  --right: #116329; --partly: #7a4b00; --wrong: #a40e26; --link: #0550ae; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --paper: #0d1117; --line: #3d444d;
  --soft: #161b22; --right: #56d364; --partly: #e3b341; --wrong: #ff7b72; --link: #79c0ff; } }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
  max-width: 48rem; margin: 2rem auto; padding: 0 1rem; }
a { color: var(--link); } h2 { font-size: 1.2rem; margin-top: 2rem; } .total { font-size: 1.3rem; }
table { border-collapse: collapse; } th, td { border: 1px solid var(--line); padding: .2rem .6rem;
  text-align: left; } img { max-width: 100%; background: #fff; }
section { border-top: 1px solid var(--line); }
.right, .partly, .wrong { border-left: .3rem solid; padding-left: .6rem; }
.right { color: var(--right); } .partly { color: var(--partly); } .wrong { color: var(--wrong); }
.cell, .text { margin: 1rem 0; } .comment { border: 1px solid var(--line); padding: 0 .6rem; }
pre, .code pre { background: var(--soft); padding: .5rem; overflow-x: auto; margin: .2rem 0;
  font-size: .85rem; white-space: pre-wrap; overflow-wrap: anywhere; }
.stderr { border-left: .3rem solid var(--wrong); }
.code .k, .code .kn, .code .ow { font-weight: 600; } .code .c1, .code .s2 { opacity: .8; }
@media print { .cell, section { break-inside: avoid; } body { max-width: none; } }
"""

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Feedback: {title}</title>
<style>{style}</style>
</head>
<body><main>
{body}
</main></body>
</html>
"""
