"""What the search box looks through: the words of every page, section by section.

The text comes from the document, not from the written page: no toolbars, no formula twice, no code
of a chapter's cells and nothing that they print. A term of the glossary and a name of the library
are sections of their own. The box and the ranking are JavaScript (``book/search``). They and the
texts are scripts, which a page that stands in a folder may load too, when the box opens.
"""

import json
import re
import shutil
import subprocess
from pathlib import Path

from docutils import nodes
from sphinx import addnodes

from . import vendor

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "book" / "search"
SILENT = (nodes.raw, nodes.image, nodes.comment, nodes.math_block, nodes.Invisible)
NAMES = {r"\times": "×", r"\lfloor": "⌊", r"\rfloor": "⌋", r"\cdot": "·", r"\le": "≤", r"\ge": "≥"}
TERM = re.compile(r"\\(?:text|mathrm|operatorname|mathbf)\{([^{}]*)\}")
KINDS = (
    ("chapters/appendix-facts", "facts"),
    ("chapters/glossary", "chapter"),
    ("chapters/api", "api"),
    ("chapters/bibliography", "facts"),
)


def plain(latex):
    r"""A short formula as a reader would type it: ``n_\text{out}`` is n_out."""
    text = TERM.sub(r"\1", latex)
    for name, sign in NAMES.items():
        text = text.replace(name, sign)
    return re.sub(r"[\\{}$]", "", text)


def words(node, inside=False):
    """The text of a node; sections, terms and names inside it have their own."""
    if isinstance(node, nodes.Text):
        return str(node)
    if isinstance(node, nodes.math):
        return plain(node.astext())
    if isinstance(node, SILENT) or (inside and _has_own_entry(node)):
        return ""
    if isinstance(node, nodes.literal_block) and _in_cell(node):
        return ""
    if "fact-link" in getattr(node, "attributes", {}).get("classes", ()):
        return ""
    joint = "" if isinstance(node, nodes.Inline | nodes.TextElement) else " "
    return joint.join(words(child, inside=True) for child in node.children)


def _in_cell(node):
    while node := node.parent:
        if "cell" in node.get("classes", ()):
            return True
    return False


def _has_own_entry(node):
    return isinstance(node, nodes.section | nodes.title | addnodes.desc | addnodes.glossary)


def _tidy(text):
    return " ".join(text.split())


def _entry(anchor, title, kind, text, terms=()):
    entry = {"anchor": anchor, "title": _tidy(title), "kind": kind, "text": _tidy(text)}
    return {**entry, "terms": [*terms]} if terms else entry


def explained(section):
    """What a section is about beside its title: terms that it links, and numbered formulas."""
    found = {}
    for child in section.children:
        if _has_own_entry(child):
            continue
        for link in child.findall(nodes.reference):
            if any("std-term" in inline["classes"] for inline in link.findall(nodes.inline)):
                found[link.astext()] = True
        for formula in child.findall(nodes.math_block):
            if formula.get("label"):
                found[formula["label"].removeprefix("eq-").replace("-", " ") + " formula"] = True
    return [_tidy(term) for term in found]


def sections(document, kind="section"):
    """The entries of a page in its order: its sections, terms, and names of the library."""
    found = []
    for node in document.findall(lambda n: isinstance(n, nodes.section) or _has_own_entry(n)):
        if isinstance(node, nodes.section):
            top = isinstance(node.parent, nodes.document)
            title = next(iter(node.findall(nodes.title)), None)
            own = _level(node) if kind == "section" else kind
            body = " ".join(words(child, inside=True) for child in node.children)
            anchor = "" if top else node["ids"][0]
            title = words(title) if title else ""
            found.append(_entry(anchor, title, own, body, explained(node)))
        elif isinstance(node, addnodes.glossary):
            found += _terms(node)
        elif isinstance(node, addnodes.desc):
            found += _names(node)
    return found


def _level(section):
    """A section of a numbered page is the chapter itself, a section, or a part of one."""
    above = [node for node in (section.parent, section.parent.parent) if node is not None]
    tops = [isinstance(node, nodes.document) for node in above]
    return "chapter" if tops[0] else "section" if tops[-1] else "part"


def _terms(glossary):
    for item in glossary.findall(nodes.definition_list_item):
        terms = list(item.findall(nodes.term))  # one definition may have several
        name = " · ".join(map(words, terms))
        text = " ".join(map(words, item.findall(nodes.definition)))
        yield _entry(terms[0]["ids"][0], name, "term", text)


def _names(desc):
    signature = next(iter(desc.findall(addnodes.desc_signature)), None)
    if signature is None or not signature.get("ids"):
        return
    content = next(iter(desc.findall(addnodes.desc_content)), None)
    text = " ".join(words(child, inside=True) for child in content.children) if content else ""
    yield _entry(signature["ids"][0], signature.get("fullname", ""), "api", text)


def _folder(app):
    return Path(app.doctreedir) / "search"


def _page(app, doctree, docname):
    """Keep the entries of a page that is written; the others are there from the last build."""
    if app.builder.format != "html":
        return
    kind = next((kind for start, kind in KINDS if docname.startswith(start)), None)
    number = app.env.toc_secnumbers.get(docname, {}).get("")
    kind = kind or ("section" if number or docname == app.config.root_doc else "guide")
    title = app.env.titles[docname].astext()
    page = {
        "title": f"{'.'.join(map(str, number))} {title}" if number else title,
        "sections": sections(doctree, kind),
    }
    path = _folder(app) / f"{docname}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(page), "utf-8")


def introduced(pages):
    """Tell the first section that links a term from those that link it later: it introduces it."""
    known = set()
    for page in pages:
        for section in page["sections"]:
            terms = section.pop("terms", [])
            new = [term for term in terms if term.lower() not in known]
            known.update(term.lower() for term in new)
            for name, some in (("introduces", new), ("terms", [t for t in terms if t not in new])):
                if some:
                    section[name] = " · ".join(some)
    return pages


def texts(app):
    """Every page's entries, in the book's order, with the addresses of the pages."""
    pages = []
    for name in sorted(app.env.found_docs):  # the numbers of the chapters are their order
        path = _folder(app) / f"{name}.json"
        if path.exists():
            page = json.loads(path.read_text("utf-8"))
            pages.append({"address": app.builder.get_target_uri(name), **page})
    return introduced(pages)


def _write(app, error):
    if error or app.builder.format != "html":
        return
    said = json.dumps(texts(app), ensure_ascii=False, separators=(",", ":"))
    target = Path(app.outdir) / "_static" / "search"
    target.mkdir(parents=True, exist_ok=True)
    (target / "texts.js").write_text(f"window.bookTexts = {said};\n", "utf-8")


SEARCH_PAGE = """<section id="search"><h1>Search</h1>
<form class="bd-search" action="" method="get"><input type="search" class="form-control" name="q"
placeholder="Search this book..." aria-label="Search this book..." autocomplete="off" /></form>
<noscript><p>The search needs JavaScript. Without it the
<a href="chapters/glossary.html">glossary</a> leads to each term.</p></noscript></section>"""


def _search_page(app):
    yield "search", {"title": "Search", "body": SEARCH_PAGE}, "page.html"


def _prepare(app, config):
    """The scripts and the style, beside the other things that the pages load."""
    target = vendor.VENDOR / "site" / "search"
    target.mkdir(parents=True, exist_ok=True)
    command = ["node", str(SOURCES / "bundle.mjs"), str(target / "box.js")]
    subprocess.run(command, check=True, cwd=ROOT)
    for name in ("open.js", "search.css"):
        shutil.copy(SOURCES / name, target / name)


def setup(app):
    app.add_js_file("search/open.js", defer="defer")
    app.add_css_file("search/search.css")
    app.connect("config-inited", _prepare)
    app.connect("builder-inited", lambda app: setattr(app.builder, "search", False))  # ours instead
    app.connect("doctree-resolved", _page)
    app.connect("html-collect-pages", _search_page)
    app.connect("build-finished", _write)
