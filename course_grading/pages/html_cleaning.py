"""HTML and Markdown of students made harmless: for the feedback and for formgrader's pages."""

import re

import nh3

_TAG_NAMES = """
a abbr b blockquote br caption code col colgroup dd del details div dl dt em h1 h2 h3 h4 h5 h6 hr i
kbd li ol p pre q s samp small span strong sub summary sup table tbody td tfoot th thead tr tt u ul
var
"""
_ATTRIBUTES = {"a": {"href", "title"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}}


# a file beside the notebook; nothing that leads further up, asks something, or is an address
_FILE = r"(?![/ ])(?!.*(?:\.\.|%2e))[^:\\?\x00-\x1f]*"
_PICTURE = re.compile(rf"data:image/(png|jpeg|gif);base64,[A-Za-z0-9+/=\s]*|{_FILE}", re.I | re.A)
# another site, by its full name: no number, no name of this machine or of one beside it
_SITE = re.compile(
    r"\s*https?://((?:[a-z0-9_-]+\.)+[a-z][a-z0-9-]*)\.?(?::\d+)?(?:[/?#].*)?",
    re.I | re.A | re.DOTALL,
)
_LINK = re.compile(rf"\s*mailto:.*|{_FILE}", re.I | re.A | re.DOTALL)
_OF_THIS_MACHINE = (".localhost", ".localdomain", ".local", ".internal")

_own = set()  # names of the server that shows the page


def keep_no_link_to(host):
    """Let no link lead to this host, from now on, in this process."""
    _own.add(host.lower().rstrip("."))


def _leads_elsewhere(value):
    """Whether an address is of another site, as far as its name tells."""
    site = _SITE.fullmatch(value)
    host = site and site[1].lower()
    return bool(host) and host not in _own and not host.endswith(_OF_THIS_MACHINE)


def _harmless_address(tag, name, value):
    """The value of an attribute, None for an address that does more than lead to a page or file.

    A link to the server's own pages would act with the rights of whoever clicks it. Which host that
    is `keep_no_link_to` says; a link never leads to a number, nor to a name of this machine.
    """
    if name == "src":
        return value if _PICTURE.fullmatch(value) else None
    if name == "href":
        return value if _LINK.fullmatch(value) or _leads_elsewhere(value) else None
    return value


def clean_html(text, attributes=_ATTRIBUTES):
    """HTML without scripts, styles, forms, frames, images or events."""
    return nh3.clean(
        text,
        tags=set(_TAG_NAMES.split()),
        attributes=attributes,
        attribute_filter=_harmless_address,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )


def clean_formgrader(element):
    """`clean_html` for formgrader's page, whose code is coloured by classes."""
    text = element.decode() if isinstance(element, bytes) else str(element)
    return clean_html(text, _ATTRIBUTES | {"*": {"class"}})


def clean_page(text):
    """`clean_formgrader` with pictures: those in the page, and files beside the notebook."""
    return nh3.clean(
        text,
        tags={*_TAG_NAMES.split(), "img"},
        attributes=_ATTRIBUTES | {"*": {"class"}, "img": {"src", "alt"}},
        attribute_filter=_harmless_address,
        url_schemes={"http", "https", "mailto", "data"},
        link_rel="noopener noreferrer nofollow",
    )


def disarm(text):
    """Markdown in which every tag is text: "<b" becomes "&lt;b", and "1 < 2" stays."""
    return re.sub(r"<(?=[A-Za-z/!?])", "&lt;", text)
