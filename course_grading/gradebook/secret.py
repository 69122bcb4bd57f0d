"""The course's secret, from which hidden inputs are drawn: others for every hand-in."""

import contextlib
import hashlib
import hmac
import os
import secrets
import tempfile
from pathlib import Path

from course_grading.gradebook.files import Unusable

NAME = ".secret"


def read_or_make(root):
    """The course's key for hidden inputs, made on first use; only its owner can read it."""
    path = Path(root) / NAME
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


def of_hand_in(root, digest):
    """The key of one hand-in, str: what was seen of its inputs is of no use for the next one.

    ``digest`` is of the submission's files, so that grading them again draws the same inputs.
    """
    return hmac.new(read_or_make(root).encode(), digest.encode(), hashlib.sha256).hexdigest()
