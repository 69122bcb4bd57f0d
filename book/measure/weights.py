"""What a page weighs: the bytes of all the files it loads, as a web server sends them."""

import gzip
from functools import cache

COMPRESSED_ALREADY = (".woff", ".woff2", ".png", ".jpg", ".gif", ".gz", ".zip")
FIGURE = 'class="cbh-host'
LIMITS = {False: 250_000, True: 450_000}  # bytes of a page without interactive figures, and with


@cache
def on_the_wire(file):
    """Bytes of a file as a web server sends it."""
    data = file.read_bytes()
    return len(data) if file.suffix in COMPRESSED_ALREADY else len(gzip.compress(data, 6))


def limit(page):
    """Bytes that the page may weigh, all it loads included."""
    return LIMITS[FIGURE in page.read_text("utf-8")]
