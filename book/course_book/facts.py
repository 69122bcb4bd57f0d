"""What the lectures say, in the book.

``{source}`amity` ``          a lecture document by its title, linked to its full description
```{sources}                  the documents in full
```{facts-overview}           how many facts there are, and buttons that show one kind alone
``{fact}`conv-01` ``          a quiet mark, which leads to the entry of a fact in the appendix
```{facts} convolution        every fact of a topic, each with its anchor ``fact-<id>``
"""

import numpy as np
from docutils import nodes
from docutils.statemachine import StringList
from sphinx import addnodes
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

log = logging.getLogger(__name__)
# kind -> (badge, sign): told apart by word, sign, shape and colour
KINDS = {
    "agrees": ("agrees", "✓"),
    "reserved": ("agrees, but", "±"),
    "erratum": ("erratum", "≠"),
    "open": ("left open", "?"),
}


def _facts():
    from course_lib.lectures.facts import FACTS

    return FACTS


def _sources():
    from course_lib.lectures.sources import SOURCES

    return SOURCES


def _reference(docname, label, text, classes):
    reference = addnodes.pending_xref(
        "",
        nodes.inline("", text, classes=["std", "std-ref"]),
        refdomain="std",
        reftype="ref",
        reftarget=label,
        refexplicit=True,
        refwarn=True,
        refdoc=docname,
    )
    return nodes.inline("", "", reference, classes=classes)


def kind_of(fact):
    """One of ``KINDS``."""
    return "reserved" if fact.reserved else fact.verdict


def matrix(value):
    """LaTeX of rows of numbers, None where the value is anything else."""
    from course_lib.lectures.facts import show

    is_rows = isinstance(value, list | tuple | np.ndarray) and len(value) > 1
    if not is_rows or not all(isinstance(row, list | tuple | np.ndarray) for row in value):
        return None
    if len({len(row) for row in value}) != 1 or np.asarray(value).dtype.kind not in "iuf":
        return None
    rows = [" & ".join(show(x).replace("−", "-") for x in row) for row in np.asarray(value)]
    return r"\begin{pmatrix}" + r" \\ ".join(rows) + r"\end{pmatrix}"


def fact_link(docname, fact_id):
    """A small mark that leads to the entry of a fact; its code shows when it is pointed at."""
    return _reference(docname, f"fact-{fact_id}", f"fact {fact_id}", ["fact-link"])


def source_link(docname, key):
    """A link from a page to a lecture document, by its title."""
    return _reference(docname, f"source-{key}", _sources()[key].short, ["source-link"])


def _role(known, link):
    def role(name, rawtext, text, lineno, inliner, options=None, content=None):
        docname = inliner.document.settings.env.docname
        if text not in known():
            log.warning("{%s}: nothing has the id %r", name, text, location=(docname, lineno))
            return [nodes.literal(rawtext, text)], []
        return [link(docname, text)], []

    return role


class _FactDirective(SphinxDirective):
    def parsed(self, markdown):
        """Nodes of a piece of Markdown."""
        holder = nodes.container()
        lines = StringList(markdown.splitlines(), source=self.get_source_info()[0])
        self.state.nested_parse(lines, self.content_offset, holder)
        return holder.children

    def entry(self, name, classes):
        """An empty block with the anchor ``name``."""
        block = nodes.container(ids=[name], names=[name], classes=classes)
        self.state.document.note_explicit_target(block)
        return block


class Facts(_FactDirective):
    required_arguments = 1
    final_argument_whitespace = True

    def run(self):
        chosen = [fact for fact in _facts().values() if fact.topic == self.arguments[0]]
        if not chosen:
            raise self.error(f"no fact has the topic {self.arguments[0]!r}")
        return [self.shown(fact) for fact in chosen]

    def shown(self, fact):
        from course_lib.lectures.facts import show

        kind = kind_of(fact)
        badge, sign = KINDS[kind]
        entry = self.entry(f"fact-{fact.id}", ["fact", f"fact-{kind}"])
        head = nodes.paragraph(classes=["fact-head"])
        head += nodes.strong("", fact.id)
        head += nodes.Text(" ")
        head += nodes.inline("", f"{sign} {badge}", classes=["verdict", kind])
        entry += head
        entry += self.parsed(f"{fact.claim} ({{source}}`{fact.source}`)")
        if isinstance(fact.value, bool):
            rows = [(f"Computed: {fact.question}", fact.value)]
        elif fact.verdict == "agrees":
            rows = [("Printed and computed:", fact.value)]
        else:
            printed = [] if fact.printed is None else [("The lecture prints:", fact.printed)]
            rows = [*printed, ("Computed:", fact.value)]
        listing = nodes.bullet_list(classes=["fact-values"])
        for label, value in rows:
            line = nodes.paragraph("", f"{label} ")
            item = nodes.list_item("", line)
            if latex := matrix(value):
                item += nodes.math_block(latex, latex, nowrap=False, number=None, label=None)
            else:
                line += nodes.literal("", value if isinstance(value, str) else show(value))
            listing += item
        entry += listing
        if fact.statement:
            entry += self.parsed(fact.statement)
        if fact.verdict == "erratum":
            entry += self.parsed(f"*Why the slip is natural:* {fact.reason}")
        return entry


class Overview(_FactDirective):
    """How many facts there are of each kind, and buttons that show one kind alone.

    The buttons are radio buttons, which the style sheet reads: they need no JavaScript.
    """

    def run(self):
        facts = _facts().values()
        counts = {kind: sum(kind_of(fact) == kind for fact in facts) for kind in KINDS}
        agreeing = counts["agrees"] + counts["reserved"]
        text = (
            f"Of {len(facts)} facts, {agreeing} agree with what the engine computes, "
            f"{counts['reserved']} of them with something to add. {counts['erratum']} are errata. "
            f"{counts['open']} are questions that the lectures leave open."
        )
        return [*self.parsed(text), nodes.raw("", self.buttons(counts), format="html")]

    @staticmethod
    def buttons(counts):
        choices = {"all": ("all", "", sum(counts.values()))}
        choices |= {kind: (*KINDS[kind], counts[kind]) for kind in counts}
        rows = [
            f'<label class="{kind}"><input type="radio" name="facts" value="{kind}"'
            f"{' checked' if kind == 'all' else ''}> {f'{sign} {badge}'.strip()} ({count})</label>"
            for kind, (badge, sign, count) in choices.items()
        ]
        legend = "<legend>Show which facts</legend>"
        return f'<fieldset class="fact-filter">{legend}{"".join(rows)}</fieldset>'


class Sources(_FactDirective):
    def run(self):
        blocks = []
        for key, source in _sources().items():
            block = self.entry(f"source-{key}", ["source"])
            block += nodes.paragraph("", "", nodes.emphasis("", source.short), nodes.Text(". "))
            block[0] += nodes.Text(source.full)
            blocks.append(block)
        return blocks


def setup(app):
    app.add_role("fact", _role(_facts, fact_link))
    app.add_role("source", _role(_sources, source_link))
    app.add_directive("facts", Facts)
    app.add_directive("facts-overview", Overview)
    app.add_directive("sources", Sources)
