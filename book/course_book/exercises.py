"""The graded assignments as one table, as the question bank lists them.

```{assignments}```     a row for each: what it trains, minutes, points, engine, what to read first

A row is what ``{ref}`exercise-ps2` `` leads to. Tasks and their formulas stand in the notebooks
alone.
"""

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective

HEADINGS = ("Assignment", "What it trains", "Minutes", "Points", "Needs", "Read first")


def label(assignment):
    """The label of its row: exercise-ps2."""
    return f"exercise-{assignment.id.partition('-')[0]}"


def chapters(assignment):
    """Numbers of the chapters that explain its questions, in the book's order."""
    from course_bank import bank
    from course_bank.core.where_to_read import TOPICS, place

    return sorted({place(q, TOPICS[bank[q].topic][0])[0] for q in assignment.questions})


def _reading(assignment):
    """Links to those chapters; a link without a text shows the chapter's title."""
    from course_bank.core.where_to_read import CHAPTERS

    return ", ".join(f"[{n}](/chapters/{CHAPTERS[n]}.md)" for n in chapters(assignment))


def _cells(assignment):
    number = assignment.id.partition("-")[0]
    return (
        f"**{number}** {assignment.title}",
        assignment.trains or assignment.intro.partition(". ")[0],
        str(assignment.minutes),
        str(assignment.points),
        assignment.needed,
        _reading(assignment),
    )


class Assignments(SphinxDirective):
    def run(self):
        from course_bank import problem_sets

        listed = list(problem_sets.values())
        rows = [HEADINGS, ["---"] * len(HEADINGS), *map(_cells, listed)]
        lines = [f"| {' | '.join(row)} |" for row in rows]
        holder = nodes.container(classes=["assignments"])
        text = StringList(lines, source=self.get_source_info()[0])
        self.state.nested_parse(text, self.content_offset, holder)
        for row, assignment in zip(list(holder.findall(nodes.row))[1:], listed, strict=True):
            self._label(row, assignment)
        return [holder]

    def _label(self, row, assignment):
        """The row is the target of its label, and of the heading that stood here once."""
        name = label(assignment)
        words = next(iter(row.findall(nodes.paragraph)))
        words["ids"] += [name, nodes.make_id(assignment.title)]
        domain = self.env.get_domain("std")
        domain.labels[name] = (self.env.docname, name, assignment.title)
        domain.anonlabels[name] = (self.env.docname, name)


def setup(app):
    app.add_directive("assignments", Assignments)
