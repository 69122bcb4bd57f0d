"""A chapter is executed again when the library under it has changed, and read when the book has.

jupyter-cache looks at the cells alone. The numbers of a chapter also come from ``course_lib``, and
its quizzes from ``course_bank``: the cache is dropped when one of their files differs from the last
build's, and every page is read again. ``BOOK_KEEP_CACHE=1`` keeps it while writing.

What the pages look like also comes from this extension. When it has changed, every page is read and
written again, and nothing is executed.
"""

import hashlib
import os
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LIBRARY = (ROOT / "course_lib", ROOT / "course_bank")
LOOKS = tuple(ROOT / "book" / name for name in ("course_book", "search", "formulas.mjs"))
UNSEEN = {"__pycache__", "node_modules", "vendor"}  # none of them is in git


def files(*places):
    """(path, name from its place on) of every file of the folders (or files) ``places``.

    Caches, hidden files, and packages that were installed or copied are left out.
    """
    for place in places:
        for path in sorted(place.rglob("*")) if place.is_dir() else [place]:
            inside = path.relative_to(place.parent)
            unseen = any(part in UNSEEN or part[0] == "." for part in inside.parts)
            if path.is_file() and not unseen:
                yield path, inside.as_posix()


def fingerprint(*places):
    """Digest of every file of the folders (or files) ``places``; see `files`."""
    digest = hashlib.sha256()
    for path, name in files(*places):
        content = path.read_bytes()
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def _renewed(stamp, now):
    """Does the file ``stamp`` hold another digest than ``now``? It holds ``now`` afterwards."""
    before = stamp.read_text() if stamp.exists() else ""
    if before == now:
        return False
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(now)
    return True


def _check(app, config):
    cache = Path(config.nb_execution_cache_path or Path(app.outdir).parent / ".jupyter_cache")
    app.pages_changed = _renewed(cache.with_name(cache.name + ".looks"), fingerprint(*LOOKS))
    if os.environ.get("BOOK_KEEP_CACHE") and cache.exists():
        return
    if _renewed(cache.with_name(cache.name + ".library"), fingerprint(*LIBRARY)):
        shutil.rmtree(cache, ignore_errors=True)
        app.pages_changed = True


def _outdated(app, env, added, changed, removed):
    return sorted(env.found_docs) if app.pages_changed else []


def setup(app):
    app.connect("config-inited", _check)
    app.connect("env-get-outdated", _outdated)
