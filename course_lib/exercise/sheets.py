"""The file of sheets that comes with a notebook, and which of its variants a student gets.

``<assignment>.sheets.json`` holds for each question the variants that were drawn for this course
and term: their numbers and how they read, not what is right. A student's id picks one of each.
Only the standard library is needed, so that a missing NumPy can be told in a sentence.
"""

import hashlib
import json
import os
import sys
import unicodedata
from pathlib import Path

ENDING = ".sheets.json"
FORMAT = 1


def file_name(assignment):
    """Name of the file: "ps2-output-shapes.sheets.json"."""
    return f"{assignment}{ENDING}"


def joined(*parts):
    """Texts as bytes to hash: ("ab", "c") and ("a", "bc") differ, "ä" is one letter everywhere."""
    parts = [unicodedata.normalize("NFC", str(part)) for part in parts]
    return "".join(f"{len(part)}:{part}" for part in parts).encode()


def pick(release, student, question, count):
    """Which of ``count`` variants of a question a student gets: an index.

    ``release`` is the text under that name in the file; another term has another one.
    """
    digest = hashlib.sha256(joined(release, student, question)).digest()
    return int.from_bytes(digest[:8], "big") % count


def find(assignment):
    """Path of the file of sheets, or None.

    It is looked for where Python works, one folder below, where a zip of course_lib lies, and in
    the folder ``release`` of a course that one works in.
    """
    name, here = file_name(assignment), Path.cwd()
    zips = [Path(entry).parent for entry in sys.path if entry.endswith((".zip", ".whl"))]
    for folder in (here, *zips):
        for path in (folder / name, *sorted(folder.glob(f"*/{name}"))):
            if path.is_file():
                return path
    for folder in (here / "exercises", here, *here.parents):
        path = folder / "release" / assignment / name
        if path.is_file():
            return path
    return None


def beside(assignment):
    """Assignments whose sheets are where the notebook is, but not the one that is asked for."""
    here = Path.cwd()
    found = {path.name[: -len(ENDING)] for path in here.glob(f"*{ENDING}")} - {assignment}
    return sorted(found)


def read(path):
    """The content of a file of sheets; ValueError with a sentence where it is none."""
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"))
        version, questions = content["format"], content["questions"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ValueError(
            f"{path} cannot be read ({type(error).__name__}). Get it again from where the "
            "notebook came from."
        ) from None
    if version != FORMAT or not questions:
        raise ValueError(
            f"{path} is of another version ({version}) than this course_lib reads ({FORMAT}). Get "
            "course_lib and the file from the same place."
        )
    return content


def sheet_of(content, student):
    """The sheet of one student: prompts and numbers of every question, chosen by the id."""
    return {
        "assignment": content["assignment"],
        "title": content["title"],
        "book": content.get("book", ""),
        "student": student,
        "questions": [_entry(content, question, student) for question in content["questions"]],
    }


def chosen(content, question, student):
    """The index of the student's variant among those of ``question``, an entry of the file.

    Where the instructor's key lists students, each has the variant at that place.
    """
    if "students" in content:
        return content["students"][student]
    drawn = question.get("numbers_of", question["id"])
    if content.get("any_case"):  # earlier releases tell Ada from ada
        student = student.casefold()
    return pick(content["release"], student, drawn, len(question["variants"]))


def _entry(content, question, student):
    variant = question["variants"][chosen(content, question, student)]
    kept = ("id", "form", "variable", "points", "expects", "where", "page", "shown")
    return {
        **{name: question[name] for name in kept},
        "numbers": variant["numbers"],
        "prompt": _prompt(question, variant),
        **({"choices": variant["choices"]} if variant.get("choices") else {}),
    }


def _prompt(question, variant):
    """The prompt with the student's numbers, and the options of a choice below it."""
    text = variant.get("prompt") or question["prompt"].format(**variant["numbers"])
    if not variant.get("choices"):
        return text
    options = "\n".join(f"- **{letter}**: {told}" for letter, told in variant["choices"].items())
    return f"{text}\n\n{options}"


def given():
    """The sheet that grading hands to a notebook, or None: ``COURSE_SHEET`` names its file."""
    path = os.environ.get("COURSE_SHEET")
    return json.loads(Path(path).read_text(encoding="utf-8")) if path else None
