"""A chapter's MyST as Markdown that any Jupyter shows: boxes, roles, labels as plain text."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(
    r"^(?P<fence>`{3,}|:{3,})\{(?P<name>[\w-]+)\} *(?P<title>[^\n]*)\n(?P<body>.*?)^(?P=fence) *$",
    re.DOTALL | re.MULTILINE,
)
OPTION = re.compile(r"^:([\w-]+): *(.*)\n", re.MULTILINE)
LABEL = re.compile(r"^\([\w-]+\)=\n", re.MULTILINE)
EQUATION = re.compile(r"(?<=\$\$) \([\w-]+\)$", re.MULTILINE)
ROLE = re.compile(r"\{(?P<name>[\w:]+)\}`(?P<text>[^`]+)`")
NAMED = re.compile(r"(?P<words>.*?) *<(?P<target>[^<>]+)>$", re.DOTALL)
COMMENT = re.compile(r"^% .*\n", re.MULTILINE)


def fold(title, text):
    """A fold, in the HTML that notebooks show."""
    return f"<details><summary>{title}</summary>\n\n{text.strip()}\n\n</details>"


def quoted(title, text):
    """A box: a quotation with a title."""
    lines = f"**{title}**\n\n{text.strip()}".splitlines()
    return "\n".join(f"> {line}".rstrip() for line in lines)


def halves(text):
    """The parts of a box before and after its line ``+++``."""
    first, _, second = text.partition("\n+++\n")
    return first.strip(), second.strip()


def source(path, options):
    """The lines of a program that a chapter shows."""
    text = (ROOT / "chapters" / path).resolve().read_text("utf-8")
    found = ast.parse(text)
    for name in filter(None, options.get("pyobject", "").split(".")):  # Class.method
        found = next(node for node in found.body if getattr(node, "name", "") == name)
    text = ast.get_source_segment(text, found) if hasattr(found, "name") else text
    return f"```python\n{text.strip()}\n```"


def _block(match):
    """One box in plain Markdown."""
    name, title, body = match["name"], match["title"].strip(), match["body"]
    options = {}
    while option := OPTION.match(body):
        options[option[1]] = option[2].strip()
        body = body[option.end() :]
    body = body.strip()
    if name == "objectives":
        needs = f"Time: about {options['minutes']} minutes. Know before: {options['before']}"
        return f"**After this chapter you will be able to**\n\n{body}\n\n{needs}"
    if name == "closing":
        can, cannot = halves(body)
        return f"**What we can do now**\n\n{can}\n\n**What is still missing**\n\n{cannot}"
    if name == "misconception":
        return fold(f"<b>Misconception</b> “{title}”", body)
    if name == "careful":
        return fold(f"<b>For the careful</b> {title}", body)
    if name == "library":
        return fold(f"<b>In the library</b> {title}", body)
    if name == "judgement":
        question, answer = halves(body)
        return f"**{title}**\n\n{question}\n\n{fold('One good answer', answer)}"
    if name == "literalinclude":
        return source(title, options)
    if name in ("seealso", "note", "tip", "warning"):
        return quoted({"seealso": "See also"}.get(name, name.capitalize()), body)
    if name == "admonition":
        return quoted(title, body)
    raise ValueError(f"a chapter uses the directive {name}, which plain.py cannot write yet")


def markdown(text, role):
    """The plain Markdown of ``text``; ``role(name, words, target)`` writes what roles stand for."""

    def said(match):
        named = NAMED.match(match["text"])
        words, target = (named["words"], named["target"]) if named else ("", match["text"])
        return role(match["name"], words, target)

    text = COMMENT.sub("", text.strip() + "\n")
    before = None
    while text != before:  # a box may stand inside a box
        before, text = text, BLOCK.sub(_block, text)
    text = EQUATION.sub("", LABEL.sub("", text))
    return ROLE.sub(said, text).strip()
