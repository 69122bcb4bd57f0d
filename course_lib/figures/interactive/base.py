"""What the Python classes of the interactive figures share.

A figure is one JavaScript module ``<name>.js`` and one small class with the values that both
sides see. ``bundle`` joins the module and everything it imports into one text, because the
book loads it from a blob address, where relative imports cannot resolve. In a notebook the
class is a live widget; in the built book a host script renders the stored values, and where
JavaScript is off the page shows ``fallback()`` instead.
"""

import html
import re
from functools import cache
from pathlib import Path

import anywidget
import traitlets as t

_HERE = Path(__file__).resolve().parent
_IMPORT = re.compile(r'^import\s*\{([^}]*)\}\s*from\s*"(\./|\.\./)([\w/.-]+)";\n?', re.M)
_REEXPORT = re.compile(r'^export\s*\{([^}]*)\}\s*from\s*"(\./|\.\./)([\w/.-]+)";\n?', re.M)
_EXPORT = re.compile(r"^export\s+((?:async\s+)?function\*?|const|let|class)\s+(\w+)", re.M)


def bundle(name):
    """The text of ``<name>.js`` with its imports placed before it, as one module."""
    order = {}
    # what the module only hands on, for the tests in node, no page asks for
    entry = _REEXPORT.sub("", _linked(_HERE / f"{name}.js", order))
    return "\n".join([*order.values(), entry])


def styles(name):
    """The shared style sheet, and the figure's own, if it has one, for this figure alone.

    Nested rules count for more than shared ones, whichever figure of a page came last.
    """
    own = _HERE / f"{name}.css"
    root = f".cbh-figure.cbh-{name.replace('_', '-')}"
    return _read(_HERE / "kit.css") + (f"{root} {{\n{_read(own)}}}\n" if own.exists() else "")


@cache
def _read(path):
    return path.read_text("utf-8")


def _variable(path):
    return "$" + re.sub(r"\W", "_", str(path.relative_to(_HERE).with_suffix("")))


def _names(clause):
    """``a, b as c`` of an import as ``[("a", "a"), ("b", "c")]``."""
    parts = [part.split() for part in clause.replace("\n", " ").split(",") if part.strip()]
    return [(part[0], part[-1]) for part in parts]


def _linked(path, order):
    """The text with imports turned into constants; the modules it needs are added to order."""

    def target(match):
        other = (path.parent / (match[2] + match[3])).resolve()
        if other not in order:
            order[other] = _module(other, order)
        return _variable(other)

    def take(match):
        picked = ", ".join(a if a == b else f"{a}: {b}" for a, b in _names(match[1]))
        return f"const {{ {picked} }} = {target(match)};\n"

    return _IMPORT.sub(take, _read(path))


def _module(path, order):
    """A module as a constant that holds its exports, its other names hidden in a function."""
    text = _linked(path, order)
    given = []

    def pass_on(match):
        other = (path.parent / (match[2] + match[3])).resolve()
        if other not in order:
            order[other] = _module(other, order)
        given.extend(f"{b}: {_variable(other)}.{a}" for a, b in _names(match[1]))
        return ""

    text = _REEXPORT.sub(pass_on, text)
    given.extend(match[2] for match in _EXPORT.finditer(text))
    text = _EXPORT.sub(r"\1 \2", text)
    return f"const {_variable(path)} = (() => {{\n{text}\nreturn {{ {', '.join(given)} }};\n}})();"


class Figure(anywidget.AnyWidget):
    """A figure of the book. Subclasses set ``name``, the stem of their files, and their traits.

    ``room()`` is the height in pixels that the figure needs in a text column of 720 pixels and
    on a phone of 390, so that a page can keep it free before the figure is there.
    """

    name = ""

    _fallback = t.Unicode("").tag(sync=True)
    _reserve = t.List(t.Int()).tag(sync=True)

    def __init_subclass__(cls, **kwargs):
        if "name" in cls.__dict__:  # not in the classes that traitlets derives at run time
            cls._esm = bundle(cls.name)
            cls._css = styles(cls.name)
        super().__init_subclass__(**kwargs)

    def __init__(self, **kwargs):
        self._from_page = False
        unknown = sorted(set(kwargs) - set(self.trait_names()))
        if unknown:
            known = ", ".join(self.settings())
            raise TypeError(
                f"{type(self).__name__}: unknown argument {unknown[0]!r}, expected one of {known}"
            )
        super().__init__(**kwargs)
        self._refresh()
        self.observe(self._refresh, self.settings())

    def settings(self):
        """Names of the values that the reader and the notebook share."""
        own = {*self.keys} - {*anywidget.AnyWidget.class_trait_names()}
        return sorted(key for key in own if not key.startswith("_"))

    def set_state(self, sync_data):
        self._from_page = True  # what the reader changes needs no new static copy
        try:
            super().set_state(sync_data)
        finally:
            self._from_page = False

    def _refresh(self, _change=None):
        if not self._from_page:
            self._fallback = self.fallback()
            self._reserve = [round(height) for height in self.room()]

    def room(self):
        """Height beside a 720 pixel column, and on a phone."""
        return 480, 800

    def fallback(self):
        """HTML that says the same without JavaScript: a described figure or table."""
        raise NotImplementedError


def flow(grids, width, tile=36, smallest=24):
    """Height of grids of (rows, columns) cells that stand side by side and wrap, as panels do.

    ``tile`` is the largest size of a cell in pixels; a grid that is too wide gets smaller cells.
    A third number is the width of a long title.
    """
    total = at = tallest = 0
    for rows, cols, *title in grids:
        cell = min(tile, max(smallest, (width - 2) / cols))
        box_width, box_height = max(cell * cols, *(title or [95])), cell * rows + 27
        if at and at + box_width > width:
            total, at, tallest = total + tallest + 16, 0, 0
        at += box_width + 28
        tallest = max(tallest, box_height)
    return total + tallest


def text(value, digits=2):
    """A number as the figures print it."""
    number = round(float(value), digits)
    return f"{0.0 + number:g}".replace("-", "\u2212")


def table(rows, caption, digits=2):
    """A grid of numbers as an HTML table with a caption."""
    body = "".join(
        "<tr>" + "".join(f"<td>{html.escape(_cell(v, digits))}</td>" for v in row) + "</tr>"
        for row in rows
    )
    return f"<table><caption>{html.escape(caption)}</caption><tbody>{body}</tbody></table>"


def text_table(header, rows, caption):
    """Rows of text under a header row; the first cell of each row names it."""

    def line(cells, tag, first):
        cells = [html.escape(str(cell)) for cell in cells]
        rest = "".join(f"<{tag}>{cell}</{tag}>" for cell in cells[1:])
        return f"<tr>{first}{cells[0]}</th>{rest}</tr>"

    head = line(header, "th", "<th>")
    body = "".join(line(row, "td", '<th scope="row">') for row in rows)
    caption = f"<caption>{html.escape(caption)}</caption>"
    return f"<table>{caption}<thead>{head}</thead><tbody>{body}</tbody></table>"


def _cell(value, digits):
    return value if isinstance(value, str) else text(value, digits)


def paragraph(sentence):
    """A paragraph of plain text."""
    return f"<p>{html.escape(sentence)}</p>"


class Matrix(t.List):
    """A trait for a rectangular list of rows of numbers; takes NumPy arrays too."""

    def __init__(self, *args, **kwargs):
        super().__init__(t.List(t.Float()), *args, **kwargs)

    def validate(self, obj, value):
        rows = value.tolist() if hasattr(value, "tolist") else [list(row) for row in value]
        lengths = {len(row) if isinstance(row, list) else None for row in rows}
        if not rows or len(lengths) != 1 or not lengths <= {*range(1, 65)}:
            raise t.TraitError(
                f"{type(obj).__name__}: {self.name} must be a rectangle of numbers, at most "
                f"64 wide, as a list of rows or a 2D array, got {value!r}"
            )
        return super().validate(obj, rows)
