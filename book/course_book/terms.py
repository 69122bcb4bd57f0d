"""The glossary's terms in the chapters, and the chapters in the glossary.

A link to a term carries the beginning of its entry, which the style sheet shows as a card when the
link is pointed at or focused: no script, and no text that search or print would find twice. An
entry ends with links to the chapters that use its term.
"""

import html
import re

from docutils import nodes
from sphinx import addnodes

GLOSSARY = "chapters/glossary"
LONGEST = 240  # characters of a card
_LINK = re.compile(r'<a class="reference internal" href="(?:[^"#]*glossary\.html)#(term-[^"]+)"')


def _used(env):
    """{page: the terms it links to}."""
    if not hasattr(env, "course_terms"):
        env.course_terms = {}
    return env.course_terms


def _collect(app, doctree):
    links = doctree.findall(addnodes.pending_xref)
    terms = {" ".join(link["reftarget"].split()) for link in links if link["reftype"] == "term"}
    _used(app.env)[app.env.docname] = terms


def _purge(app, env, docname):
    _used(env).pop(docname, None)


def _merge(app, env, docnames, other):
    _used(env).update({name: terms for name, terms in _used(other).items() if name in docnames})


def _write_again(app, env):
    return [GLOSSARY] if GLOSSARY in env.found_docs else []


def _pages_of(env, term):
    """Chapters that link to a term, in the book's order."""
    order = list(env.toctree_includes) and _in_order(env)
    names = [p for p, terms in _used(env).items() if term.lower() in map(str.lower, terms)]
    found = [name for name in names if name != GLOSSARY and "/" in name]
    return sorted(found, key=lambda name: order.index(name) if name in order else len(order))


def _in_order(env):
    root = env.config.root_doc
    return [name for under in _walk(env, root) for name in under]


def _walk(env, docname):
    yield [docname]
    for child in env.toctree_includes.get(docname, ()):
        yield from _walk(env, child)


def _back_links(app, doctree, docname):
    """Below each entry of the glossary: the chapters that use it."""
    if docname != GLOSSARY:
        return
    for item in doctree.findall(nodes.definition_list_item):
        term = next(iter(item.findall(nodes.term)))
        pages = _pages_of(app.env, term.astext())
        if not pages:
            continue
        line = nodes.paragraph("", "In: ", classes=["term-chapters"])
        for place, page in enumerate(pages):
            title = app.env.titles[page].astext()
            uri = app.builder.get_relative_uri(docname, page)
            line += nodes.Text(", " if place else "")
            line += nodes.reference("", title, internal=True, refuri=uri)
        next(iter(item.findall(nodes.definition))).append(line)


def cards(doctree):
    """{id of a term: the beginning of its entry}."""
    found = {}
    for item in doctree.findall(nodes.definition_list_item):
        told = next(iter(item.findall(nodes.definition))).children[0].astext()
        for term in item.findall(nodes.term):
            found.update(dict.fromkeys(term["ids"], shortened(" ".join(told.split()))))
    return found


def shortened(text):
    """Whole sentences, as many as fit; at least the first words."""
    if len(text) <= LONGEST:
        return text
    end = text.rfind(". ", 0, LONGEST)
    return text[: end + 1] if end > 40 else text[: text.rfind(" ", 0, LONGEST)] + " …"


def _add_cards(app, pagename, templatename, context, doctree):
    if pagename == GLOSSARY or GLOSSARY not in app.env.found_docs or "body" not in context:
        return
    if not hasattr(app, "course_cards"):
        app.course_cards = cards(app.env.get_doctree(GLOSSARY))

    def with_card(found):
        text = app.course_cards.get(found[1])
        return f'{found[0]} data-card="{html.escape(text)}"' if text else found[0]

    context["body"] = _LINK.sub(with_card, context["body"])


def setup(app):
    app.connect("doctree-read", _collect)
    app.connect("env-purge-doc", _purge)
    app.connect("env-merge-info", _merge)
    app.connect("env-updated", _write_again)
    app.connect("doctree-resolved", _back_links)
    app.connect("html-page-context", _add_cards, priority=900)
