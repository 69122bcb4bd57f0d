"""Measures pages and prints a table: ``python book/measure [--quick] [PAGE ...]``.

Without names it measures them all. ``--quick`` leaves Lighthouse out. Exits with 1 when a page
misses a target.
"""

import argparse
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "book"), str(ROOT)]

from measure import chromium, marks, markup, visits  # noqa: E402
from measure.pages import HTML, of_the_book  # noqa: E402

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
HEAD = ("page", "KB", "markup", "axe", "type", "other", "performance", "access", "practices", "SEO")


def arguments():
    parser = argparse.ArgumentParser(prog="python book/measure", description=__doc__)
    parser.add_argument("pages", nargs="*", help="such as chapters/02-convolution.html")
    parser.add_argument("--quick", action="store_true", help="without Lighthouse")
    parser.add_argument("--book", type=Path, default=HTML, help="folder of the built pages")
    return parser.parse_args()


def row(visit, wrong, scores):
    """One line of the table, as text cells."""
    other = len(visit.problems("loading", "pictures", "width", "drawings", "figures", "folds"))
    cells = [f"{visit.weight / 1000:.0f}", len(wrong), len(visit.axe), len(visit.type), other]
    for category in marks.LEAST:
        cells.append(
            " / ".join(str(scores[form][category]) for form in marks.FORMS if scores) or "-"
        )
    return [str(cell) for cell in cells]


def marked(program, book, names):
    """{name: {form: marks}}; where a mark is too low, the better of two, since one is a time."""
    found = {}
    for name, form, scores, failed in marks.measured(program, book, names):
        found.setdefault(name, {})[form] = scores
        print(name, form, *scores.values(), *(f"\n    {audit}" for audit in failed), flush=True)
    again = [name for name in found if marks.too_low({name: found[name]})]
    for name, form, scores, _ in marks.measured(program, book, again) if again else ():
        found[name][form] = marks.better(found[name][form], scores)
        print(name, form, *found[name][form].values(), "the better of two", flush=True)
    return found


def main():
    asked = arguments()
    program = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if program is None:
        sys.exit("Chromium is missing; install it: sudo apt-get install chromium")
    book = asked.book.resolve()
    pages = [book / name for name in asked.pages] or of_the_book(book)
    names = {page: page.relative_to(book).as_posix() for page in pages}
    missing = [name for page, name in names.items() if not page.exists()]
    if missing:
        sys.exit(f"{book} has no page {missing[0]}; make book builds them")
    found, wrong = marks.kept(), markup.problems(pages)
    if not asked.quick:
        found.update(marked(program, book, names.values()))
        marks.keep(found)
    problems, table = [], [HEAD]
    with chromium.browser(program) as browser:
        for page, name in names.items():
            visit = visits.visit(browser, page, book)
            problems += visit.problems() + [f"{page.name}: {one}" for one in wrong.get(page, [])]
            table.append([name, *row(visit, wrong.get(page, []), found.get(name))])
    problems += marks.too_low({name: found[name] for name in names.values() if name in found})
    print("\n" + "\n".join(problems) + "\n")
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for line in table:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)))
    print(f"\n{len(problems)} problems on {len(pages)} pages; marks are desktop / mobile")
    sys.exit(bool(problems))


if __name__ == "__main__":
    main()
