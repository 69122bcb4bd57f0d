"""Each chapter as an executed notebook to take along, with the library beside it as a wheel.

The pages offer them for download. Where the book knows its address (``BOOK_URL``) they also have a
button that opens the notebook in Colab, and where it knows its repository (``BOOK_REPOSITORY``, as
owner/name) one that opens it in Binder.
"""

import os
import re
from pathlib import Path
from urllib.parse import quote

import nbformat
from jupyter_cache import get_cache
from pybtex.database import parse_file
from sphinx.errors import ConfigError

from . import plain
from .calc import namespace, shown
from .execution import _notebook as read

FOLDER = "notebooks"
ROOT = Path(__file__).resolve().parents[2]
VIEW = "application/vnd.jupyter.widget-view+json"
PACKAGES = {  # module that a chapter imports, package that has it
    "anywidget": "anywidget",
    "PIL": "pillow",
    "tqdm": "tqdm",
    "threadpoolctl": "threadpoolctl",
    "keras": "keras tensorflow",
}
FIRST = """\
# The library of the course comes from the wheel beside this notebook{where}.
import glob
import importlib.util

if importlib.util.find_spec("course_lib") is None:
    wheel = next(iter(glob.glob("course_lib-*.whl")), {elsewhere!r})
    if not wheel:
        raise ModuleNotFoundError("put {wheel} beside this notebook: the book offers it")
    %pip install --quiet {{wheel}}
for module, package in {packages}.items():
    if importlib.util.find_spec(module) is None:
        %pip install --quiet {{package}}"""
QUIZ = re.compile(r"^from course_bank import quiz\n+quiz\(.*\)\s*$", re.DOTALL)


def first_cell(code, wheel, address):
    """The cell that brings what the chapter's ``code`` needs, where it is missing."""
    needed = {"anywidget", "PIL", "tqdm", "threadpoolctl"}
    needed |= (
        {"keras"} if re.search(r"^(?:from|import) (?:keras|tensorflow)\b", code, re.M) else set()
    )
    return FIRST.format(
        where=", or from the book" if address else "",
        elsewhere=f"{address}{FOLDER}/{wheel}" if address else "",
        wheel=wheel,
        packages={name: package for name, package in PACKAGES.items() if name in needed},
    )


class Roles:
    """What the roles of MyST stand for, as links into the book where its address is known."""

    def __init__(self, env, address):
        self.env, self.address = env, address
        self.labels = env.domaindata["std"]["labels"] | {
            name: (*place, "") for name, place in env.domaindata["std"]["anonlabels"].items()
            if name not in env.domaindata["std"]["labels"]
        }  # fmt: skip
        self.entries = parse_file(str(ROOT / "book" / "references.bib")).entries

    def link(self, words, page, anchor=""):
        """``words``, as a link where there is something to link to."""
        where = f"{self.address}{page}.html{'#' + anchor if anchor else ''}"
        return f"[{words}]({where})" if self.address else words

    def __call__(self, name, words, target):
        make = getattr(self, name.replace(":", "_"), None)
        if make is None:
            raise ValueError(f"a chapter uses the role {name}, which notebooks.py cannot write yet")
        return make(words, target)

    def ref(self, words, target):
        if target.lower() not in self.labels:  # a book of some chapters alone
            return words or target
        page, anchor, title = self.labels[target.lower()]
        return self.link(words or title or target, page, anchor)

    def doc(self, words, target):
        page = target.lstrip("/")
        return self.link(words or self.env.titles[page].astext(), page)

    def term(self, words, target):
        return words or target

    def calc(self, words, target):
        expression = f"{words} <{target}>" if words else target  # a comparison is no name
        return shown(eval(expression, namespace()))

    def fact(self, words, target):
        return ""

    def source(self, words, target):
        from course_lib.lectures.sources import SOURCES

        return f"*{SOURCES[target].short}*"

    def numref(self, words, target):
        if target.lower() not in self.labels:
            return words or "this figure"
        page, anchor, _ = self.labels[target.lower()]
        for kind, word in (("figure", "Fig."), ("table", "Table")):
            numbers = self.env.toc_fignumbers.get(page, {}).get(kind, {}).get(anchor)
            if numbers:
                return self.link(f"{word} {'.'.join(map(str, numbers))}", page, anchor)
        return self.link("this figure", page, anchor)

    def eq(self, words, target):
        place = self.env.domaindata["math"]["objects"].get(target)
        return f"({place[1]})" if place else "(the equation above)"

    def _cited(self, target):
        people = self.entries[target].persons.get("author", [])
        names = [" ".join(person.last_names).strip("{}") for person in people]
        first = f"{names[0]} et al." if len(names) > 2 else " and ".join(names)
        return first, self.entries[target].fields.get("year", "")

    def cite_t(self, words, target):
        return "; ".join("{} ({})".format(*self._cited(key)) for key in target.split(","))

    def cite_p(self, words, target):
        return (
            "(" + "; ".join("{}, {}".format(*self._cited(key)) for key in target.split(",")) + ")"
        )


def taken_along(notebook, roles, wheel, page):
    """A notebook of plain Markdown, outputs included, that runs wherever NumPy and Jupyter are."""
    code = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    note = "*This is a chapter of Convolution by Hand, as a notebook: run it, and change it.*"
    cells = [
        nbformat.v4.new_markdown_cell(roles.link(note, page)),
        nbformat.v4.new_code_cell(first_cell(code, wheel, roles.address)),
    ]
    for cell in notebook.cells:
        if cell.cell_type != "code":
            cells.append(nbformat.v4.new_markdown_cell(plain.markdown(cell.source, roles)))
        elif QUIZ.match(cell.source):
            pointer = "The quiz of this chapter is " + roles.link("on its page", page, "practice")
            cells.append(nbformat.v4.new_markdown_cell(f"{pointer}."))
        else:
            cells.append(_code(cell))
    made = nbformat.v4.new_notebook(cells=cells)
    made.metadata["kernelspec"] = {
        "name": "python3",
        "display_name": "Python 3",
        "language": "python",
    }
    for number, cell in enumerate(made.cells):
        cell["id"] = f"cell-{number}"
    return made


def _code(cell):
    """A code cell with its outputs; what the page hides is folded, figures draw themselves anew."""
    tags = cell.metadata.get("tags", [])
    outputs = [out for out in cell.get("outputs", []) if VIEW not in out.get("data", {})]
    made = nbformat.v4.new_code_cell(cell.source, outputs=outputs)
    if "remove-input" in tags:
        made.metadata["jupyter"] = {"source_hidden": True}
    elif "hide-output" in tags and outputs:
        made.metadata["jupyter"] = {"outputs_hidden": True}
    return made


def repository(text):
    """The repository's owner and name, from the variable's text; "" where it is empty."""
    if text and not re.fullmatch(r"[\w.-]+/[\w.-]+", text):
        raise ConfigError(f"BOOK_REPOSITORY must be owner/name, got {text!r}")
    return text


def buttons(page, start, address, owner):
    """What a page offers: [(words, address, icon)], the download first."""
    name = page.rsplit("/", 1)[-1]
    offered = [("Notebook (.ipynb)", f"{start}{FOLDER}/{name}.ipynb", "fas fa-download")]
    if address:
        file = quote(f"{address}{FOLDER}/{name}.ipynb", safe="")
        where = f"https://colab.research.google.com/#fileId={file}"
        offered.append(("Open in Colab", where, "fas fa-arrow-up-right-from-square"))
    if owner:
        path = quote(f"lab/tree/{page}.md", safe="")
        where = f"https://mybinder.org/v2/gh/{owner}/HEAD?urlpath={path}"
        offered.append(("Open in Binder", where, "fas fa-arrow-up-right-from-square"))
    return offered


def is_chapter(page):
    """Is the page one that can be taken along?"""
    return bool(re.fullmatch(r"chapters/\d\d-[\w-]+", page))


def _page(app, pagename, templatename, context, doctree):
    groups = {group.get("label"): group for group in context.get("header_buttons") or []}
    download = groups.get("download-buttons")
    if not download or not is_chapter(pagename):
        return
    start = context["pathto"]("index").removesuffix("index.html")
    offered = buttons(
        pagename, start, app.config.html_baseurl, os.environ.get("BOOK_REPOSITORY", "")
    )
    for place, (words, where, icon) in enumerate(offered):
        button = {"type": "link", "url": where, "text": words, "icon": icon, "tooltip": words}
        download["buttons"].insert(place, button | {"label": "take-along-button"})
    wheel = f"{start}{FOLDER}/{app.wheel.name}"
    button = {"type": "link", "url": wheel, "text": "Its library (.whl)", "icon": "fas fa-download"}
    button |= {"tooltip": "To lie beside the notebook", "label": "take-along-button"}
    download["buttons"].insert(1, button)


def _wheel(app):
    """The library, written once before the pages that link to it."""
    repository(os.environ.get("BOOK_REPOSITORY", ""))
    if app.builder.format == "html":
        from course_bank.authoring.library import library_wheel

        folder = Path(app.outdir) / FOLDER
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("*.whl"):
            old.unlink()
        app.wheel = library_wheel(folder)


def _write(app, error):
    if error or app.builder.format != "html":
        return
    cache = get_cache(app.env.mystnb_config.execution_cache_path)
    roles = Roles(app.env, app.config.html_baseurl)
    for page in filter(is_chapter, sorted(app.env.found_docs)):
        _, executed = cache.merge_match_into_notebook(read(app.env, page)[2])
        made = taken_along(executed, roles, app.wheel.name, page)
        nbformat.validate(made)
        name = page.rsplit("/", 1)[-1]
        nbformat.write(made, Path(app.outdir) / FOLDER / f"{name}.ipynb")


def setup(app):
    app.connect("builder-inited", _wheel)
    app.connect("html-page-context", _page, priority=960)  # after the theme's own buttons
    app.connect("build-finished", _write)
