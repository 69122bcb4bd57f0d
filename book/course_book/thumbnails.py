"""A folded picture shows as a small blurred one, so that a reader sees what there is to predict.

The small picture stands in the fold's own line (``<summary>``) and goes when the fold opens. It is
the same file, and says nothing to a screen reader: the picture itself does.
"""

import re

FOLD = re.compile(
    r'<details class="([^"]*\bhide\b[^"]*)">\s*<summary([^>]*)>(.*?)</details>', re.DOTALL
)
IMAGE = re.compile(r'<img\b[^>]*?\bsrc="([^"]+)"')


def add_thumbnails(body):
    """The HTML ``body`` with a small picture in the line of each fold that hides a picture."""

    def mended(match):
        classes, attributes, rest = match.groups()
        image = IMAGE.search(rest)
        if not image or "picture" in classes.split():
            return match.group(0)
        small = (
            f'<img class="thumbnail drawing" src="{image.group(1)}" alt="" aria-hidden="true" />'
        )
        return f'<details class="{classes} picture">\n<summary{attributes}>{small}{rest}</details>'

    return FOLD.sub(mended, body)


def _page(app, pagename, templatename, context, doctree):
    if context.get("body"):
        context["body"] = add_thumbnails(context["body"])


def setup(app):
    app.connect("html-page-context", _page, priority=950)
