"""Lighthouse's marks of pages, handed out as any host does: compressed, to be cached."""

import gzip
import http.server
import json
import subprocess
import threading
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from .weights import COMPRESSED_ALREADY

FOLDER = Path(__file__).with_name("lighthouse")
KEPT = Path(__file__).resolve().parents[2] / "_build" / "marks.json"
FORMS = ("desktop", "mobile")
LEAST = {  # of 100
    "performance": {"desktop": 95, "mobile": 90},
    "accessibility": {"desktop": 100, "mobile": 100},
    "best-practices": {"desktop": 100, "mobile": 100},
    "seo": {"desktop": 100, "mobile": 100},
}


class Compressed(http.server.SimpleHTTPRequestHandler):
    """Files of a folder, compressed where it helps."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if path.is_dir() else path
        if not path.is_file():
            return self.send_error(404)
        data, packed = path.read_bytes(), path.suffix not in COMPRESSED_ALREADY
        data = gzip.compress(data, 6) if packed else data
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Cache-Control", "max-age=600")
        if packed:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


@contextmanager
def served(folder):
    """The address of a server on this machine that hands out ``folder``."""
    handler = partial(Compressed, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def measured(program, folder, names):
    """{name: {form: {category: mark}}} of pages of ``folder``, by Lighthouse in ``program``.

    Yields (name, form, marks, failed audits) as they come.
    """
    with served(folder) as address:
        command = ["node", FOLDER / "marks.mjs", program, *(f"{address}/{name}" for name in names)]
        with subprocess.Popen(command, cwd=FOLDER, stdout=subprocess.PIPE, text=True) as process:
            for line in process.stdout:
                said = json.loads(line)
                name = said["address"].removeprefix(f"{address}/")
                yield name, said["form"], {key: said[key] for key in LEAST}, said["failed"]
        if process.returncode:
            raise RuntimeError(f"Lighthouse did not run; npm ci in {FOLDER} installs it")


def kept():
    """The marks of the last run: {name: {form: {category: mark}}}."""
    return json.loads(KEPT.read_text("utf-8")) if KEPT.exists() else {}


def keep(marks):
    """Write the ``marks`` to the file, one line a page."""
    lines = [f"  {json.dumps(name)}: {json.dumps(marks[name])}" for name in sorted(marks)]
    KEPT.write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")


def better(one, other):
    """Of each category the better of two marks."""
    return {category: max(one[category], other[category]) for category in one}


def too_low(marks):
    """Sentences about marks below those of ``LEAST``."""
    return [
        f"{name}: {category} {form} {marks[name][form][category]}, at least {least[form]}"
        for name in marks
        for category, least in LEAST.items()
        for form in FORMS
        if marks[name][form][category] < least[form]
    ]
