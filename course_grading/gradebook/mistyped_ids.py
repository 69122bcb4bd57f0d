"""Ids that students had mistyped: whose numbers they were shown. See `course regrade-as`."""

import json
from datetime import UTC, datetime
from pathlib import Path

from course_grading.gradebook.files import Unusable, write_atomically

NAME = ".shown-ids.json"


def shown_ids(root):
    """{assignment: {student: {"shown_id": ..., "since": ...}}}: see `course regrade-as`."""
    path = Path(root) / NAME
    try:
        recorded = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise _unusable(path, error) from None
    if not _is_well_formed(recorded):
        raise _unusable(path, 'expected {"<assignment>": {"<id>": {"shown_id": "<other id>"}}}')
    return recorded


def _is_well_formed(recorded):
    """Whether these are texts in dicts in dicts."""
    if not isinstance(recorded, dict) or not all(isinstance(v, dict) for v in recorded.values()):
        return False
    notes = [note for listed in recorded.values() for note in listed.values()]
    return all(isinstance(note, dict) and isinstance(note.get("shown_id"), str) for note in notes)


def _unusable(path, why):
    return Unusable(
        f"{path} cannot be read ({why}). Mend it; or remove it, and note the mistyped ids again "
        "with course regrade-as."
    )


def shown_id(root, assignment, student):
    """The id whose numbers the student was shown: the own one, unless recorded otherwise."""
    return shown_ids(root).get(assignment, {}).get(student, {}).get("shown_id", student)


def record_shown_id(root, assignment, student, shown):
    """Remember that the student worked on the numbers of ``shown``; the own id forgets it."""
    recorded = shown_ids(root)
    listed = recorded.setdefault(assignment, {})
    if shown == student:
        listed.pop(student, None)
    else:
        since = datetime.now(UTC).isoformat(timespec="seconds")
        listed[student] = {"shown_id": shown, "since": since}
    write_atomically(Path(root) / NAME, json.dumps(recorded, indent=1, sort_keys=True) + "\n")


def shown(root, assignment):
    """The ids whose numbers some student was shown in the place of the own ones."""
    return {note["shown_id"] for note in shown_ids(root).get(assignment, {}).values()}
