"""What axe finds in a page, asked so that little is judged twice.

Contrast takes axe most of its time, and again for every theme and width: it looks for everything
that may lie behind each of thousands of pieces of text. Nearly always the styles tell that: of the
text and of the boxes it stands in. There axe's arithmetic is asked alone, once for each pair of
colours, and axe itself judges what is left; see ``accessibility.js``.
"""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = (ROOT / "node_modules" / "axe-core" / "axe.min.js", Path(__file__).with_suffix(".js"))
RULES = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


def prepare(tab):
    """Bring axe into the page; once after each load."""
    for program in PROGRAMS:
        tab.evaluate(program.read_text("utf-8"))


def violations(tab, rules=RULES, scope="html", waits=(0,)):
    """What axe finds within the elements ``scope``: lines that begin with the broken rule.

    It is asked for the ``rules``, as its option runOnly has them, and for what colours decide; for
    the latter alone where ``rules`` is None. What is found is asked for again after each of the
    ``waits`` (milliseconds): pages look at their width and theme a little late.
    """
    for wait in waits:
        tab.wait_for_timeout(wait)
        found = tab.evaluate("asked => audit.rules(...asked)", [rules, scope]) if rules else None
        colours = tab.evaluate("scope => audit.colours(scope)", scope)
        lines = [*(found["lines"] if found else []), *colours["lines"]]
        if not lines:
            break
        rules = {"type": "rule", "values": found["broken"]} if found and found["broken"] else None
    return lines
