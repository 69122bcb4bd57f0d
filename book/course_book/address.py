"""What a link to the book shows elsewhere: title, description, picture (``og:`` tags).

The address at which the book will stand is known from the environment variable ``BOOK_URL`` alone.
With it a page names its own address (canonical) and the preview's picture; without it nothing
absolute is written, and the book works in any folder.
"""

import html
import os
import re
from pathlib import Path
from urllib.parse import urlsplit

from sphinx.errors import ConfigError

PICTURE = "_static/preview.png"
SIZE = (1200, 630)
ALT = "A handwritten 7, the feature maps of two convolutions, and ten bars: the network reads 7."
DESCRIPTION = re.compile(r'<meta name="description"[^>]*\bcontent="([^"]*)"|'
                         r'<meta content="([^"]*)"[^>]*\bname="description"')  # fmt: skip


def known(text):
    """The book's address, ending in a slash, from the variable's text; "" where it is empty.

    Raises:
        ConfigError: the text is not the address of a folder on the web.
    """
    text = text.strip()
    parts = urlsplit(text)
    if text and (parts.scheme not in ("http", "https") or not parts.netloc or parts.query):
        raise ConfigError(
            "BOOK_URL must be the address of the folder that holds index.html, such as "
            f"https://example.org/book/, got {text!r}"
        )
    return text.rstrip("/") + "/" if text else ""


def tags(address, page, title, description):
    """The ``og:`` tags of a page, as HTML. ``address`` may be empty."""
    said = {"og:title": title, "og:type": "website" if page == "index" else "article"}
    if description:
        said["og:description"] = description
    if address:
        width, height = map(str, SIZE)
        said |= {
            "og:url": address + ("" if page == "index" else f"{page}.html"),
            "og:image": address + PICTURE,
            "og:image:width": width,
            "og:image:height": height,
            "og:image:alt": ALT,
        }
    return "".join(
        f'<meta property="{name}" content="{html.escape(text)}" />\n' for name, text in said.items()
    )


def _configure(app, config):
    config.html_baseurl = known(os.environ.get("BOOK_URL", ""))  # the theme writes canonical links


def _page(app, pagename, templatename, context, doctree):
    written = context.get("metatags") or ""
    match = DESCRIPTION.search(written)
    description = html.unescape(match.group(1) or match.group(2)) if match else ""
    plain = html.unescape(re.sub(r"<[^>]+>", "", context.get("title") or ""))
    title = plain or app.config.html_title
    address = app.config.html_baseurl
    context["metatags"] = written + tags(address, pagename, title, description)
    if pagename == "index" and address:
        context["pageurl"] = address


def _picture(app, error):
    if error or app.builder.format != "html" or not app.config.html_baseurl:
        return
    from course_lib.figures import DigitPad

    (Path(app.outdir) / PICTURE).write_bytes(DigitPad().preview())


def setup(app):
    app.connect("config-inited", _configure)
    app.connect("html-page-context", _page, priority=950)  # after the description of ``pages``
    app.connect("build-finished", _picture)
