"""A drawing: SVG text whose colours follow the page it stands on.

A page in dark mode tells the pictures in it so (``prefers-color-scheme``), and the style below
has a palette for each. The interactive figures have the same one (``kit.css``): what is read is
yellow and what is written is blue, with dark text in the dark too; signs are blue and orange.
All words and numbers of a drawing have one size; only the signs between matrices are larger.
Nothing in the text depends on time or chance.
"""

import re
from html import escape

LIGHT = {
    "ink": "#1c2733",
    "muted": "#56616e",
    "line": "#8a97a6",
    "cell": "#f4f7fa",
    "window": "#ffd54f",
    "result": "#8cc8f5",
    "on": "#1c2733",
    "positive": "#c6dcf1",
    "negative": "#f8d2b3",
    "red": "#f3c9c9",
    "green": "#cbe3cd",
    "blue": "#c3d8f2",
    "accent": "#0b5cad",
    "warn": "#b3261e",
}
DARK = {
    "ink": "#e8edf3",
    "muted": "#aab6c3",
    "line": "#7c8997",
    "cell": "#1d2732",
    "window": "#ffd54f",
    "result": "#8cc8f5",
    "on": "#1c2733",
    "positive": "#2f5480",
    "negative": "#7d4a20",
    "red": "#7a3434",
    "green": "#2f5f36",
    "blue": "#2c5288",
    "accent": "#7fbcff",
    "warn": "#ff9d92",
}
SIZE = 14  # pixels of all words and numbers
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"


MARKED = ("window", "result")  # bright in the dark too: text on them is dark
FILLS = ("cell", *MARKED, "positive", "negative", "red", "green", "blue")


def variables(palette):
    """``palette`` as CSS declarations."""
    return "".join(f"--{name}:{colour};" for name, colour in palette.items())


PALETTES = (
    f"svg{{{variables(LIGHT)}}}"
    f"@media (prefers-color-scheme: dark){{svg{{{variables(DARK)}}}}}"
    f"@media print{{svg{{{variables(LIGHT)}}}}}"
)
STYLE = (
    PALETTES
    + f"text{{font-family:{FONT};font-size:{SIZE}px;fill:var(--ink);dominant-baseline:central}}"
    + ".muted{fill:var(--muted)}.bold{font-weight:700}"
    + ".var{font-family:KaTeX_Math,'Times New Roman',serif;font-style:italic;font-size:1.12em}"
    + ".sign{font-size:22px}.accent{fill:var(--accent)}.warn{fill:var(--warn)}"
    + "rect,path,line{stroke:var(--line);stroke-width:1;fill:none}"
    + "".join(f".{name}{{fill:var(--{name})}}" for name in FILLS)
    + ".on{fill:var(--on)}"
    + ".ink{fill:var(--ink)}.differs{fill:var(--warn);stroke:var(--cell)}"
    + ".pad{stroke-dasharray:3 2}.dropped{fill:url(#hatch)}"
    + ".frame{stroke:var(--ink);stroke-width:2.5}.guide{stroke:var(--accent);stroke-width:2}"
    + ".mark{stroke:var(--warn);stroke-width:3}"
    + ".arrow{stroke:var(--muted);stroke-width:1.5}.head{fill:var(--muted);stroke:none}"
    + ".curve{stroke:var(--accent);stroke-width:2}.other{stroke:var(--warn);stroke-width:2}"
    + "circle.curve{fill:var(--accent)}circle.other{fill:var(--warn)}"
    + ".dashed{stroke-dasharray:7 4}.dotted{stroke-dasharray:2 4}.faint{opacity:.35}"
)
HATCH = (
    '<defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(45)"><line x1="0" y1="0" x2="0" y2="6" '
    'style="stroke:var(--warn);stroke-width:1.5"/></pattern></defs>'
)


VARIABLE = re.compile(r"\$([^$_]+)(?:_([^$]+))?\$")


def _variable(match):
    """``$n_out$`` as an italic n with a small "out" below the line."""
    name, index = match.groups()
    if not index:
        return f'<tspan class="var">{name}</tspan>'
    return (
        f'<tspan class="var">{name}</tspan><tspan dy="4" font-size="75%">{index}</tspan>'
        '<tspan dy="-4">&#8203;</tspan>'
    )


def number(value):
    """``value`` as it stands in a cell: whole numbers plain, others with two decimals."""
    value = float(value)
    text = f"{value:.0f}" if value == round(value) else f"{value:.2f}"
    return text.replace("-", "−")


# widths of characters, as parts of the size, in a wide face; the faces of FONT are no wider
WIDTHS = {
    char: width
    for chars, width in (("ijlI", 0.29), (" .,:;'|!/", 0.34), ("ftr()[]-", 0.41), ("mwMW%", 0.97),
                         ("−×+=→<>≤≥·", 0.84), ("cszkJ½", 0.58))
    for char in chars
}  # fmt: skip


def text_width(text, bold=False):
    """Pixels that a line of text takes at most."""
    plain = VARIABLE.sub(lambda match: "".join(filter(None, match.groups())), str(text))
    parts = (WIDTHS.get(char, 0.76 if char.isupper() else 0.64) for char in plain)
    return SIZE * sum(parts) * (1.1 if bold else 1)


def place(value):
    """A coordinate, short."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


class Drawing:
    """An SVG of ``width`` by ``height`` pixels, drawn from the top left corner."""

    def __init__(self, width, height):
        self.width, self.height, self.parts = width, height, []
        self._filled = []  # (left, top, right, bottom, kind) of every filled rectangle

    def rect(self, x, y, width, height, kind="", radius=0):
        fill = next((name for name in kind.split() if name in FILLS), None)
        if fill:
            self._filled.append((x, y, x + width, y + height, fill))
        round_ = f' rx="{radius}"' if radius else ""
        self.parts.append(
            f'<rect class="{kind}" x="{place(x)}" y="{place(y)}" '
            f'width="{place(width)}" height="{place(height)}"{round_}/>'
        )

    def _ground(self, x, y):
        """The kind of what was drawn last at a point, or None where nothing is filled."""
        for left, top, right, bottom, kind in reversed(self._filled):
            if left <= x <= right and top <= y <= bottom:
                return kind
        return None

    def text(self, x, y, content, kind="", anchor="middle"):
        """A line of text; ``$k$`` in it is a variable, set in italics."""
        if self._ground(x, y) in MARKED:
            kind = f"{kind} on".strip()
        self.parts.append(
            f'<text class="{kind}" x="{place(x)}" y="{place(y)}" text-anchor="{anchor}">'
            f"{VARIABLE.sub(_variable, escape(str(content)))}</text>"
        )

    def line(self, x1, y1, x2, y2, kind=""):
        self.parts.append(
            f'<line class="{kind}" x1="{place(x1)}" y1="{place(y1)}" '
            f'x2="{place(x2)}" y2="{place(y2)}"/>'
        )

    def polyline(self, points, kind="curve"):
        steps = " L".join(f"{place(x)} {place(y)}" for x, y in points)
        self.parts.append(f'<path class="{kind}" d="M{steps}"/>')

    def dot(self, x, y, kind="curve"):
        self.parts.append(f'<circle class="{kind}" cx="{place(x)}" cy="{place(y)}" r="3"/>')

    def arrow(self, x1, y1, x2, y2):
        """A straight arrow, horizontal or vertical."""
        self.line(x1, y1, x2, y2, "arrow")
        length = max(abs(x2 - x1), abs(y2 - y1)) or 1
        dx, dy = (x2 - x1) / length, (y2 - y1) / length
        left = (x2 - 8 * dx - 4 * dy, y2 - 8 * dy + 4 * dx)
        right = (x2 - 8 * dx + 4 * dy, y2 - 8 * dy - 4 * dx)
        points = " ".join(f"{place(x)} {place(y)}" for x, y in ((x2, y2), left, right))
        self.parts.append(f'<path class="head" d="M{points}Z"/>')

    def image(self, x, y, width, height, data, kind="pixels", smooth=False):
        """A picture given as a data address, with hard pixel edges unless it is ``smooth``."""
        edges = "auto" if smooth else "pixelated"
        self.parts.append(
            f'<image class="{kind}" x="{place(x)}" y="{place(y)}" width="{place(width)}" '
            f'height="{place(height)}" preserveAspectRatio="none" '
            f'style="image-rendering:{edges}" href="{data}"/>'
        )

    def svg(self):
        """The whole drawing as text."""
        size = f'width="{place(self.width)}" height="{place(self.height)}"'
        box = f'viewBox="0 0 {place(self.width)} {place(self.height)}"'
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} {box}>'
            f"<style>{STYLE}</style>{HATCH}{''.join(self.parts)}</svg>"
        )

    def _repr_svg_(self):
        return self.svg()

    def __repr__(self):
        return f"Drawing({place(self.width)} x {place(self.height)})"
