"""One JavaScript text for each figure: its module, and before it everything that it imports.

The book loads a figure from a blob address, where relative imports cannot resolve. So each import
becomes a constant that holds the exports of the other module.
"""

import posixpath
import re
from functools import cache
from importlib.resources import files

_HERE = files(__package__)  # inside a zip too
_IMPORT = re.compile(r'^import\s*\{([^}]*)\}\s*from\s*"(\./|\.\./)([\w/.-]+)";\n?', re.M)
_REEXPORT = re.compile(r'^export\s*\{([^}]*)\}\s*from\s*"(\./|\.\./)([\w/.-]+)";\n?', re.M)
_EXPORT = re.compile(r"^export\s+((?:async\s+)?function\*?|const|let|class)\s+(\w+)", re.M)


def bundle(name):
    """The text of ``<name>.js`` with its imports placed before it, as one module."""
    order = {}
    # what the module only hands on, for the tests in node, no page asks for
    entry = _REEXPORT.sub("", _linked(f"{name}.js", order))
    return "\n".join([*order.values(), entry])


def styles(name):
    """The shared style sheet, and the figure's own, if it has one, for this figure alone.

    Nested rules count for more than shared ones, whichever figure of a page came last.
    """
    own, root = f"{name}.css", f".cbh-figure.cbh-{name.replace('_', '-')}"
    has_own = (_HERE / own).is_file()
    return _read("kit.css") + (f"{root} {{\n{_read(own)}}}\n" if has_own else "")


@cache
def _read(name):
    """The text of a file, named by its path below this folder: "kit/grid.js"."""
    return (_HERE / name).read_text("utf-8")


def _variable(name):
    return "$" + re.sub(r"\W", "_", name.removesuffix(".js"))


def _imported(name, match):
    """The file that an import in the file ``name`` means."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), match[2] + match[3]))


def _names(clause):
    """``a, b as c`` of an import as ``[("a", "a"), ("b", "c")]``."""
    parts = [part.split() for part in clause.replace("\n", " ").split(",") if part.strip()]
    return [(part[0], part[-1]) for part in parts]


def _linked(name, order):
    """The text with imports turned into constants; the modules it needs are added to order."""

    def target(match):
        other = _imported(name, match)
        if other not in order:
            order[other] = _module(other, order)
        return _variable(other)

    def take(match):
        picked = ", ".join(a if a == b else f"{a}: {b}" for a, b in _names(match[1]))
        return f"const {{ {picked} }} = {target(match)};\n"

    return _IMPORT.sub(take, _read(name))


def _module(name, order):
    """A module as a constant that holds its exports, its other names hidden in a function."""
    text = _linked(name, order)
    given = []

    def pass_on(match):
        other = _imported(name, match)
        if other not in order:
            order[other] = _module(other, order)
        given.extend(f"{b}: {_variable(other)}.{a}" for a, b in _names(match[1]))
        return ""

    text = _REEXPORT.sub(pass_on, text)
    given.extend(match[2] for match in _EXPORT.finditer(text))
    text = _EXPORT.sub(r"\1 \2", text)
    return f"const {_variable(name)} = (() => {{\n{text}\nreturn {{ {', '.join(given)} }};\n}})();"
