"""The map of the chapters on the first page: a card for each, as its source and _toc.yml have it.

```{chapter-map}
```

The picture of a card is the first drawing of the chapter's section "The idea in one picture", put
in when the pages are written.
"""

import re
from pathlib import Path

import yaml
from docutils import nodes
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective

TITLE = re.compile(r"^# (.+)$", re.MULTILINE)
DESCRIPTION = re.compile(r"^ +description: (.+)$", re.MULTILINE)
MINUTES = re.compile(r"^```\{objectives\}\n(?:.*\n)*?:minutes: (\d+)$", re.MULTILINE)
FIGURE = re.compile(r"^from course_lib\.figures import (\w+)\n+(?:.*\n)*?\1\(", re.MULTILINE)
QUIZ = re.compile(r"^quiz\(\[?([^)]*)\)", re.MULTILINE)
EXERCISE = re.compile(r"\{ref\}`exercise-ps(\d+)`")


IDEA = re.compile(r'<section id="the-idea-in-one-picture">.*?<figure\b.*?(<img\b[^>]*>)', re.DOTALL)
PLACE = re.compile(r'(<span class="card-picture" data-chapter="([^"]+)">).*?(</span>)', re.DOTALL)


def parts(toc):
    """[(caption, documents)] of the numbered parts of a table of contents."""
    return [
        (part["caption"], [chapter["file"] for chapter in part["chapters"]])
        for part in toc["parts"]
        if part.get("numbered")
    ]


def described(source):
    """Title, description, and what there is to do in a chapter, from its source."""
    front, text = source.split("\n---\n", 1)
    description = DESCRIPTION.search(front)
    if not description:
        raise ValueError("its front matter has no description")
    minutes = MINUTES.search(text)
    figures = len(FIGURE.findall(text))
    questions = sum(len(re.findall(r'"[^"]+"', names)) for names in QUIZ.findall(text))
    exercise = EXERCISE.search(text)
    there = [f"{minutes.group(1)} minutes"] if minutes else []
    there += [f"{figures} figure{'s' * (figures > 1)} to try"] if figures else []
    there += [f"{questions} question{'s' * (questions > 1)}"] if questions else []
    there += [f"exercise {exercise.group(1)}"] if exercise else []
    return TITLE.search(text).group(1), description.group(1), " · ".join(there)


def card(document, number, title, description, there):
    """The lines of one card, in MyST."""
    return [
        f"::::{{grid-item-card}} {number} {title}",
        f":link: /{document}",
        ":link-type: doc",
        ":class-card: chapter-card",
        "```{raw} html",
        f'<span class="card-picture" data-chapter="{document}"></span>',
        "```",
        description,
        ":::{card-footer}",
        there,
        ":::",
        "::::",
    ]


class ChapterMap(SphinxDirective):
    def run(self):
        folder, number, sections = Path(self.env.srcdir), 0, []
        toc = yaml.safe_load((folder / "_toc.yml").read_text("utf-8"))
        for caption, documents in parts(toc):
            lines = [":::::{grid} 1 2 3 3", ":gutter: 2", ""]
            for document in documents:
                number += 1
                source = folder / f"{document}.md"
                self.env.note_dependency(str(source))
                try:
                    facts = described(source.read_text("utf-8"))
                except ValueError as problem:
                    raise self.error(f"{{chapter-map}}: {document}: {problem}") from None
                lines += card(document, number, *facts)
            content = StringList([*lines, ":::::"], source=self.get_source_info()[0])
            cards = nodes.container(
                classes=["chapter-map", "full-width"]
            )  # into the margin, where there is one
            self.state.nested_parse(content, self.content_offset, cards)
            ids = [nodes.make_id(f"map-{caption}")]
            sections.append(
                nodes.section("", nodes.title("", caption), cards, ids=ids, classes=["map-part"])
            )
        return sections


def picture(page):
    """The card's picture, an ``img`` for the first page, of a chapter's page (its HTML); or ""."""
    found = IDEA.search(page)
    if not found:
        return ""
    said = dict(re.findall(r'(src|width|height)="([^"]*)"', found[1]))
    address = said["src"].removeprefix("../")
    sides = "".join(f' {name}="{said[name]}"' for name in ("width", "height") if name in said)
    return f'<img class="drawing" src="{address}"{sides} alt="" loading="lazy" />'


def _pictures(app, error):
    index = Path(app.outdir) / "index.html"
    if error or app.builder.format != "html" or not index.exists():
        return

    def placed(match):
        chapter = Path(app.outdir) / f"{match[2]}.html"
        inside = picture(chapter.read_text("utf-8")) if chapter.exists() else ""
        return match[1] + inside + match[3]

    before = index.read_text("utf-8")
    after = PLACE.sub(placed, before)
    if after != before:
        index.write_text(after, "utf-8")


def setup(app):
    app.connect("build-finished", _pictures)  # after ``drawings``, which gives them their size
    app.add_directive("chapter-map", ChapterMap)
