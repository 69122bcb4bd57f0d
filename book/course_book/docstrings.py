"""The library's docstrings as text of the API pages.

Docstrings are written to be read as they stand: `name` in single backquotes, shapes such as
(batch, *spatial, channels), formulas set apart by their blanks. Sphinx would take the stars for
emphasis and close the blanks up. What is mended here, nobody has to think of while writing:

* stars, bars and quotation marks stay what they are
* a paragraph that is indented, or has several blanks within a line, is kept as it stands
* `name` becomes a link where a page has that name, and code where none has
* a method is described by the class that introduces it, not again by all that override it
"""

import re
from importlib import import_module

from docutils import nodes
from sphinx.domains.python import PyXRefRole
from sphinx.ext.napoleon import Config, GoogleDocstring

KEPT = re.compile(r"(``.+?``|`.+?`|(?<![\w*])\*\w+\*(?![\w*]))")  # code, `name`, *word*
APART = re.compile(r"\S {2,}\S")


def _escaped(line):
    parts = KEPT.split(line)
    parts[::2] = [re.sub(r'([*|"])', r"\\\1", part) for part in parts[::2]]
    return "".join(parts)


def _as_it_stands(paragraph):
    indented = all(line.startswith("  ") for line in paragraph)
    return indented or any(APART.search(line.strip()) for line in paragraph)


def prepared(lines):
    """Lines of a docstring as reStructuredText."""
    done = []
    for paragraph in re.split(r"\n(?:[ \t]*\n)+", "\n".join(lines).strip("\n")):
        rows = paragraph.split("\n")
        if rows[0].lstrip().startswith(">>>"):
            done += [*rows, ""]
        elif rows[0] and _as_it_stands(rows):
            first = len(rows[0]) - len(rows[0].lstrip())
            done += [".. code-block:: text", "", *(f"    {row[first:]}" for row in rows), ""]
        else:
            done += [*map(_escaped, rows), ""]
    return done


def _process(app, what, name, obj, options, lines):
    # Args, Returns and Raises become lists
    lines[:] = GoogleDocstring(prepared(lines), Config(napoleon_use_rtype=False)).lines()


def _class_members(obj):
    """(owner, name) of a method or property, where it has them."""
    function = getattr(obj, "fget", None) or obj
    owner, _, name = getattr(function, "__qualname__", "").rpartition(".")
    return owner, name


def _skip(app, what, name, obj, skip, options):
    """Leave out overriding methods, and attributes that are no property."""
    if skip or what != "class":
        return None
    owner, own_name = _class_members(obj)
    if not owner or own_name != name:
        return True
    module = import_module(getattr(obj, "__module__", None) or obj.fget.__module__)
    bases = getattr(module, owner).__mro__[1:-1] if hasattr(module, owner) else ()
    return True if any(name in vars(base) for base in bases) else None


class NameRole(PyXRefRole):
    """`name` in a docstring: a link to the name, if a page has it."""

    def process_link(self, env, refnode, *rest):
        refnode["docstring"] = True
        return super().process_link(env, refnode, *rest)


def _resolve(app, env, node, contnode):
    """A name of another module of the library; plain code where it is on no page."""
    if not node.get("docstring"):
        return None
    domain = env.get_domain("py")
    names = [name for name in domain.objects if f".{name}".endswith("." + node["reftarget"])]
    if not names:
        return nodes.literal("", contnode.astext())
    name = min(names, key=lambda name: (name.count("."), name))
    entry = domain.objects[name]
    return domain.resolve_xref(
        env, node["refdoc"], app.builder, entry.objtype, name, node, contnode
    )


def setup(app):
    app.add_role_to_domain("py", "name", NameRole())
    app.connect("autodoc-process-docstring", _process)
    app.connect("autodoc-skip-member", _skip)
    app.connect("missing-reference", _resolve)
