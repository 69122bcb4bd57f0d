"""Chapters that need it are executed before Sphinx reads them, several at a time.

Sphinx reads page after page, and would execute chapter after chapter, most of the time waiting
for TensorFlow to load. Here it is loaded once (`warm_kernels`), and the results go into
jupyter-cache first, where reading finds them. A chapter that fails is left to the reading, which
reports it.
"""

import contextlib
import os
from concurrent.futures import ThreadPoolExecutor

from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from jupyter_cache.executors.utils import single_nb_execution
from myst_nb.core.read import create_nb_reader
from sphinx.util import logging
from sphinx.util.display import status_iterator

from . import warm_kernels

log = logging.getLogger(__name__)

START = 300  # seconds that a kernel may take to start: a busy machine is no fault of a chapter


def _notebook(env, docname):
    """The chapter as a notebook, or None where it is plain text."""
    path = env.doc2path(docname)
    with open(path, encoding="utf-8") as file:
        text = file.read()
    reader = create_nb_reader(path, env.myst_config, env.mystnb_config, text)
    return (path, reader, reader.read(text)) if reader else None


def _is_cached(cache, notebook):
    try:
        cache.match_cache_notebook(notebook)
    except KeyError:
        return False
    return True


def _execute(app, env, docnames):
    config = env.mystnb_config
    if config.execution_mode != "cache":
        return
    cache = get_cache(config.execution_cache_path)
    found = [item for item in (_notebook(env, name) for name in sorted(docnames)) if item]
    waiting = [item for item in found if not _is_cached(cache, item[2])]
    if not waiting:
        return

    def run(item):
        path, _, notebook = item
        folder = os.path.dirname(path)
        return single_nb_execution(
            notebook, folder, config.execution_timeout, allow_errors=False, startup_timeout=START
        )

    with _warm(len(waiting)), ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        results = pool.map(run, waiting)
        names = [os.path.basename(path) for path, *_ in waiting]
        shown = status_iterator(names, "executing chapters... ", "brown", len(names))
        for (path, reader, notebook), _, result in zip(waiting, shown, results, strict=True):
            if result.err is not None:
                continue
            record = cache.add_nb_to_project(path, read_data=reader.read_fmt or {})
            bundle = CacheBundleIn(notebook, record.uri, data={"execution_seconds": result.time})
            cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)
            log.info(" %.1f s", result.time)


@contextlib.contextmanager
def _warm(count):
    """Kernels start warm meanwhile, if there are ``count`` of them to share the wait."""
    if count < 2:
        yield
        return
    before = os.environ.copy()
    with warm_kernels.started() as more:
        os.environ.update(more)
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)


def setup(app):
    app.connect("env-before-read-docs", _execute)
