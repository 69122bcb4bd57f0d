"""What the course folder remembers beside the gradebook: the secret, and ids that were mistyped."""

import contextlib
import json
import os
import secrets
import tempfile
from datetime import UTC, datetime
from pathlib import Path

SECRET = ".secret"
SHOWN_IDS = ".shown-ids.json"


class Unusable(ValueError):
    """A file of the course folder cannot be read; the text says which one and what to do."""


def secret(root):
    """The course's key for hidden inputs, made on first use; only its owner can read it."""
    path = Path(root) / SECRET
    for _ in range(2):
        with contextlib.suppress(FileNotFoundError):
            key = path.read_text(encoding="ascii").strip()
            if key:
                return key
        # written beside and linked: two graders at once agree on one key
        handle, name = tempfile.mkstemp(dir=root, prefix=".secret-")
        try:
            with os.fdopen(handle, "w") as file:
                file.write(secrets.token_hex(32) + "\n")
            os.chmod(name, 0o600)
            with contextlib.suppress(FileExistsError):
                os.link(name, path)
        finally:
            os.unlink(name)
    raise Unusable(f"the file {path} is empty; remove it, and the next grading makes a new key")


def shown_ids(root):
    """{assignment: {student: {"shown_id": ..., "since": ...}}}: see `course regrade-as`."""
    path = Path(root) / SHOWN_IDS
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
    write_atomically(Path(root) / SHOWN_IDS, json.dumps(recorded, indent=1, sort_keys=True) + "\n")


def write_atomically(path, text):
    """Write a file so that an interruption leaves the old one or the new one, never half."""
    path = Path(path)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name)
        raise
