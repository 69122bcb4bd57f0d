"""Feedback pages: what was asked, what was answered, what was misunderstood, and the points.

`nbgrader generate_feedback` calls `FeedbackExporter`. A page holds no script, no hidden check and
nothing that is for the instructor alone; worked solutions only with
``c.FeedbackExporter.show_expected = True``, and never before the deadline that the gradebook knows.
What a student wrote is text or cleaned HTML.
"""

import html
import re
from datetime import UTC, datetime
from pathlib import Path

from nbconvert.exporters import Exporter
from nbgrader import utils
from traitlets import Bool, Integer, Unicode

from course_bank.core.rendering import marked
from course_grading import bounded_child
from course_grading.gradebook import failures, keys, second_try
from course_grading.gradebook.record import RECORD
from course_grading.pages import folded_notebook, messages, solutions
from course_grading.pages.feedback_layout import PAGE, STYLE
from course_grading.pages.folded_notebook import UNCHANGED, markdown
from course_grading.pages.html_cleaning import clean_html
from course_grading.text import shorten
from course_lib.exercise import SAMPLE_STUDENT
from course_lib.exercise.wording import stop

LONG = 400  # characters, more of an answer are folded
SHORT = 300  # characters, so many of a task stand open
_OTHER_ID = (
    "<code>STUDENT_ID</code> in your notebook {says} your id. The numbers that it showed you are "
    "not yours; graded are your own, so right answers to the others count as wrong. If that was "
    "a slip, tell your instructor."
)
_ID_SAYS = {"": "is blank, not", SAMPLE_STUDENT: f'still says "{SAMPLE_STUDENT}", which is not'}
_NO_NAME = {  # what a verdict calls an answer that no mistake with a name led to
    "empty": ("none", "no answer"),
    "no answer": ("none", "no answer"),
    "form": ("wrong", "could not be read"),
    "error": ("wrong", "stops with an error"),
    "ungraded": ("none", "could not be graded"),
}
_NAMED = re.compile(r"^\*\*(?P<name>[^*]+)\*\*[^\n]*\n\n")  # a task's first line: name and points


class FeedbackExporter(Exporter):
    """One HTML page from an autograded notebook."""

    file_extension = ".html"
    output_mimetype = "text/html"
    show_expected = Bool(
        False, help="Show worked solutions, code included. Not before a deadline that is set."
    ).tag(config=True)
    book = Unicode(
        "", help="Address of the book: pages and released notebooks link to its sections"
    ).tag(config=True)
    max_bytes = Integer(3_000_000, help="A page is not made longer than this.").tag(config=True)

    def from_filename(self, filename, resources=None, **kwargs):
        """The page and the resources; the notebook is read and shown in a child with limits."""
        resources["output_extension"] = self.file_extension
        try:
            return bounded_child.call(self._text, filename, resources), resources
        except bounded_child.Ended as end:
            if failures.of_all(end):
                raise
            self.log.warning("%s: showing the notebook %s", resources["nbgrader"]["student"], end)
            told = f"Your notebook cannot be shown: that {end}."
            return bounded_child.call(self._text, filename, resources, told), resources

    def _text(self, filename, resources, instead=None):
        resources["nbgrader"]["instead"] = instead
        return super().from_filename(filename, resources)[0]

    def from_notebook_node(self, nb, resources=None, **kwargs):
        nb, resources = super().from_notebook_node(nb, resources, **kwargs)
        run = resources["nbgrader"]
        root = self.parent.coursedir.root if self.parent else "."
        run["tries"] = self._tries(nb, run, root)
        page = Page(nb, run, self._solutions(run), self.max_bytes, self.book, root)
        return page.text(run.get("instead")), resources

    def _tries(self, nb, run, root):
        """On a second try, HTML: which one counts, or until when there is one."""
        may = second_try.allowed(root, run["assignment"], self.config)
        before = second_try.first(root, run["assignment"], run["student"])
        if may:
            run["ends"] = max(run.get("ends") or may.until, may.until)
        if before is None:
            if may is None or second_try.is_over(may):
                return ""
            return (
                f"<p>You may hand in once more until {may.until:%d %B %Y, %H:%M} UTC. The "
                f"{may.counts} of the two counts.</p>"
            )
        problem = bool(nb.metadata.get(RECORD, {}).get("problem"))
        counts = may.counts if may else "better"
        score, which = second_try.counted(counts, before, run["score"], problem)
        page = html.escape(f"{run['notebook']}{second_try.FIRST_PAGE}")
        return (
            f"<p>This is your second try. <a href='{page}'>The first</a> had "
            f"{_points(before.score)}. The {counts} of the two counts, which is the {which}: "
            f"{_points(score)}.</p>"
        )

    def _solutions(self, run):
        """{grade id: solution}, None where they are not to be shown."""
        if not self.show_expected:
            return None
        if (ends := run.get("ends")) and datetime.now(UTC).replace(tzinfo=None) < ends:
            self.log.warning(
                "%s: solutions are not shown before the deadline, %s UTC", run["student"], ends
            )
            return None
        if not self.parent:
            return {}
        directory = self.parent.coursedir
        folder = directory.format_path(directory.source_directory, ".", run["assignment"])
        return solutions.read(Path(folder) / f"{run['notebook']}.ipynb")


class Page:
    """The text of one feedback page; ``worked`` are the solutions to show, None for none."""

    def __init__(self, nb, run, worked=None, max_bytes=3_000_000, book="", root="."):
        self.nb, self.run, self.left = nb, run, max_bytes
        self.book = book.rstrip("/") if book.startswith(("https://", "http://")) else ""
        self.record = nb.metadata.get(RECORD, {})
        assignment, shown = (self.record.get(name) for name in ("assignment", "shown_id"))
        self.key = keys.read(root, assignment, [shown]) if assignment else None
        self.worked = worked
        self.entries = {entry["id"]: entry for entry in self.record.get("questions", [])}
        self.cells = {
            cell.metadata.nbgrader.grade_id: cell
            for cell in nb.cells
            if utils.is_grade(cell) or utils.is_task(cell)
        }
        self.scores = {name: cell.metadata.nbgrader for name, cell in self.cells.items()}
        self.answers = _answers(nb)

    def text(self, instead=None):
        """The page; with ``instead``, a sentence in the place of the notebook."""
        title = self.key.title if self.key else self.run["notebook"]
        tasks = [*self.cells, *(name for name in self.entries if name not in self.cells)]
        body = [self._heading(title), self._overview(tasks), *map(self._task, tasks)]
        body.append("<details class='notebook'><summary>Your notebook, as it ran</summary>")
        if instead:
            body.append(f"<p><em>{html.escape(instead)}</em></p>")
        told = {name for name in tasks if name in self.entries or name in self._written()}
        commented = {marks.grade_id for marks in self.answers.values()}
        for part in [] if instead else folded_notebook.cells(self.nb, told, commented):
            self.left -= len(part.encode())
            if self.left < 0:
                body.append("<p><em>The rest is too long to be shown.</em></p>")
                break
            body.append(part)
        body.append("</details>")
        return PAGE.format(
            title=html.escape(title), style=STYLE, body="\n".join(filter(None, body))
        )

    def _written(self):
        """Grade ids of the tasks that are answered in words."""
        return {name for name, cell in self.cells.items() if cell.cell_type != "code"}

    # ------------------------------------------------------------------ the beginning

    def _heading(self, title):
        run = self.run
        name, student = run.get("student_name"), run.get("student", "")
        student = f"{name} ({student})" if name else student
        where = html.escape(run["notebook"])
        if self.book and self.record.get("assignment"):
            number = self.record["assignment"].partition("-")[0]
            page = f"{self.book}/chapters/exercises.html#exercise-{number}"
            where = f'<a href="{html.escape(page)}">{where}</a>'
        return (
            f"<h1>{html.escape(title)}</h1>"
            f"<p class='who'>Feedback for {html.escape(student)} · {where}</p>"
            f"{self._total()}{self.run.get('tries', '')}{self._problem()}"
        )

    def _total(self):
        run = self.run
        unread = sum(m["points"] for m in self.scores.values() if m.get("score") is None)
        waiting = (
            f"<p>A person reads the answers in words; {_points(unread)} of the "
            f"{_number(run.get('max_score'))} {'is' if unread == 1 else 'are'} for those, and not "
            "given yet.</p>"
        )
        penalty = float(run.get("late_penalty") or 0)
        late = f"<p>{_points(penalty)} taken off for lateness.</p>"
        return (
            f"<p class='total'><b>{_number(run.get('score'))}</b> of "
            f"{_number(run.get('max_score'))} points{' so far' if unread else ''}</p>"
            f"{waiting if unread else ''}{late if penalty else ''}"
        )

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
        if self.key and self.key.are_one(typed, shown):
            return ""
        return f"<p class='wrong'>{_OTHER_ID.format(says=_ID_SAYS.get(typed, 'is not'))}</p>"

    def _overview(self, tasks):
        rows = "".join(
            f'<li><a class="{self._state(name)[0]}" href="#{_id(name)}">'
            f"<span>{html.escape(name)}</span><b>{self._score(name)}</b></a></li>"
            for name in tasks
        )
        return f"<nav aria-label='Tasks'><ul>{rows}</ul></nav>" if rows else ""

    # ------------------------------------------------------------------ one task

    def _state(self, name):
        """(its class, what became of it in a few words)."""
        if name not in self.entries:
            marks = self.scores[name]
            if marks.get("score") is None:
                return "none", "not read yet"
            if self.record.get("problem") and not marks.get("by_person"):
                return "none", "could not be read"
            no_answer = marks.get("comment") == UNCHANGED
            return "none", "no answer" if no_answer else "read by a person"
        entry = self.entries[name]
        credit, named = entry["credit"], entry.get("misconception")
        if self.record.get("problem"):
            return "none", "could not be read"
        if credit >= 1:
            return "right", "right"
        if named in _NO_NAME:
            return _NO_NAME[named]
        kind = "partly" if credit > 0 else "wrong"
        if named and not entry.get("choices"):  # what was chosen stands below, in words
            return kind, f"known mistake: {named}"
        return kind, "partly right" if credit > 0 else "not right"

    def _score(self, name):
        """Points as the gradebook has them, which a person may have changed."""
        marks = self.scores.get(name) or self.entries[name]
        return f"{_number(marks.get('score'))} of {_number(marks.get('points'))}"

    def _giver(self, name):
        """Whose points they are, where the gradebook's differ from what the sentence says."""
        by_person = self.scores.get(name, {}).get("by_person") and name in self.entries
        return "<p>A person read your work and set these points.</p>" if by_person else ""

    def _task(self, name):
        kind, told = self._state(name)
        is_folded = kind == "right" or bool(self.record.get("problem"))
        parts = self._question(self.entries[name]) if name in self.entries else self._words(name)
        return (
            f"<details class='task {kind}' id=\"{_id(name)}\"{'' if is_folded else ' open'}>"
            f"<summary><code>{html.escape(name)}</code> "
            f"<span class='state'>{html.escape(told)}</span> "
            f"<span class='points'>{self._score(name)} points</span></summary>"
            f"{''.join(filter(None, parts))}{self._giver(name)}</details>"
        )

    def _picture(self, name):
        """The picture that a task shows, drawn again from the numbers of the key."""
        drawn = self.key and self.key.picture(name, self.record.get("shown_id"))
        return folded_notebook.drawing(drawn.svg(), name) if drawn else ""

    def _question(self, entry):
        picture = self._picture(entry["id"]) if self._is_asked(entry) else ""
        yield picture and f"<div class='card'>{picture}</div>"
        is_code = self._is_code(entry)
        asked = self._asked(entry) if entry.get("prompt") else ""
        if _is_short(entry.get("prompt")) and not entry.get("choices"):
            yield f"<div class='asked'>{asked}</div>"
            asked = ""
        answer = html.escape(entry.get("answer") or "")
        if answer and not is_code and len(answer) <= LONG:
            yield f"<p>Your answer: <code>{answer}</code>{self._option(entry)}</p>"
        more = html.escape(entry.get("teaches") or "") if entry["credit"] >= 1 else ""
        message = messages.without_place(entry["message"], entry.get("where"))
        yield messages.shown(message, more or self._where(entry))
        yield folded_notebook.comment(self.answers.get(entry["id"], {}))
        if answer and (is_code or len(answer) > LONG):
            heading = "What grading read of your code" if is_code else "Your answer"
            yield _folded(heading, f"<code>{answer}</code>")
        if failing := entry.get("failing"):
            text = f"<pre class='numbers'>{html.escape(failing)}</pre>"
            yield _folded("The smallest input on which it fails", text)
        if asked:
            inside = f"<div class='asked'>{asked}{picture}</div>"
            yield _folded("The task, with your numbers", inside)
        if self.worked is not None:
            yield self._solution(entry["id"])

    def _option(self, entry):
        """Of a choice, what stands behind the letter that was answered."""
        letter = str(entry.get("answer") or "").strip("'\"() ").lower()
        told = (entry.get("choices") or {}).get(letter)
        return f", {marked(str(told))}" if told else ""

    def _asked(self, entry):
        options = "".join(
            f"<li><strong>{html.escape(k)}</strong>: {html.escape(str(v))}</li>"
            for k, v in (entry.get("choices") or {}).items()
        )
        return markdown(entry["prompt"]) + (f"<ul>{options}</ul>" if options else "")

    def _words(self, name):
        """A task that is answered in words, or checked by a cell of the instructor's own."""
        cell = self.cells[name]
        marks = cell.metadata.nbgrader
        if name in self._written():
            prompt = self._prompt_of(name)
            asked = f"<div class='asked'>{clean_html(markdown(prompt))}</div>" if prompt else ""
            if asked:
                yield asked if _is_short(prompt) else _folded("The task", asked)
            if marks.get("comment") != UNCHANGED:
                text = clean_html(folded_notebook.written(shorten(cell.source)))
                is_long = len(cell.source) > LONG
                inside = f"<div class='answer'>{text}</div>"
                yield _folded("Your answer", inside) if is_long else inside
            yield folded_notebook.comment(marks)
        if self.worked is not None:
            yield self._solution(name)

    def _prompt_of(self, name):
        """The text of the instructor's cell before a written answer."""
        cells = [c for c in self.nb.cells if c.metadata.get("nbgrader", {}).get("grade_id")]
        for cell in cells:
            if cell.metadata.nbgrader.grade_id == f"{name}-prompt" and cell.cell_type != "code":
                return _NAMED.sub("", shorten(cell.source))
        return ""

    def _where(self, entry):
        """Where in the book to look, linked where the book's address is known."""
        heading = entry.get("where") or ""
        where = html.escape(heading)
        if self._is_asked(entry) and self.book:
            page = f"{self.book}/{self.key.page(entry['id'])}"
            where = f'<a href="{html.escape(page)}">{where}</a>'
        return f"In the book: {where}{stop(heading)}" if heading else ""

    def _is_asked(self, entry):
        """Whether it is a question of the key: other checks are the instructor's own."""
        return self.key is not None and entry["id"] in self.key.questions

    def _is_code(self, entry):
        return self._is_asked(entry) and self.key.hidden(entry["id"])

    def _solution(self, name):
        """The expected answer with its steps, and the code or the model answer."""
        parts, entry = [], self.entries.get(name)
        if entry and self._is_asked(entry) and not self.key.hidden(name):
            variant = self.key.variant(name, self.record.get("shown_id"))
            expected = html.escape(shorten(repr(variant.answer), 2000))
            steps = "".join(f"<li>{html.escape(str(step))}</li>" for step in variant.steps)
            parts.append(f"<p>Expected: <code>{expected}</code></p>")
            parts.append(f"<ol>{steps}</ol>" if steps else "")
        if source := self.worked.get(name):
            is_words = name in self._written()
            parts.append(markdown(source) if is_words else folded_notebook.code(source))
        return _folded("Worked solution", "".join(parts)) if any(parts) else ""


def _answers(nb):
    """{grade id of a check: the marks of the answer cell before it}."""
    found, last = {}, None
    for cell in nb.cells:
        if utils.is_grade(cell) and not utils.is_solution(cell) and last is not None:
            found[cell.metadata.nbgrader.grade_id] = last
            last = None
        elif utils.is_solution(cell) and not utils.is_grade(cell):
            last = cell.metadata.nbgrader
    return found


def _is_short(prompt):
    """Whether a task is a few lines of text: then it stands open."""
    return bool(prompt) and len(prompt) <= SHORT and "\n|" not in prompt and "```" not in prompt


def _folded(heading, inside):
    return f"<details><summary>{heading}</summary>{inside}</details>"


def _id(name):
    return "q-" + html.escape(name, quote=True)


def _number(value):
    return "–" if value is None else f"{round(float(value), 2):g}"


def _points(value):
    return f"{_number(value)} point" + ("" if value == 1 else "s")
