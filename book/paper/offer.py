"""The link to the PDF in the built pages: in the sidebar, and on the first page.

It stands there while the PDF does. A build that writes pages anew takes the old PDF away.
"""

import re
from pathlib import Path

FILE = "convolution-by-hand.pdf"
LINK = re.compile(r"<!-- pdf -->.*?<!-- /pdf -->", re.DOTALL)
SIDEBAR = re.compile(r'(<div class="sidebar-primary-items__end\b[^>]*>)')
BUTTONS = re.compile(r'(<div class="first-steps[^>]*>.*?</div>)', re.DOTALL)


def offer(html):
    """Make the pages in the folder ``html`` offer the PDF, or no longer where there is none."""
    pdf = html / FILE
    size = f"{pdf.stat().st_size / 1e6:.0f} MB" if pdf.exists() else ""
    for page in html.rglob("*.html"):
        before = page.read_text("utf-8")
        root = "../" * len(page.relative_to(html).parent.parts)
        after = LINK.sub("", before)
        if size:
            after = SIDEBAR.sub(rf"\1{_link(root, size)}", after, count=1)
            after = BUTTONS.sub(rf"\1{_link(root, size)}", after, count=1)
        if after != before:
            page.write_text(after, "utf-8")


def withdraw(html):
    """Take an old PDF away, and the links to it."""
    (Path(html) / FILE).unlink(missing_ok=True)
    offer(Path(html))


def _link(root, size):
    return (
        f'<!-- pdf --><p class="whole-book"><a href="{root}{FILE}" download>'
        f"The whole book as a PDF ({size})</a></p><!-- /pdf -->"
    )
