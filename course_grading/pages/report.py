"""`course report`: one page on how a class did in an assignment.

The page shows the distribution of points, how hard each question was and how well it tells strong
from weak work, which misconceptions were met and how often, and whom to look at. It is written into
the course folder and asks for nothing from outside it.
"""

import html
import io
from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from course_grading import bounded_child
from course_grading.gradebook import keys
from course_grading.gradebook.files import Unusable, write_atomically
from course_grading.gradebook.grades import grade_table
from course_grading.submission import copied_answers

_NO_ANSWER = ("no answer", "empty")
_SECONDS, _MEMORY = 600.0, 4 << 30  # for the page of a class of thousands
ENOUGH = 30  # students; a correlation among fewer is off by 0.3 and more


@dataclass
class Item:
    """One question over the class. ``difficulty`` is the mean share of its points."""

    id: str
    points: float
    difficulty: float
    discrimination: float | None
    unanswered: int


@dataclass
class Summary:
    """Everything the page shows."""

    assignment: str
    title: str
    grades: list
    items: list = field(default_factory=list)
    misconceptions: list = field(default_factory=list)  # (count, question, name, message)
    look_at: list = field(default_factory=list)  # (student, why)


def summarise(course, assignment):
    """A `Summary` of the graded submissions of ``assignment``."""
    grades, records = grade_table(course, assignment), course.records(assignment)
    key = keys.read(course.root, assignment, course.students(assignment))
    summary = Summary(assignment, key.title if key else assignment, grades)
    readable = {s: r for s, r in records.items() if not r.get("problem")}
    summary.items = items(readable)
    summary.misconceptions = misconceptions(readable)
    matches = copied_answers.find(key, readable, [grade.student for grade in grades])
    summary.look_at = look_at(grades, records, matches)
    return summary


def items(records):
    """`Item` of each question, in the order of the notebook."""
    names = {}
    for record in records.values():
        for entry in record["questions"]:
            names.setdefault(entry["id"], entry["points"])
    table = {
        name: np.array([_credit(record, name) for record in records.values()]) for name in names
    }
    total = sum((credits * names[name] for name, credits in table.items()), np.zeros(len(records)))
    return [
        Item(
            name,
            points,
            float(table[name].mean()) if len(records) else 0.0,
            correlation(table[name], total - points * table[name]),
            sum(_entry(r, name).get("misconception") in _NO_ANSWER for r in records.values()),
        )
        for name, points in names.items()
    ]


def _entry(record, name):
    return next((entry for entry in record["questions"] if entry["id"] == name), {})


def _credit(record, name):
    return float(_entry(record, name).get("credit", 0.0))


def correlation(credits, rest):
    """Pearson's correlation of a question with the points of all others; None if either is flat."""
    if len(credits) < 3 or credits.std() == 0 or rest.std() == 0:
        return None
    return float(np.corrcoef(credits, rest)[0, 1])


def misconceptions(records):
    """[(count, question, name, message)] of what was recognised, the most frequent first."""
    counts, messages = Counter(), {}
    for record in records.values():
        for entry in record["questions"]:
            name = entry.get("misconception")
            if name and name not in (*_NO_ANSWER, "form"):
                counts[entry["id"], name] += 1
                messages[entry["id"], name] = entry["message"]
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return [(count, *key, messages[key]) for key, count in ranked]


def look_at(grades, records, matches=()):
    """[(student, why)]: nothing handed in, unreadable, stopped cells, another's numbers."""
    listed = []
    for grade in grades:
        if grade.score is None:
            listed.append((grade.student, grade.remark))
    for student, record in sorted(records.items()):
        if record.get("problem"):
            listed.append((student, record["problem"]))
        listed += [(student, flag) for flag in record.get("flags", [])]
    listed += [(match.student, str(match)) for match in matches]
    return sorted(set(listed))  # a match is among the flags, unless the other came later


# ---------------------------------------------------------------------------- the page


def write(course, assignment):
    """Write the page; returns its path, ``reports/<assignment>.html`` in the course folder."""
    try:  # what students wrote stands in it
        text = bounded_child.call(_text, course, assignment, seconds=_SECONDS, memory=_MEMORY)
    except bounded_child.Failed:
        raise
    except bounded_child.Ended as end:
        raise Unusable(f"The report on {assignment} cannot be made: that {end}.") from None
    folder = course.root / "reports"
    folder.mkdir(exist_ok=True)
    path = folder / f"{assignment}.html"
    write_atomically(path, text)
    return path


def _text(course, assignment):
    return page(summarise(course, assignment))


def page(summary):
    """The report as HTML."""
    scores = [grade.score for grade in summary.grades if grade.score is not None]
    most = max((grade.most for grade in summary.grades), default=0.0)
    parts = [
        f"<h1>{html.escape(summary.title)}</h1>",
        f"<p>{html.escape(summary.assignment)}: {len(scores)} of {len(summary.grades)} students "
        f"graded.{_middle(scores, most)}{_unread(summary.grades)}</p>",
        _section("Distribution of points", distribution(scores, most) if scores else ""),
        _section(
            "Questions", _item_table(summary.items, len(scores)) + _item_figure(summary.items)
        ),
        _section("Misconceptions", _misconception_table(summary.misconceptions)),
        _section("Students to look at", _list(summary.look_at)),
        _section("All students", _grade_table(summary.grades)),
    ]
    return _PAGE.format(title=html.escape(summary.title), body="\n".join(parts))


def _middle(scores, most):
    if not scores:
        return ""
    return (
        f" Mean {np.mean(scores):.1f}, median {np.median(scores):.1f}, lowest {min(scores):g}, "
        f"highest {max(scores):g} of {most:g} points."
    )


def _unread(grades):
    """What the points on the page still lack."""
    count = sum(grade.to_read for grade in grades)
    return f" {count} answers are still to be read; their points are missing here." if count else ""


def _section(title, body):
    return f"<section><h2>{title}</h2>{body or '<p>Nothing to show.</p>'}</section>"


def _table(headings, rows, numbers=()):
    """A table; columns in ``numbers`` are aligned to the right."""

    def cell(tag, place, text):
        align = " class='n'" if place in numbers else ""
        return f"<{tag}{align}>{html.escape(str(text))}</{tag}>"

    head = "".join(cell("th", i, text) for i, text in enumerate(headings))
    body = "".join(
        "<tr>" + "".join(cell("td", i, text) for i, text in enumerate(row)) + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _item_table(found, students):
    rows = [
        (
            item.id,
            f"{item.points:g}",
            f"{item.difficulty:.0%}",
            "–" if item.discrimination is None else f"{item.discrimination:.2f}",
            item.unanswered,
        )
        for item in found
    ]
    note = (
        "<p>Mean: share of the points that the class earned. Discrimination: correlation of the "
        "question with the points of all other questions; below 0.2 it tells little."
    )
    if students < ENOUGH:
        note += f" With {students} students the discrimination is rough: one more may turn it."
    note += "</p>"
    headings = ("question", "points", "mean", "discrimination", "no answer")
    return _table(headings, rows, (1, 2, 3, 4)) + note if rows else ""


def _misconception_table(found):
    rows = [(count, question, name, message) for count, question, name, message in found]
    headings = ("students", "question", "misconception", "what they were told")
    return _table(headings, rows, (0,)) if rows else "<p>None was recognised.</p>"


def _list(found):
    rows = [(student, why) for student, why in found]
    return _table(("student", "why"), rows) if rows else "<p>Nobody.</p>"


def _grade_table(grades):
    rows = [
        (
            grade.student,
            "–" if grade.score is None else f"{grade.score:g}",
            grade.to_read or "",
            "yes" if grade.late else "",
        )
        for grade in grades
    ]
    return _table(("student", "points", "to read", "late"), rows, (1, 2))


def _axes(width, height):
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.subplots()
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def distribution(scores, most):
    """Histogram of the points, as SVG."""
    figure, axes = _axes(7, 2.6)
    bins = np.linspace(0, most, min(int(most) + 1, 21)) if most else 10
    axes.hist(np.clip(scores, 0, most), bins=bins, color="#0550ae", edgecolor="white")
    axes.set(xlabel="points", ylabel="students", xlim=(0, most or None))
    axes.yaxis.get_major_locator().set_params(integer=True)
    return _svg(figure, f"Histogram of the points of {len(scores)} students")


def _item_figure(found):
    if not found:
        return ""
    figure, axes = _axes(7, 0.6 + 0.28 * len(found))
    axes.barh([item.id for item in found], [item.difficulty for item in found], color="#0550ae")
    axes.invert_yaxis()
    axes.set(xlim=(0, 1), xlabel="mean share of the points")
    return _svg(figure, "Mean share of the points of each question")


def _svg(figure, label):
    from matplotlib import rc_context

    stream = io.StringIO()
    with rc_context({"svg.hashsalt": "report", "svg.fonttype": "none"}):
        figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
    text = stream.getvalue()
    text = text[text.index("<svg") :]
    return f'<div class="figure" role="img" aria-label="{html.escape(label)}">{text}</div>'


_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Report: {title}</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; color: #1b1f24; background: #fff;
  max-width: 56rem; margin: 2rem auto; padding: 0 1rem; }}
h2 {{ font-size: 1.2rem; border-bottom: 1px solid #d0d7de; }}
table {{ border-collapse: collapse; margin: 1rem 0; }}
th, td {{ border: 1px solid #d0d7de; padding: .2rem .6rem; text-align: left;
  vertical-align: top; overflow-wrap: break-word; }}
.n {{ text-align: right; font-variant-numeric: tabular-nums; }}
.figure svg {{ max-width: 100%; height: auto; }}
@media print {{ body {{ max-width: none; font-size: 11pt; margin: 0; }}
  tr, .figure {{ break-inside: avoid; }} }}
</style>
</head>
<body><main>
{body}
</main></body>
</html>
"""
