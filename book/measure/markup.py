"""What html-validate finds in the built pages: markup that the standard does not allow.

Formulas as KaTeX draws them, and the stored values of figures, are left out: they are most of a
page, come from a library or are no markup, and would take most of the time.
"""

import json
import re
import subprocess
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "node_modules" / "html-validate" / "bin" / "html-validate.mjs"
RULES = Path(__file__).with_name("htmlvalidate.json")
DRAWN = '<span class="katex-html" aria-hidden="true">'
SPAN = re.compile(r"<(/?)span\b")
STORED = re.compile(r'(<script type="application/[^"]*">).*?(?=</script>)', re.DOTALL)


def slim(text):
    """A page without its drawn formulas and stored values, each line where it was."""
    text = STORED.sub(lambda match: match[1] + "\n" * match[0].count("\n"), text)
    kept, end = [], 0
    for start in (match.start() for match in re.finditer(re.escape(DRAWN), text)):
        kept.append(text[end:start])
        depth = 0
        for tag in SPAN.finditer(text, start):
            depth += -1 if tag[1] else 1
            if not depth:
                break
        end = tag.end() + 1
    return "".join([*kept, text[end:]])


def problems(pages):
    """{page: ["line: rule: message", ...]} of the pages that have any."""
    with tempfile.TemporaryDirectory() as folder:
        copies = {
            Path(folder).resolve() / f"{place}.html": page for place, page in enumerate(pages)
        }
        for copy, page in copies.items():
            copy.write_text(slim(page.read_text("utf-8")), "utf-8")
        report = Path(folder) / "report.json"  # a pipe would be cut off when the program ends
        command = ["node", PROGRAM, "--config", RULES, "--formatter", f"json={report}", *copies]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8")
        if not report.exists():
            raise RuntimeError(
                f"html-validate did not run; npm ci installs it\n{done.stderr[-500:]}"
            )
        results = json.loads(report.read_text("utf-8"))
    return {
        copies[Path(found["filePath"])]: [
            f"{one['line']}: {one['ruleId']}: {one['message']}" for one in found["messages"]
        ]
        for found in results
        if found["messages"]
    }
