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
    raise ValueError(f"the file {path} is empty; remove it, and the next grading makes a new key")


def shown_ids(root):
    """{assignment: {student: {"shown_id": ..., "since": ...}}}: see `course regrade-as`."""
    try:
        return json.loads((Path(root) / SHOWN_IDS).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}


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
