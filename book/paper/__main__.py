"""``python book/paper``: the PDF of the built book, and the link to it in the built pages."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from paper.offer import FILE, offer
from paper.printing import write_pdf
from paper.whole import ROOT, document, title

HTML = ROOT / "_build" / "html"

if __name__ == "__main__":
    if not (HTML / "index.html").exists():
        sys.exit(f"make pdf: no built book in {HTML}; build it first: make book")
    target = write_pdf(document(HTML), HTML / FILE, title()[1])
    offer(HTML)
    print(f"{target.relative_to(ROOT)}: {target.stat().st_size / 1e6:.1f} MB")
