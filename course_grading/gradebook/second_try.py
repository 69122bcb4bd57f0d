"""A second try: one hand-in more after feedback, of which the better or the later one counts.

``course second-try ps2-output-shapes --until "2026-05-20 12:00 UTC"`` allows it, or in the
configuration ``c.SecondTry.until = {"ps2-output-shapes": "2026-05-20 12:00 UTC"}``. The gradebook
holds the try that was handed in last, which formgrader shows. What the first was worth is kept in
``tries/<assignment>/<student>.json`` once the second is graded, and its feedback page beside the
new one.
"""

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from course_grading.gradebook.files import Unusable, write_atomically
from course_grading.submission.handed_in_at import moment

FOLDER = "tries"  # of the course folder; git-ignored
FIRST_PAGE = "-first-try.html"  # end of the name of the first try's feedback
COUNTS = ("better", "later")


@dataclass(frozen=True)
class Allowed:
    """Until when (in UTC) a second try is taken, and which one counts."""

    until: datetime
    counts: str = "better"


@dataclass(frozen=True)
class First:
    """What the first try was worth, and how many of its answers nobody had read."""

    score: float
    to_read: int = 0


def as_allowed(until, counts="better"):
    """`Allowed` of texts; raises `Unusable` with a sentence."""
    if counts not in COUNTS:
        raise Unusable(f"second try: counts must be one of {COUNTS}, got {counts!r}.")
    try:
        return Allowed(moment(str(until).encode()), counts)
    except ValueError as problem:
        raise Unusable(f"second try: until was not understood: {problem}.") from None


def allow(root, assignment, until, counts="better"):
    """Allow a second try; written into the course folder, it goes before the configuration."""
    made = as_allowed(until, counts)
    folder = Path(root) / FOLDER
    folder.mkdir(exist_ok=True)
    text = json.dumps({"until": f"{made.until:%Y-%m-%d %H:%M:%S} UTC", "counts": counts})
    write_atomically(folder / f"{assignment}.json", text + "\n")
    return made


def allowed(root, assignment, config=None):
    """The `Allowed` of an assignment, None where there is no second try."""
    if kept := _json(Path(root) / FOLDER / f"{assignment}.json"):
        return as_allowed(kept["until"], kept["counts"])
    section = (config or {}).get("SecondTry", {})
    until = dict(section.get("until", {})).get(assignment)
    return as_allowed(until, section.get("counts", "better")) if until else None


def first(root, assignment, student):
    """The `First` of a student who has handed in twice, else None."""
    kept = _json(_path(root, assignment, student))
    return First(**kept) if kept else None


def keep(root, assignment, student, made):
    """Keep a `First`."""
    path = _path(root, assignment, student)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, json.dumps(asdict(made)) + "\n")


def keep_page(page):
    """Keep the feedback page of the first try beside the one of the second."""
    page = Path(page)
    page.rename(first_page(page))


def first_page(page):
    """The path of the first try's feedback, of that of the second's."""
    return page.with_name(page.stem + FIRST_PAGE)


def counted(counts, before, score, is_unreadable=False):
    """(the points that count, "first" or "second"), of a `First` and the second's points.

    A second try that could not be read never counts.
    """
    if is_unreadable or (counts == "better" and before.score > score):
        return before.score, "first"
    return score, "second"


def refusal(may, before, is_given, handed_in):
    """Why another hand-in is not graded, a sentence, or None.

    Args:
        may: the `Allowed`.
        before: the `First`, None where this would be the second.
        is_given: whether feedback on what is graded was given.
        handed_in: when, in UTC; None where nobody knows, which counts as in time.
    """
    if before and is_given:
        return "handed in a third time; the second try stands"
    if is_given and handed_in and handed_in > may.until:
        return f"the second try came after {may.until:%Y-%m-%d %H:%M} UTC; the first stands"
    return None


def is_over(may):
    """Whether no second try is taken any more."""
    return datetime.now(UTC).replace(tzinfo=None) > may.until


def _path(root, assignment, student):
    return Path(root) / FOLDER / assignment / f"{student}.json"


def _json(path):
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise Unusable(f"{path} cannot be read ({error}); restore it from a backup.") from None


def sentence(may, which):
    """Of two tries, which counts and why: "the first try counts (the better counts)"."""
    return f"the {which} try counts (the {may.counts if may else 'better'} counts)"
