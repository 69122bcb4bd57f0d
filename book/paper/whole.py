"""All pages of the book as one document: title, contents, chapters in their parts, answers."""

import html as markup
from pathlib import Path

import yaml
from pygments.formatters import HtmlFormatter

from .answers import collect
from .pages import Page, link, page_of

ROOT = Path(__file__).resolve().parents[2]
LEFT_OUT = ("chapters/api",)  # read in a terminal, or in a browser
SHEETS = (
    "node_modules/katex/dist/katex.min.css",
    *(f"node_modules/@fontsource/source-serif-4/{face}.css" for face in (400, "400-italic", 600)),
    "book/paper/paper.css",
)
PAGE = """@page {id} {{ @top-left {{ content: "{left}" }} @top-right {{ content: "{right}" }} }}
#{id} {{ page: {id} }}"""


def contents(root=ROOT):
    """The parts of the book, as (caption, names of pages), from its table of contents."""
    toc = yaml.safe_load((root / "_toc.yml").read_text("utf-8"))
    return [(part["caption"], [c["file"] for c in part["chapters"]]) for part in toc["parts"]]


def title(root=ROOT):
    config = yaml.safe_load((root / "_config.yml").read_text("utf-8"))
    return config["title"], config["author"], config["html"]["extra_footer"]


def preface(html):
    """What the first page says about the book, without what leads through a site."""
    page = Page(html, "index")
    for cell in page.body.select(".cell"):  # the pad, and what is said about it
        for after in cell.find_next_siblings("p"):
            after.decompose()
        cell.decompose()
    for section in page.body.select("section section"):
        if section.select_one(".sd-row, .map-part") or not section.find("p"):
            section.decompose()
    page.title = "About this book"
    return page


def _code_colours(root):
    """The colours of code on a light page, as Pygments writes them."""
    options = yaml.safe_load((root / "_config.yml").read_text("utf-8"))["sphinx"]["config"]
    style = options["html_theme_options"]["pygments_light_style"]
    return HtmlFormatter(style=style).get_style_defs(".highlight")


def _css(text):
    return text.replace("\\", "\\\\").replace('"', '\\"')


def document(html, parts=None, root=ROOT):
    """The document of the built pages in the folder ``html``, as HTML text.

    parts: (caption, names of pages); those of the table of contents if None.
    """
    name, author, rights = title(root)
    parts = contents(root) if parts is None else parts
    parts = [(c, [n for n in names if not n.startswith(LEFT_OUT)]) for c, names in parts]
    first = preface(html)
    groups = [(caption, [Page(html, name) for name in names]) for caption, names in parts]
    pages = [first, *(page for _, some in groups for page in some)]
    link(pages, html)
    answers = {page.id: collect(page) for page in pages}

    body, rules = [_title_page(name, author, rights), _contents(first, groups)], []
    for caption, some in [("", [first]), *groups]:
        for page in some:
            heading = caption if page is some[0] else ""
            body.append(_chapter(page, heading))
            said = f"{page.number} {page.title}" if page.number else page.title
            rules.append(PAGE.format(id=page.id, left=_css(name), right=_css(said)))
    if any(answers.values()):
        body.append(_answers(pages, answers))
        rules.append(PAGE.format(id="answers", left=_css(name), right="Answers"))
    sheets = [ROOT / sheet for sheet in SHEETS if (ROOT / sheet).exists()]
    links = "".join(f'<link rel="stylesheet" href="{sheet.as_uri()}">' for sheet in sheets)
    rules.append(_code_colours(root))
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        f"<title>{markup.escape(name)}</title>{links}<style>{' '.join(rules)}</style></head>"
        f"<body>{''.join(body)}</body></html>"
    )


def _title_page(name, author, rights):
    return (
        f'<section class="title-page"><p class="book-title">{markup.escape(name)}</p>'
        "<p>A course on convolutional networks in which every number is computed</p>"
        f'<p class="author">{markup.escape(author)}</p><p class="rights">{rights}</p></section>'
    )


def _entry(page):
    number = f'<span class="number">{page.number}</span> ' if page.number else ""
    return (
        f'<li><a href="#{page.id}"><span class="entry">{number}{markup.escape(page.title)}</span>'
        f'<span class="dots"></span>{page_of(page.id)}</a></li>'
    )


def _contents(first, groups):
    lists = [f"<ol>{_entry(first)}</ol>"]
    for caption, pages in groups:
        entries = "".join(map(_entry, pages))
        lists.append(f'<p class="part-name">{markup.escape(caption)}</p><ol>{entries}</ol>')
    return f'<nav class="contents" id="contents"><h1>Contents</h1>{"".join(lists)}</nav>'


def _chapter(page, part):
    number = f'<span class="section-number">{page.number}</span> ' if page.number else ""
    above = f'<h1 class="part">{markup.escape(part)}</h1>' if part else ""
    heading = f'<h2 class="chapter-title">{number}{markup.escape(page.title)}</h2>'
    body = page.body.decode_contents()
    return f'<section class="chapter" id="{page.id}">{above}{heading}{body}</section>'


def _answers(pages, answers):
    parts = []
    for page in pages:
        if answers[page.id]:
            number = f"{page.number} " if page.number else ""
            title = f'<h2><a href="#{page.id}">{number}{markup.escape(page.title)}</a></h2>'
            parts.append(title + "".join(map(str, answers[page.id])))
    return (
        '<section class="chapter answers" id="answers"><h1>Answers</h1>'
        "<p>To the quizzes and to the questions of judgement. In the browser a quiz has new "
        "numbers as often as you like, and says what a wrong answer comes from.</p>"
        f"{''.join(parts)}</section>"
    )
