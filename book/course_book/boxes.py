"""The boxes of a chapter. Folds are ``<details>``: they open without JavaScript, and on paper.

```{objectives}               what the reader will be able to do; options: minutes, before
```{closing}                  what we can do now +++ what is still missing
```{misconception} In words   why it is not so, folded; option: facts
```{careful} How wide         what only some readers need, folded
```{library} A copy less      what the library's own code does, folded
```{judgement} Choose         a question +++ one good answer, folded

``+++`` alone on a line separates the two parts of a box.
"""

import html
from types import MappingProxyType

from docutils import nodes
from docutils.parsers.rst import directives
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective

KINDS = ("Choose", "Design", "Diagnose", "Prove", "Explain")


class fold(nodes.General, nodes.Element):
    """``<details>``; its first child, a ``fold_title``, is the line that opens it."""


class fold_title(nodes.TextElement):
    pass


def _visit_fold(writer, node):
    classes = " ".join(["fold", *node["classes"]])
    writer.body.append(f'<details class="{html.escape(classes)}">\n')


def _visit_title(writer, node):
    writer.body.append("<summary>")


def _depart_title(writer, node):
    writer.body.append('</summary>\n<div class="fold-body">\n')


def make_fold(title, children, classes=()):
    """A fold with the inline nodes ``title`` and the blocks ``children``."""
    box = fold(classes=list(classes))
    box += fold_title("", "", *title)
    box += children
    return box


def halves(content):
    """The two parts of a box's lines, separated by a line ``+++``; None where there are not two."""
    at = [number for number, line in enumerate(content) if line.strip() == "+++"]
    return (content[: at[0]], content[at[0] + 1 :]) if len(at) == 1 else None


class _Box(SphinxDirective):
    has_content = True

    def blocks(self, content):
        """The nodes of some lines of the box."""
        holder = nodes.container()
        self.state.nested_parse(content, self.content_offset, holder)
        return holder.children

    def words(self, text):
        """The inline nodes of a piece of text."""
        return self.state.inline_text(text, self.lineno)[0]

    def two_parts(self):
        found = halves(self.content)
        if found is None:
            raise self.error(f"{{{self.name}}}: a line +++ must separate its two parts")
        return [self.blocks(part) for part in found]


class Objectives(_Box):
    option_spec = MappingProxyType(
        {"minutes": directives.positive_int, "before": directives.unchanged_required}
    )

    def run(self):
        for name in self.option_spec:
            if name not in self.options:
                raise self.error(f"{{objectives}}: the option {name} is missing")
        box = nodes.admonition(classes=["admonition", "objectives"])
        box += nodes.title("", "After this chapter you will be able to")
        box += self.blocks(self.content)
        needs = f"**Time:** about {self.options['minutes']} minutes, with pencil and paper. "
        box += self.blocks(StringList([f"{needs} **Know before:** {self.options['before']}"]))
        box[-1]["classes"].append("objectives-needs")
        return [box]


class Closing(_Box):
    def run(self):
        box = nodes.container(classes=["closing"])
        titles = ("What we can do now", "What is still missing")
        for title, part in zip(titles, self.two_parts(), strict=True):
            head = nodes.paragraph("", title, classes=["closing-title"])
            box += nodes.container("", head, *part, classes=["closing-part"])
        return [box]


class Misconception(_Box):
    required_arguments = 1
    final_argument_whitespace = True
    option_spec = MappingProxyType({"facts": directives.unchanged_required})

    def run(self):
        label = nodes.inline("", "Misconception", classes=["fold-label"])
        title = [label, nodes.Text(" "), *self.words(f"“{self.arguments[0]}”")]
        body = self.blocks(self.content)
        if not body or not isinstance(body[-1], nodes.paragraph):
            raise self.error("{misconception}: its text must end with a paragraph")
        for fact_id in self.options.get("facts", "").split():
            body[-1] += self.words(f" {{fact}}`{fact_id}`")
        return [make_fold(title, body, ["misconception"])]


class Careful(_Box):
    label = "For the careful"
    required_arguments = 1
    final_argument_whitespace = True

    def run(self):
        label = nodes.inline("", self.label, classes=["fold-label"])
        title = [label, nodes.Text(" "), *self.words(self.arguments[0])]
        return [make_fold(title, self.blocks(self.content), [self.name])]


class Library(Careful):
    label = "In the library"


class Judgement(_Box):
    required_arguments = 1

    def run(self):
        kind = self.arguments[0]
        if kind not in KINDS:
            raise self.error(
                f"{{judgement}}: its kind must be one of {', '.join(KINDS)}, got {kind}"
            )
        question, answer = self.two_parts()
        box = nodes.container(classes=["judgement"])
        box += nodes.paragraph("", kind, classes=["judgement-kind"])
        box += question
        box += make_fold([nodes.Text("One good answer")], answer, ["answer"])
        return [box]


def setup(app):
    app.add_node(
        fold,
        html=(_visit_fold, lambda writer, node: writer.body.append("</div>\n</details>\n")),
    )
    app.add_node(fold_title, html=(_visit_title, _depart_title))
    for directive in (Objectives, Closing, Misconception, Careful, Library, Judgement):
        app.add_directive(directive.__name__.lower(), directive)
