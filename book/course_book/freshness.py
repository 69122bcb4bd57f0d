"""A chapter is executed again when the library under it has changed.

jupyter-cache looks at the cells alone. The numbers of a chapter also come from ``course_lib``,
so the cache is dropped when a file of the library that the chapters use differs from the one of
the last build, and every page is read again. ``BOOK_KEEP_CACHE=1`` keeps it while writing.
"""

import hashlib
import os
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
UNUSED = ("grading",)  # no chapter imports the grader
KINDS = {".py", ".js", ".css", ".json", ".npz", ".zip"}


def fingerprint(library=ROOT / "course_lib"):
    """Digest of every file of the library that a chapter can see."""
    digest = hashlib.sha256()
    for path in sorted(library.rglob("*")):
        parts = path.relative_to(library).parts
        if path.suffix in KINDS and "__pycache__" not in parts and parts[0] not in UNUSED:
            digest.update("/".join(parts).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _check(app, config):
    app.library_changed = False
    cache = Path(config.nb_execution_cache_path or Path(app.outdir).parent / ".jupyter_cache")
    stamp, now = cache.with_name(cache.name + ".library"), fingerprint()
    if stamp.exists() and stamp.read_text() == now:
        return
    if os.environ.get("BOOK_KEEP_CACHE") and cache.exists():
        return
    shutil.rmtree(cache, ignore_errors=True)
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(now)
    app.library_changed = True


def _outdated(app, env, added, changed, removed):
    return sorted(env.found_docs) if app.library_changed else []


def setup(app):
    app.connect("config-inited", _check)
    app.connect("env-get-outdated", _outdated)
