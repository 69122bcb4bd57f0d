"""Drawings in the built page: each with its size, and none so small that it cannot be read.

A drawing is as wide as the text at most. On a phone a wide one would shrink until its small text
is below ``LEAST`` pixels; it keeps the width at which it is not, and scrolls inside its frame.
"""

import re
from math import ceil
from pathlib import Path

LEAST = 9  # pixels of text
IMAGE = re.compile(r'<img\b[^>]*?\bsrc="[^"]*_images/([^"/]+\.svg)"[^>]*>')
FONT = re.compile(r"font-size[:=]\"?([\d.]+)(px|%)")
SIZE = re.compile(r'<svg [^>]*?width="([\d.]+)" height="([\d.]+)"')


def smallest_text(svg):
    """Pixels of the smallest text of a drawing; only rules of classes that it uses count."""
    style, _, drawn = svg.partition("</style>")
    used = {name for names in re.findall(r'class="([^"]*)"', drawn) for name in names.split()}
    rules = re.findall(r"([\w.]+)\{([^}]*)\}", style)
    texts = [body for rule, body in rules if rule == "text" or rule.lstrip(".") in used]
    sizes = [(float(size), unit) for text in [*texts, drawn] for size, unit in FONT.findall(text)]
    pixels = min((size for size, unit in sizes if unit == "px"), default=16)
    return pixels * min((size / 100 for size, unit in sizes if unit == "%"), default=1)


def sized(tag, svg):
    """The ``img`` tag of a drawing with width and height, inside a frame that may scroll."""
    size = SIZE.search(svg)
    if not size or " width=" in tag:
        return tag
    width, height = (float(number) for number in size.groups())
    sides = f'width="{round(width)}" height="{round(height)}"'
    if "thumbnail" in tag or "<text" not in svg:
        return tag.replace("<img", f"<img {sides}", 1)
    least = ceil(width * min(1, LEAST / smallest_text(svg)))
    sides += f' style="min-width:{least}px"'
    return f'<span class="drawing-frame">{tag.replace("<img", f"<img {sides}", 1)}</span>'


def _finish(app, error):
    if error or app.builder.format != "html":
        return
    out = Path(app.outdir)
    for page in [*out.glob("*.html"), *out.glob("chapters/*.html")]:
        before = page.read_text("utf-8")

        def mend(match):
            picture = out / "_images" / match[1]
            return sized(match[0], picture.read_text("utf-8")) if picture.exists() else match[0]

        after = IMAGE.sub(mend, before)
        if after != before:
            page.write_text(after, "utf-8")


def setup(app):
    app.connect("build-finished", _finish)
