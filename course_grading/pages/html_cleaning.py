"""HTML and Markdown of students made harmless: for the feedback and for formgrader's pages."""

import re

import nh3

_TAG_NAMES = """
a abbr b blockquote br caption code col colgroup dd del details div dl dt em h1 h2 h3 h4 h5 h6 hr i
kbd li ol p pre q s samp small span strong sub summary sup table tbody td tfoot th thead tr tt u ul
var
"""
_ATTRIBUTES = {"a": {"href", "title"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}}


_PICTURE = re.compile(
    r"data:image/(png|jpeg|gif);base64,[A-Za-z0-9+/=\s]*|(?![/\\])[^:\\]*", re.ASCII
)


def clean_html(text, attributes=_ATTRIBUTES):
    """HTML without scripts, styles, forms, frames, images or events."""
    return nh3.clean(
        text,
        tags=set(_TAG_NAMES.split()),
        attributes=attributes,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )


def clean_formgrader(element):
    """`clean_html` for formgrader's page, whose code is coloured by classes."""
    text = element.decode() if isinstance(element, bytes) else str(element)
    return clean_html(text, _ATTRIBUTES | {"*": {"class"}})


def clean_page(text):
    """`clean_formgrader` with pictures: those in the page, and files beside the notebook."""

    def allowed(tag, name, value):
        if name == "src":
            return value if _PICTURE.fullmatch(value) else None
        return None if value.lstrip().lower().startswith("data:") else value

    return nh3.clean(
        text,
        tags={*_TAG_NAMES.split(), "img"},
        attributes=_ATTRIBUTES | {"*": {"class"}, "img": {"src", "alt"}},
        attribute_filter=allowed,
        url_schemes={"http", "https", "mailto", "data"},
        link_rel="noopener noreferrer nofollow",
    )


def disarm(text):
    """Markdown in which every tag is text: "<b" becomes "&lt;b", and "1 < 2" stays."""
    return re.sub(r"<(?=[A-Za-z/!?])", "&lt;", text)
